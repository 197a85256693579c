package io.sluice.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Looks again and again at the provider: how full its windows are, and since when nothing has arrived. */
final class Watch implements AutoCloseable {
    private static final long EACH_MILLIS = 20;

    private final Provider provider;
    private final Map<String, long[]> sums = new HashMap<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;
    private long samples;
    private long arrived = -1;
    private long lastArrival;
    private long longestPause;

    /**
     * Begins to look after a while.
     *
     * @param after when windows have filled
     */
    Watch(Provider provider, Duration after) {
        this.provider = provider;
        this.thread = Thread.ofVirtual().start(() -> run(after));
    }

    private void run(Duration after) {
        try {
            boolean stopped = stopping.await(after.toMillis(), TimeUnit.MILLISECONDS);
            while (!stopped) {
                look();
                stopped = stopping.await(EACH_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void look() {
        long total = 0;
        for (Map.Entry<String, JsonNode> entry : provider.oracle().properties()) {
            JsonNode seen = entry.getValue();
            long[] sum = sums.computeIfAbsent(entry.getKey(), name -> new long[2]);
            sum[0] += seen.path("requestsInWindow").asLong();
            sum[1] += seen.path("tokensInWindow").asLong();
            total += seen.path("requests").asLong();
        }
        long now = System.nanoTime();
        if (samples++ == 0 || total != arrived) {
            longestPause = Math.max(longestPause, samples == 1 ? 0 : now - lastArrival);
            arrived = total;
            lastArrival = now;
        }
    }

    /** Forgets the longest pause so far. */
    synchronized void mark() {
        longestPause = 0;
    }

    /** Stops looking: what comes is no longer the run. */
    void stop() {
        stopping.countDown();
    }

    /** The longest time between two arrivals since the mark; as exact as the looks are frequent. */
    synchronized Duration longestPause() {
        return Duration.ofNanos(longestPause);
    }

    /**
     * The mean of how full the windows of some accounts were, each by the limit that it comes closest to.
     *
     * @return share of what they may use; not a number when there are none
     */
    synchronized double use(List<Pool.Account> accounts) {
        return accounts.stream().mapToDouble(this::use).average().orElse(Double.NaN);
    }

    private double use(Pool.Account account) {
        long[] sum = sums.getOrDefault(account.credential(), new long[2]);
        return Math.max(share(sum[0], account.requests()), share(sum[1], account.tokens()));
    }

    private double share(long sum, long limit) {
        return limit == 0 || samples == 0 ? 0 : (double) sum / samples / limit;
    }

    @Override
    public void close() {
        stop();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
