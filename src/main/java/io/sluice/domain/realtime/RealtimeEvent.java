package io.sluice.domain.realtime;

import io.sluice.domain.json.JsonCursor;
import io.sluice.domain.json.JsonSyntaxException;
import io.sluice.domain.json.JsonText;
import io.sluice.domain.tokens.TokenUsage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What one event of a session says of limits and usage. Read once over its bytes; nothing else of it is looked at, and a
 * fault in it leaves what stood before.
 *
 * @param type value of {@code type}; empty when there is none
 * @param id value of {@code event_id}; null when there is none
 * @param eventId in an error, the client's event that it is about: {@code error.event_id}; null when it says none
 * @param responseId {@code response.id}; null when there is none
 * @param failed whether {@code response.status} is {@code failed}
 * @param usage {@code response.usage}; null when there is none
 * @param models how many values {@code session.model} has; more than one is nobody's honest event
 * @param modelStart offset of the last of them, its quotes included; -1 when there is none
 * @param modelEnd behind it
 * @param message {@code message} of the error; null when there is none
 * @param errorStart offset of the object {@code error}, or {@code response.status_details.error}; -1 when there is none
 * @param errorEnd behind it
 */
public record RealtimeEvent(
        String type,
        @Nullable String id,
        @Nullable String eventId,
        @Nullable String responseId,
        boolean failed,
        @Nullable TokenUsage usage,
        int models,
        int modelStart,
        int modelEnd,
        @Nullable String message,
        int errorStart,
        int errorEnd) {
    private static final int MAX_DEPTH = 128;
    private static final int LONGEST_WORD = 256;

    /**
     * Reads an event.
     *
     * @param text the whole of it, in UTF-8
     */
    public static RealtimeEvent read(byte[] text) {
        Reader reader = new Reader(text);
        reader.read();
        return reader.event();
    }

    /**
     * Looks for the type of an event in its beginning.
     *
     * @param text holds it
     * @param length how much of it is there
     * @return the type; null when it does not stand in this part. Text that is no JSON has none
     */
    public static @Nullable String typeOf(byte[] text, int length) {
        JsonCursor cursor = new JsonCursor(MAX_DEPTH);
        try {
            cursor.open(text, 0, length);
            cursor.enterObject();
            while (cursor.nextMember()) {
                if (cursor.tokenIs("type") && cursor.peek() == '"') {
                    cursor.string();
                    return word(cursor);
                }
                cursor.skip();
            }
        } catch (JsonSyntaxException e) {
            return null;
        }
        return null;
    }

    private static String word(JsonCursor cursor) {
        return cursor.tokenEnd() - cursor.tokenStart() > LONGEST_WORD ? "" : cursor.token();
    }

    /** The name of the session's model; null when it says none. */
    public @Nullable String model(byte[] text) {
        return modelStart < 0 ? null : JsonText.decode(text, modelStart + 1, modelEnd - 1);
    }

    /**
     * The event with another model's name in its session.
     *
     * @param text as it was read, with a model
     */
    public byte[] withModel(byte[] text, String name) {
        return spliced(text, modelStart, modelEnd, JsonText.quote(name));
    }

    /**
     * The event with another error in it.
     *
     * @param text as it was read, with an error
     * @param error a JSON object
     */
    public byte[] withError(byte[] text, String error) {
        return spliced(text, errorStart, errorEnd, error.getBytes(StandardCharsets.UTF_8));
    }

    /** The error alone, as it was written. */
    public byte[] error(byte[] text) {
        return Arrays.copyOfRange(text, errorStart, errorEnd);
    }

    private static byte[] spliced(byte[] text, int start, int end, byte[] value) {
        byte[] changed = new byte[text.length - (end - start) + value.length];
        System.arraycopy(text, 0, changed, 0, start);
        System.arraycopy(value, 0, changed, start, value.length);
        System.arraycopy(text, end, changed, start + value.length, text.length - end);
        return changed;
    }

    /** One reading. */
    private static final class Reader {
        private final byte[] text;
        private final JsonCursor cursor = new JsonCursor(MAX_DEPTH);
        private String type = "";
        private @Nullable String id;
        private @Nullable String eventId;
        private @Nullable String responseId;
        private boolean failed;
        private @Nullable TokenUsage usage;
        private int models;
        private int modelStart = -1;
        private int modelEnd;
        private @Nullable String message;
        private int errorStart = -1;
        private int errorEnd;

        private Reader(byte[] text) {
            this.text = text;
        }

        private RealtimeEvent event() {
            return new RealtimeEvent(
                    type,
                    id,
                    eventId,
                    responseId,
                    failed,
                    usage,
                    models,
                    modelStart,
                    modelEnd,
                    message,
                    errorStart,
                    errorEnd);
        }

        private void read() {
            try {
                cursor.open(text, 0, text.length);
                cursor.enterObject();
                while (cursor.nextMember()) {
                    if (cursor.tokenIs("type") && cursor.peek() == '"') {
                        cursor.string();
                        type = word(cursor);
                    } else if (cursor.tokenIs("event_id") && cursor.peek() == '"') {
                        cursor.string();
                        id = word(cursor);
                    } else if (cursor.tokenIs("response") && cursor.peek() == '{') {
                        response();
                    } else if (cursor.tokenIs("session") && cursor.peek() == '{') {
                        session();
                    } else if (cursor.tokenIs("error") && cursor.peek() == '{') {
                        error();
                    } else {
                        cursor.skip();
                    }
                }
            } catch (JsonSyntaxException e) {
                // What stood before the fault counts.
            }
        }

        private void response() {
            cursor.enterObject();
            while (cursor.nextMember()) {
                if (cursor.tokenIs("id") && cursor.peek() == '"') {
                    cursor.string();
                    responseId = word(cursor);
                } else if (cursor.tokenIs("status") && cursor.peek() == '"') {
                    cursor.string();
                    failed = cursor.tokenIs("failed");
                } else if (cursor.tokenIs("status_details") && cursor.peek() == '{') {
                    details();
                } else if (cursor.tokenIs("usage") && cursor.peek() == '{') {
                    usage = RealtimeUsage.read(cursor);
                } else {
                    cursor.skip();
                }
            }
        }

        private void details() {
            cursor.enterObject();
            while (cursor.nextMember()) {
                if (cursor.tokenIs("error") && cursor.peek() == '{') {
                    error();
                } else {
                    cursor.skip();
                }
            }
        }

        private void session() {
            cursor.enterObject();
            while (cursor.nextMember()) {
                if (cursor.tokenIs("model") && cursor.peek() == '"') {
                    int start = cursor.position();
                    cursor.string();
                    models++;
                    modelStart = start;
                    modelEnd = cursor.position();
                } else {
                    cursor.skip();
                }
            }
        }

        private void error() {
            int start = cursor.position();
            cursor.enterObject();
            while (cursor.nextMember()) {
                if (cursor.tokenIs("event_id") && cursor.peek() == '"') {
                    cursor.string();
                    eventId = word(cursor);
                } else if (cursor.tokenIs("message") && cursor.peek() == '"') {
                    cursor.string();
                    message = cursor.token();
                } else {
                    cursor.skip();
                }
            }
            errorStart = start;
            errorEnd = cursor.position();
        }
    }
}
