package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * Walks over JSON text once, forwards, and checks every byte of it against RFC 8259, UTF-8 included. Builds nothing and
 * never recurses, so neither depth nor length of the text costs more than time. Bounds: the given depth, numbers of
 * {@value #MAX_NUMBER} characters, member names of {@value #MAX_NAME} bytes. Escaped halves of surrogate pairs may stand
 * alone, as providers take them.
 *
 * <p>The caller walks down where it wants to know something and calls {@link #skip()} where it does not:
 *
 * <pre>{@code
 * cursor.enterObject();
 * while (cursor.nextMember()) { // the cursor stands at the member's value
 *     cursor.skip();
 * }
 * cursor.finish();
 * }</pre>
 *
 * Every method throws {@link JsonSyntaxException} for text that is wrong. For one thread; may be used again.
 */
public final class JsonCursor {
    /** The most characters of a number. */
    public static final int MAX_NUMBER = 64;

    /** The most bytes of a member's name. */
    public static final int MAX_NAME = 256;

    /** What a plain ASCII character of a string weighs; -1 for a byte that needs a look. */
    private static final short[] PLAIN = plain();

    private final int maxDepth;
    private final long[] objects;
    private byte[] text = new byte[0];
    private int at;
    private int to;
    private int depth;
    private boolean fresh;
    private int tokenStart;
    private int tokenEnd;
    private long units;

    /**
     * A cursor without a text; {@link #open} gives it one.
     *
     * @param maxDepth how deep objects and arrays may stand in each other; 1 or more
     */
    public JsonCursor(int maxDepth) {
        this.maxDepth = maxDepth;
        this.objects = new long[(maxDepth >>> 6) + 1];
    }

    private static short[] plain() {
        short[] plain = new short[256];
        for (int b = 0; b < plain.length; b++) {
            boolean special = b < 0x20 || b == '"' || b == '\\' || b >= 0x80;
            plain[b] = (short) (special ? -1 : TokenEstimate.weight(b));
        }
        return plain;
    }

    /**
     * Takes a text and stands before its first byte.
     *
     * @param newText holds it; read, never changed
     * @param from first byte
     * @param end behind the last byte
     */
    public void open(byte[] newText, int from, int end) {
        text = newText;
        at = from;
        to = end;
        depth = 0;
        fresh = false;
    }

    /** Offset of the next byte that is read. */
    public int position() {
        return at;
    }

    /** How many objects and arrays stand open. */
    public int depth() {
        return depth;
    }

    /** Whether the innermost open container is an object. */
    public boolean inObject() {
        return (objects[depth >>> 6] >>> depth & 1) != 0;
    }

    /** First byte of the last name, string (without its quotes), number or literal. */
    public int tokenStart() {
        return tokenStart;
    }

    /** Behind the last byte of the last name, string (without its quotes), number or literal. */
    public int tokenEnd() {
        return tokenEnd;
    }

    /** Whether the last name or string stands for {@code expected}, in ASCII, however it is written. */
    public boolean tokenIs(String expected) {
        return JsonText.equals(text, tokenStart, tokenEnd, expected);
    }

    /** The text of the last name, string, number or literal. */
    public String token() {
        return JsonText.decode(text, tokenStart, tokenEnd);
    }

    /** What the last name or string weighs, in units of {@link TokenEstimate}. */
    public long tokenUnits() {
        return units;
    }

    /** Whether the last string is a {@code data:} URL in base64. */
    public boolean tokenIsDataUrl() {
        if (tokenEnd - tokenStart < 13 || text[tokenStart] != 'd' || text[tokenStart + 4] != ':') {
            return false;
        }
        String head = new String(text, tokenStart, Math.min(tokenEnd - tokenStart, 128), ISO_8859_1);
        return head.startsWith("data:") && head.contains(";base64,");
    }

    /** Skips white space. Returns the byte that follows, which tells what the value is; -1 at the end. */
    public int peek() {
        while (at < to) {
            int b = text[at];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b & 0xff;
            }
            at++;
        }
        return -1;
    }

    /** Steps into the object that begins here. */
    public void enterObject() {
        enter('{');
        objects[depth >>> 6] |= 1L << depth;
    }

    /** Steps into the array that begins here. */
    public void enterArray() {
        enter('[');
        objects[depth >>> 6] &= ~(1L << depth);
    }

    private void enter(int bracket) {
        if (peek() != bracket) {
            throw unexpected();
        }
        if (depth == maxDepth) {
            throw new JsonSyntaxException("nested deeper than " + maxDepth, at);
        }
        at++;
        depth++;
        fresh = true;
    }

    private void leave() {
        at++;
        depth--;
        fresh = false;
    }

    /** Goes to the next member of the open object: reads its name and stands at its value. False, and out, at its end. */
    public boolean nextMember() {
        if (peek() == '}') {
            leave();
            return false;
        }
        comma();
        string();
        if (tokenEnd - tokenStart > MAX_NAME) {
            throw new JsonSyntaxException("name longer than " + MAX_NAME + " bytes", tokenStart);
        }
        if (peek() != ':') {
            throw unexpected();
        }
        at++;
        peek();
        return true;
    }

    /** Goes to the next element of the open array and stands at it. False, and out, at the array's end. */
    public boolean nextElement() {
        if (peek() == ']') {
            leave();
            return false;
        }
        comma();
        peek();
        return true;
    }

    private void comma() {
        if (!fresh) {
            if (peek() != ',') {
                throw unexpected();
            }
            at++;
        }
        fresh = false;
    }

    /** Goes over the value that begins here, whatever it is. */
    public void skip() {
        int floor = depth;
        do {
            switch (peek()) {
                case '{' -> enterObject();
                case '[' -> enterArray();
                case '"' -> string();
                default -> scalar();
            }
        } while (nextValue(floor));
    }

    /**
     * Climbs to the next value of the containers that stand open above {@code floor}.
     *
     * @param floor depth at which the walk began
     * @return false when the walk is back there
     */
    public boolean nextValue(int floor) {
        while (depth > floor) {
            if (inObject() ? nextMember() : nextElement()) {
                return true;
            }
        }
        return false;
    }

    /** Makes sure that only white space is left. */
    public void finish() {
        if (peek() >= 0) {
            throw unexpected();
        }
    }

    /** Reads the string that begins here. */
    public void string() {
        if (peek() != '"') {
            throw unexpected();
        }
        int p = at + 1;
        tokenStart = p;
        units = 0;
        while (true) {
            long sum = 0;
            int weight = 0;
            while (p < to && (weight = PLAIN[text[p] & 0xff]) >= 0) {
                sum += weight;
                p++;
            }
            units += sum;
            if (p >= to) {
                throw new JsonSyntaxException("string without end", to);
            }
            byte b = text[p];
            if (b == '"') {
                break;
            }
            p = b == '\\' ? escape(p) : character(p);
        }
        tokenEnd = p;
        at = p + 1;
    }

    /** Checks the escape at {@code p}; returns where it ends. */
    private int escape(int p) {
        int kind = p + 1 < to ? text[p + 1] : -1;
        if (kind == 'u') {
            int c = 0;
            for (int i = p + 2; i < p + 6; i++) {
                int digit = i < to ? Character.digit(text[i], 16) : -1;
                if (digit < 0) {
                    throw new JsonSyntaxException("bad escape in a string", p);
                }
                c = c << 4 | digit;
            }
            units += TokenEstimate.weightOfChar(c);
            return p + 6;
        }
        if (kind < 0 || "\"\\/bfnrt".indexOf(kind) < 0) {
            throw new JsonSyntaxException("bad escape in a string", p);
        }
        units += TokenEstimate.weight(kind == 't' || kind == 'n' ? ' ' : '\\');
        return p + 2;
    }

    /** Checks the character beyond plain ASCII at {@code p} (Unicode 15, table 3-7); returns where it ends. */
    private int character(int p) {
        int lead = text[p] & 0xff;
        if (lead < 0x20) {
            throw new JsonSyntaxException("control character in a string", p);
        }
        int length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
        boolean valid = length > 0 && p + length <= to;
        for (int i = 1; valid && i < length; i++) {
            valid = (text[p + i] & 0xc0) == 0x80;
        }
        if (valid && length > 2) {
            int second = text[p + 1] & 0xff;
            valid = switch (lead) {
                case 0xe0 -> second >= 0xa0;
                case 0xed -> second < 0xa0;
                case 0xf0 -> second >= 0x90;
                case 0xf4 -> second < 0x90;
                default -> true;
            };
        }
        if (!valid) {
            throw new JsonSyntaxException("bad UTF-8", p);
        }
        units += TokenEstimate.weight(lead);
        return p + length;
    }

    /**
     * Reads the number, {@code true}, {@code false} or {@code null} that begins here.
     *
     * @return whether it is a number
     */
    public boolean scalar() {
        int first = peek();
        tokenStart = at;
        units = 0;
        switch (first) {
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> number();
        }
        tokenEnd = at;
        return first != 't' && first != 'f' && first != 'n';
    }

    private void literal(String word) {
        for (int i = 0; i < word.length(); i++, at++) {
            if (at >= to || text[at] != word.charAt(i)) {
                throw unexpected();
            }
        }
    }

    private void number() {
        if (byteHere() == '-') {
            at++;
        }
        if (byteHere() == '0') {
            at++;
        } else {
            digits();
        }
        if (byteHere() == '.') {
            at++;
            digits();
        }
        if ((byteHere() | 0x20) == 'e') {
            at++;
            if (byteHere() == '+' || byteHere() == '-') {
                at++;
            }
            digits();
        }
        if (at - tokenStart > MAX_NUMBER) {
            throw numberTooLong();
        }
    }

    private void digits() {
        int start = at;
        while (byteHere() >= '0' && byteHere() <= '9') {
            if (++at - tokenStart > MAX_NUMBER) {
                throw numberTooLong();
            }
        }
        if (at == start) {
            throw unexpected();
        }
    }

    private JsonSyntaxException numberTooLong() {
        return new JsonSyntaxException("number longer than " + MAX_NUMBER + " characters", tokenStart);
    }

    private int byteHere() {
        return at < to ? text[at] : -1;
    }

    private JsonSyntaxException unexpected() {
        return new JsonSyntaxException(at < to ? "unexpected character" : "unexpected end", at);
    }
}
