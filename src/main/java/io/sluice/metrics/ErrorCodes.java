package io.sluice.metrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Codes of errors as labels. Most are the gateway's own; those of providers pass to clients as they are, so anything may
 * come: what does not look like a code, and what comes when there are many, is {@code other}. Safe on any thread.
 */
final class ErrorCodes {
    /** Far more than the gateway and the known providers have together. */
    static final int MOST = 128;

    private static final int LONGEST = 64;

    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** The code as a label; {@code none} where an answer has none. */
    String label(@Nullable String code) {
        if (code == null || code.isEmpty()) {
            return "none";
        }
        if (known.contains(code)) {
            return code;
        }
        if (known.size() >= MOST || !isWord(code)) {
            return GatewayMetrics.OTHER;
        }
        known.add(code);
        return code;
    }

    private static boolean isWord(String code) {
        return code.length() <= LONGEST
                && code.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-');
    }
}
