package io.sluice.domain.json;

import io.sluice.domain.chat.ChatDialect;

/**
 * Reads the fields that carry a request's input while the cursor walks over them: what they cost as tokens, how many
 * prompts they are, and a hash of where they begin.
 */
final class InputReader {
    private static final int PROMPT_BEGINNING = 1_024;
    private static final int TOKENS_PER_MESSAGE = 3;
    private static final int TOKENS_OF_REPLY = 3;
    private static final long SEED_PROMPT = 3;
    private static final long SEED_SYSTEM = 4;

    /**
     * What stands in a dialect's input and is no text.
     *
     * @param media members that hold an image, sound or file
     * @param silent members that hold what only the provider reads and does not count as it stands: signatures
     * @param base64Data whether a member {@code data} may be text as well as base64
     */
    private record Names(String[] media, String[] silent, boolean base64Data) {}

    private static final Names OPENAI = new Names(new String[] {"image_url", "input_audio"}, new String[0], false);
    private static final Names ANTHROPIC = new Names(new String[0], new String[] {"signature"}, true);
    private static final Names GEMINI = new Names(
            new String[] {"inlineData", "inline_data", "fileData", "file_data"},
            new String[] {"thoughtSignature", "thought_signature"},
            false);

    private final JsonCursor cursor;
    private final byte[] body;
    private final Names names;
    private final TokenEstimate estimate = new TokenEstimate();
    private boolean found;
    private int prompts = 1;
    private long beginningHash;
    private long systemHash;

    /**
     * A reader of one request.
     *
     * @param cursor walks over it
     * @param body holds it
     * @param dialect what it is written in
     */
    InputReader(JsonCursor cursor, byte[] body, ChatDialect dialect) {
        this.cursor = cursor;
        this.body = body;
        this.names = dialect == ChatDialect.ANTHROPIC ? ANTHROPIC : dialect == ChatDialect.GEMINI ? GEMINI : OPENAI;
    }

    /** Whether there was an input. */
    boolean found() {
        return found;
    }

    /** How many prompts a list of prompts has; else 1. */
    int prompts() {
        return prompts;
    }

    /** Hash of the instructions and of the prompt up to its first message of a user; 0 for none. */
    long hash() {
        return beginningHash == 0 || systemHash == 0 ? beginningHash : Long.rotateLeft(systemHash, 1) ^ beginningHash;
    }

    /** Tokens so far with the margin that makes the guess an upper one: ten percent, rounded up. */
    long upperTokens() {
        return Math.ceilDiv(estimate.tokens() * 11, 10L);
    }

    /** Messages of a chat, each with a role. */
    void messages() {
        turns("messages", true, false);
    }

    /** Gemini's turns; without a role they are a user's. */
    void contents() {
        turns("contents", false, false);
    }

    /** A text, or the items of a response. */
    void items() {
        if (cursor.peek() == '[') {
            turns("input", false, true);
        } else {
            prompt("input");
        }
    }

    private void turns(String param, boolean withRole, boolean mayBeEmpty) {
        if (cursor.peek() != '[') {
            throw FieldValues.wrongType(cursor, param, "an array of objects");
        }
        found = true;
        int start = cursor.position();
        int beginning = -1;
        int count = 0;
        cursor.enterArray();
        while (cursor.nextElement()) {
            boolean fromUser = turn(param, count++, withRole);
            if (fromUser && beginning < 0) {
                beginning = cursor.position();
            }
        }
        if (count == 0 && !mayBeEmpty) {
            throw RequestFaults.emptyArray(param);
        }
        estimate.addTokens((long) count * TOKENS_PER_MESSAGE + TOKENS_OF_REPLY);
        beginningHash = ByteHash.of(body, start, beginning < 0 ? cursor.position() : beginning, SEED_PROMPT);
    }

    /** Reads one message; tells whether a user speaks. */
    private boolean turn(String param, int index, boolean withRole) {
        if (cursor.peek() != '{') {
            throw FieldValues.wrongType(cursor, param + "[" + index + "]", "an object");
        }
        boolean hasRole = false;
        boolean fromUser = false;
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.tokenIs("role")) {
                if (cursor.peek() != '"') {
                    throw FieldValues.wrongType(cursor, param + "[" + index + "].role", "a string");
                }
                cursor.string();
                string();
                hasRole = true;
                fromUser = cursor.tokenIs("user");
            } else {
                text();
            }
        }
        if (!hasRole && withRole) {
            throw RequestFaults.missing(param + "[" + index + "].role");
        }
        return fromUser || !hasRole && names == GEMINI;
    }

    /** One prompt or several. */
    void prompt(String param) {
        int start = cursor.position();
        switch (cursor.peek()) {
            case '"' -> text();
            case '[' -> promptList();
            case 'n' -> {
                cursor.scalar();
                return;
            }
            default -> throw FieldValues.wrongType(cursor, param, "a string or an array");
        }
        beginsAt(start);
    }

    /** A list of prompts, or one prompt as a list of token ids. */
    private void promptList() {
        int texts = 0;
        cursor.enterArray();
        while (cursor.nextElement()) {
            if (cursor.peek() == '"' || cursor.peek() == '[') {
                texts++;
            }
            text();
        }
        prompts = Math.max(1, texts);
    }

    /** A question in whatever form; {@code null} is none. */
    void question() {
        found |= cursor.peek() != 'n';
        text();
    }

    /** More to read beside the input. */
    void more() {
        text();
    }

    /** An object that is the whole input. */
    void whole(String param) {
        if (cursor.peek() != '{') {
            throw FieldValues.wrongType(cursor, param, "an object");
        }
        int start = cursor.position();
        text();
        beginsAt(start);
    }

    /** Objects, each of which is an input. */
    void batch(String param) {
        if (cursor.peek() != '[') {
            throw FieldValues.wrongType(cursor, param, "an array of objects");
        }
        int start = cursor.position();
        int count = 0;
        cursor.enterArray();
        while (cursor.nextElement()) {
            if (cursor.peek() != '{') {
                throw FieldValues.wrongType(cursor, param + "[" + count + "]", "an object");
            }
            text();
            count++;
        }
        if (count == 0) {
            throw RequestFaults.emptyArray(param);
        }
        beginsAt(start);
    }

    private void beginsAt(int start) {
        found = true;
        int end = Math.min(cursor.position(), start + PROMPT_BEGINNING);
        beginningHash = ByteHash.of(body, start, end, SEED_PROMPT);
    }

    /** What stands for an input that the provider has stored; {@code null} stands for nothing. */
    void stored() {
        found |= cursor.peek() != 'n';
        text();
    }

    /** Instructions before the first message, which belong to its beginning. */
    void system() {
        int start = cursor.position();
        boolean some = cursor.peek() != 'n';
        text();
        if (some) {
            systemHash = ByteHash.of(body, start, Math.min(cursor.position(), start + PROMPT_BEGINNING), SEED_SYSTEM);
        }
    }

    /** Counts the value here as what a model reads: the contents of strings, and token ids, but not names. */
    private void text() {
        walk(false);
    }

    /** Counts the value here as a schema, which a model reads whole: names and structure too. */
    void schema() {
        walk(true);
    }

    /** Adds the string that the cursor has just read. */
    private void string() {
        if (cursor.tokenIsDataUrl()) {
            estimate.addMedia(cursor.tokenEnd() - cursor.tokenStart());
        } else {
            estimate.addUnits(cursor.tokenUnits());
        }
    }

    private void walk(boolean schema) {
        int floor = cursor.depth();
        boolean more = true;
        while (more) {
            switch (cursor.peek()) {
                case '{' -> cursor.enterObject();
                case '[' -> cursor.enterArray();
                case '"' -> {
                    cursor.string();
                    string();
                }
                default -> {
                    if (cursor.scalar()) {
                        estimate.addTokens(1);
                    }
                }
            }
            more = cursor.nextValue(floor);
            while (more && cursor.inObject() && !enters(schema)) {
                more = cursor.nextValue(floor);
            }
        }
    }

    /** Counts a member's name. False when that was all: the value is no text and has been skipped. */
    private boolean enters(boolean schema) {
        if (schema) {
            estimate.addUnits(cursor.tokenUnits() + TokenEstimate.UNITS_PER_TOKEN);
            return true;
        }
        if (isOneOf(names.media)) {
            int start = cursor.position();
            cursor.skip();
            estimate.addMedia(cursor.position() - start);
            return false;
        }
        if (isOneOf(names.silent)) {
            cursor.skip();
            return false;
        }
        if (names.base64Data && cursor.tokenIs("data") && cursor.peek() == '"') {
            cursor.string();
            if (isBase64()) {
                estimate.addMedia(cursor.tokenEnd() - cursor.tokenStart());
            } else {
                string();
            }
            return false;
        }
        return true;
    }

    private boolean isOneOf(String[] some) {
        for (String name : some) {
            if (cursor.tokenIs(name)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the string that the cursor has just read can be base64; text has a blank sooner or later. */
    private boolean isBase64() {
        for (int i = cursor.tokenStart(); i < cursor.tokenEnd(); i++) {
            int b = body[i];
            boolean fits = b >= 'a' && b <= 'z'
                    || b >= 'A' && b <= 'Z'
                    || b >= '0' && b <= '9'
                    || b == '+'
                    || b == '/'
                    || b == '\\'
                    || b == '=';
            if (!fits) {
                return false;
            }
        }
        return true;
    }
}
