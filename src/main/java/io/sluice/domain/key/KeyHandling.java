package io.sluice.domain.key;

import io.sluice.domain.dialect.EndpointFamily;
import io.sluice.domain.pool.ParameterRules;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a virtual key's requests are handled.
 *
 * @param priority class of its requests while they wait for room; larger goes first, 0 is usual
 * @param maxWait how long its requests may wait for room; null for the usual time
 * @param diagnostics whether its answers say how they came about: attempts, account, upstream model
 * @param log which of its requests get a line in the access log
 * @param defaults fields that count where a request does not say them, by what is asked for
 * @param tags short texts for views and reports, {@code name} or {@code name=value}; they decide nothing
 */
public record KeyHandling(
        int priority,
        @Nullable Duration maxWait,
        boolean diagnostics,
        AccessLines log,
        Map<EndpointFamily, ParameterRules> defaults,
        List<String> tags) {
    /** As usual. */
    public static final KeyHandling USUAL = new KeyHandling(0, null, false, AccessLines.USUAL, Map.of(), List.of());

    /** Copies the collections. */
    public KeyHandling {
        defaults = Map.copyOf(defaults);
        tags = List.copyOf(tags);
    }

    /** The same, waiting in another way. */
    public KeyHandling waiting(int newPriority, @Nullable Duration newMaxWait) {
        return new KeyHandling(newPriority, newMaxWait, diagnostics, log, defaults, tags);
    }

    /** The same, telling how its answers came about. */
    public KeyHandling diagnosing() {
        return new KeyHandling(priority, maxWait, true, log, defaults, tags);
    }

    /** The same with other lines in the access log. */
    public KeyHandling logging(AccessLines lines) {
        return new KeyHandling(priority, maxWait, diagnostics, lines, defaults, tags);
    }

    /** The same with defaults. */
    public KeyHandling withDefaults(Map<EndpointFamily, ParameterRules> fields) {
        return new KeyHandling(priority, maxWait, diagnostics, log, fields, tags);
    }
}
