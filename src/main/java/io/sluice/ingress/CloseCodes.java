package io.sluice.ingress;

import io.sluice.domain.failure.Redaction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Close codes of WebSockets (RFC 6455, section 7.4, and IANA's registry). */
final class CloseCodes {
    static final int NORMAL = 1000;
    static final int GOING_AWAY = 1001;
    /** Stands for a connection that broke; never sent. */
    static final int NONE = 1006;

    static final int POLICY = 1008;
    static final int TOO_BIG = 1009;
    static final int INTERNAL_ERROR = 1011;

    private static final int LONGEST_REASON = 123;

    private CloseCodes() {}

    /** Whether a code may stand in a close frame. */
    static boolean isAllowed(int code) {
        return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999;
    }

    /** A reason as it may go to the other side: without names of accounts and hosts, and not too long. */
    static @Nullable String reason(@Nullable String reason) {
        if (reason == null || reason.isEmpty()) {
            return null;
        }
        String safe = Redaction.redact(reason);
        while (safe.getBytes(StandardCharsets.UTF_8).length > LONGEST_REASON) {
            safe = safe.substring(0, safe.offsetByCodePoints(safe.length(), -1));
        }
        return safe;
    }
}
