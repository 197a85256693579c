package io.sluice.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cluster.link.Link.Peer;
import io.sluice.config.ClusterConfig;
import io.sluice.config.ClusterConfig.ClusterTlsConfig;
import io.sluice.config.ClusterConfig.HostPort;
import io.sluice.config.ClusterConfig.Voter;
import io.sluice.testkit.Await;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.LogLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TcpLinkTlsTest {
    @TempDir
    static Path dir;

    private static ClusterTlsConfig ours;
    private static ClusterTlsConfig strange;

    private final Map<String, Integer> ports = Map.of("a", FreePort.next(), "b", FreePort.next());
    private LogLines log;
    private LinkNode a;

    @BeforeAll
    static void makeCertificates() throws IOException {
        ours = selfSigned("ours");
        strange = selfSigned("strange");
    }

    /** The certificate is its own authority. */
    private static ClusterTlsConfig selfSigned(String name) throws IOException {
        Certificates made = Certificates.in(Files.createDirectory(dir.resolve(name)));
        return new ClusterTlsConfig(
                made.tls().cert(), made.tls().key(), made.tls().cert());
    }

    @BeforeEach
    void openA() {
        log = LogLines.of(TcpLink.class);
        a = node("a", ours);
    }

    @AfterEach
    void closeA() {
        a.close();
        log.close();
    }

    private LinkNode node(String name, @Nullable ClusterTlsConfig tls) {
        return LinkNode.open(LinkNode.config(ports.get(name), ports, LinkNode.NAME, tls), new Peer(name, 1));
    }

    @Test
    void membersWithCertificatesFindEachOther() {
        try (LinkNode b = node("b", ours)) {
            Await.until(() -> a.knows("b") && b.knows("a"));

            // Of two connections that were made at once one is given up, and what was under way on it is lost.
            Await.until(() -> {
                a.send("b", "sealed");
                return b.received.contains("a:sealed");
            });
        }
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefused() {
        try (LinkNode b = node("b", strange)) {
            Await.until(() -> log.has("cannot be reached") && log.has("a connection to the link failed"));

            assertThat(a.connected()).isEmpty();
            assertThat(b.connected()).isEmpty();
        }
    }

    /** It trusts ours, so only what it shows itself is wrong. */
    @Test
    void aClientCertificateOfAnotherAuthorityIsRefused() {
        ClusterTlsConfig trusting = new ClusterTlsConfig(strange.cert(), strange.key(), ours.cert());
        try (LinkNode guest =
                LinkNode.open(LinkNode.config(FreePort.next(), ports, LinkNode.NAME, trusting), new Peer("guest", 1))) {
            Await.until(() -> log.has("a connection to the link failed"));

            assertThat(a.connected()).isEmpty();
            assertThat(guest.connected()).isEmpty();
        }
    }

    @Test
    void whoSpeaksInClearIsRefused() {
        try (LinkNode b = node("b", null)) {
            Await.until(() -> log.has("a connection to the link failed"));

            assertThat(a.connected()).isEmpty();
            assertThat(b.connected()).isEmpty();
        }
    }

    @Test
    void aCertificateHoldsForTheHostItNames() {
        HostPort elsewhere = new HostPort("127.0.0.2", 1);
        int port = FreePort.next();
        List<Voter> voters = List.of(new Voter("c", elsewhere, port));
        try (LinkNode c = LinkNode.open(
                        new ClusterConfig(LinkNode.NAME, elsewhere, port, 1, ours, false, List.of(), null),
                        new Peer("c", 1));
                LinkNode guest = LinkNode.open(
                        new ClusterConfig(
                                LinkNode.NAME,
                                new HostPort("127.0.0.1", 1),
                                FreePort.next(),
                                1,
                                ours,
                                false,
                                voters,
                                null),
                        new Peer("guest", 1))) {
            Await.until(() -> log.has("c cannot be reached at 127.0.0.2"));

            assertThat(c.connected()).isEmpty();
            assertThat(guest.connected()).isEmpty();
        }
    }
}
