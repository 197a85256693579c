package io.sluice.message;

/**
 * A virtual key's own numbers, for the {@code x-ratelimit-*} headers. A limit of 0 means there is none of that kind.
 *
 * @param requestLimit requests per window
 * @param requestsLeft requests that still fit now
 * @param requestResetMillis until all of them fit again
 * @param tokenLimit tokens per window
 * @param tokensLeft tokens that still fit now
 * @param tokenResetMillis until all of them fit again
 */
public record KeyLimits(
        long requestLimit,
        long requestsLeft,
        long requestResetMillis,
        long tokenLimit,
        long tokensLeft,
        long tokenResetMillis) {}
