package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.sluice.domain.json.JsonCursor;
import io.sluice.domain.json.JsonSyntaxException;
import io.sluice.domain.json.TokenEstimate;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/** Reads the JSON of one event after another that tells of pictures or sound. */
final class MediaEventReader {
    private static final int MAX_DEPTH = 128;
    private static final int LONGEST_TYPE = 64;

    private final JsonCursor cursor = new JsonCursor(MAX_DEPTH);
    private final UsageReader usageReader = new UsageReader(cursor);
    private final TokenEstimate estimate = new TokenEstimate();
    private @Nullable TokenUsage usage;
    private String type = "";
    private boolean hasError;
    private boolean wellFormed;

    /**
     * Reads one event. Of text that is no JSON, or is cut, what stood before the fault counts.
     *
     * @param text holds it
     * @param from first byte
     * @param to behind the last byte
     */
    void read(byte[] text, int from, int to) {
        type = "";
        hasError = false;
        wellFormed = false;
        try {
            cursor.open(text, from, to);
            cursor.enterObject();
            while (cursor.nextMember()) {
                member();
            }
            cursor.finish();
            wellFormed = true;
        } catch (JsonSyntaxException e) {
            wellFormed = false;
        }
    }

    private void member() {
        if (cursor.tokenIs("type") && cursor.peek() == '"') {
            cursor.string();
            type = cursor.tokenEnd() - cursor.tokenStart() > LONGEST_TYPE ? "" : cursor.token();
        } else if (cursor.tokenIs("usage") && cursor.peek() == '{') {
            found(usageReader.read());
        } else if (cursor.tokenIs("delta") && cursor.peek() == '"') {
            cursor.string();
            estimate.addUnits(cursor.tokenUnits());
        } else if (cursor.tokenIs("error")) {
            // Said before the object is read: it may be cut.
            hasError = cursor.peek() == '{' || cursor.peek() == '"';
            cursor.skip();
        } else {
            cursor.skip();
        }
    }

    /**
     * Takes the event's own name for its type, where its JSON has not told one.
     *
     * @param event the event from its first byte
     * @param from first byte
     * @param to behind the last byte
     */
    void nameIfUntyped(byte[] event, int from, int to) {
        if (type.isEmpty()) {
            String head = new String(event, from, Math.min(to - from, LONGEST_TYPE), ISO_8859_1);
            int end = head.indexOf('\n');
            if (head.startsWith("event:") && end > 0) {
                type = head.substring("event:".length(), end).strip();
            }
        }
    }

    /** Takes a usage that was found elsewhere. */
    void found(@Nullable TokenUsage more) {
        usage = more == null ? usage : more;
    }

    /** Whether the last event is an error. */
    boolean isError() {
        return hasError || type.equals("error");
    }

    /** Whether the last event ends a picture, a sound or a transcript. */
    boolean isTerminal() {
        return type.endsWith(".completed") || type.endsWith(".done");
    }

    /** Whether the last event was JSON, whole. */
    boolean isWellFormed() {
        return wellFormed;
    }

    /** The newest usage of all events. */
    @Nullable
    TokenUsage usage() {
        return usage;
    }

    /** Estimate over the text of all events. */
    TokenEstimate estimate() {
        return estimate;
    }
}
