package io.sluice.domain.sse;

import io.sluice.domain.json.JsonCursor;
import io.sluice.domain.json.JsonSyntaxException;
import io.sluice.domain.json.TokenEstimate;
import io.sluice.domain.tokens.TokenUsage;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Reads the JSON of one chunk after another, and remembers what they say together. */
final class ChunkReader implements EventReader {
    private static final int MAX_DEPTH = 128;
    private static final int MAX_CHOICE = 1_023;

    private final JsonCursor cursor = new JsonCursor(MAX_DEPTH);
    private final UsageReader usageReader = new UsageReader(cursor);
    private final TokenEstimate estimate = new TokenEstimate();
    private final BitSet started = new BitSet();
    private final BitSet finished = new BitSet();
    private byte[] text = new byte[0];
    private @Nullable TokenUsage usage;
    private int modelStart;
    private int modelEnd;
    private boolean wellFormed;
    private boolean error;
    private boolean noChoices;
    private boolean hasUsage;
    private boolean sawChoice;

    @Override
    public void read(byte[] json, int from, int to) {
        text = json;
        modelStart = -1;
        modelEnd = -1;
        wellFormed = false;
        error = false;
        noChoices = false;
        hasUsage = false;
        try {
            cursor.open(json, from, to);
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

    /** Whether the last chunk was JSON, whole. */
    @Override
    public boolean isWellFormed() {
        return wellFormed;
    }

    /** Whether the last chunk reports an error. */
    @Override
    public boolean isError() {
        return error;
    }

    /** Whether the last chunk holds nothing but the usage: an empty list of choices, and numbers. */
    @Override
    public boolean isUsageChunk() {
        return wellFormed && noChoices && hasUsage;
    }

    /** The last chunk of this dialect is no JSON. */
    @Override
    public boolean isLast() {
        return false;
    }

    /** Where the last chunk's model stands, quotes included; -1 when it names none. */
    @Override
    public int modelStart() {
        return modelStart;
    }

    /** Behind the last chunk's model. */
    @Override
    public int modelEnd() {
        return modelEnd;
    }

    /** The newest usage of all chunks; it replaces what came before. */
    @Override
    public @Nullable TokenUsage usage() {
        return usage;
    }

    /** Estimate over the text of all chunks. */
    @Override
    public TokenEstimate estimate() {
        return estimate;
    }

    /** Whether any chunk had a choice. */
    @Override
    public boolean sawChoice() {
        return sawChoice;
    }

    /** Whether every choice that began has named its finish reason. */
    @Override
    public boolean allFinished() {
        return !started.isEmpty() && finished.cardinality() == started.cardinality();
    }

    private void member() {
        if (cursor.tokenIs("choices")) {
            choices();
        } else if (cursor.tokenIs("usage")) {
            usage(cursor.peek() == '{');
        } else if (cursor.tokenIs("model") && cursor.peek() == '"') {
            int start = cursor.position();
            cursor.string();
            if (cursor.tokenEnd() > cursor.tokenStart()) {
                modelStart = start;
                modelEnd = cursor.position();
            }
        } else if (cursor.tokenIs("error")) {
            error |= truthy();
        } else if (cursor.tokenIs("object") && cursor.peek() == '"') {
            cursor.string();
            error |= cursor.tokenIs("error");
        } else {
            cursor.skip();
        }
    }

    private void usage(boolean isObject) {
        TokenUsage found = null;
        if (isObject) {
            found = usageReader.read();
        } else {
            cursor.skip();
        }
        if (found != null) {
            usage = found;
            hasUsage = true;
        }
    }

    private boolean truthy() {
        switch (cursor.peek()) {
            case '{' -> {
                // Said before the object is read: it may be cut.
                error = true;
                cursor.skip();
                return true;
            }
            case '"' -> {
                cursor.string();
                return cursor.tokenEnd() > cursor.tokenStart();
            }
            case 'n', 'f', '0' -> {
                cursor.scalar();
                return false;
            }
            default -> {
                cursor.skip();
                return true;
            }
        }
    }

    private void choices() {
        if (cursor.peek() != '[') {
            cursor.skip();
            return;
        }
        cursor.enterArray();
        noChoices = true;
        while (cursor.nextElement()) {
            noChoices = false;
            sawChoice = true;
            if (cursor.peek() == '{') {
                choice();
            } else {
                cursor.skip();
            }
        }
    }

    private void choice() {
        int index = 0;
        boolean ends = false;
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.tokenIs("index") && cursor.peek() != '"') {
                index = index();
            } else if (cursor.tokenIs("finish_reason") && cursor.peek() == '"') {
                cursor.string();
                ends = cursor.tokenEnd() > cursor.tokenStart();
            } else if (cursor.tokenIs("delta") || cursor.tokenIs("text") || cursor.tokenIs("message")) {
                text();
            } else {
                cursor.skip();
            }
        }
        started.set(index);
        if (ends) {
            finished.set(index);
        }
    }

    private int index() {
        int start = cursor.position();
        cursor.skip();
        if (cursor.position() - start > 4 || cursor.tokenEnd() != cursor.position()) {
            return 0;
        }
        try {
            return Math.clamp(Integer.parseInt(cursor.token()), 0, MAX_CHOICE);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Counts what the model wrote: content, reasoning, names and arguments of tools; not what merely labels it. */
    private void text() {
        int floor = cursor.depth();
        boolean more = true;
        while (more) {
            switch (cursor.peek()) {
                case '{' -> cursor.enterObject();
                case '[' -> cursor.enterArray();
                case '"' -> {
                    cursor.string();
                    estimate.addString(text, cursor);
                }
                default -> cursor.scalar();
            }
            more = cursor.nextValue(floor);
            while (more && cursor.inObject() && isLabel()) {
                cursor.skip();
                more = cursor.nextValue(floor);
            }
        }
    }

    private boolean isLabel() {
        return cursor.tokenIs("role") || cursor.tokenIs("id") || cursor.tokenIs("type");
    }
}
