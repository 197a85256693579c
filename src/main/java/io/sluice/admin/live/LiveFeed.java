package io.sluice.admin.live;

import io.sluice.admin.api.Problem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what changes. While there is none, it does nothing. A listener that reads too slowly is left out, and gets
 * everything anew when it has caught up: nothing is kept for it.
 */
public final class LiveFeed {
    /** Listeners at a time. */
    public static final int MOST = 64;

    private static final Logger LOG = LoggerFactory.getLogger(LiveFeed.class);
    private static final int PERIOD_MILLIS = 1_000;
    private static final Buffer RETRY = Buffer.buffer("retry: 2000\n\n");

    private final Vertx vertx;
    private final Map<String, LiveSource> sources;
    private final Map<String, LiveTopic> topics = new LinkedHashMap<>();
    private final List<Listener> listeners = new ArrayList<>();
    private final Set<String> asked = new HashSet<>();
    private final Consumer<Boolean> heard;
    private long timer = -1;

    /** Somebody who listens, and what they must be told whole. */
    private static final class Listener {
        private final LiveSink sink;
        private final Set<String> wants;
        private final BooleanSupplier mayListen;
        private final Set<String> whole;
        private final Promise<Void> over = Promise.promise();

        Listener(LiveSink sink, Set<String> wants, BooleanSupplier mayListen) {
            this.sink = sink;
            this.wants = wants;
            this.mayListen = mayListen;
            this.whole = new HashSet<>(wants);
        }
    }

    /**
     * A feed that nobody listens to.
     *
     * @param vertx whose timers
     * @param sources of each topic
     * @param heard told when the first comes and when the last has gone
     */
    public LiveFeed(Vertx vertx, Map<String, LiveSource> sources, Consumer<Boolean> heard) {
        this.vertx = vertx;
        this.heard = heard;
        this.sources = new LinkedHashMap<>(sources);
        sources.keySet().forEach(name -> topics.put(name, new LiveTopic(name)));
    }

    /** What can be listened to. */
    public Set<String> topics() {
        return topics.keySet();
    }

    /** Whether one more may listen. */
    public boolean hasRoom() {
        return listeners.size() < MOST;
    }

    /**
     * Tells somebody from now on.
     *
     * @param sink where it is told
     * @param wants topics of {@link #topics}
     * @param mayListen asked again and again; the feed ends when it says no
     * @return when it is over
     * @throws Problem when too many listen
     */
    public Future<Void> join(LiveSink sink, Set<String> wants, BooleanSupplier mayListen) {
        if (!hasRoom()) {
            throw Problem.of(429, "too-many-listeners", MOST + " consoles listen to this node already.")
                    .retryAfter(10);
        }
        Listener listener = new Listener(sink, Set.copyOf(wants), mayListen);
        listeners.add(listener);
        sink.left(() -> leave(listener));
        sink.send(RETRY);
        wants.forEach(name -> tellWhole(listener, name));
        if (timer < 0) {
            heard.accept(true);
            timer = vertx.setPeriodic(PERIOD_MILLIS, fired -> tick());
        }
        tick();
        return listener.over.future();
    }

    /** The node stops: nobody is told anything more. */
    public void close() {
        List.copyOf(listeners).forEach(this::leave);
    }

    private void leave(Listener listener) {
        listener.over.tryComplete();
        listeners.remove(listener);
        if (listeners.isEmpty() && timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
            heard.accept(false);
        }
        topics.forEach((name, topic) -> {
            if (listeners.stream().noneMatch(other -> other.wants.contains(name))) {
                topic.forget();
            }
        });
    }

    private void tick() {
        for (Listener listener : List.copyOf(listeners)) {
            if (!listener.mayListen.getAsBoolean()) {
                leave(listener);
            }
        }
        sources.forEach((name, source) -> {
            boolean heard = listeners.stream().anyMatch(listener -> listener.wants.contains(name));
            // One question of a topic at a time.
            if (heard && asked.add(name)) {
                source.read().onComplete(read -> {
                    asked.remove(name);
                    if (read.succeeded()) {
                        tell(name, read.result());
                    } else {
                        LOG.debug("{} cannot be told: {}", name, read.cause().toString());
                    }
                });
            }
        });
    }

    private void tell(String name, Map<String, JsonObject> now) {
        LiveTopic topic = topics.get(name);
        if (topic == null || listeners.stream().noneMatch(listener -> listener.wants.contains(name))) {
            return;
        }
        Buffer change = topic.change(now);
        for (Listener listener : listeners) {
            if (listener.whole.contains(name)) {
                tellWhole(listener, name);
            } else if (change != null && listener.wants.contains(name)) {
                if (listener.sink.isFull()) {
                    listener.whole.add(name);
                } else {
                    listener.sink.send(change);
                }
            }
        }
    }

    private void tellWhole(Listener listener, String name) {
        LiveTopic topic = topics.get(name);
        if (topic != null && topic.isRead() && !listener.sink.isFull()) {
            listener.sink.send(topic.whole());
            listener.whole.remove(name);
        }
    }
}
