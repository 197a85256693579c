package io.sluice.domain.lease;

/**
 * What a provider said about a scope.
 *
 * @param fullForNanos it asked to slow down for so long: nothing is granted until then; 0 when it did not
 * @param limits limits it named, by dimension; 0 where it named none. Only ever lowers what is configured
 * @param remaining what it says is left, by dimension; read only where {@code limits} is not 0
 */
public record Observation(long fullForNanos, Units limits, Units remaining) {
    /** Both; where both name a limit, the later one counts. */
    Observation and(Observation later) {
        long[] named = later.limits.toArray();
        long[] left = later.remaining.toArray();
        for (int d = 0; d < named.length; d++) {
            if (named[d] == 0) {
                named[d] = limits.get(d);
                left[d] = remaining.get(d);
            }
        }
        return new Observation(Math.max(fullForNanos, later.fullForNanos), Units.of(named), Units.of(left));
    }
}
