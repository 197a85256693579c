package io.sluice.domain.lease;

/**
 * What a provider said about a scope.
 *
 * @param fullForNanos it asked to slow down for so long: nothing is granted until then; 0 when it did not
 * @param limits limits it named, by dimension; 0 where it named none. Only ever lowers what is configured
 * @param remaining what it says is left, by dimension; read only where {@code limits} is not 0
 */
public record Observation(long fullForNanos, Units limits, Units remaining) {}
