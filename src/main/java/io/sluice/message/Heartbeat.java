package io.sluice.message;

/**
 * Asks whether an event loop turns. Request to each lane; answered with itself.
 *
 * @param lane number of the lane
 */
public record Heartbeat(int lane) {}
