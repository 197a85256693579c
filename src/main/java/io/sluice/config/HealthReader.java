package io.sluice.config;

import io.sluice.domain.pool.HealthPolicy;
import io.sluice.domain.pool.HealthPolicy.Breaker;
import io.sluice.domain.pool.HealthPolicy.Probe;
import java.time.Duration;

/** Reads a channel's {@code health}. */
final class HealthReader {
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int PERCENT = 100;
    private static final int MOST_ATTEMPTS = 100_000;

    private HealthReader() {}

    static HealthPolicy read(Section health) {
        HealthPolicy standard = HealthPolicy.DEFAULT;
        Duration after = health.duration("probe-after", standard.probeAfter(), SHORTEST, LONGEST);
        Duration every = health.duration("probe-every", standard.probeEvery(), SHORTEST, LONGEST);
        if (every.compareTo(after) < 0) {
            health.error("probe-every", "is shorter than probe-after");
        }
        return new HealthPolicy(
                health.integer("refusals", standard.refusals(), 1, PERCENT),
                health.duration("refusals-within", standard.refusalsWithin(), SHORTEST, LONGEST),
                health.word("probe", Probe.MODELS),
                after,
                every,
                health.duration("money-after", standard.moneyAfter(), SHORTEST, LONGEST),
                health.duration("ramp", standard.ramp(), Duration.ZERO, LONGEST),
                breaker(health.section("breaker")),
                health.duration("cooling-notice", standard.coolingNotice(), SHORTEST, LONGEST));
    }

    private static Breaker breaker(Section breaker) {
        Breaker standard = Breaker.DEFAULT;
        return new Breaker(
                breaker.integer("failures", standard.failures(), 1, PERCENT),
                breaker.integer("slow", standard.slow(), 1, PERCENT),
                breaker.duration("slow-after", standard.slowAfter(), SHORTEST, LONGEST),
                breaker.integer("least", standard.least(), 1, MOST_ATTEMPTS),
                breaker.duration("window", standard.window(), SHORTEST, LONGEST),
                breaker.duration("open-for", standard.openFor(), SHORTEST, LONGEST));
    }
}
