package io.sluice.domain.sse;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.json.JsonCursor;
import io.sluice.domain.json.JsonSyntaxException;
import io.sluice.domain.json.JsonText;
import io.sluice.domain.json.KeptText;
import io.sluice.domain.json.TokenEstimate;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Taps an answer that is one JSON object, cut anywhere, in flat memory however long it is. It follows strings and
 * brackets only; whether the JSON is right is the client's to see.
 *
 * <p>Nothing passes before a top-level name shows that this is an answer and not an error, for
 * {@value #MAX_HEAD} bytes at most. An error is read from its first 64 KiB.
 */
public final class JsonTap implements ResponseTap {
    /** The most bytes that are held until it is clear whether they are an answer. */
    public static final int MAX_HEAD = 4 * 1_024;

    private static final int MAX_ERROR = 64 * 1_024;
    private static final int MAX_USAGE = 8 * 1_024;
    private static final int MAX_MODEL = 1_024;
    private static final int MAX_TAIL = 1_024;
    private static final int MAX_NAME = 16;

    /** Names that an error may begin with as well; an answer is recognised by any other. */
    private static final Set<String> UNDECIDED =
            Set.of("error", "code", "type", "message", "param", "status", "request_id");

    /** The same for a {@code response} object, where an error stands among the answer's own fields. */
    private static final Set<String> UNDECIDED_RESPONSE = Set.of(
            "error",
            "code",
            "type",
            "message",
            "param",
            "status",
            "request_id",
            "id",
            "object",
            "created_at",
            "completed_at",
            "background");

    private static final Set<String> USAGE = Set.of("usage");
    private static final Set<String> RANKING_USAGE = Set.of("usage", "meta", "tokens");

    private enum State {
        /** Before the opening brace. */
        START,
        /** In the object, before a name. */
        BETWEEN,
        /** In a name. */
        NAME,
        /** Behind a name. */
        COLON,
        /** In a top-level string. */
        STRING,
        /** In a top-level number or literal. */
        SCALAR,
        /** In a top-level object or array. */
        NESTED,
        /** The object is an error; it is read, not passed. */
        ERROR,
        /** Behind the closing brace. */
        END,
        /** Not an answer at all; nothing passes. */
        REFUSED
    }

    private final byte @Nullable [] publicModel;
    private final boolean countsText;
    private final String textName;
    private final Function<JsonCursor, @Nullable TokenUsage> usageReader;
    private final Set<String> undecided;
    private Set<String> usageNames = USAGE;
    private final TokenEstimate estimate = new TokenEstimate();
    private final NestedValue nested = new NestedValue(estimate);
    private final PassedRun run = new PassedRun();
    private final HeldBytes head = new HeldBytes();
    private final HeldBytes capture = new HeldBytes();
    private final StringBuilder name = new StringBuilder();
    private State state = State.START;
    private boolean released;
    private boolean escaped;
    private boolean renaming;
    private boolean sawContent;
    private @Nullable TokenUsage usage;
    private @Nullable UpstreamFailure error;

    /**
     * A tap for one answer.
     *
     * @param publicModel the name that replaces the answer's top-level model name; null to leave it
     * @param countsText whether the answer holds text that costs output tokens
     */
    public JsonTap(@Nullable String publicModel, boolean countsText) {
        this(publicModel, countsText, "choices", UNDECIDED, cursor -> new UsageReader(cursor).read());
    }

    private JsonTap(
            @Nullable String publicModel,
            boolean countsText,
            String textName,
            Set<String> undecided,
            Function<JsonCursor, @Nullable TokenUsage> usageReader) {
        this.publicModel = publicModel == null ? null : JsonText.quote(publicModel);
        this.countsText = countsText;
        this.textName = textName;
        this.undecided = undecided;
        this.usageReader = usageReader;
    }

    /**
     * A tap for one {@code response} object of OpenAI's responses API, which says that it failed in a field of its own.
     *
     * @param publicModel the name that replaces the answer's top-level model name; null to leave it
     */
    public static JsonTap ofResponse(@Nullable String publicModel) {
        return new JsonTap(publicModel, true, "output", UNDECIDED_RESPONSE, cursor -> new UsageReader(cursor).read());
    }

    /**
     * A tap for what a provider keeps, told again: it costs nothing, and a failure that it tells of is not this answer's.
     */
    public static JsonTap ofStored() {
        JsonTap tap = new JsonTap(null, false, "output", Set.of(), cursor -> null);
        tap.usage = TokenUsage.NONE;
        return tap;
    }

    /**
     * A tap for one message of Anthropic.
     *
     * @param publicModel the name that replaces the message's model name; null to leave it
     */
    public static JsonTap ofMessage(@Nullable String publicModel) {
        return new JsonTap(publicModel, true, "content", UNDECIDED, cursor -> {
            MessageUsage read = new MessageUsage();
            read.read(cursor);
            return read.usage();
        });
    }

    /**
     * A tap for a list of ranked documents, whose tokens stand in {@code usage}, {@code meta} or {@code tokens}.
     *
     * @param publicModel the name that replaces the answer's top-level model name; null to leave it
     */
    public static JsonTap ofRanking(@Nullable String publicModel) {
        JsonTap tap = new JsonTap(publicModel, false);
        tap.usageNames = RANKING_USAGE;
        return tap;
    }

    /** A tap for a transcript, whose text is a field of its own. */
    public static JsonTap ofTranscript() {
        return new JsonTap(null, true, "text", UNDECIDED, cursor -> new UsageReader(cursor).read());
    }

    /** A tap for Anthropic's answer to a count of tokens, which uses none. */
    public static JsonTap ofTokenCount() {
        JsonTap tap = new JsonTap(null, false, "input_tokens", UNDECIDED, cursor -> null);
        tap.usage = TokenUsage.NONE;
        return tap;
    }

    @Override
    public void feed(byte[] chunk, Sink out) {
        run.reset();
        int at = 0;
        while (at < chunk.length) {
            at = switch (state) {
                case START -> start(chunk, at, out);
                case BETWEEN -> between(chunk, at, out);
                case NAME -> name(chunk, at, out);
                case COLON -> colon(chunk, at, out);
                case STRING -> string(chunk, at, out);
                case SCALAR -> scalar(chunk, at, out);
                case NESTED -> nested(chunk, at, out);
                case ERROR -> keep(head, chunk, at, MAX_ERROR);
                case END -> keep(capture, chunk, at, MAX_TAIL);
                case REFUSED -> chunk.length;
            };
        }
        run.flush(released ? out : new HeadSink(chunk));
        if (!released && state != State.ERROR && state != State.REFUSED && head.length() > MAX_HEAD) {
            release(out);
        }
    }

    /** Takes what would pass, while it is not yet clear that it may. */
    private final class HeadSink implements Sink {
        private final byte[] chunk;

        private HeadSink(byte[] chunk) {
            this.chunk = chunk;
        }

        @Override
        public void pass(int offset, int length) {
            head.add(chunk, offset, offset + length);
        }

        @Override
        public void write(byte[] bytes) {
            head.add(bytes, 0, bytes.length);
        }
    }

    private void release(Sink out) {
        if (!released) {
            released = true;
            if (head.length() > 0) {
                out.write(head.copy());
                head.clear();
            }
        }
    }

    private static int keep(HeldBytes target, byte[] chunk, int at, int bound) {
        target.add(chunk, at, Math.min(chunk.length, at + Math.max(0, bound - target.length())));
        return chunk.length;
    }

    private int start(byte[] chunk, int at, Sink out) {
        int b = chunk[at] & 0xff;
        if (b == '{') {
            state = State.BETWEEN;
        } else if (b == '[') {
            return fail(chunk, at);
        } else if (b > ' ' && b != 0xef && b != 0xbb && b != 0xbf) {
            state = State.REFUSED;
            error = UpstreamFailure.of(UpstreamFailure.Kind.BAD_RESPONSE, "The provider did not answer with JSON.");
            return chunk.length;
        }
        run.pass(at, at + 1, out);
        return at + 1;
    }

    /** From here on the whole answer is an error. */
    private int fail(byte[] chunk, int at) {
        run.flush(new HeadSink(chunk));
        state = State.ERROR;
        return at;
    }

    private int between(byte[] chunk, int at, Sink out) {
        byte b = chunk[at];
        if (b == '}') {
            release(out);
            run.flush(out);
            capture.clear();
            state = State.END;
            return at;
        }
        if (b == '"') {
            state = State.NAME;
            name.setLength(0);
        }
        run.pass(at, at + 1, out);
        return at + 1;
    }

    private int name(byte[] chunk, int at, Sink out) {
        int i = at;
        for (; i < chunk.length; i++) {
            byte b = chunk[i];
            if (b == '"' && !escaped) {
                state = State.COLON;
                i++;
                break;
            }
            escaped = b == '\\' && !escaped;
            if (name.length() <= MAX_NAME) {
                name.append((char) (b & 0xff));
            }
        }
        run.pass(at, i, out);
        if (state == State.COLON && !undecided.contains(name.toString())) {
            release(out);
            sawContent |= nameIs(textName) || nameIs("data");
        }
        return i;
    }

    private boolean nameIs(String expected) {
        return expected.contentEquals(name);
    }

    private int colon(byte[] chunk, int at, Sink out) {
        byte b = chunk[at];
        if (b == ':' || b == ' ' || b == '\n' || b == '\r' || b == '\t') {
            run.pass(at, at + 1, out);
            return at + 1;
        }
        escaped = false;
        switch (b) {
            case '"' -> {
                state = State.STRING;
                renaming = publicModel != null && nameIs("model");
                if (renaming) {
                    run.flush(out);
                    capture.clear();
                    capture.add(chunk, at, at + 1);
                    return at + 1;
                }
            }
            case '{', '[' -> {
                if (!released && nameIs("error")) {
                    return fail(chunk, at);
                }
                state = State.NESTED;
                nested.begin(countsText && nameIs(textName));
                capture.clear();
                // The bracket itself is read there.
                return at;
            }
            case '}', ',' -> {
                state = State.BETWEEN;
                return at;
            }
            default -> state = State.SCALAR;
        }
        run.pass(at, at + 1, out);
        return at + 1;
    }

    private int string(byte[] chunk, int at, Sink out) {
        if (!released && nameIs("error") && chunk[at] != '"') {
            return fail(chunk, at);
        }
        int i = at;
        boolean closed = false;
        while (i < chunk.length && !closed) {
            byte b = chunk[i++];
            closed = b == '"' && !escaped;
            escaped = b == '\\' && !escaped;
        }
        if (closed) {
            state = State.BETWEEN;
        }
        if (!renaming) {
            if (countsText && nameIs(textName)) {
                estimate.addText(chunk, at, closed ? i - 1 : i);
            }
            run.pass(at, i, out);
            return i;
        }
        capture.add(chunk, at, i);
        if (closed && capture.length() > 2 && publicModel != null) {
            out.write(publicModel);
            renaming = false;
        } else if (closed || capture.length() > MAX_MODEL) {
            out.write(capture.copy());
            renaming = false;
        }
        run.skipTo(i);
        return i;
    }

    private int scalar(byte[] chunk, int at, Sink out) {
        int i = at;
        while (i < chunk.length && chunk[i] != ',' && chunk[i] != '}') {
            i++;
        }
        run.pass(at, i, out);
        if (i < chunk.length) {
            state = State.BETWEEN;
        }
        return i;
    }

    private int nested(byte[] chunk, int at, Sink out) {
        int end = nested.read(chunk, at);
        run.pass(at, end, out);
        if (isUsage() && capture.length() <= MAX_USAGE) {
            capture.add(chunk, at, Math.min(end, at + MAX_USAGE + 1));
        }
        if (nested.isClosed()) {
            state = State.BETWEEN;
            readUsage();
        }
        return end;
    }

    private boolean isUsage() {
        return usageNames.contains(name.toString());
    }

    private void readUsage() {
        if (!isUsage() || capture.length() == 0 || capture.length() > MAX_USAGE || capture.array()[0] != '{') {
            return;
        }
        JsonCursor cursor = new JsonCursor(16);
        cursor.open(capture.array(), 0, capture.length());
        try {
            TokenUsage found = usageReader.apply(cursor);
            usage = found == null ? usage : found;
        } catch (JsonSyntaxException e) {
            // Broken numbers are no numbers; the estimate stands in for them.
            return;
        }
    }

    @Override
    public void end(Sink out) {
        if (state == State.ERROR) {
            error = UpstreamErrors.inAnswer(head.copy());
        } else if (state != State.REFUSED) {
            release(out);
        }
    }

    @Override
    public byte[] last() {
        return state == State.END ? capture.copy() : new byte[0];
    }

    @Override
    public boolean complete() {
        return state == State.END;
    }

    @Override
    public @Nullable TokenUsage usage() {
        return usage;
    }

    @Override
    public void keep(KeptText text) {
        estimate.keep(text);
    }

    @Override
    public long estimatedOutputTokens() {
        return estimate.tokens();
    }

    @Override
    public boolean sawContent() {
        return sawContent;
    }

    @Override
    public @Nullable UpstreamFailure error() {
        return error;
    }
}
