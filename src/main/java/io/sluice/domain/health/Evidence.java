package io.sluice.domain.health;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import org.jspecify.annotations.Nullable;

/**
 * What a provider said, as operators may see it: everything in it has been through redaction.
 *
 * @param status HTTP status; 0 when there was none
 * @param code the provider's code, or its type; null when it named none
 * @param message at most {@link #LONGEST} characters
 */
public record Evidence(int status, @Nullable String code, String message) {
    /** The longest message. */
    public static final int LONGEST = 300;

    /** Cuts what is too long. */
    public Evidence {
        message = message.length() > LONGEST ? message.substring(0, LONGEST) + "…" : message;
    }

    /** Of a failure. */
    public static Evidence of(GatewayFailure failure) {
        return failure instanceof UpstreamFailure upstream
                ? new Evidence(
                        upstream.status(),
                        upstream.code() != null ? upstream.code() : upstream.type(),
                        upstream.message())
                : new Evidence(0, null, failure.message());
    }

    /** One line. */
    public String text() {
        String first = status == 0 ? "" : status + " ";
        return first + (code == null ? "" : code + ": ") + message;
    }
}
