package io.sluice.oracle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a run showed.
 *
 * @param scenario which run
 * @param settings its length and seed
 * @param tally what clients got
 * @param largest the fullest windows, by the limits in force at the end
 * @param use mean fill of the windows by kind of account, after the first window
 * @param longestPause the longest time in which no request reached the provider, after the first window
 * @param faults what was done how often
 * @param log everything that was done, with its time
 * @param violations what was seen before the limits changed and must not have been
 */
record Result(
        Scenario scenario,
        Settings settings,
        Tally tally,
        Largest largest,
        Map<Pool.Kind, Double> use,
        Duration longestPause,
        Map<String, Integer> faults,
        List<String> log,
        List<String> violations) {
    /** Copies the collections. */
    Result {
        use = new EnumMap<>(use);
        faults = Map.copyOf(faults);
        log = List.copyOf(log);
        violations = List.copyOf(violations);
    }

    /** Whether any window held more than its limit, if only by one. */
    boolean overshoots() {
        boolean tokens = scenario.bars().tokens();
        return !violations.isEmpty()
                || largest.requests() > 1
                || tokens && (largest.tokens() > 1 || largest.refused() > 0);
    }

    /** The bars besides that were not reached, in words. */
    List<String> missed() {
        Scenario.Bars bars = scenario.bars();
        List<String> missed = new ArrayList<>();
        if (settings.window().compareTo(Scenario.LEAST_WINDOW_OF_BARS) >= 0) {
            bars.use().forEach((kind, least) -> {
                if (use.getOrDefault(kind, 0.0) < least) {
                    missed.add("use of " + kind + " < " + least);
                }
            });
        }
        if (!bars.errors() && !tally.errors().isEmpty()) {
            missed.add("client errors");
        }
        if (!bars.refusals() && !tally.refusals().isEmpty()) {
            missed.add("refusals");
        }
        if (bars.waitMillis() > 0 && tally.waitedMillis(99) > bars.waitMillis()) {
            missed.add("wait p99 > " + bars.waitMillis() + " ms");
        }
        return missed;
    }
}
