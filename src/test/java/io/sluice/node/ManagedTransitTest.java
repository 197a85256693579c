package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.ConfigLoader;
import io.sluice.config.NodeConfig;
import io.sluice.config.NodeOverrides;
import io.sluice.testkit.FakeTransit;
import io.sluice.testkit.LogLines;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node does about its master key when a service has it. */
class ManagedTransitTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeTransit transit = FakeTransit.start(vertx);

    @TempDir
    private Path dir;

    @AfterEach
    void close() {
        TestNode.await(vertx.close());
    }

    private NodeConfig node(String more) throws IOException {
        Files.writeString(dir.resolve("node.yaml"), """
                data: %s
                store:
                  transit:
                    address: %s
                    mount: a/transit
                    key: sluice
                    namespace: ops
                    token: %s
                    %s
                """.formatted(
                        dir.resolve("data"), transit.config().address(), FakeTransit.token(), more));
        return ConfigLoader.loadNode(dir, new NodeOverrides(null, null, dir.resolve("data")))
                .value();
    }

    @Test
    void asksTheServiceAndMakesNoKeyOfItsOwn() throws Exception {
        Managed.of(node(""));

        assertThat(transit.encrypted()).isEqualTo(1);
        assertThat(dir.resolve("data/master.key")).doesNotExist();
    }

    @Test
    void startsWithoutTheService() throws Exception {
        transit.status(503);
        try (LogLines log = LogLines.of(Managed.class)) {
            assertThat(Managed.of(node("")).start().entries()).isEmpty();

            assertThat(log.has("WARN the key service " + transit.config().address()
                            + " is sealed (503); until that is mended"))
                    .isTrue();
        }
        assertThat(dir.resolve("data/master.key")).doesNotExist();
    }

    @Test
    void leavingTheServiceAsksItForNothingNew() throws Exception {
        Managed.of(node("seal: false"));

        assertThat(transit.encrypted()).isZero();
        assertThat(dir.resolve("data/master.key")).exists();
    }

    @Test
    void saysThatItsAuthoritiesCannotBeRead() throws Exception {
        Files.writeString(dir.resolve("ca.pem"), "x");

        assertThatThrownBy(() -> Managed.of(node("ca: ca.pem")))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("store.transit cannot be used: ")
                .hasMessageContaining("ca.pem");
    }
}
