package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.testkit.Await;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneTest {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(4));
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void startsInOrderAndStopsInReverse() throws Exception {
        Lane lane = new Lane(member("router"), member("provider"), member("ingress"));

        String id = await(vertx.deployVerticle(lane));
        await(vertx.undeploy(id));

        assertThat(events)
                .containsExactly(
                        "start router",
                        "start provider",
                        "start ingress",
                        "stop ingress",
                        "stop provider",
                        "stop router");
    }

    @Test
    void membersShareOneEventLoopEvenWhenOneCompletesElsewhere() throws Exception {
        Lane lane = new Lane(member("router"), completingElsewhere("provider"), member("ingress"));

        String id = await(vertx.deployVerticle(lane));
        await(vertx.undeploy(id));

        assertThat(threads).hasSize(6).allSatisfy(t -> assertThat(t).isSameAs(threads.getFirst()));
        assertThat(threads.getFirst().getName()).contains("eventloop");
    }

    @Test
    void eachLaneHasItsOwnEventLoop() throws Exception {
        AtomicInteger number = new AtomicInteger();

        await(vertx.deployVerticle(
                () -> new Lane(
                        member("r" + number.get()), member("p" + number.get()), member("i" + number.getAndIncrement())),
                new DeploymentOptions().setInstances(3)));

        assertThat(threads).hasSize(9);
        assertThat(threads.stream().distinct()).hasSize(3);
    }

    @Test
    void failedStartStopsWhatStood() {
        Lane lane = new Lane(member("router"), member("provider"), failing("ingress"));

        assertThatThrownBy(() -> await(vertx.deployVerticle(lane))).hasRootCauseMessage("ingress is broken");

        assertThat(events)
                .containsExactly("start router", "start provider", "start ingress", "stop provider", "stop router");
        assertThat(vertx.deploymentIDs()).isEmpty();
    }

    @Test
    void failedLaneTakesItsSiblingsAlong() {
        AtomicInteger number = new AtomicInteger();

        assertThatThrownBy(() -> await(vertx.deployVerticle(
                        () -> new Lane(
                                member("router"),
                                member("provider"),
                                number.getAndIncrement() == 1 ? failing("ingress") : member("ingress")),
                        new DeploymentOptions().setInstances(2))))
                .hasRootCauseMessage("ingress is broken");

        assertThat(events.stream().filter(e -> e.startsWith("stop"))).hasSize(5);
    }

    @Test
    void consumersAreGoneAfterStop() throws Exception {
        String id = await(vertx.deployVerticle(new Lane(member("router"), member("provider"), member("ingress"))));
        Object answer = await(vertx.eventBus().request("router", "?")).body();

        await(vertx.undeploy(id));

        assertThat(answer).isEqualTo("router");
        assertThatThrownBy(() -> await(vertx.eventBus().request("router", "?"))).hasMessageContaining("No handlers");
    }

    @Test
    void consumersAreGoneAfterAFailedStart() {
        Lane lane = new Lane(member("router"), member("provider"), failing("ingress"));

        assertThatThrownBy(() -> await(vertx.deployVerticle(lane))).hasRootCauseMessage("ingress is broken");

        assertThatThrownBy(() -> await(vertx.eventBus().request("router", "?"))).hasMessageContaining("No handlers");
    }

    @Test
    void aMemberThatCannotStopDoesNotKeepTheOthers() throws Exception {
        VerticleBase stuck = new Member("provider") {
            @Override
            public Future<?> stop() {
                return Future.failedFuture("stuck");
            }
        };
        String id = await(vertx.deployVerticle(new Lane(member("router"), stuck, member("ingress"))));

        await(vertx.undeploy(id).transform(any -> Future.succeededFuture()));

        assertThat(events).endsWith("stop ingress", "stop router");
    }

    private VerticleBase member(String name) {
        return new Member(name);
    }

    private VerticleBase failing(String name) {
        return new Member(name) {
            @Override
            public Future<?> start() {
                events.add("start " + name);
                throw new IllegalStateException(name + " is broken");
            }
        };
    }

    private VerticleBase completingElsewhere(String name) {
        return new Member(name) {
            @Override
            public Future<?> start() throws Exception {
                Promise<Void> elsewhere = Promise.promise();
                super.start().onComplete(done -> Thread.ofPlatform().start(elsewhere::complete));
                return elsewhere.future();
            }
        };
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(Await.MOST_SECONDS, TimeUnit.SECONDS);
    }

    /** Answers at its name, and tells when it starts and stops, and where. */
    private class Member extends VerticleBase {
        private final String name;

        Member(String name) {
            this.name = name;
        }

        @Override
        public Future<?> start() throws Exception {
            events.add("start " + name);
            threads.add(Thread.currentThread());
            vertx.eventBus().<String>localConsumer(name, message -> message.reply(name));
            return Future.succeededFuture();
        }

        @Override
        public Future<?> stop() {
            events.add("stop " + name);
            threads.add(Thread.currentThread());
            return Future.succeededFuture();
        }
    }
}
