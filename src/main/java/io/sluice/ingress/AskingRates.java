package io.sluice.ingress;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** How often each key may ask how it stands, in one lane. On its event loop. */
final class AskingRates {
    /** Enough for a client that asks each second. */
    private static final int MOST = 60;

    private static final int MOST_KEYS = 10_000;
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final Map<String, Asked> keys = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Asked> eldest) {
            return size() > MOST_KEYS;
        }
    };

    private static final class Asked {
        private long sinceNanos;
        private int count;

        Asked(long now) {
            sinceNanos = now;
        }
    }

    /**
     * Counts a question.
     *
     * @param key name of the key
     * @param now monotonic nanoseconds
     * @return zero when it may be asked; else how long to wait
     */
    Duration ask(String key, long now) {
        Asked asked = keys.computeIfAbsent(key, name -> new Asked(now));
        if (now - asked.sinceNanos >= MINUTE) {
            asked.sinceNanos = now;
            asked.count = 0;
        }
        if (asked.count >= MOST) {
            return Duration.ofNanos(MINUTE - (now - asked.sinceNanos));
        }
        asked.count++;
        return Duration.ZERO;
    }
}
