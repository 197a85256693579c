package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.Secret;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.DrainIngress;
import io.sluice.message.OpenIngress;
import io.sluice.testkit.Await;
import io.sluice.testkit.Nodes;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NodeTest {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<String> readiness = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Node.vertx(2);

    @Test
    void listensOnlyWhenEverythingStandsAndIsReadyLast() throws Exception {
        Node node = node(new ScriptedParts());

        await(node.start());
        await(node.stop());

        assertThat(events.subList(0, 2)).containsExactly("start first", "start second");
        assertThat(events.subList(2, 8))
                .containsExactlyInAnyOrder(
                        "start router 0",
                        "start provider 0",
                        "start ingress 0",
                        "start router 1",
                        "start provider 1",
                        "start ingress 1");
        assertThat(events.subList(8, 10)).containsExactlyInAnyOrder("open 0", "open 1");
        assertThat(events.get(10)).isEqualTo("start watch");
        assertThat(readiness).containsExactly("ready", "not ready: draining");
    }

    @Test
    void drainsEveryLaneBeforeTheFirstIsUndeployed() throws Exception {
        Node node = node(new ScriptedParts());
        await(node.start());
        events.clear();

        await(node.stop());

        assertThat(events.getFirst()).isEqualTo("stop watch");
        assertThat(events.subList(1, 3)).containsExactlyInAnyOrder("drain 0", "drain 1");
        assertThat(events.subList(3, 9)).allMatch(e -> e.matches("stop (router|provider|ingress) \\d"));
        assertThat(events.subList(9, 11)).containsExactly("stop second", "stop first");
    }

    @Test
    void waitsForStreamsBeforeItStopsALane() throws Exception {
        ScriptedParts parts = new ScriptedParts();
        parts.drained = Promise.promise();
        Node node = node(parts);
        await(node.start());

        Future<Void> stopped = node.stop();
        await(parts.drainAsked.future());
        List<String> whileDraining = List.copyOf(events);
        parts.drained.complete(new DrainIngress.Drained(0));
        await(stopped);

        assertThat(whileDraining).noneMatch(e -> e.startsWith("stop ingress"));
        assertThat(events).contains("stop ingress 0", "stop ingress 1");
    }

    @Test
    void tellsTheLanesTheDrainTime() throws Exception {
        ScriptedParts parts = new ScriptedParts();
        Node node = node(parts);
        await(node.start());

        await(node.stop());

        assertThat(await(parts.drainAsked.future()).atMost()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void undoesWhatStoodWhenAPartDoesNotStart() {
        ScriptedParts parts = new ScriptedParts();
        parts.broken = "ingress 1";
        Node node = node(parts);

        assertThatThrownBy(() -> await(node.start())).hasRootCauseMessage("ingress 1 is broken");

        assertThat(events).contains("stop second", "stop first").doesNotContain("open 0");
        assertThat(readiness).doesNotContain("ready");
        assertThat(node.stop().isComplete()).isTrue();
    }

    @Test
    void stopDuringStartEndsCleanly() throws Exception {
        ScriptedParts parts = new ScriptedParts();
        parts.slow = Promise.promise();
        Node node = node(parts);

        Future<Void> started = node.start();
        Future<Void> stopped = node.stop();
        parts.slow.complete();
        await(stopped);

        assertThatThrownBy(() -> await(started)).hasRootCauseMessage("stopped while starting");
        assertThat(events).contains("start first", "stop first").doesNotContain("open 0");
        assertThat(readiness).doesNotContain("ready");
    }

    @Test
    void stopIsOneAndTheSame() throws Exception {
        Node node = node(new ScriptedParts());
        await(node.start());

        Future<Void> first = node.stop();
        Future<Void> second = node.stop();
        await(Future.all(first, second));

        assertThat(events.stream().filter(e -> e.equals("stop first"))).hasSize(1);
    }

    private Node node(Parts parts) {
        return new Node(Nodes.lanes(2), parts, vertx);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(Await.MOST_SECONDS, TimeUnit.SECONDS);
    }

    /** Parts that tell what happens to them. */
    private final class ScriptedParts implements Parts {
        @Override
        public @Nullable Secret firstAdminToken() {
            return null;
        }

        final Promise<DrainIngress> drainAsked = Promise.promise();

        @Nullable
        Promise<DrainIngress.Drained> drained;

        @Nullable
        Promise<Void> slow;

        @Nullable
        String broken;

        @Override
        public List<Deployable> services() {
            return List.of(
                    new Part("first") {
                        @Override
                        public Future<?> start() throws Exception {
                            super.start();
                            new Bus(vertx, Duration.ofSeconds(1))
                                    .consume(
                                            Address.READINESS_CHANGED,
                                            r -> readiness.add(r.ready() ? "ready" : "not ready: " + r.reason()));
                            return slow == null ? Future.succeededFuture() : slow.future();
                        }
                    },
                    new Part("second"));
        }

        @Override
        public Lane lane(int number) {
            return new Lane(new Part("router " + number), new Part("provider " + number), new Ingress(number));
        }

        @Override
        public Deployable watch() {
            return new Part("watch");
        }

        @Override
        public int adminPort() {
            return 8081;
        }

        private class Part extends VerticleBase {
            private final String name;

            Part(String name) {
                this.name = name;
            }

            @Override
            public Future<?> start() throws Exception {
                events.add("start " + name);
                return name.equals(broken) ? Future.failedFuture(name + " is broken") : Future.succeededFuture();
            }

            @Override
            public Future<?> stop() {
                events.add("stop " + name);
                return Future.succeededFuture();
            }
        }

        private final class Ingress extends Part {
            private final int lane;

            Ingress(int lane) {
                super("ingress " + lane);
                this.lane = lane;
            }

            @Override
            public Future<?> start() throws Exception {
                Bus bus = new Bus(vertx, Duration.ofSeconds(1));
                bus.serve(Address.ingressOpen(lane), open -> {
                    events.add("open " + lane);
                    return Future.succeededFuture(new OpenIngress.Listening(8080));
                });
                bus.serve(Address.ingressDrain(lane), drain -> {
                    events.add("drain " + lane);
                    drainAsked.tryComplete(drain);
                    return drained == null ? Future.succeededFuture(new DrainIngress.Drained(0)) : drained.future();
                });
                return super.start();
            }
        }
    }
}
