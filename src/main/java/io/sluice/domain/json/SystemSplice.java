package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the operator's system prompt goes into a request that otherwise passes as it came: before the client's own system
 * prompt, in the same text or list, so that providers which take one system message still get one.
 *
 * @param member index of the top-level member that is changed; -1 when a member is added
 * @param from offset of the first byte that {@code text} replaces
 * @param to behind the last byte that it replaces
 * @param text what is written there, or the whole member
 */
record SystemSplice(int member, int from, int to, String text) {
    /** The scan has bounded the depth already. */
    private static final int SCANNED_DEPTH = Short.MAX_VALUE;

    private static final String BETWEEN = "\\n\\n";

    /**
     * Finds the place.
     *
     * @param scan the client's request
     * @param prompt the system prompt
     * @return null for requests without system prompts, and where the client's is of no form that a provider takes
     */
    static @Nullable SystemSplice of(RequestScan scan, String prompt) {
        String quoted = new String(JsonText.quote(prompt), UTF_8);
        return switch (scan.endpoint()) {
            case CHAT_COMPLETIONS -> inMessages(scan, quoted);
            case RESPONSES -> inField(scan, "instructions", quoted, null);
            case MESSAGES, COUNT_MESSAGE_TOKENS -> inField(scan, "system", quoted, SystemSplice::textBlock);
            case GENERATE_CONTENT -> inInstruction(scan, quoted);
            default -> null;
        };
    }

    private static String textBlock(String quoted) {
        return "{\"type\":\"text\",\"text\":" + quoted + "}";
    }

    private static String geminiPart(String quoted) {
        return "{\"text\":" + quoted + "}";
    }

    /** A member that is a text, or a list where the dialect has blocks. */
    private static @Nullable SystemSplice inField(
            RequestScan scan, String name, String quoted, @Nullable Function<String, String> block) {
        int member = last(scan, name);
        if (member < 0) {
            return new SystemSplice(-1, 0, 0, "\"" + name + "\":" + quoted);
        }
        int start = scan.members().spans()[member * 4 + 2];
        int end = scan.members().spans()[member * 4 + 3];
        return switch (scan.body()[start]) {
            case '"' -> inText(member, start, end, quoted);
            case '[' -> block == null ? null : inList(scan, member, start, block.apply(quoted));
            case 'n' -> new SystemSplice(member, start, end, quoted);
            default -> null;
        };
    }

    private static SystemSplice inText(int member, int start, int end, String quoted) {
        String inner = quoted.substring(1, quoted.length() - 1);
        return new SystemSplice(member, start + 1, start + 1, end - start > 2 ? inner + BETWEEN : inner);
    }

    private static SystemSplice inList(RequestScan scan, int member, int start, String element) {
        int next = start + 1;
        while (scan.body()[next] == ' '
                || scan.body()[next] == '\n'
                || scan.body()[next] == '\r'
                || scan.body()[next] == '\t') {
            next++;
        }
        boolean empty = scan.body()[next] == ']' || scan.body()[next] == '}';
        return new SystemSplice(member, start + 1, start + 1, empty ? element : element + ",");
    }

    /** In the first message when that is a system message, else as a message of its own before it. */
    private static @Nullable SystemSplice inMessages(RequestScan scan, String quoted) {
        int member = last(scan, "messages");
        int start = member < 0 ? 0 : scan.members().spans()[member * 4 + 2];
        if (member < 0 || scan.body()[start] != '[') {
            return null;
        }
        JsonCursor cursor = opened(scan, member);
        cursor.enterArray();
        int content = -1;
        int contentEnd = -1;
        boolean system = false;
        if (cursor.nextElement() && cursor.peek() == '{') {
            cursor.enterObject();
            while (cursor.nextMember()) {
                boolean isContent = cursor.tokenIs("content");
                boolean isRole = cursor.tokenIs("role");
                int kind = cursor.peek();
                int valueStart = cursor.position();
                if (isRole && kind == '"') {
                    cursor.string();
                    system = cursor.tokenIs("system") || cursor.tokenIs("developer");
                } else {
                    cursor.skip();
                }
                content = isContent ? valueStart : content;
                contentEnd = isContent ? cursor.position() : contentEnd;
            }
        }
        if (system && content >= 0 && scan.body()[content] == '"') {
            return inText(member, content, contentEnd, quoted);
        }
        if (system && content >= 0 && scan.body()[content] == '[') {
            return inList(scan, member, content, textBlock(quoted));
        }
        return inList(scan, member, start, "{\"role\":\"system\",\"content\":" + quoted + "}");
    }

    private static @Nullable SystemSplice inInstruction(RequestScan scan, String quoted) {
        int member = Math.max(last(scan, "systemInstruction"), last(scan, "system_instruction"));
        String parts = "\"parts\":[" + geminiPart(quoted) + "]";
        if (member < 0) {
            return new SystemSplice(-1, 0, 0, "\"systemInstruction\":{" + parts + "}");
        }
        int start = scan.members().spans()[member * 4 + 2];
        int end = scan.members().spans()[member * 4 + 3];
        if (scan.body()[start] != '{') {
            return scan.body()[start] == 'n' ? new SystemSplice(member, start, end, "{" + parts + "}") : null;
        }
        JsonCursor cursor = opened(scan, member);
        cursor.enterObject();
        while (cursor.nextMember()) {
            boolean found = cursor.tokenIs("parts");
            if (found && cursor.peek() == '[') {
                return inList(scan, member, cursor.position(), geminiPart(quoted));
            }
            cursor.skip();
        }
        return inList(scan, member, start, parts);
    }

    private static JsonCursor opened(RequestScan scan, int member) {
        JsonCursor cursor = new JsonCursor(SCANNED_DEPTH);
        cursor.open(
                scan.body(),
                scan.members().spans()[member * 4 + 2],
                scan.members().spans()[member * 4 + 3]);
        return cursor;
    }

    /** The last member of a name is the one that counts for who reads it. */
    private static int last(RequestScan scan, String name) {
        for (int i = scan.members().count() - 1; i >= 0; i--) {
            if (scan.isNamed(i, name)) {
                return i;
            }
        }
        return -1;
    }
}
