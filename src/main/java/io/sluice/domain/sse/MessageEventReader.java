package io.sluice.domain.sse;

import io.sluice.domain.json.JsonCursor;
import io.sluice.domain.json.JsonSyntaxException;
import io.sluice.domain.json.TokenEstimate;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/** Reads the events of one Anthropic answer (Anthropic API reference, Streaming Messages, 2026). */
final class MessageEventReader implements EventReader {
    private static final int MAX_DEPTH = 128;

    private final JsonCursor cursor = new JsonCursor(MAX_DEPTH);
    private final MessageUsage usage = new MessageUsage();
    private final TokenEstimate estimate = new TokenEstimate();
    private byte[] json = new byte[0];
    private int modelStart;
    private int modelEnd;
    private boolean wellFormed;
    private boolean error;
    private boolean last;
    private boolean sawContent;
    private boolean finished;

    @Override
    public void read(byte[] text, int from, int to) {
        json = text;
        modelStart = -1;
        modelEnd = -1;
        wellFormed = false;
        error = false;
        last = false;
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
            error |= cursor.tokenIs("error");
            last |= cursor.tokenIs("message_stop");
            sawContent |= cursor.tokenIs("content_block_start") || cursor.tokenIs("content_block_delta");
        } else if (cursor.tokenIs("delta")) {
            delta();
        } else if (cursor.tokenIs("message")) {
            message();
        } else if (cursor.tokenIs("content_block")) {
            delta();
        } else if (cursor.tokenIs("usage")) {
            usage.read(cursor);
        } else if (cursor.tokenIs("error") && cursor.peek() == '{') {
            // Said before the object is read: it may be cut.
            error = true;
            cursor.skip();
        } else {
            cursor.skip();
        }
    }

    /** What text a block begins with or gets, or why the message ended. */
    private void delta() {
        if (cursor.peek() != '{') {
            cursor.skip();
            return;
        }
        cursor.enterObject();
        while (cursor.nextMember()) {
            boolean text = cursor.tokenIs("text")
                    || cursor.tokenIs("partial_json")
                    || cursor.tokenIs("thinking")
                    || cursor.tokenIs("name");
            boolean reason = cursor.tokenIs("stop_reason");
            if ((text || reason) && cursor.peek() == '"') {
                cursor.string();
                finished |= reason;
                if (text) {
                    estimate.addString(json, cursor);
                }
            } else {
                cursor.skip();
            }
        }
    }

    private void message() {
        if (cursor.peek() != '{') {
            cursor.skip();
            return;
        }
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.tokenIs("usage")) {
                usage.read(cursor);
            } else if (cursor.tokenIs("model") && cursor.peek() == '"') {
                int start = cursor.position();
                cursor.string();
                if (cursor.tokenEnd() > cursor.tokenStart()) {
                    modelStart = start;
                    modelEnd = cursor.position();
                }
            } else {
                cursor.skip();
            }
        }
    }

    @Override
    public boolean isWellFormed() {
        return wellFormed;
    }

    @Override
    public boolean isError() {
        return error;
    }

    /** The usage stands in events that say other things too. */
    @Override
    public boolean isUsageChunk() {
        return false;
    }

    @Override
    public boolean isLast() {
        return last && wellFormed;
    }

    @Override
    public int modelStart() {
        return modelStart;
    }

    @Override
    public int modelEnd() {
        return modelEnd;
    }

    @Override
    public @Nullable TokenUsage usage() {
        return usage.usage();
    }

    @Override
    public TokenEstimate estimate() {
        return estimate;
    }

    @Override
    public boolean sawChoice() {
        return sawContent;
    }

    @Override
    public boolean allFinished() {
        return finished;
    }
}
