package io.sluice.simulator;

/**
 * The rate limits of an account as a response shows them.
 *
 * @param limits the limits
 * @param requestsLeft requests that still fit
 * @param tokensLeft tokens that still fit
 * @param resetNanos time until the account is unused
 */
record RateHeaders(CredentialScript.Limits limits, long requestsLeft, long tokensLeft, long resetNanos) {}
