package io.sluice.keys;

import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.Scope;
import io.sluice.store.Database;
import io.sluice.store.KeyRepository;
import io.sluice.store.StoredKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what the node knows of stored keys to what the database has. Called on one event loop; its book is used on worker
 * threads, one piece of work after the other.
 */
final class KeyFollower {
    private static final Logger LOG = LoggerFactory.getLogger("keys");

    /** A snapshot of many keys is some megabytes. */
    private static final Duration BETWEEN_WRITES = Duration.ofSeconds(10);

    private static final Duration BETWEEN_CONFIRMATIONS = Duration.ofMinutes(1);
    private static final int USES_PER_WRITE = 1_000;

    private final Database database;
    private final KeyRepository repository;
    private final KeyBook book;
    private final StoredKeys keys;
    private final KeySnapshot snapshot;
    private final KeyAge age;
    private @Nullable Vertx vertx;
    private @Nullable Future<Moved> reading;
    private boolean again;
    private boolean hasChecked;
    private boolean changedSinceWrite;
    private boolean isKept;
    private Instant written = Instant.EPOCH;
    private volatile int outOfForce;
    private volatile int inForce;

    /**
     * What has happened.
     *
     * @param anything whether any key is another than before
     * @param limits of keys that changed
     */
    record Moved(boolean anything, List<Scope> limits) {
        static final Moved NOTHING = new Moved(false, List.of());
    }

    KeyFollower(Database database, KeyBook book, StoredKeys keys, KeySnapshot snapshot, KeyAge age) {
        this.database = database;
        this.repository = new KeyRepository(database);
        this.book = book;
        this.keys = keys;
        this.snapshot = snapshot;
        this.age = age;
        keys.stale(true);
    }

    int inForce() {
        return inForce;
    }

    int outOfForce() {
        return outOfForce;
    }

    double ageSeconds() {
        return age.seconds();
    }

    /** The first read: of the database, else of the disk. Never fails: a node without stored keys serves those of its files. */
    Future<Void> begin(Vertx of) {
        vertx = of;
        return read().compose(moved -> age.confirmed() != null ? Future.succeededFuture() : restore());
    }

    private Future<Void> restore() {
        return worker(() -> {
                    KeySnapshot.Kept kept = snapshot.read();
                    if (kept != null) {
                        book.restore(kept.keys(), kept.mark());
                        counted();
                    }
                    return kept == null ? List.<Instant>of() : List.of(kept.confirmed());
                })
                .map(confirmed -> {
                    if (confirmed.isEmpty()) {
                        LOG.warn("stored keys are not known: the database is away, and none are on the disk");
                    } else {
                        isKept = true;
                        age.confirm(confirmed.getFirst());
                        LOG.warn("{} stored keys are those of {}: the database is away", inForce, confirmed.getFirst());
                    }
                    judge();
                    return (Void) null;
                })
                .recover(failure -> {
                    LOG.warn("the snapshot of stored keys is not used: {}", failure.toString());
                    return Future.succeededFuture();
                });
    }

    /** Brings everything up to date; called while it does, it does so once more. */
    Future<Moved> read() {
        if (reading != null) {
            again = true;
            return Future.succeededFuture(Moved.NOTHING);
        }
        Future<Moved> now = database.isUp() ? current() : Future.failedFuture("away");
        reading = now;
        return now.transform(done -> {
            reading = null;
            if (done.succeeded()) {
                age.confirm();
            } else if (database.isUp()) {
                LOG.warn("stored keys cannot be read: {}", done.cause().toString());
            }
            judge();
            Moved moved = done.succeeded() ? done.result() : Moved.NOTHING;
            if (again) {
                again = false;
                return read().map(more -> sum(moved, more));
            }
            return Future.succeededFuture(moved);
        });
    }

    private static Moved sum(Moved one, Moved other) {
        List<Scope> limits = new ArrayList<>(one.limits());
        limits.addAll(other.limits());
        return new Moved(one.anything() || other.anything(), limits);
    }

    private void judge() {
        boolean stale = age.isTooOld();
        if (stale && !keys.isStale() && age.confirmed() != null) {
            LOG.error("stored keys are refused: they are older than store.snapshot-max-age");
        }
        keys.stale(stale);
    }

    private Future<Moved> current() {
        if (hasChecked) {
            return pages(false, Moved.NOTHING);
        }
        return repository.lastChange().compose(last -> {
            boolean other = last + 1 < book.mark().changed();
            if (other) {
                LOG.warn("the database has an older state than was known of it: all stored keys are read anew");
            }
            boolean fresh = other || book.mark().changed() == 0;
            return (other ? forget() : Future.<Void>succeededFuture())
                    .compose(ready -> pages(fresh, new Moved(other, List.of())))
                    .compose(moved -> fresh ? readUpTo(last).map(moved) : Future.succeededFuture(moved))
                    .onSuccess(moved -> hasChecked = true);
        });
    }

    private Future<Void> forget() {
        return worker(() -> {
                    book.forget();
                    return true;
                })
                .mapEmpty();
    }

    private Future<Void> readUpTo(long number) {
        return worker(() -> {
                    book.readUpTo(number);
                    return true;
                })
                .mapEmpty();
    }

    private Future<Moved> pages(boolean alive, Moved before) {
        return repository.changed(book.mark(), alive).compose((List<StoredKey> page) -> {
            if (page.isEmpty()) {
                return Future.succeededFuture(before);
            }
            changedSinceWrite = true;
            return worker(() -> {
                        List<Scope> limits = book.take(page);
                        counted();
                        return new Moved(true, limits);
                    })
                    .map(moved -> sum(before, moved))
                    .compose(moved ->
                            page.size() < KeyRepository.PAGE ? Future.succeededFuture(moved) : pages(alive, moved));
        });
    }

    /** A revision is live. */
    Future<Moved> revision(GatewayRevision revision) {
        return worker(() -> {
            List<Scope> limits = book.revision(revision);
            counted();
            return new Moved(true, limits);
        });
    }

    private void counted() {
        outOfForce = keys.outOfForce().size();
        inForce = keys.all().size();
    }

    /** The database was away: what is in it may be another state. */
    void away() {
        hasChecked = false;
    }

    /** Puts on the disk what is not there yet, now and then. */
    void keep() {
        Instant confirmed = age.confirmed();
        if (!database.isUp() || confirmed == null || reading != null) {
            return;
        }
        boolean changed = changedSinceWrite || !isKept;
        Duration since = Duration.between(written, confirmed);
        if (since.compareTo(changed ? BETWEEN_WRITES : BETWEEN_CONFIRMATIONS) >= 0) {
            write(confirmed, changed);
        }
    }

    private Future<Void> write(Instant confirmed, boolean changed) {
        written = confirmed;
        changedSinceWrite = false;
        isKept = true;
        return worker(() -> {
                    if (changed) {
                        snapshot.write(book.all(), book.mark(), confirmed);
                    } else {
                        snapshot.confirm(confirmed);
                    }
                    return true;
                })
                .onFailure(failure -> {
                    isKept = false;
                    LOG.warn("stored keys cannot be kept on the disk: {}", failure.toString());
                })
                .mapEmpty();
    }

    /** Writes with which keys requests came lately; what cannot be written is written later. */
    Future<Void> writeUses() {
        if (!database.isUp()) {
            return Future.succeededFuture();
        }
        Set<String> names = keys.takeUsed();
        List<String> all = List.copyOf(names);
        Future<Void> done = Future.succeededFuture();
        for (int from = 0; from < all.size(); from += USES_PER_WRITE) {
            List<String> some = all.subList(from, Math.min(all.size(), from + USES_PER_WRITE));
            done = done.compose(before -> repository.used(some)).onFailure(failure -> keys.usedLately(some));
        }
        return done.onFailure(failure -> LOG.debug("last uses are not written: {}", failure.toString()));
    }

    /** The node stops. */
    Future<Void> end() {
        Instant confirmed = age.confirmed();
        Future<Void> kept = database.isUp() && confirmed != null && changedSinceWrite
                ? write(confirmed, true)
                : Future.succeededFuture();
        return Future.join(kept, writeUses()).transform(done -> Future.succeededFuture());
    }

    private <T> Future<T> worker(Callable<T> work) {
        return Objects.requireNonNull(vertx).executeBlocking(work, true).recover(failure -> {
            if (!(failure instanceof IOException)) {
                LOG.error("stored keys: a defect", failure);
            }
            return Future.failedFuture(failure);
        });
    }
}
