package io.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.config.MetricsConfig;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.lease.ScopeCounters.LimitCounters;
import io.sluice.domain.quota.Dimension;
import io.sluice.message.QuotaCounters;
import io.sluice.testkit.Revisions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QuotaMetricsTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final GatewayMetrics all = new GatewayMetrics(registry);
    private final QuotaMetrics metrics = all.quota();

    private static ScopeCounters scope(String id, long amount, long configured, long external) {
        LimitCounters limit =
                new LimitCounters(Dimension.REQUESTS, MINUTE, amount, configured, 0, Map.of(), external, 0);
        return new ScopeCounters(id, List.of(limit), Map.of(), 0, Map.of(), 0, 0);
    }

    private void counters(ScopeCounters... scopes) {
        metrics.counters(new QuotaCounters("n1", 0, List.of(scopes)));
    }

    @Test
    void countsWaitsAndRefusalsByCause() {
        metrics.waited(0, true);
        metrics.waited(Duration.ofMillis(700).toNanos(), true);
        metrics.waited(Duration.ofSeconds(20).toNanos(), false);
        metrics.denied(new QuotaExceeded(QuotaExceeded.Cause.POOL, "full", Duration.ZERO));
        metrics.denied(new GatewayFailure.Unavailable("no quorum"));
        metrics.waiting(3, 12_000);

        assertThat(registry.scrape())
                .contains(
                        "sluice_queue_wait_seconds_bucket{outcome=\"granted\",le=\"0.001\"} 1",
                        "sluice_queue_wait_seconds_bucket{outcome=\"granted\",le=\"1.0\"} 2",
                        "sluice_queue_wait_seconds_count{outcome=\"denied\"} 1",
                        "sluice_quota_denied_total{cause=\"pool\"} 1.0",
                        "sluice_quota_denied_total{cause=\"unavailable\"} 1.0",
                        "sluice_queue_requests 3.0",
                        "sluice_queue_bytes 12000.0");
    }

    @Test
    void showsHowFarEstimatesAreOff() {
        all.revision(Revisions.of("r", 1, "m"));
        metrics.estimated("m", "input", 100, 90);
        metrics.estimated("m", "output", 100, 300);
        metrics.estimated("m", "output", 0, 5);

        assertThat(registry.scrape())
                .contains(
                        "sluice_estimate_error_percent_bucket{kind=\"input\",model=\"m\",le=\"90.0\"} 1",
                        "sluice_estimate_error_percent_bucket{kind=\"output\",model=\"m\",le=\"200.0\"} 0",
                        "sluice_estimate_error_percent_bucket{kind=\"output\",model=\"m\",le=\"400.0\"} 1",
                        "sluice_estimate_error_percent_count{kind=\"output\",model=\"m\"} 1");
    }

    @Test
    void showsLearnedLimitsAndForeignUseOfAccountsOnly() {
        counters(
                scope("account:c/a", 30, 60, 0),
                scope("account:c/b", 60, 60, 7),
                scope("account:c/c", 60, 60, 0),
                scope("key:app", 1, 60, 9));

        assertThat(registry.scrape())
                .contains(
                        "sluice_quota_limit_learned{dimension=\"requests\",scope=\"account:c/a\",window=\"PT1M\"} 30.0",
                        "sluice_quota_external{dimension=\"requests\",scope=\"account:c/b\",window=\"PT1M\"} 7.0")
                .doesNotContain("account:c/c", "key:app");
    }

    @Test
    void forgetsWhatIsOverAndWhatAnotherNodeCounts() {
        counters(scope("account:c/a", 30, 60, 0));
        counters(scope("account:c/b", 30, 60, 0));
        String second = registry.scrape();

        metrics.countersElsewhere();

        assertThat(second).contains("account:c/b").doesNotContain("account:c/a");
        assertThat(registry.scrape()).doesNotContain("account:c/b");
    }

    @Test
    void aWrongConfigurationDoesNotFloodTheScrape() {
        counters(IntStream.range(0, 5_000)
                .mapToObj(i -> scope("account:c/" + i, 1, 60, 0))
                .toArray(ScopeCounters[]::new));

        assertThat(registry.scrape().lines().filter(l -> l.startsWith("sluice_quota_limit_learned{")))
                .hasSize(1_000);
    }

    private static ScopeCounters used(String id, long amount, long charged, long leased) {
        LimitCounters limit =
                new LimitCounters(Dimension.TOKENS, MINUTE, amount, amount, charged, Map.of("n1", leased), 0, 0);
        return new ScopeCounters(id, List.of(limit), Map.of(), 10, Map.of("n1", 2, "n2", 3), 0, 0);
    }

    @Test
    void showsUseLeasesAndOvershootOfTheFullestLimits() {
        counters(used("account:c/a", 100, 50, 10), used("account:c/b", 100, 130, 0), used("account:c/idle", 100, 0, 0));

        assertThat(registry.scrape())
                .contains(
                        "sluice_quota_limit_used_ratio{dimension=\"tokens\",scope=\"account:c/a\",window=\"PT1M\"} 0.5",
                        "sluice_quota_limit_used_ratio{dimension=\"in_flight\",scope=\"account:c/a\",window=\"\"} 0.5",
                        "sluice_quota_limit_leased_ratio{dimension=\"tokens\",scope=\"account:c/a\",window=\"PT1M\"} 0.1",
                        "sluice_quota_limit_overshoot{dimension=\"tokens\",scope=\"account:c/b\",window=\"PT1M\"} 30.0")
                .doesNotContain(
                        "overshoot{dimension=\"tokens\",scope=\"account:c/a",
                        "used_ratio{dimension=\"tokens\",scope=\"account:c/idle");
    }

    @Test
    void ofTooManyLimitsTheFullestAreShown() {
        PrometheusMeterRegistry own = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        QuotaMetrics two = new GatewayMetrics(own, new MetricsConfig(1, 1, 1, 2, false), System::nanoTime).quota();

        two.counters(new QuotaCounters(
                "n1",
                0,
                IntStream.range(0, 100)
                        .mapToObj(i -> used("account:c/" + i, 1_000, i * 7, 0))
                        .toList()));

        assertThat(own.scrape().lines().filter(l -> l.startsWith("sluice_quota_limit_used_ratio{")))
                .hasSize(2)
                .anyMatch(l -> l.contains("account:c/99"))
                .anyMatch(l -> l.contains("account:c/98"));
    }
}
