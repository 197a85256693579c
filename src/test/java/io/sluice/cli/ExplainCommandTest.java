package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.NodeOverrides;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.node.NodeSetup;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.Revisions;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ExplainCommandTest {
    private final NodeSetup setup =
            new NodeSetup(Path.of("config"), NodeOverrides.NONE, Nodes.lanes(1), Revisions.of("r1", 2, "gpt-4o"));

    @Test
    void listsCandidatesByTierWithTheirLimits() throws Exception {
        assertThat(ExplainCommand.explain(setup, "app", "gpt-4o", Instant.EPOCH))
                .containsExactly(
                        "revision r1",
                        "key app: no limits",
                        "model gpt-4o: at most 3 attempts, none begun later than 1m, waiting for room at most 20s (a stream"
                                + " 10s), conversations stick",
                        "  priority 0, spread by weight and headroom:",
                        "    openai/a0, weight 1: no limits",
                        "    openai/a1, weight 1: no limits");
    }

    @Test
    void saysWhoIsOutByTheFiles() throws Exception {
        GatewayRevision revision = new RevisionBuilder()
                .channel("c", c -> c.accounts("a", "b", "d")
                        .state("b", AccountState.DRAINING)
                        .state("d", AccountState.DISABLED)
                        .serves("m"))
                .key("app", "sk-test-0123456789abcdef")
                .build();
        NodeSetup files = new NodeSetup(Path.of("config"), NodeOverrides.NONE, Nodes.lanes(1), revision);

        assertThat(ExplainCommand.explain(files, "app", "m", Instant.EPOCH))
                .contains(
                        "    c/a, weight 1: no limits",
                        "    c/b, weight 1: no limits; not asked: draining by the files",
                        "    c/d, weight 1: no limits; not asked: disabled by the files");
    }

    @Test
    void namesWhatThereIsWhenThereIsNoSuchKeyOrModel() {
        assertThatThrownBy(() -> ExplainCommand.explain(setup, "ap", "gpt-4o", Instant.EPOCH))
                .hasMessage("there is no key 'ap'; there are: app");
        assertThatThrownBy(() -> ExplainCommand.explain(setup, "app", "gpt-4", Instant.EPOCH))
                .hasMessage("there is no model 'gpt-4'; there are: gpt-4o");
    }
}
