package io.sluice.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.cluster.link.Link.Peer;
import io.sluice.domain.Secret;
import io.sluice.testkit.Await;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.LogLines;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TcpLinkTest {
    private final Map<String, Integer> ports = Map.of("a", FreePort.next(), "b", FreePort.next(), "c", FreePort.next());
    private final LogLines log = LogLines.of(TcpLink.class);

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void carriesFramesBothWaysInOrderOnOneThread() {
        try (LinkNode a = LinkNode.open("a", 1, ports);
                LinkNode b = LinkNode.open("b", 2, ports);
                LinkNode c = LinkNode.open("c", 3, ports)) {
            Await.until(() -> a.connected().size() == 2
                    && b.connected().size() == 2
                    && c.connected().size() == 2);

            IntStream.range(0, 1_000).forEach(i -> {
                assertThat(a.send("b", "a" + i)).isTrue();
                assertThat(b.send("a", "b" + i)).isTrue();
            });
            String large = "x".repeat(3 << 20);
            a.send("c", large);

            Await.until(() -> a.received.size() == 1_000 && b.received.size() == 1_000 && c.received.size() == 1);
            assertThat(b.received).containsExactlyElementsOf(numbered("a:a"));
            assertThat(a.received).containsExactlyElementsOf(numbered("b:b"));
            assertThat(c.received).containsExactly("a:" + large);
            assertThat(b.connected()).containsExactlyInAnyOrder(new Peer("a", 1), new Peer("c", 3));
            assertThat(a.threads).hasSize(1);
            assertThat(b.threads).hasSize(1);
        }
    }

    private static Iterable<String> numbered(String prefix) {
        return IntStream.range(0, 1_000).mapToObj(i -> prefix + i).toList();
    }

    @Test
    void nobodyIsThereToSendTo() {
        try (LinkNode a = LinkNode.open("a", 1, ports)) {
            assertThat(a.send("b", "lost")).isFalse();
            assertThat(a.connected()).isEmpty();
        }
    }

    @Test
    void framesHaveBounds() {
        try (LinkNode a = LinkNode.open("a", 1, ports)) {
            assertThatThrownBy(() -> a.send("b", "")).hasRootCauseInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> a.send("b", "x".repeat((16 << 20) + 1)))
                    .hasRootCauseInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aNodeInNobodysListReachesTheVoters() {
        try (LinkNode a = LinkNode.open("a", 1, ports);
                LinkNode b = LinkNode.open("b", 2, ports);
                LinkNode guest = LinkNode.open(
                        LinkNode.config(FreePort.next(), ports, LinkNode.NAME, null), new Peer("guest", 9))) {
            Await.until(() -> guest.connected().size() == 2 && a.knows("guest") && b.knows("guest"));

            a.send("guest", "hello");

            Await.until(() -> guest.received.contains("a:hello"));
        }
    }

    @Test
    void aNewRunOfANodeIsFoundAtOnce() {
        try (LinkNode a = LinkNode.open("a", 1, ports)) {
            try (LinkNode b = LinkNode.open("b", 2, ports)) {
                Await.until(() -> a.knows("b"));
            }
            Await.until(() -> !a.knows("b"));
            try (LinkNode again = LinkNode.open("b", 3, ports)) {
                Await.until(Duration.ofSeconds(1), () -> a.connected().contains(new Peer("b", 3)));
                Await.until(() -> again.knows("a"));

                a.send("b", "welcome back");

                Await.until(() -> again.received.contains("a:welcome back"));
            }
        }
    }

    @Test
    void aCutIsNoticedOnBothSidesAndHealed() {
        try (LinkNode b = LinkNode.open(
                        LinkNode.config(ports.get("b"), Map.of(), LinkNode.NAME, null), new Peer("b", 2));
                Relay relay = Relay.to(ports.get("b"));
                LinkNode a = LinkNode.open(
                        LinkNode.config(ports.get("a"), Map.of("b", relay.port()), LinkNode.NAME, null),
                        new Peer("a", 1))) {
            Await.until(() -> a.knows("b") && b.knows("a"));

            relay.cut(true);
            Await.until(Duration.ofMillis(1_800), () -> !a.knows("b") && !b.knows("a"));
            relay.cut(false);

            Await.until(() -> a.knows("b") && b.knows("a"));
            assertThat(log.has("it was silent")).isTrue();
        }
    }

    @Test
    void whoKnowsAnotherClusterNameStaysOutside() {
        try (LinkNode a = LinkNode.open("a", 1, ports);
                LinkNode b = LinkNode.open(
                        LinkNode.config(ports.get("b"), ports, Secret.of("another name"), null), new Peer("b", 2))) {
            Await.until(() ->
                    log.has("was refused: wrong cluster name") && log.has("refused this one: wrong cluster name"));

            assertThat(a.connected()).isEmpty();
            assertThat(b.connected()).isEmpty();
            assertThat(log.lines())
                    .allSatisfy(line ->
                            assertThat(line).doesNotContain("another name").doesNotContain(LinkNode.NAME.reveal()));
        }
    }

    @Test
    void twoNodesOfOneNameAreTold() {
        try (LinkNode a = LinkNode.open("a", 1, ports);
                LinkNode older = LinkNode.open(
                        LinkNode.config(FreePort.next(), ports, LinkNode.NAME, null), new Peer("twin", 7))) {
            Await.until(() -> a.connected().contains(new Peer("twin", 7)));
            try (LinkNode newer =
                    LinkNode.open(LinkNode.config(FreePort.next(), ports, LinkNode.NAME, null), new Peer("twin", 8))) {
                Await.until(() -> a.connected().contains(new Peer("twin", 8)));
                Await.until(() -> log.has("was refused: two nodes are named twin")
                        && log.has("refused this one: two nodes are named twin"));

                assertThat(a.connected()).containsExactly(new Peer("twin", 8));
                assertThat(older.connected()).isEmpty();
                a.send("twin", "to the newer");
                Await.until(() -> newer.received.contains("a:to the newer"));
            }
        }
    }

    @Test
    void anAddressOfAnotherNodeIsTold() {
        Map<String, Integer> wrong = Map.of("c", ports.get("b"));
        try (LinkNode b = LinkNode.open(
                        LinkNode.config(ports.get("b"), Map.of(), LinkNode.NAME, null), new Peer("b", 2));
                LinkNode a =
                        LinkNode.open(LinkNode.config(ports.get("a"), wrong, LinkNode.NAME, null), new Peer("a", 1))) {
            Await.until(() -> log.has("the node there is b, not c"));

            assertThat(a.connected()).isEmpty();
            assertThat(b.connected()).isEmpty();
        }
    }

    @Test
    void anAddressOfItsOwnIsTold() {
        Map<String, Integer> wrong = Map.of("b", ports.get("a"));
        try (LinkNode a =
                LinkNode.open(LinkNode.config(ports.get("a"), wrong, LinkNode.NAME, null), new Peer("a", 1))) {
            Await.until(() -> log.has("the node dialled itself"));

            assertThat(a.connected()).isEmpty();
        }
    }

    @Test
    void aTakenPortFailsTheStart() {
        try (LinkNode a = LinkNode.open("a", 1, ports)) {
            assertThatThrownBy(() -> LinkNode.open(
                            LinkNode.config(ports.get("a"), ports, LinkNode.NAME, null), new Peer("b", 1)))
                    .hasRootCauseInstanceOf(java.net.BindException.class);
            assertThat(a.connected()).isEmpty();
        }
    }

    @Test
    void aKilledNodeIsNoticed() {
        try (LinkNode a = LinkNode.open("a", 1, ports)) {
            LinkNode b = LinkNode.open("b", 2, ports);
            Await.until(() -> a.knows("b"));

            TestNode.await(b.kill());

            Await.until(() -> !a.knows("b"));
        }
    }
}
