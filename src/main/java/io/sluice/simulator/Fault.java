package io.sluice.simulator;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One rule of a credential's script: what goes wrong, and for which requests. Of several rules the first that applies
 * is taken.
 *
 * @param kind what goes wrong
 * @param times how often the rule may apply; 0 for ever
 * @param every applies to each n-th request that reaches the rule, 1 or more
 * @param probability share of the remaining requests it applies to, above 0 and up to 1
 * @param afterEvents stream events sent before it happens; null for the kind's own default. An answer that is no stream
 *     has two events, the halves of its body
 * @param delay how long {@link Kind#SLOW_HEADERS} holds the response head back; otherwise zero
 * @param status what {@link Kind#STATUS} answers, 200 to 599; otherwise 0
 * @param headers response headers of {@link Kind#STATUS}, also over those the simulator would send
 * @param body response body of {@link Kind#STATUS}; null for an error body of the request's dialect
 */
public record Fault(
        Kind kind,
        int times,
        int every,
        double probability,
        @Nullable Integer afterEvents,
        Duration delay,
        int status,
        Map<String, String> headers,
        @Nullable String body) {
    /** Copies the map. */
    public Fault {
        headers = Map.copyOf(headers);
    }

    /** What goes wrong. */
    public enum Kind {
        /** Answers a status with headers and a body. */
        STATUS,
        /** Closes the connection before any byte of the answer. */
        RESET,
        /** Closes the connection after some events; by default after the head. */
        CUT,
        /** Sends nothing more after some events and leaves the connection open; by default not even a head. */
        STALL,
        /** Sends one event, or the whole body, as broken JSON; by default the first event. */
        MALFORMED,
        /** Holds the response head back. */
        SLOW_HEADERS,
        /** Sends the dialect's error as an event and ends the stream; by default after one event. */
        ERROR_EVENT,
        /** Ends the stream without {@code [DONE]}. */
        NO_DONE,
        /** Leaves usage out. */
        NO_USAGE
    }
}
