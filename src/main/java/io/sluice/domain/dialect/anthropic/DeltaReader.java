package io.sluice.domain.dialect.anthropic;

import io.sluice.domain.json.JsonCursor;
import io.sluice.domain.json.JsonSyntaxException;

/** Reads the events that are most of a stream, text and arguments, without a tree. */
final class DeltaReader {
    /** Far deeper than such an event goes. */
    private static final int DEPTH = 16;

    private final JsonCursor cursor = new JsonCursor(DEPTH);
    private boolean ofBlock;
    private boolean typed;
    private boolean indexed;
    private int index;
    private Kind kind = Kind.TEXT;
    private Kind textKind = Kind.TEXT;
    private String text = "";
    private boolean told;

    /** What a delta adds to. */
    enum Kind {
        /** Text. */
        TEXT,
        /** Thinking. */
        THINKING,
        /** The input of a call. */
        INPUT
    }

    /**
     * Reads an event.
     *
     * @return whether it is a delta of one of the kinds, wholly understood; if not, it is to be read in another way
     */
    boolean read(byte[] bytes, int from, int to) {
        ofBlock = false;
        typed = false;
        indexed = false;
        told = false;
        try {
            cursor.open(bytes, from, to);
            cursor.enterObject();
            while (cursor.nextMember()) {
                if (cursor.tokenIs("type")) {
                    cursor.string();
                    ofBlock = cursor.tokenIs("content_block_delta");
                    if (!ofBlock) {
                        return false;
                    }
                } else if (cursor.tokenIs("index")) {
                    indexed = number();
                } else if (cursor.tokenIs("delta")) {
                    delta();
                } else {
                    cursor.skip();
                }
            }
            cursor.finish();
        } catch (JsonSyntaxException e) {
            return false;
        }
        return ofBlock && typed && told && kind == textKind && (indexed || kind != Kind.INPUT);
    }

    private boolean number() {
        int first = cursor.peek();
        boolean digits = first >= '0' && first <= '9';
        cursor.skip();
        if (!digits || cursor.tokenEnd() - cursor.tokenStart() > 6) {
            return false;
        }
        String token = cursor.token();
        if (!token.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return false;
        }
        index = Integer.parseInt(token);
        return true;
    }

    private void delta() {
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.tokenIs("type")) {
                cursor.string();
                typed = true;
                if (cursor.tokenIs("text_delta")) {
                    kind = Kind.TEXT;
                } else if (cursor.tokenIs("thinking_delta")) {
                    kind = Kind.THINKING;
                } else if (cursor.tokenIs("input_json_delta")) {
                    kind = Kind.INPUT;
                } else {
                    typed = false;
                }
            } else if (cursor.tokenIs("text")) {
                take(Kind.TEXT);
            } else if (cursor.tokenIs("thinking")) {
                take(Kind.THINKING);
            } else if (cursor.tokenIs("partial_json")) {
                take(Kind.INPUT);
            } else {
                cursor.skip();
            }
        }
    }

    private void take(Kind of) {
        cursor.string();
        text = cursor.token();
        textKind = of;
        told = true;
    }

    /** What the last event adds to. */
    Kind kind() {
        return kind;
    }

    /** The block it belongs to; 0 where it is not said and does not matter. */
    int index() {
        return index;
    }

    /** What it adds. */
    String text() {
        return text;
    }
}
