package io.sluice.admin.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.admin.api.Problem;
import io.sluice.testkit.Await;
import io.sluice.testkit.TestNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is told what, and how often it is written. */
class LiveFeedTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicBoolean heard = new AtomicBoolean();
    private volatile Map<String, JsonObject> pool = Map.of("a", entry(1), "b", entry(1));
    private LiveFeed feed;

    /** Somebody who keeps what they are told. */
    private static final class Listener implements LiveSink {
        private final List<Buffer> told = new CopyOnWriteArrayList<>();
        private volatile boolean full;
        private volatile Runnable leave = () -> {};

        @Override
        public void send(Buffer events) {
            told.add(events);
        }

        @Override
        public boolean isFull() {
            return full;
        }

        @Override
        public void left(Runnable handler) {
            leave = handler;
        }

        /** What was told of the pool, without what opens the stream. */
        private List<JsonObject> events() {
            return told.stream()
                    .map(Buffer::toString)
                    .filter(text -> text.startsWith("event: pool\n"))
                    .map(text -> new JsonObject(text.substring(text.indexOf("data: ") + 6)))
                    .toList();
        }
    }

    @BeforeEach
    void start() {
        feed = on(() -> new LiveFeed(
                vertx,
                Map.of("pool", () -> {
                    questions.incrementAndGet();
                    return Future.succeededFuture(pool);
                }),
                heard::set));
    }

    @AfterEach
    void stop() {
        TestNode.await(vertx.close());
    }

    private static JsonObject entry(int used) {
        return new JsonObject().put("used", used);
    }

    private <T> T on(Callable<T> work) {
        return TestNode.await(Future.future(done -> context.runOnContext(run -> {
            try {
                done.complete(work.call());
            } catch (Exception e) {
                done.fail(e);
            }
        })));
    }

    private Listener join() {
        Listener listener = new Listener();
        on(() -> feed.join(listener, Set.of("pool"), () -> true) == null);
        return listener;
    }

    private void change(String name, JsonObject to) {
        Map<String, JsonObject> next = new LinkedHashMap<>(pool);
        next.put(name, to);
        pool = next;
    }

    @Test
    void tellsEverythingFirstAndThenWhatChanges() {
        Listener listener = join();
        Await.until(() -> listener.events().size() == 1);
        change("b", entry(2));
        Await.until(() -> listener.events().size() == 2);
        pool = Map.of("b", entry(2));
        Await.until(() -> listener.events().size() == 3);

        assertThat(listener.events().get(0).encode())
                .contains("\"whole\":true", "\"a\":{\"used\":1}", "\"b\":{\"used\":1}");
        assertThat(listener.events().get(1).encode()).isEqualTo("{\"set\":{\"b\":{\"used\":2}}}");
        assertThat(listener.events().get(2).encode()).isEqualTo("{\"set\":{},\"gone\":[\"a\"]}");
    }

    @Test
    void saysNothingWhileNothingChanges() {
        Listener listener = join();
        int asked = questions.get();
        Await.until(() -> questions.get() > asked + 2);

        assertThat(listener.events()).hasSize(1);
    }

    @Test
    void isWrittenOnceForTwentyListeners() {
        List<Listener> listeners = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            listeners.add(join());
        }
        Await.until(() -> listeners.stream().allMatch(each -> each.events().size() == 1));
        change("a", entry(7));
        Await.until(() -> listeners.stream().allMatch(each -> each.events().size() == 2));

        Buffer first = listeners.getFirst().told.getLast();
        assertThat(listeners).allSatisfy(each -> assertThat(each.told.getLast()).isSameAs(first));
    }

    @Test
    void whoReadsTooSlowlyIsLeftOutAndGetsEverythingLater() {
        Listener slow = join();
        Listener fast = join();
        Await.until(() -> slow.events().size() == 1 && fast.events().size() == 1);
        slow.full = true;
        change("a", entry(2));
        Await.until(() -> fast.events().size() == 2);
        change("a", entry(3));
        Await.until(() -> fast.events().size() == 3);
        assertThat(slow.events()).hasSize(1);
        slow.full = false;

        Await.until(() -> slow.events().size() == 2);
        assertThat(slow.events().getLast().getBoolean("whole")).isTrue();
        assertThat(slow.events().getLast().encode()).contains("\"a\":{\"used\":3}");
    }

    @Test
    void asksNobodyWhileNobodyListens() {
        assertThat(heard).isFalse();
        Listener listener = join();
        assertThat(heard).isTrue();
        Await.until(() -> listener.events().size() == 1);
        on(() -> {
            listener.leave.run();
            return true;
        });
        int asked = questions.get();
        Listener other = join();
        Await.until(() -> other.events().size() == 1);

        assertThat(questions.get()).isLessThanOrEqualTo(asked + 2);
        assertThat(other.events().getFirst().getBoolean("whole")).isTrue();
    }

    @Test
    void endsWhenTheListenerMayListenNoMore() {
        AtomicBoolean mayListen = new AtomicBoolean(true);
        Listener listener = new Listener();
        Future<Void> over = on(() -> new Future[] {feed.join(listener, Set.of("pool"), mayListen::get)})[0];
        Await.until(() -> listener.events().size() == 1);
        mayListen.set(false);

        Await.until(over::isComplete);
        assertThat(heard).isFalse();
    }

    @Test
    void takesOnlySoMany() {
        for (int i = 0; i < LiveFeed.MOST; i++) {
            join();
        }

        assertThat(on(feed::hasRoom)).isFalse();
        assertThatThrownBy(this::join).hasRootCauseInstanceOf(Problem.class);
    }
}
