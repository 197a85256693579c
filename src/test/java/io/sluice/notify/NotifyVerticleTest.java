package io.sluice.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import io.sluice.domain.notice.HookUrl;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Webhook;
import io.sluice.domain.notice.Pace;
import io.sluice.message.Address;
import io.sluice.message.MessageCodecs;
import io.sluice.message.NoticeTested;
import io.sluice.message.NoticeTested.Result;
import io.sluice.message.TestNotice;
import io.sluice.testkit.Await;
import io.sluice.testkit.LogLines;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real notifier and a real server. */
class NotifyVerticleTest {
    private static final Duration WAIT = Duration.ofMillis(300);

    private final Vertx vertx = Vertx.vertx();
    private TestHook hook;

    @BeforeEach
    void listens() {
        MessageCodecs.registerAll(vertx.eventBus());
        hook = new TestHook(vertx);
    }

    @AfterEach
    void closes() {
        TestNode.await(vertx.close());
    }

    private NotifyNode node(NoticeSink... sinks) {
        return new NotifyNode(vertx, "n1", Pace.USUAL, NotifyNode.rules(WAIT, sinks));
    }

    private List<String> titles() {
        return hook.got().stream()
                .map(got -> got.uri() + " " + got.json().at("/title").asText())
                .toList();
    }

    @Test
    void tellsManyAsOneAndTheirEnds() {
        NotifyNode node = node(NotifyNode.webhook("a", hook.port()), NotifyNode.webhook("b", hook.port()));

        for (int i = 0; i < 200; i++) {
            node.raise(NoticeEvent.ACCOUNT_DISABLED, "openai/a" + i, false);
            node.raise(NoticeEvent.ACCOUNT_DISABLED, "openai/a" + i, false);
        }
        Await.until(() -> hook.got().size() >= 2);
        Await.until(() -> node.count("a", "sent") == 1 && node.count("b", "sent") == 1);
        for (int i = 0; i < 200; i++) {
            node.raise(NoticeEvent.ACCOUNT_DISABLED, "openai/a" + i, true);
        }
        Await.until(() -> node.count("a", "sent") == 2 && node.count("b", "sent") == 2);

        assertThat(titles())
                .containsExactlyInAnyOrder(
                        "/a 200 accounts disabled",
                        "/b 200 accounts disabled",
                        "/a over: 200 accounts disabled",
                        "/b over: 200 accounts disabled");
    }

    @Test
    void triesAgainAndSaysOnceThatASinkIsDown() {
        AtomicInteger requests = new AtomicInteger();
        hook.answers(request -> request.response()
                .setStatusCode(requests.incrementAndGet() < 3 ? 503 : 200)
                .end());
        try (LogLines log = LogLines.of(Courier.class)) {
            NotifyNode node = node(NotifyNode.webhook("a", hook.port()));
            node.raise(NoticeEvent.NODE_LEFT, "n2", false);
            Await.until(() -> node.count("a", "failed") == 1);
            Await.until(() -> node.isUp("a") == 0);
            Await.until(() -> node.count("a", "sent") == 1);

            Await.until(() -> node.isUp("a") == 1);
            assertThat(node.count("a", "failed")).isEqualTo(2);
            assertThat(hook.got()).hasSize(3);
            assertThat(hook.got().stream()
                            .map(got -> got.headers().get("x-sluice-id"))
                            .distinct())
                    .as("it is one message")
                    .hasSize(1);
            assertThat(log.lines().stream().filter(line -> line.contains("sink a")))
                    .hasSize(2)
                    .anyMatch(line -> line.contains("takes no messages: status 503"))
                    .anyMatch(line -> line.contains("takes messages again"));
        }
    }

    @Test
    void aSinkThatIsDownHoldsUpNoOther() {
        hook.answers(request -> {
            if (!request.uri().equals("/down")) {
                request.response().end();
            }
        });
        NotifyNode node = node(NotifyNode.webhook("down", hook.port()), NotifyNode.webhook("up", hook.port()));

        node.raise(NoticeEvent.NODE_LEFT, "n2", false);
        Await.until(() -> node.count("up", "sent") == 1);
        node.raise(NoticeEvent.NODE_LEFT, "n3", false);
        Await.until(() -> node.count("up", "sent") == 2);

        assertThat(node.count("down", "sent")).isZero();
        assertThat(titles()).filteredOn(title -> title.startsWith("/down")).hasSize(1);
    }

    @Test
    void takesOtherSinksWithoutAStart() {
        NotifyNode node = node(NotifyNode.webhook("a", hook.port()));
        node.raise(NoticeEvent.NODE_LEFT, "n2", false);
        Await.until(() -> node.count("a", "sent") == 1);

        NoticeSink moved = NotifyNode.sink(
                "a", new Webhook(new HookUrl(false, "127.0.0.1", hook.port(), Secret.of("/moved")), NotifyNode.SECRET));
        node.reload(NotifyNode.rules(WAIT, moved, NotifyNode.webhook("new", hook.port())));
        node.raise(NoticeEvent.NODE_LEFT, "n2", true);
        node.raise(NoticeEvent.NODE_LEFT, "n3", false);
        Await.until(() -> node.count("a", "sent") == 3 && node.count("new", "sent") == 1);

        assertThat(titles())
                .containsExactlyInAnyOrder(
                        "/a node left: n2", "/moved over: node left: n2", "/moved node left: n3", "/new node left: n3");
    }

    @Test
    void aMessageUnderWayGoesWhereTheSinkIsNow() {
        hook.answers(503, "");
        NotifyNode node = node(NotifyNode.webhook("a", hook.port()));
        node.raise(NoticeEvent.NODE_LEFT, "n2", false);
        Await.until(() -> node.count("a", "failed") == 1);

        hook.answers(200, "");
        NoticeSink moved = NotifyNode.sink(
                "a", new Webhook(new HookUrl(false, "127.0.0.1", hook.port(), Secret.of("/moved")), NotifyNode.SECRET));
        node.reload(NotifyNode.rules(WAIT, moved));
        Await.until(() -> node.count("a", "sent") == 1);

        assertThat(titles()).last().isEqualTo("/moved node left: n2");
        assertThat(titles()).filteredOn(title -> title.startsWith("/moved")).hasSize(1);
    }

    @Test
    void testsEachSink() {
        hook.answers(request -> request.response()
                .setStatusCode(request.uri().equals("/bad") ? 404 : 200)
                .end());
        NotifyNode node = node(NotifyNode.webhook("good", hook.port()), NotifyNode.slack("bad", hook.port()));

        NoticeTested all = TestNode.await(node.bus.request(Address.NOTICE_TEST, new TestNotice("")));
        NoticeTested one = TestNode.await(node.bus.request(Address.NOTICE_TEST, new TestNotice("good")));
        NoticeTested none = TestNode.await(node.bus.request(Address.NOTICE_TEST, new TestNotice("other")));

        assertThat(all.results()).containsExactly(new Result("good", true, ""), new Result("bad", false, "status 404"));
        assertThat(one.results()).containsExactly(new Result("good", true, ""));
        assertThat(none.results()).isEmpty();
        assertThat(none.sinks()).containsExactly("good", "bad");
        assertThat(hook.got())
                .anySatisfy(got ->
                        assertThat(got.json().at("/groups/0/event").asText()).isEqualTo("test"));
    }
}
