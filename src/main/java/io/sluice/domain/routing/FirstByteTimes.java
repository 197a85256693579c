package io.sluice.domain.routing;

import io.sluice.domain.pool.Hedge;
import io.sluice.domain.quota.HighQuantile;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long the first byte of an answer takes, by model and by whether it is streamed: the time that 19 of 20 recent requests
 * stay within. Bounded memory; used by one thread.
 */
public final class FirstByteTimes {
    /** How many must have been seen before the time counts. */
    static final int ENOUGH = 20;

    private static final int MAX_ENTRIES = 1_000;
    private static final long NANOS_PER_MICRO = 1_000;

    private final Map<Asked, HighQuantile> micros = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, HighQuantile> eldest) {
            return size() > MAX_ENTRIES;
        }
    };

    private record Asked(String model, boolean stream) {}

    /**
     * A first byte came; or did not come in this time, and nobody waits for it any more.
     *
     * @param model public model name
     * @param stream whether a stream was asked for
     * @param nanos how long it took, at least 0
     */
    public void learn(String model, boolean stream, long nanos) {
        micros.computeIfAbsent(new Asked(model, stream), asked -> new HighQuantile())
                .add(nanos / NANOS_PER_MICRO);
    }

    /**
     * How long to wait for a first byte before a second candidate is asked.
     *
     * @param hedge what is configured
     * @param model public model name
     * @param stream whether a stream was asked for
     * @return within the bounds of the hedge
     */
    public Duration patience(Hedge hedge, String model, boolean stream) {
        Duration after = hedge.after();
        if (after == null) {
            HighQuantile seen = micros.get(new Asked(model, stream));
            after = seen == null || seen.samples() < ENOUGH
                    ? hedge.most()
                    : Duration.ofNanos(seen.value() * NANOS_PER_MICRO);
        }
        return after.compareTo(hedge.least()) < 0
                ? hedge.least()
                : after.compareTo(hedge.most()) > 0 ? hedge.most() : after;
    }
}
