package io.sluice.message;

/**
 * A node leaves an account or an endpoint alone, or does so no longer. Announced to {@link Address#CIRCUIT_MOVED} on every
 * node; may be lost, or repeated.
 *
 * @param origin the run of the node whose circuit it is
 * @param account {@code channel/account}; empty for an endpoint
 * @param baseUrl of the endpoint; empty for an account
 * @param upstreamModel of the endpoint; empty for an account
 * @param open whether nobody is sent there
 * @param forMillis for how long it counts when nothing more is heard, milliseconds
 */
public record CircuitMoved(
        String origin, String account, String baseUrl, String upstreamModel, boolean open, long forMillis) {}
