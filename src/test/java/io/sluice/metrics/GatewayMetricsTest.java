package io.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.config.MetricsConfig;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.AttemptFinished;
import io.sluice.message.Headroom;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.Revisions;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatewayMetricsTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final GatewayMetrics metrics = new GatewayMetrics(registry);

    @Test
    void countsRequestsByWhatIsConfigured() {
        metrics.revision(Revisions.of("r1", 1, "gpt-4o"));

        metrics.request(Revisions.usage("gpt-4o", 200, Ending.COMPLETED, null));
        metrics.request(Revisions.usage("gpt-4o", 200, Ending.COMPLETED, null));

        assertThat(registry.scrape())
                .contains(
                        "sluice_requests_total{ending=\"completed\",endpoint=\"chat_completions\",model=\"gpt-4o\",status=\"200\"} 2.0",
                        "gen_ai_server_request_duration_seconds_count{gen_ai_operation_name=\"chat\",gen_ai_request_model=\"gpt-4o\"} 2",
                        "gen_ai_server_time_to_first_token_seconds_bucket{gen_ai_operation_name=\"chat\",gen_ai_request_model=\"gpt-4o\",le=\"0.025\"} 2",
                        "gen_ai_server_time_per_output_token_seconds_bucket{gen_ai_operation_name=\"chat\",gen_ai_request_model=\"gpt-4o\",le=\"0.025\"} 2",
                        "sluice_key_requests_total{key=\"app\"} 2.0",
                        "sluice_key_tokens_total{key=\"app\"} 30.0",
                        "sluice_cost_micros_total{model=\"gpt-4o\"} 120.0",
                        "sluice_key_cost_micros_total{key=\"app\"} 120.0",
                        "sluice_tokens_total{kind=\"input\",model=\"gpt-4o\"} 20.0",
                        "sluice_tokens_total{kind=\"cached_input\",model=\"gpt-4o\"} 8.0",
                        "gen_ai_client_token_usage_sum{gen_ai_operation_name=\"chat\",gen_ai_request_model=\"gpt-4o\",gen_ai_token_type=\"output\"} 10.0");
    }

    @Test
    void whatRequestsNameIsNeverALabel() {
        metrics.revision(Revisions.of("r1", 1, "gpt-4o"));
        metrics.request(Revisions.usage("random-0", 404, Ending.FAILED, "model_not_found"));
        long before = registry.scrape().lines().count();

        for (int i = 1; i < 1_000; i++) {
            metrics.request(Revisions.usage("random-" + i, 404, Ending.FAILED, "model_not_found"));
        }

        assertThat(registry.scrape().lines().count()).isEqualTo(before);
        assertThat(registry.scrape()).doesNotContain("random").contains("model=\"other\"");
    }

    @Test
    void keysOfTheStoreHaveWhatIsLeftOfTheBound() {
        PrometheusMeterRegistry own = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        GatewayMetrics bounded = new GatewayMetrics(own, new MetricsConfig(10, 3, 10, 10, false), System::nanoTime);
        bounded.revision(Revisions.of("r1", 1, "gpt-4o"));
        bounded.storedKeys(name -> name.startsWith("stored-"));

        for (String key : List.of("app", "gone", "stored-1", "stored-2", "stored-3", "stored-1")) {
            bounded.request(of(key));
        }

        assertThat(own.scrape())
                .contains(
                        "sluice_key_requests_total{key=\"app\"} 1.0",
                        "sluice_key_requests_total{key=\"stored-1\"} 2.0",
                        "sluice_key_requests_total{key=\"stored-2\"} 1.0",
                        "sluice_key_requests_total{key=\"other\"} 2.0")
                .doesNotContain("key=\"stored-3\"", "key=\"gone\"");
    }

    private static UsageRecord of(String key) {
        UsageRecord like = Revisions.usage("gpt-4o", 200, Ending.COMPLETED, null);
        return new UsageRecord(
                like.requestId(),
                new UsageRecord.Caller(key, null, null, "10.0.0.1", ""),
                like.asked(),
                like.served(),
                like.used(),
                like.timing(),
                like.outcome());
    }

    @Test
    void countsAttemptsByOutcome() {
        GatewayRevision revision = Revisions.of("r1", 1, "gpt-4o");
        Candidate candidate = revision.models().get("gpt-4o").candidates().getFirst();

        metrics.attempt(new AttemptFinished(candidate, null, true, 30_000_000, 30_000_000, 40_000_000));
        metrics.attempt(new AttemptFinished(
                candidate, UpstreamFailure.of(UpstreamFailure.Kind.RATE_LIMITED, "slow down"), true, 1, -1, 2));

        assertThat(registry.scrape())
                .contains(
                        "sluice_attempts_total{channel=\"openai\",outcome=\"ok\"} 1.0",
                        "sluice_attempts_total{channel=\"openai\",outcome=\"rate_limited\"} 1.0",
                        "sluice_upstream_head_seconds_count{channel=\"openai\"} 2");
    }

    @Test
    void headroomFollowsTheLiveRevision() {
        metrics.revision(Revisions.of("r1", 2, "gpt-4o"));
        metrics.pool().headroom(new Headroom("r1", new int[] {250, 1_000}));
        String first = registry.scrape();

        metrics.revision(Revisions.of("r2", 1, "gpt-4o"));
        metrics.pool().headroom(new Headroom("r2", new int[] {500}));

        assertThat(first)
                .contains(
                        "sluice_account_headroom_ratio{account=\"a0\",channel=\"openai\"} 0.25",
                        "sluice_account_headroom_ratio{account=\"a1\",channel=\"openai\"} 1.0",
                        "sluice_config_revision{revision=\"r1\"} 1");
        assertThat(registry.scrape())
                .contains("sluice_account_headroom_ratio{account=\"a0\",channel=\"openai\"} 0.5")
                .contains("sluice_config_revision{revision=\"r2\"} 1")
                .doesNotContain("account=\"a1\"", "revision=\"r1\"");
    }

    @Test
    void aGoodReloadClearsTheErrors() {
        metrics.configErrors(3);
        String bad = registry.scrape();

        metrics.revision(Revisions.of("r2", 1, "gpt-4o"));

        assertThat(bad).contains("sluice_config_errors 3.0", "sluice_config_reload_failures_total 1.0");
        assertThat(registry.scrape()).contains("sluice_config_errors 0.0", "sluice_config_reload_failures_total 1.0");
    }

    @Test
    void gaugesFollowWhatIsOpen() {
        metrics.requestsInFlight(2);
        metrics.streamsOpen(1);
        metrics.connectionsOpen(3);
        metrics.connectionsOpen(-1);
        metrics.ready(true);
        metrics.refused(401, "invalid_api_key");

        assertThat(registry.scrape())
                .contains(
                        "sluice_requests_in_flight 2.0",
                        "sluice_streams_open 1.0",
                        "sluice_connections_open 2.0",
                        "sluice_ready 1.0",
                        "sluice_requests_refused_total{code=\"invalid_api_key\",status=\"401\"} 1.0");
    }
}
