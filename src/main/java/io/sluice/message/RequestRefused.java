package io.sluice.message;

import java.util.List;

/**
 * A request got no room. Published to {@link Address#REQUEST_REFUSED}, so that an operator can tell its user why.
 *
 * @param requestId the request's id
 * @param key name of the virtual key
 * @param model public model name
 * @param atMillis wall clock, milliseconds since 1970
 * @param queuedNanos how long it waited
 * @param message what the client was told
 * @param obstacles for operators: which limit of which scope stood in the way, one sentence each; the key's first
 */
public record RequestRefused(
        String requestId,
        String key,
        String model,
        long atMillis,
        long queuedNanos,
        String message,
        List<String> obstacles) {
    /** Copies the list. */
    public RequestRefused {
        obstacles = List.copyOf(obstacles);
    }
}
