package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.RoutePolicy;
import io.vertx.core.http.HttpServerRequest;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long a request may wait for room: what its key says, else its route; the client may ask for less by the header
 * {@value #HEADER}, in seconds, with a fraction or without.
 */
final class MaxWait {
    /** Lowers the wait of one request; 0 for none. */
    static final String HEADER = "x-sluice-max-wait";

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}(?:\\.[0-9]{1,9})?");
    private static final int NANO_DIGITS = 9;

    private MaxWait() {}

    /**
     * What the client asks for.
     *
     * @return null when it asks for nothing
     * @throws GatewayException when the header cannot be read: a client that hopes to be refused early must not wait
     */
    static @Nullable Duration asked(HttpServerRequest request) {
        List<String> values = request.headers().getAll(HEADER);
        if (values.isEmpty()) {
            return null;
        }
        String value = values.getFirst().strip();
        if (values.size() > 1 || !SECONDS.matcher(value).matches()) {
            throw new GatewayException(new InvalidRequest(
                    Kind.MALFORMED,
                    "The header " + HEADER + " takes one number of seconds, for example 2.5; 0 is not to wait.",
                    HEADER,
                    "invalid_header"));
        }
        return Duration.ofNanos(
                new BigDecimal(value).movePointRight(NANO_DIGITS).longValueExact());
    }

    /**
     * The least of what counts for a request.
     *
     * @param asked by the client; null for nothing
     * @param key the caller's key
     * @param policy of the model
     * @param stream whether a stream was asked for: a person may be waiting before a screen
     */
    static Duration of(@Nullable Duration asked, VirtualKey key, RoutePolicy policy, boolean stream) {
        Duration usual = stream ? policy.maxWaitStream() : policy.maxWait();
        Duration most = key.maxWait() != null ? key.maxWait() : usual;
        return asked != null && asked.compareTo(most) < 0 ? asked : most;
    }
}
