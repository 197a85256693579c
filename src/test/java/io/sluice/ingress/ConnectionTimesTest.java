package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HttpBounds;
import io.sluice.message.DrainIngress;
import io.sluice.testkit.Await;
import io.sluice.testkit.Bounds;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp.Conversation;
import io.sluice.testkit.RawHttp.Ending;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long, and how often, a client may do nothing. */
class ConnectionTimesTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LATER = Duration.ofSeconds(5);
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String POST = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nx-api-key: " + KEY
            + "\r\nContent-Type: application/json\r\n";

    private static TestNode node(HttpBounds bounds) {
        return TestNode.of(new RevisionBuilder().key("app", KEY).build())
                .bounds(bounds)
                .start();
    }

    @Test
    void connectionThatSaysNothingIsClosed() {
        try (TestNode node = node(Bounds.defaults().headerTimeout(SHORT).build());
                RawHttp connection = RawHttp.clear(node.port())) {
            long start = System.nanoTime();

            Conversation conversation = connection.readToEnd(LATER);

            assertThat(conversation.ending()).isEqualTo(Ending.EOF);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, SHORT.multipliedBy(4));
        }
    }

    @Test
    void headThatDoesNotEndIsClosed() {
        try (TestNode node = node(Bounds.defaults().headerTimeout(SHORT).build());
                RawHttp connection = RawHttp.clear(node.port())) {
            Conversation conversation =
                    connection.send("GET /v1/models HTTP/1.1\r\nHost: x\r\nA").readToEnd(LATER);

            assertThat(conversation.ending()).isEqualTo(Ending.EOF);
        }
    }

    @Test
    void secondHeadThatDoesNotEndIsClosed() {
        try (TestNode node = node(Bounds.defaults().keepAlive(SHORT).build());
                RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(LIVE).read(LATER, 1);

            Conversation conversation =
                    connection.send("GET /v1/models HTTP/1.1\r\nHo").readToEnd(LATER);

            assertThat(conversation.ending()).isEqualTo(Ending.EOF);
            assertThat(conversation.statuses()).containsExactly(200);
        }
    }

    @Test
    void idleConnectionIsClosedAfterItsPause() {
        try (TestNode node = node(Bounds.defaults().keepAlive(SHORT).build());
                RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(LIVE).read(LATER, 1);
            long start = System.nanoTime();

            Conversation conversation = connection.readToEnd(LATER);

            assertThat(conversation.ending()).isEqualTo(Ending.EOF);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(200));
        }
    }

    @Test
    void bodyThatStopsIsRefused() {
        try (TestNode node = node(Bounds.defaults().bodyPace(SHORT, 1).build());
                RawHttp connection = RawHttp.clear(node.port())) {
            Conversation conversation =
                    connection.send(POST + "Content-Length: 100\r\n\r\n{").read(LATER, 1);

            assertThat(conversation.statuses()).containsExactly(408);
            Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
            assertThat(node.reservations()).isZero();
        }
    }

    @Test
    void bodyMemoryOfTheNodeIsBoundedAndGivenBack() {
        try (TestNode node = node(Bounds.defaults().bodyMemory(1_000).build());
                RawHttp holder = RawHttp.clear(node.port())) {
            holder.send(POST + "Content-Length: 2000\r\n\r\n" + " ".repeat(900));
            Await.until(() -> refusedForMemory(node));

            holder.reset();

            Await.until(() -> !refusedForMemory(node));
        }
    }

    private static boolean refusedForMemory(TestNode node) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            Conversation conversation = connection
                    .send(POST + "Content-Length: 200\r\n\r\n" + " ".repeat(200))
                    .read(LATER, 1);
            return conversation.statuses().getFirst() == 503;
        }
    }

    @Test
    void requestsOfTheNodeAreBounded() {
        try (TestNode node = node(Bounds.defaults().requests(1).build());
                RawHttp holder = RawHttp.clear(node.port());
                RawHttp connection = RawHttp.clear(node.port())) {
            holder.send(POST + "Content-Length: 10\r\n\r\n");
            Await.until(() -> node.meter("sluice.requests.in.flight") == 1);

            Conversation conversation =
                    connection.send(POST + "Content-Length: 2\r\n\r\n{}").read(LATER, 1);

            assertThat(conversation.statuses()).containsExactly(503);
            assertThat(conversation.last().header("retry-after")).isEqualTo("1");
            assertThat(conversation.last().text()).contains("\"code\":\"overloaded\"");
        }
    }

    @Test
    void connectionsOfTheNodeAreBounded() {
        try (TestNode node = node(Bounds.defaults().connections(2).build());
                RawHttp first = RawHttp.clear(node.port());
                RawHttp second = RawHttp.clear(node.port())) {
            first.send(LIVE).read(LATER, 1);
            second.send(LIVE).read(LATER, 1);
            try (RawHttp third = RawHttp.clear(node.port())) {
                assertThat(third.readToEnd(LATER).ending()).isNotEqualTo(Ending.OPEN);
            }

            second.close();

            Await.until(() -> {
                try (RawHttp fourth = RawHttp.clear(node.port())) {
                    return fourth.send(LIVE).read(LATER, 1).statuses().equals(java.util.List.of(200));
                }
            });
        }
    }

    @Test
    void drainEndsAtOnceWhenNothingIsInFlight() {
        try (TestNode node = node(HttpBounds.DEFAULT);
                RawHttp used = RawHttp.clear(node.port());
                RawHttp neverUsed = RawHttp.clear(node.port())) {
            used.send(LIVE).read(LATER, 1);
            Await.until(() -> node.meter("sluice.connections.open") == 2);
            long start = System.nanoTime();

            DrainIngress.Drained drained = TestNode.await(node.drain(Duration.ofSeconds(10)));

            assertThat(drained.cut()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
            assertThat(used.readToEnd(LATER).ending()).isEqualTo(Ending.EOF);
            assertThat(neverUsed.readToEnd(LATER).ending()).isEqualTo(Ending.EOF);
        }
    }

    @Test
    void requestInFlightIsAnsweredDuringTheDrain() {
        try (TestNode node = node(HttpBounds.DEFAULT);
                RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(POST + "Content-Length: 2\r\n\r\n");
            Await.until(() -> node.meter("sluice.requests.in.flight") == 1);

            Future<DrainIngress.Drained> drained = node.drain(Duration.ofSeconds(10));
            Conversation conversation = connection.send("[]").readToEnd(LATER);

            assertThat(conversation.statuses()).containsExactly(400);
            assertThat(conversation.ending()).isEqualTo(Ending.EOF);
            assertThat(TestNode.await(drained).cut()).isZero();
        }
    }
}
