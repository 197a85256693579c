package io.sluice.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.notice.Occurrence;
import io.sluice.domain.notice.Telling;
import io.sluice.domain.notice.Telling.Group;
import io.sluice.domain.notice.Telling.State;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.notify.Courier.Ending;
import io.sluice.testkit.Await;
import io.sluice.testkit.LogLines;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A courier with a scripted sink. */
class CourierTest {
    private static final Telling TELLING = new Telling(
            "n1-1",
            List.of(new Group(
                    NoticeEvent.TEST,
                    NoticeEvent.TEST.severity(),
                    State.BEGUN,
                    List.of(new Occurrence(NoticeEvent.TEST, "n1", false, 0, "", List.of(), 0)))),
            0,
            "n1",
            0);

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void closes() {
        TestNode.await(vertx.close());
    }

    private Courier courier(Supplier<Future<Void>> delivery) {
        return new Courier(
                vertx,
                NotifyNode.webhook("s", 9),
                new Sink() {
                    @Override
                    public Future<Void> deliver(Telling telling) {
                        return delivery.get();
                    }

                    @Override
                    public Future<Void> close() {
                        return Future.succeededFuture();
                    }
                },
                new GatewayMetrics(new SimpleMeterRegistry()).notices(),
                () -> 0);
    }

    @Test
    void aSinkThatThrowsFailsAndIsTriedAgain() {
        AtomicInteger tries = new AtomicInteger();
        Queue<Ending> endings = new ConcurrentLinkedQueue<>();
        try (LogLines log = LogLines.of(Courier.class)) {
            Courier courier = courier(() -> {
                if (tries.incrementAndGet() == 1) {
                    throw new IllegalStateException("CANARY");
                }
                return Future.succeededFuture();
            });
            vertx.runOnContext(go -> courier.bring(TELLING, endings::add));
            Await.until(() -> !endings.isEmpty());

            assertThat(endings).containsExactly(Ending.DELIVERED);
            assertThat(tries).hasValue(2);
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("it cannot be tried: IllegalStateException"))
                    .noneMatch(line -> line.contains("CANARY"));
        }
    }

    @Test
    void oneTestAtATime() {
        Promise<Void> slow = Promise.promise();
        AtomicInteger tries = new AtomicInteger();
        Courier courier = courier(() -> {
            tries.incrementAndGet();
            return slow.future();
        });

        Future<Void> first = courier.test(TELLING);
        Future<Void> second = courier.test(TELLING);
        assertThat(second.failed()).isTrue();
        assertThat(second.cause()).hasMessage("a test of it is under way");
        slow.complete();
        assertThat(first.succeeded()).isTrue();
        assertThat(courier.test(TELLING).succeeded()).isTrue();
        assertThat(tries).hasValue(2);
    }
}
