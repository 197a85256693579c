package io.sluice.health;

import io.sluice.domain.health.Word;
import io.sluice.domain.health.Word.Author;
import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.health.Word.State;
import io.sluice.domain.health.Words;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.GatewayRevision;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The words that this node knows, and their log. A word counts at once; it is written by a worker, in the order of the
 * words, and what cannot be written is tried again. Confined to the event loop that opened it, where listeners and futures
 * are called too.
 */
public final class WordBook {
    private static final Logger LOG = LoggerFactory.getLogger(WordBook.class);
    private static final long RETRY_MILLIS = 10_000;
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final HealthLog log;
    private final Words words;
    private final String origin;
    private final InstantSource wallClock;
    private final List<Consumer<Word>> listeners = new ArrayList<>();
    private final List<Word> unwritten = new ArrayList<>();
    private Promise<Void> next = Promise.promise();
    private Future<Void> inFlight = Future.succeededFuture();
    private boolean failing;
    private long retry = NO_TIMER;

    private WordBook(Vertx vertx, HealthLog log, Words words, String origin, InstantSource wallClock) {
        this.vertx = vertx;
        this.log = log;
        this.words = words;
        this.origin = origin;
        this.wallClock = wallClock;
    }

    /**
     * Opens the book of a node. To be called on the event loop that uses it.
     *
     * @param vertx whose workers write
     * @param dataDir the node's data directory
     * @param origin this run of this node: name, slash, incarnation
     * @param revision what accounts there are
     * @param wallClock tells when something is said
     * @return fails when the log is in use by another process, or unusable
     */
    public static Future<WordBook> open(
            Vertx vertx, Path dataDir, String origin, GatewayRevision revision, InstantSource wallClock) {
        Words words = new Words();
        words.known(subjects(revision));
        return vertx.executeBlocking(() -> HealthLog.open(dataDir, words))
                .map(log -> new WordBook(vertx, log, words, origin, wallClock));
    }

    private static Set<String> subjects(GatewayRevision revision) {
        Set<String> subjects = new HashSet<>();
        for (Channel channel : revision.channels()) {
            subjects.add(channel.name());
            channel.accounts().forEach(account -> subjects.add(account.id()));
        }
        return subjects;
    }

    /** Takes the accounts there are now. */
    public void revision(GatewayRevision revision) {
        words.known(subjects(revision));
    }

    /**
     * Calls it with each word that becomes the newest of its subject and author, whoever said it, from now on.
     *
     * @param listener must not throw
     */
    public void onChange(Consumer<Word> listener) {
        listeners.add(listener);
    }

    /**
     * Says something here and now. It is the newest word, also when the clock went back.
     *
     * @param subject {@code channel/account}; for a human also {@code channel}
     * @param credential fingerprint of the credential that is meant; empty for a human's
     * @param state what is said
     * @param reason why, for people
     * @param by the operator's address; empty for the gateway itself
     * @param evidence what the provider answered; {@link Evidence#NONE} for a human's
     * @return as of {@link #put}
     */
    public Future<Boolean> say(
            String subject, String credential, State state, String reason, String by, Evidence evidence) {
        long at = words.timeFor(subject, state.author(), wallClock.millis());
        return put(new Word(subject, credential, state, reason, by, evidence, at, origin));
    }

    /**
     * Hears a word. When it is the newest of its subject and author, it counts from now on, and listeners are called before
     * this returns.
     *
     * @return whether it was the newest, when it is written: over a crash of the process, a human's also over one of the
     *     machine. Fails with {@link IOException} when it counts, but could not be written yet
     */
    public Future<Boolean> put(Word word) {
        if (!words.merge(word)) {
            return Future.succeededFuture(false);
        }
        unwritten.add(word);
        Future<Void> written = next.future();
        write();
        listeners.forEach(listener -> listener.accept(word));
        return written.map(true);
    }

    /** The newest word; null for none. */
    public @Nullable Word word(String subject, Author author) {
        return words.word(subject, author);
    }

    /** What the gateway found out of an account with the credential that it has; null for nothing. */
    public @Nullable Word machine(Account account) {
        return words.machine(account);
    }

    /** What humans said of an account or its channel, the stricter of both; null for nothing. */
    public @Nullable Word human(Account account) {
        return words.human(account);
    }

    /** Every word. */
    public List<Word> all() {
        return words.all();
    }

    /** The same number on nodes that know the same words. */
    public long digest() {
        return words.digest();
    }

    /** Writes what is not written yet, and lets another process have the log. */
    public Future<Void> close() {
        stopRetry();
        return inFlight.eventually(() -> {
                    write();
                    stopRetry();
                    return inFlight;
                })
                .recover(cause -> Future.succeededFuture())
                .eventually(() -> vertx.executeBlocking(() -> {
                    log.close();
                    return null;
                }));
    }

    /** One at a time, so that lines stand in the order of the words. */
    private void write() {
        if (!inFlight.isComplete() || unwritten.isEmpty()) {
            return;
        }
        stopRetry();
        List<Word> batch = List.copyOf(unwritten);
        unwritten.clear();
        Promise<Void> done = next;
        next = Promise.promise();
        boolean force = batch.stream().anyMatch(word -> word.author() == Author.HUMAN);
        inFlight = vertx.executeBlocking(() -> {
                    log.append(batch, force);
                    return log.isLarge();
                })
                .compose(large -> large ? compact() : Future.succeededFuture());
        inFlight.onComplete(result -> {
            if (result.succeeded()) {
                written();
                done.complete();
            } else {
                unwritten(batch, result.cause());
                done.fail(result.cause());
            }
            if (!failing) {
                write();
            }
        });
    }

    /** It stays as it is when that fails; its growth is told by the disk. */
    private Future<Void> compact() {
        List<Word> counting = words.all();
        return vertx.<Void>executeBlocking(() -> {
                    log.compactWhenLarge(counting);
                    return null;
                })
                .recover(cause -> {
                    LOG.warn("the health log cannot be made smaller: {}", cause.toString());
                    return Future.succeededFuture();
                });
    }

    private void written() {
        if (failing) {
            LOG.info("the health log is written again");
        }
        failing = false;
    }

    private void unwritten(List<Word> batch, Throwable cause) {
        if (!failing) {
            LOG.error(
                    "the health log cannot be written, and a restart would forget what is said of accounts: {}",
                    cause.toString());
        }
        failing = true;
        next.fail(cause);
        next = Promise.promise();
        unwritten.addAll(0, batch);
        // Bounded: of each subject and author the newest is enough.
        unwritten.removeIf(word -> !word.equals(words.word(word.subject(), word.author())));
        retry = vertx.setTimer(RETRY_MILLIS, timer -> {
            retry = NO_TIMER;
            write();
        });
    }

    private void stopRetry() {
        if (retry != NO_TIMER) {
            vertx.cancelTimer(retry);
            retry = NO_TIMER;
        }
    }
}
