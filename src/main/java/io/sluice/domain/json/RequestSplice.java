package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pool.ParameterRules;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes what a candidate needs changed in a request body and leaves every other byte as the client wrote it. A rule of
 * the channel goes before Sluice's own wish for usage; no rule touches {@code model} or {@code stream}.
 *
 * <p>Usage is asked for where OpenAI's clients have to ask: in streams of chats and texts. Gemini's requests name the
 * model in their path; where the body repeats it, as {@code models/x}, it is made to say the same. Where a request may
 * leave the model out, it is said.
 */
public final class RequestSplice {
    private static final String STREAM_OPTIONS = "stream_options";
    private static final String MODEL = "model";
    private static final String WITH_USAGE = "{\"include_usage\":true}";

    /** The scan has bounded the depth already. */
    private static final int SCANNED_DEPTH = Short.MAX_VALUE;

    private final RequestScan scan;
    private final byte[] body;
    private final ByteArrayOutputStream out;
    private int copied;

    private RequestSplice(RequestScan scan) {
        this.scan = scan;
        this.body = scan.body();
        this.out = new ByteArrayOutputStream(body.length + 256);
    }

    /**
     * Makes the body that goes upstream.
     *
     * @param scan the client's request
     * @param upstreamModel what the candidate calls the model
     * @param forceUsage whether a stream must end with its usage, also when the client did not ask
     * @param rules what the channel sets, adds and removes
     * @return the client's own array when nothing is to be changed
     */
    public static byte[] apply(RequestScan scan, String upstreamModel, boolean forceUsage, ParameterRules rules) {
        return apply(scan, upstreamModel, forceUsage, rules, null);
    }

    /**
     * The same with a system prompt before the client's.
     *
     * @param systemPrompt null for none
     */
    public static byte[] apply(
            RequestScan scan,
            String upstreamModel,
            boolean forceUsage,
            ParameterRules rules,
            @Nullable String systemPrompt) {
        SystemSplice system = systemPrompt == null ? null : SystemSplice.of(scan, systemPrompt);
        boolean usage = forceUsage
                && scan.stream()
                && asksForUsage(scan.endpoint())
                && !scan.includeUsage()
                && !rules.set().containsKey(STREAM_OPTIONS)
                && !rules.defaults().containsKey(STREAM_OPTIONS)
                && !rules.remove().contains(STREAM_OPTIONS);
        boolean inPath = scan.endpoint().dialect() == ChatDialect.GEMINI;
        boolean sameModel =
                scan.indexOf(MODEL) < 0 ? inPath : !inPath && scan.model().equals(upstreamModel);
        if (!usage && rules.isEmpty() && sameModel && system == null) {
            return scan.body();
        }
        String model = sameModel ? null : inPath ? "models/" + upstreamModel : upstreamModel;
        return new RequestSplice(scan).apply(model, usage, rules, system);
    }

    private static boolean asksForUsage(Endpoint endpoint) {
        return endpoint == Endpoint.CHAT_COMPLETIONS || endpoint == Endpoint.COMPLETIONS;
    }

    private byte[] apply(
            @Nullable String newModel, boolean usage, ParameterRules rules, @Nullable SystemSplice system) {
        int[] spans = scan.members().spans();
        int count = scan.members().count();
        int lastKept = -1;
        boolean[] removed = new boolean[count];
        @Nullable String[] ruled = new @Nullable String[count];
        for (int i = 0; i < count; i++) {
            ruled[i] = ruleFor(i, rules);
            removed[i] = isRemoved(i, ruled[i], ruled, rules);
            lastKept = removed[i] ? lastKept : i;
        }
        for (int i = 0; i < count; i++) {
            String name = ruled[i];
            if (removed[i]) {
                // With the comma that follows; behind the last kept member, with the comma before.
                copyTo(i < lastKept ? spans[i * 4] - 1 : spans[lastKept * 4 + 3]);
                copied = i < lastKept ? spans[(i + 1) * 4] - 1 : spans[i * 4 + 3];
            } else if (name != null) {
                replace(i, rules.set().get(name));
            } else if (newModel != null && scan.isNamed(i, MODEL)) {
                replace(i, new String(JsonText.quote(newModel), UTF_8));
            } else if (usage && scan.isNamed(i, STREAM_OPTIONS)) {
                askForUsage(spans[i * 4 + 2], spans[i * 4 + 3]);
            } else if (system != null && system.member() == i) {
                copyTo(system.from());
                write(system.text());
                copied = system.to();
            }
            if (i == lastKept) {
                copyTo(spans[i * 4 + 3]);
                append(newModel, usage, rules);
                if (system != null && system.member() < 0) {
                    write("," + system.text());
                }
            }
        }
        copyTo(body.length);
        return out.toByteArray();
    }

    /** Name of the rule that sets this member; null when none does. */
    private @Nullable String ruleFor(int index, ParameterRules rules) {
        for (String name : rules.set().keySet()) {
            if (mayRule(name) && scan.isNamed(index, name)) {
                return name;
            }
        }
        return null;
    }

    private boolean isRemoved(int index, @Nullable String rule, @Nullable String[] earlier, ParameterRules rules) {
        for (int i = 0; rule != null && i < index; i++) {
            if (rule.equals(earlier[i])) {
                return true;
            }
        }
        for (String name : rules.remove()) {
            if (mayRule(name) && scan.isNamed(index, name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean mayRule(String name) {
        return !name.equals(MODEL) && !name.equals("stream");
    }

    /** Adds behind the last kept member what the client did not write. */
    private void append(@Nullable String newModel, boolean usage, ParameterRules rules) {
        if (newModel != null && scan.indexOf(MODEL) < 0) {
            write(",\"" + MODEL + "\":" + new String(JsonText.quote(newModel), UTF_8));
        }
        if (usage && scan.indexOf(STREAM_OPTIONS) < 0) {
            write(",\"" + STREAM_OPTIONS + "\":" + WITH_USAGE);
        }
        appendAbsent(rules.set());
        appendAbsent(rules.defaults());
    }

    private void appendAbsent(Map<String, String> fields) {
        fields.forEach((name, value) -> {
            if (mayRule(name) && scan.indexOf(name) < 0) {
                write("," + new String(JsonText.quote(name), UTF_8) + ":" + value);
            }
        });
    }

    private void askForUsage(int start, int end) {
        if (body[start] != '{') {
            copyTo(start);
            write(WITH_USAGE);
            copied = end;
            return;
        }
        JsonCursor cursor = new JsonCursor(SCANNED_DEPTH);
        cursor.open(body, start, end);
        cursor.enterObject();
        boolean empty = true;
        while (cursor.nextMember()) {
            empty = false;
            boolean found = cursor.tokenIs("include_usage");
            int value = cursor.position();
            cursor.skip();
            if (found) {
                copyTo(value);
                write("true");
                copied = cursor.position();
                return;
            }
        }
        copyTo(start + 1);
        write(empty ? "\"include_usage\":true" : "\"include_usage\":true,");
    }

    private void replace(int index, @Nullable String value) {
        copyTo(scan.members().spans()[index * 4 + 2]);
        write(String.valueOf(value));
        copied = scan.members().spans()[index * 4 + 3];
    }

    private void write(String text) {
        out.writeBytes(text.getBytes(UTF_8));
    }

    private void copyTo(int position) {
        if (position > copied) {
            out.write(body, copied, position - copied);
            copied = position;
        }
    }
}
