package io.sluice.domain.dialect.anthropic;

import io.sluice.domain.chat.Part;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Ids of tool calls as Anthropic takes them: letters, digits, {@code _} and {@code -}, each once in a request. Others are
 * rewritten, the same way each time. Remembers the calls of the assistant's newest turn, which alone may have results.
 */
final class ToolIds {
    private static final Pattern VALID = Pattern.compile("[a-zA-Z0-9_-]{1,128}");
    private static final int LONGEST_STEM = 100;

    private final Set<String> used = new HashSet<>();
    private final List<Open> open = new ArrayList<>();

    private record Open(String original, String id) {}

    /** The id of a call, which waits for its result now. */
    String call(Part.ToolCall call) {
        String clean = clean(call.id());
        String id = clean;
        for (int i = 2; !used.add(id); i++) {
            id = clean + "-" + i;
        }
        open.add(new Open(call.id(), id));
        return id;
    }

    /** The id for a result; null when no call waits for it. */
    @Nullable
    String result(String callId) {
        for (int i = 0; i < open.size(); i++) {
            if (open.get(i).original().equals(callId)) {
                return open.remove(i).id();
            }
        }
        return null;
    }

    /** Ids of the calls that wait, in their order. */
    List<String> waiting() {
        return open.stream().map(Open::id).toList();
    }

    /** Ids of the calls that still wait, which wait no longer. */
    List<String> unanswered() {
        List<String> ids = waiting();
        open.clear();
        return ids;
    }

    private static String clean(String id) {
        if (VALID.matcher(id).matches()) {
            return id;
        }
        String stem = id.substring(0, Math.min(id.length(), LONGEST_STEM)).replaceAll("[^a-zA-Z0-9_-]", "_");
        return stem + "_" + Integer.toHexString(id.hashCode());
    }
}
