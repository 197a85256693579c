package io.sluice.domain.json;

/**
 * What in a request to OpenAI's responses API stands for an object that a provider keeps and that no virtual key can be shown to
 * own: a {@code conversation}, and items of {@code input} that name an older item by its id, which need not say so in their
 * {@code type}.
 */
public final class StoredReferences {
    /** The scan has bounded the depth already. */
    private static final int SCANNED_DEPTH = Short.MAX_VALUE;

    private StoredReferences() {}

    /**
     * Whether a request has one.
     *
     * @param scan a responses request
     */
    public static boolean isIn(RequestScan scan) {
        int conversation = scan.indexOf("conversation");
        if (conversation >= 0 && byteAt(scan, conversation) != 'n') {
            return true;
        }
        int input = scan.indexOf("input");
        if (input < 0 || byteAt(scan, input) != '[') {
            return false;
        }
        JsonCursor cursor = new JsonCursor(SCANNED_DEPTH);
        int[] spans = scan.members().spans();
        cursor.open(scan.body(), spans[input * 4 + 2], spans[input * 4 + 3]);
        cursor.enterArray();
        while (cursor.nextElement()) {
            if (cursor.peek() != '{') {
                cursor.skip();
            } else if (isReference(cursor)) {
                return true;
            }
        }
        return false;
    }

    private static int byteAt(RequestScan scan, int member) {
        return scan.body()[scan.members().spans()[member * 4 + 2]];
    }

    /** Reads an item. Without a type it is a message, or where it has no role, a reference. */
    private static boolean isReference(JsonCursor cursor) {
        boolean typed = false;
        boolean named = false;
        boolean refers = false;
        boolean says = false;
        cursor.enterObject();
        while (cursor.nextMember()) {
            boolean text = cursor.peek() == '"';
            if (cursor.tokenIs("type") && text) {
                cursor.string();
                typed = true;
                refers |= cursor.tokenIs("item_reference");
            } else {
                named |= cursor.tokenIs("id") && text;
                says |= cursor.tokenIs("role") && text;
                cursor.skip();
            }
        }
        return refers || named && !typed && !says;
    }
}
