package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.NodeOverrides;
import io.sluice.node.NodeSetup;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.Revisions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartReportTest {
    @Test
    void saysWhereItListensWhatItServesAndHowToTryIt() {
        NodeSetup setup = new NodeSetup(
                Path.of("config"),
                NodeOverrides.NONE,
                Nodes.lanes(1),
                Revisions.of("r1", 1, "m1", "m2", "m3", "m4", "m5", "m6", "text-embedding-3-small"));

        List<String> lines = StartReport.lines(setup, 18080, 18081);

        assertThat(String.join("\n", lines))
                .contains("node test, revision r1")
                .contains("http://localhost:18080/v1 (listening on 127.0.0.1:18080)")
                .contains("admin      http://localhost:18081")
                .contains("ledger     none: usage goes to the access log alone")
                .contains("(7 in all)")
                .contains("curl -N http://localhost:18080/v1/chat/completions")
                .contains("Authorization: Bearer $SLUICE_KEY")
                .contains("\"stream\":true")
                .doesNotContain("sample", "CANARY");
    }
}
