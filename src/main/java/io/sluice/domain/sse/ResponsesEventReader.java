package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.sluice.domain.json.JsonCursor;
import io.sluice.domain.json.JsonSyntaxException;
import io.sluice.domain.json.TokenEstimate;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/** Reads the JSON of one event of a responses stream after another, and remembers what they say together. */
final class ResponsesEventReader {
    private static final int MAX_DEPTH = 128;
    private static final int LONGEST_TYPE = 64;

    private final JsonCursor cursor = new JsonCursor(MAX_DEPTH);
    private final UsageReader usageReader = new UsageReader(cursor);
    private final TokenEstimate estimate = new TokenEstimate();
    private byte[] json = new byte[0];
    private @Nullable TokenUsage usage;
    private Kind kind = Kind.OTHER;
    private boolean typed;
    private boolean wellFormed;
    private boolean sawContent;
    private boolean hasError;
    private int modelStart;
    private int modelEnd;
    private int responseStart;
    private int errorStart;
    private int errorEnd;

    /** What becomes of an event. */
    enum Kind {
        /** It tells of the answer's beginning. */
        HEAD,
        /** Anything between. */
        OTHER,
        /** The answer is over. */
        TERMINAL,
        /** {@code response.failed}: the error is in the response object. */
        FAILED,
        /** The event is an error. */
        ERROR
    }

    /**
     * Reads one event. Of text that is no JSON, or is cut, what stood before the fault counts.
     *
     * @param text holds it
     * @param from first byte
     * @param to behind the last byte
     */
    void read(byte[] text, int from, int to) {
        json = text;
        kind = Kind.OTHER;
        wellFormed = false;
        hasError = false;
        modelStart = -1;
        modelEnd = -1;
        responseStart = -1;
        errorStart = -1;
        errorEnd = to;
        typed = false;
        try {
            cursor.open(text, from, to);
            cursor.enterObject();
            while (cursor.nextMember()) {
                if (cursor.tokenIs("type") && cursor.peek() == '"') {
                    cursor.string();
                    kind = cursor.tokenEnd() - cursor.tokenStart() > LONGEST_TYPE ? Kind.OTHER : kind(cursor.token());
                    typed = true;
                } else {
                    member();
                }
            }
            cursor.finish();
            wellFormed = true;
        } catch (JsonSyntaxException e) {
            wellFormed = false;
        }
        if (!typed && hasError) {
            kind = Kind.ERROR;
        }
        sawContent |= typed && (kind == Kind.OTHER || kind == Kind.TERMINAL);
    }

    private static Kind kind(String type) {
        return switch (type) {
            case "error" -> Kind.ERROR;
            case "response.failed" -> Kind.FAILED;
            case "response.completed", "response.incomplete" -> Kind.TERMINAL;
            case "response.created", "response.queued", "response.in_progress" -> Kind.HEAD;
            default -> Kind.OTHER;
        };
    }

    private void member() {
        if (cursor.tokenIs("delta") && cursor.peek() == '"') {
            cursor.string();
            estimate.addString(json, cursor);
        } else if (cursor.tokenIs("response") && cursor.peek() == '{') {
            responseStart = cursor.position();
            response();
        } else if (cursor.tokenIs("error")) {
            hasError = cursor.peek() == '{' || cursor.peek() == '"';
            cursor.skip();
        } else {
            cursor.skip();
        }
    }

    private void response() {
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.tokenIs("model") && cursor.peek() == '"') {
                int start = cursor.position();
                cursor.string();
                if (cursor.tokenEnd() > cursor.tokenStart()) {
                    modelStart = start;
                    modelEnd = cursor.position();
                }
            } else if (cursor.tokenIs("usage") && cursor.peek() == '{') {
                TokenUsage found = usageReader.read();
                usage = found == null ? usage : found;
            } else if (cursor.tokenIs("error") && cursor.peek() == '{') {
                // Said before the object is read: it may be cut.
                errorStart = cursor.position();
                cursor.skip();
                errorEnd = cursor.position();
            } else {
                cursor.skip();
            }
        }
    }

    /**
     * Takes the event's own name for its type, where its JSON has not told one yet.
     *
     * @param event the event from its first byte
     * @param to behind the last byte
     */
    void nameIfUntyped(byte[] event, int to) {
        if (!typed) {
            String head = new String(event, 0, Math.min(to, LONGEST_TYPE), ISO_8859_1);
            int end = head.indexOf('\n');
            if (head.startsWith("event:") && end > 0) {
                kind = kind(head.substring("event:".length(), end).strip());
            }
        }
    }

    /** What the last event is. */
    Kind lastKind() {
        return kind;
    }

    /** Whether the last event was JSON, whole. */
    boolean isWellFormed() {
        return wellFormed;
    }

    /** Where the last event's model stands, quotes included; -1 when it names none. */
    int modelStart() {
        return modelStart;
    }

    /** Behind the last event's model. */
    int modelEnd() {
        return modelEnd;
    }

    /** Where the last event's {@code response} object begins; -1 when it has none. */
    int responseStart() {
        return responseStart;
    }

    /** Where the error in the last event's {@code response} object begins; -1 when it has none. */
    int errorStart() {
        return errorStart;
    }

    /** Behind that error. */
    int errorEnd() {
        return errorEnd;
    }

    /** The newest usage of all events; it replaces what came before. */
    @Nullable
    TokenUsage usage() {
        return usage;
    }

    /** Takes a usage that was found elsewhere. */
    void found(@Nullable TokenUsage more) {
        usage = more == null ? usage : more;
    }

    /** Estimate over the deltas of all events. */
    TokenEstimate estimate() {
        return estimate;
    }

    /** Whether any event had a part of the answer itself. */
    boolean sawContent() {
        return sawContent;
    }
}
