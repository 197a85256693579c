package io.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.message.ClusterView;
import io.sluice.message.GroupStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterMetricsTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ClusterMetrics metrics = new GatewayMetrics(registry).cluster();

    private static GroupStatus status(boolean grants, String role, String... members) {
        return new GroupStatus(grants, "", "g", "n1", role, List.of("n1", "n2", "n3"), List.of(members));
    }

    @Test
    void aNodeThatIsAloneHasNone() {
        assertThat(registry.scrape()).doesNotContain("sluice_quota_group", "sluice_cluster");
    }

    @Test
    void followsTheGroup() {
        metrics.group(status(false, "candidate", "n1"));
        metrics.group(status(true, "leader", "n1", "n2"));

        assertThat(registry.scrape())
                .contains(
                        "sluice_quota_group_grants 1.0",
                        "sluice_quota_group_members 2.0",
                        "sluice_quota_group_voters 3.0",
                        "sluice_quota_group_role{role=\"leader\"} 1.0")
                .doesNotContain("candidate");
    }

    @Test
    void followsTheMembers() {
        ClusterView.Member one = new ClusterView.Member("n1", "a", "h:1", "1", "r1", true, true);
        metrics.view(new ClusterView(List.of(one), false));
        metrics.view(
                new ClusterView(List.of(one, new ClusterView.Member("n2", "b", "h:2", "1", "r2", true, false)), true));

        assertThat(registry.scrape()).contains("sluice_cluster_members 2.0", "sluice_cluster_revision_drift 1.0");
    }
}
