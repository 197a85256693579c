package io.sluice.domain.quota;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a lane learned about the size of requests: how long answers get when the client names no maximum, and how far the
 * input estimate is from what providers count. Both err on the large side, since what is used beyond an estimate has
 * already been spent. Bounded memory; confined to the lane's thread.
 */
public final class OutputEstimates {
    private static final int MAX_ENTRIES = 1000;
    private static final int ENOUGH = 20;
    private static final long PERMILLE = 1000;
    private static final long MIN_RATIO = 500;
    private static final long MAX_RATIO = 2000;

    private final Map<KeyAndModel, HighQuantile> outputs = new Recent<>();
    private final Map<String, HighQuantile> inputs = new Recent<>();

    private record KeyAndModel(String key, String model) {}

    /** Forgets what was not used for longest. */
    private static final class Recent<K> extends LinkedHashMap<K, HighQuantile> {
        private static final long serialVersionUID = 1L;

        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, HighQuantile> eldest) {
            return size() > MAX_ENTRIES;
        }
    }

    /**
     * Output tokens that 19 of 20 answers stay within.
     *
     * @param key name of the virtual key
     * @param model public model name
     * @param fallback the answer while too few were seen
     */
    public long estimate(String key, String model, int fallback) {
        HighQuantile seen = outputs.get(new KeyAndModel(key, model));
        return seen == null || seen.samples() < ENOUGH ? fallback : seen.value();
    }

    /**
     * An answer ended.
     *
     * @param key name of the virtual key
     * @param model public model name
     * @param outputTokens its tokens, at least 0
     */
    public void learn(String key, String model, long outputTokens) {
        outputs.computeIfAbsent(new KeyAndModel(key, model), k -> new HighQuantile())
                .add(outputTokens);
    }

    /**
     * An input estimate in the provider's tokens, so that 19 of 20 requests stay within it; at least half and at most
     * twice of what it was, and unchanged while too few were seen.
     *
     * @param model public model name
     * @param estimated input tokens by the scan, at least 0
     */
    public long correctInput(String model, long estimated) {
        HighQuantile ratio = inputs.get(model);
        return ratio == null || ratio.samples() < ENOUGH
                ? estimated
                : Math.ceilDiv(estimated * Math.clamp(ratio.value(), MIN_RATIO, MAX_RATIO), PERMILLE);
    }

    /**
     * A provider reported what a request's input was.
     *
     * @param model public model name
     * @param estimated input tokens by the scan, uncorrected
     * @param reported input tokens by the provider
     */
    public void learnInput(String model, long estimated, long reported) {
        if (estimated > 0 && reported > 0) {
            inputs.computeIfAbsent(model, k -> new HighQuantile()).add(Math.ceilDiv(reported * PERMILLE, estimated));
        }
    }
}
