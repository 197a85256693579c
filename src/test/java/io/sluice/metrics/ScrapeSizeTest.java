package io.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.lease.ScopeCounters.LimitCounters;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.Dimension;
import io.sluice.message.QuotaCounters;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.Revisions;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A scrape with 1000 accounts. */
class ScrapeSizeTest {
    private static final int ACCOUNTS = 1_000;
    private static final int SCRAPES = 20;
    private static final int MOST_BYTES = 2 << 20;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final GatewayMetrics metrics = EveryMeter.in(registry);

    private static ScopeCounters scope(int account) {
        List<LimitCounters> limits = Arrays.stream(Dimension.values())
                .map(of -> new LimitCounters(of, MINUTE, 1_000, 1_000, 1 + account, Map.of("n1", 3L), 0, 0))
                .toList();
        return new ScopeCounters("account:openai/a" + account, limits, Map.of(), 16, Map.of("n1", 4), 0, 0);
    }

    /** How long it takes is printed, for people: in time of a processor, for the machine may be busy with other tests. */
    @Test
    void isSmall() {
        String[] models = IntStream.range(0, 20).mapToObj(i -> "model-" + i).toArray(String[]::new);
        GatewayRevision revision = Revisions.of("r2", ACCOUNTS, models);
        RuntimeMetrics.ofProcess(registry);
        metrics.revision(revision);
        for (String model : models) {
            metrics.request(Revisions.usage(model, 200, Ending.COMPLETED, null));
            metrics.request(Revisions.usage(model, 502, Ending.FAILED, "upstream_error"));
        }
        QuotaCounters counters = new QuotaCounters(
                "n1",
                0,
                IntStream.range(0, ACCOUNTS).mapToObj(ScrapeSizeTest::scope).toList());

        String scrape = "";
        long[] nanos = new long[SCRAPES];
        for (int i = 0; i < SCRAPES; i++) {
            long begin = THREADS.getCurrentThreadCpuTime();
            metrics.quota().counters(counters);
            scrape = registry.scrape();
            nanos[i] = THREADS.getCurrentThreadCpuTime() - begin;
        }

        Arrays.sort(nanos);
        int bytes = scrape.getBytes(StandardCharsets.UTF_8).length;
        System.out.printf(
                "a scrape with %d accounts: %.1f ms (median; longest %.1f), %d KiB, %d lines%n",
                ACCOUNTS,
                nanos[SCRAPES / 2] / 1e6,
                nanos[SCRAPES - 1] / 1e6,
                bytes >> 10,
                scrape.lines().count());
        assertThat(scrape).contains("account=\"a999\"");
        assertThat(bytes).isLessThan(MOST_BYTES);
    }
}
