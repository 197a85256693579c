package io.sluice.domain.json;

/** Adds what a part of a request costs as input, while the cursor walks over it. */
final class InputCount {
    private final JsonCursor cursor;
    private final TokenEstimate estimate = new TokenEstimate();

    InputCount(JsonCursor cursor) {
        this.cursor = cursor;
    }

    /** Adds {@code tokens} that stand for no text. */
    void addTokens(long tokens) {
        estimate.addTokens(tokens);
    }

    /** Counts the value here as what a model reads: the contents of strings, and token ids, but not names. */
    void text() {
        walk(false);
    }

    /** Counts the value here as a schema, which a model reads whole: names and structure too. */
    void schema() {
        walk(true);
    }

    /** Adds the string that the cursor has just read. */
    void string() {
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

    /** Counts a member's name. False when that was all: the value is an image or sound and has been skipped. */
    private boolean enters(boolean schema) {
        if (schema) {
            estimate.addUnits(cursor.tokenUnits() + TokenEstimate.UNITS_PER_TOKEN);
        } else if (cursor.tokenIs("image_url") || cursor.tokenIs("input_audio")) {
            int start = cursor.position();
            cursor.skip();
            estimate.addMedia(cursor.position() - start);
            return false;
        }
        return true;
    }

    /** Tokens so far with the margin that makes the guess an upper one: ten percent, rounded up. */
    long upperTokens() {
        return Math.ceilDiv(estimate.tokens() * 11, 10L);
    }
}
