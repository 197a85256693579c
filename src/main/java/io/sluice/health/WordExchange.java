package io.sluice.health;

import io.sluice.domain.health.Word;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.HealthWords;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Tells the other nodes what is said here, and hears what is said there. A new word is announced at once. When a node
 * joins, the first by name of those that were there tells it everything, and it tells what it knows itself. Announcements
 * may be lost; so every node says now and then the digest of its words, and whoever has another one tells everything.
 *
 * <p>Confined to the event loop of its book. Without a cluster nobody else hears it, and it costs nothing.
 */
public final class WordExchange {
    private static final int DIGEST_MILLIS = 30_000;
    private static final int JITTER_MILLIS = 1_500;

    /** Nodes that cannot agree, because one of them keeps fewer words, do not tell one another everything all the time. */
    private static final long MOST_OFTEN_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Vertx vertx;
    private final Bus bus;
    private final WordBook book;
    private final String origin;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private final List<Long> timers = new ArrayList<>();
    private final Company company = new Company();
    private boolean telling;
    private long toldAt;

    /**
     * An exchange that has not begun.
     *
     * @param vertx for timers
     * @param bus of the node
     * @param book what is told, and gets what is heard
     * @param origin this run of this node: name, slash, incarnation
     * @param nanoClock monotonic nanoseconds
     * @param random spreads over time what every node does
     */
    public WordExchange(
            Vertx vertx, Bus bus, WordBook book, String origin, LongSupplier nanoClock, RandomGenerator random) {
        this.vertx = vertx;
        this.bus = bus;
        this.book = book;
        this.origin = origin;
        this.nanoClock = nanoClock;
        this.toldAt = nanoClock.getAsLong() - MOST_OFTEN_NANOS - 1;
        this.random = random;
    }

    /** Begins, on the event loop of the book. */
    public Future<Void> start() {
        book.onChange(word -> {
            if (word.origin().equals(origin)) {
                bus.announce(Address.HEALTH_WORDS, new HealthWords(origin, 0, List.of(word)));
            }
        });
        consumers.add(bus.hear(Address.HEALTH_WORDS, this::heard));
        consumers.add(bus.consume(Address.CLUSTER_VIEW, view -> {
            if (company.mustTell(view)) {
                tellEverythingSoon();
            }
        }));
        timers.add(vertx.setPeriodic(
                DIGEST_MILLIS / 2 + random.nextInt(DIGEST_MILLIS), DIGEST_MILLIS, timer -> tellDigest()));
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList())
                .mapEmpty();
    }

    /** Ends. */
    public Future<Void> stop() {
        timers.forEach(vertx::cancelTimer);
        return Future.all(consumers.stream().map(MessageConsumer::unregister).toList())
                .mapEmpty();
    }

    private void heard(HealthWords message) {
        if (message.origin().equals(origin)) {
            return;
        }
        // What cannot be written is logged by the book, and tried again there.
        message.words().forEach(book::put);
        boolean differs = message.digest() != 0 && message.digest() != book.digest();
        if (differs && nanoClock.getAsLong() - toldAt > MOST_OFTEN_NANOS) {
            tellEverythingSoon();
        }
    }

    private void tellDigest() {
        if (company.hasOthers()) {
            bus.announce(Address.HEALTH_WORDS, new HealthWords(origin, book.digest(), List.of()));
        }
    }

    /** A little later, for who is new may not listen yet; and what else wants it meanwhile is served by the same. */
    private void tellEverythingSoon() {
        if (telling) {
            return;
        }
        telling = true;
        timers.add(vertx.setTimer(JITTER_MILLIS / 3 + random.nextInt(JITTER_MILLIS), timer -> {
            timers.remove(timer);
            telling = false;
            tellEverything();
        }));
    }

    private void tellEverything() {
        toldAt = nanoClock.getAsLong();
        List<Word> all = book.all();
        for (int from = 0; from < all.size(); from += HealthWords.MOST) {
            int to = Math.min(from + HealthWords.MOST, all.size());
            bus.announce(Address.HEALTH_WORDS, new HealthWords(origin, 0, all.subList(from, to)));
        }
    }
}
