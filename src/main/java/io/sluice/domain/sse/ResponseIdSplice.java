package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the ids of stored responses in an answer that is cut anywhere, in flat memory: follows strings and brackets, and
 * holds back an id alone. In a whole answer {@code id} and {@code previous_response_id} of the object; in events those of their
 * {@code response}, and {@code response_id} beside it. Ids of items are left.
 */
final class ResponseIdSplice {
    /** The most bytes of a text that may be an id. */
    private static final int MOST_ID = 1_024;

    /** More than any name that is looked for. */
    private static final int MOST_NAME = 32;

    private static final byte[] ID = "id".getBytes(US_ASCII);
    private static final byte[] PREVIOUS = "previous_response_id".getBytes(US_ASCII);
    private static final byte[] RESPONSE = "response".getBytes(US_ASCII);
    private static final byte[] RESPONSE_ID = "response_id".getBytes(US_ASCII);
    private static final byte[] DATA = "data".getBytes(US_ASCII);
    private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private enum Line {
        /** Before or in the name of an event's field. */
        FIELD,
        /** In the data. */
        DATA,
        /** In a line that is not data. */
        OTHER
    }

    private final boolean events;
    private final Function<String, @Nullable String> naming;
    private final HeldBytes name = new HeldBytes();
    private final HeldBytes id = new HeldBytes();
    private @Nullable ByteArrayOutputStream out;
    private int copied;
    private int marks;
    private Line line;
    private int field;
    private boolean isData = true;
    private boolean afterCr;
    private int depth;
    private boolean object;
    private boolean response;
    private boolean afterColon;
    private boolean inString;
    private boolean escaped;
    private boolean inName;
    private boolean holding;

    /**
     * Begins.
     *
     * @param events whether the answer is an event stream
     * @param naming what the client calls a provider's id; null leaves it
     */
    ResponseIdSplice(boolean events, Function<String, @Nullable String> naming) {
        this.events = events;
        this.naming = naming;
        this.line = events ? Line.FIELD : Line.DATA;
    }

    /** Takes the next piece; returns what becomes of it, the same array when nothing changes. */
    byte[] feed(byte[] chunk) {
        out = null;
        copied = 0;
        if (holding) {
            changed(chunk);
        }
        int at = 0;
        while (at < chunk.length) {
            at = line == Line.DATA ? json(chunk, at) : outside(chunk, at);
        }
        ByteArrayOutputStream made = out;
        if (made == null) {
            return chunk;
        }
        made.write(chunk, copied, chunk.length - copied);
        return made.toByteArray();
    }

    /** What is held at the end of the answer, as it came. */
    byte[] end() {
        byte[] rest = id.copy();
        id.clear();
        holding = false;
        return rest;
    }

    private ByteArrayOutputStream changed(byte[] chunk) {
        ByteArrayOutputStream made = out;
        if (made == null) {
            made = new ByteArrayOutputStream(chunk.length + MOST_ID);
            out = made;
        }
        return made;
    }

    private int outside(byte[] chunk, int at) {
        byte b = chunk[at];
        if (b == '\n' || b == '\r') {
            newLine(b);
        } else {
            afterCr = false;
            if (line == Line.FIELD) {
                field(b);
            }
        }
        return at + 1;
    }

    private void field(byte b) {
        if (marks >= 0 && marks < MARK.length && b == MARK[marks]) {
            marks++;
            return;
        }
        marks = -1;
        if (b == ':') {
            line = isData && field == DATA.length ? Line.DATA : Line.OTHER;
        } else {
            isData &= field < DATA.length && b == DATA[field];
            field = Math.min(field + 1, DATA.length + 1);
        }
    }

    private void newLine(byte b) {
        if (b == '\n' && afterCr) {
            afterCr = false;
            return;
        }
        afterCr = b == '\r';
        if (line == Line.FIELD && field == 0) {
            // A blank line: the next event begins.
            depth = 0;
            afterColon = false;
            inString = false;
        }
        marks = -1;
        line = Line.FIELD;
        field = 0;
        isData = true;
    }

    private int json(byte[] chunk, int at) {
        byte b = chunk[at];
        if (isLineEnd(b)) {
            if (holding) {
                release(chunk);
            }
            newLine(b);
            return at + 1;
        }
        afterCr = false;
        if (inString) {
            return string(chunk, at);
        }
        switch (b) {
            case '"' -> open(chunk, at);
            case '{', '[' -> {
                depth++;
                if (depth == 1) {
                    object = b == '{';
                } else if (depth == 2) {
                    response = events && object && b == '{' && isNamed(RESPONSE);
                }
                afterColon = false;
            }
            case '}', ']' -> {
                depth = Math.max(0, depth - 1);
                afterColon = false;
            }
            case ':' -> afterColon = true;
            case ',' -> afterColon = false;
            default -> {}
        }
        return at + 1;
    }

    private boolean isLineEnd(byte b) {
        return events && (b == '\n' || b == '\r');
    }

    private void open(byte[] chunk, int at) {
        inString = true;
        escaped = false;
        boolean read = depth == 1 && object || depth == 2 && response;
        inName = read && !afterColon;
        if (inName) {
            name.clear();
        } else if (read && isId()) {
            changed(chunk).write(chunk, copied, at - copied);
            id.clear();
            id.add(chunk, at, at + 1);
            copied = at + 1;
            holding = true;
        }
    }

    private boolean isId() {
        return events && depth == 1 ? isNamed(RESPONSE_ID) : isNamed(ID) || isNamed(PREVIOUS);
    }

    private boolean isNamed(byte[] expected) {
        return Arrays.equals(name.array(), 0, name.length(), expected, 0, expected.length);
    }

    private int string(byte[] chunk, int at) {
        int i = at;
        boolean closed = false;
        while (i < chunk.length && !closed && !isLineEnd(chunk[i])) {
            byte b = chunk[i++];
            closed = b == '"' && !escaped;
            escaped = b == '\\' && !escaped;
        }
        inString = !closed;
        if (inName) {
            name.add(chunk, at, Math.min(closed ? i - 1 : i, at + MOST_NAME - name.length()));
        } else if (holding) {
            hold(chunk, i, closed);
        }
        return i;
    }

    /** Takes more of what may be an id, up to {@code to}. */
    private void hold(byte[] chunk, int to, boolean closed) {
        int taken = Math.min(to, copied + MOST_ID - id.length());
        id.add(chunk, copied, taken);
        copied = taken;
        if (taken < to) {
            release(chunk);
        } else if (closed) {
            String told = naming.apply(new String(id.array(), 1, id.length() - 2, ISO_8859_1));
            if (told != null) {
                id.clear();
                byte[] text = ('"' + told + '"').getBytes(US_ASCII);
                id.add(text, 0, text.length);
            }
            release(chunk);
        }
    }

    private void release(byte[] chunk) {
        holding = false;
        changed(chunk).write(id.array(), 0, id.length());
        id.clear();
    }
}
