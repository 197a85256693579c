package io.sluice.managed;

import io.sluice.config.StoredEntry;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.store.ResourceRepository;
import io.sluice.store.ResourceRepository.Position;
import io.sluice.store.ResourceRepository.Standing;
import io.sluice.store.ResourceRow;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps up with the store: what is managed by API, opened, and its copy on disk. Used on one context; reading, opening and
 * writing happen on workers.
 */
public final class ResourceFeed {
    private static final Logger LOG = LoggerFactory.getLogger(ResourceFeed.class);
    private static final int PAGE = 500;

    private final Vertx vertx;
    private final ResourceRepository repository;
    private final ManagedSecrets secrets;
    private final Path data;
    private Standing known;
    private Map<String, Held> held;
    private volatile boolean copied;

    /** A row and what it says; or what it said before, while it cannot be opened. */
    private record Held(ResourceRow row, StoredEntry entry) {
        /** Whether another try may give something else. */
        boolean isUnopened() {
            return entry.problem() != null || entry.version() != row.version();
        }
    }

    /**
     * Knows what the node started with.
     *
     * @param vertx whose workers
     * @param repository what is followed
     * @param secrets opens
     * @param start what the copy on disk said
     */
    public ResourceFeed(Vertx vertx, ResourceRepository repository, ManagedSecrets secrets, ManagedStart start) {
        this.vertx = vertx;
        this.repository = repository;
        this.secrets = secrets;
        this.data = start.data();
        this.known = start.snapshot().standing();
        this.held = new TreeMap<>();
        Map<String, StoredEntry> entries = new TreeMap<>();
        start.entries().forEach(entry -> entries.put(key(entry.kind().word(), entry.name()), entry));
        for (ResourceRow row : start.snapshot().rows()) {
            StoredEntry entry = entries.get(key(row.kind(), row.name()));
            if (entry != null) {
                held.put(key(row.kind(), row.name()), new Held(row, entry));
            }
        }
    }

    /**
     * Looks whether the store has changed, and takes what has.
     *
     * @return all entries when something is new; empty when nothing is; fails when the database does not answer
     */
    public Future<Optional<List<StoredEntry>>> refresh() {
        return repository.standing().compose(now -> {
            if (now.equals(known)) {
                if (held.values().stream().anyMatch(Held::isUnopened)) {
                    return vertx.executeBlocking(this::openAgain);
                }
                // That there is nothing is worth a copy too: a node starts from it.
                return copied
                        ? Future.succeededFuture(Optional.empty())
                        : vertx.executeBlocking(() -> {
                            copy();
                            return Optional.empty();
                        });
            }
            // A table that has shrunk is another one: a backup was put back.
            boolean another = now.rows() < known.rows() || now.last() < known.last();
            return changes(Position.after(another ? 0 : known.last()), new ArrayList<>())
                    .compose(rows -> vertx.executeBlocking(() -> take(now, another, rows)));
        });
    }

    private Future<List<ResourceRow>> changes(Position after, List<ResourceRow> before) {
        return repository.changedAfter(after, PAGE).compose(page -> {
            before.addAll(page);
            if (page.size() < PAGE) {
                return Future.succeededFuture(before);
            }
            ResourceRow last = page.getLast();
            return changes(new Position(last.changed(), last.kind(), last.name()), before);
        });
    }

    private Optional<List<StoredEntry>> take(Standing now, boolean another, List<ResourceRow> rows) {
        Map<String, Held> next = another ? new TreeMap<>() : new TreeMap<>(held);
        for (ResourceRow row : rows) {
            if (row.deleted()) {
                next.remove(key(row.kind(), row.name()));
            } else if (Kind.ofWord(row.kind()).isPresent()) {
                next.put(key(row.kind(), row.name()), opened(row, held.get(key(row.kind(), row.name()))));
            } else {
                LOG.warn("{} in the store is of a kind that this version does not know", row);
            }
        }
        held = next;
        known = now;
        copy();
        return Optional.of(next.values().stream().map(Held::entry).toList());
    }

    private Held opened(ResourceRow row, @Nullable Held before) {
        Held now = new Held(row, secrets.open(row, before == null ? null : before.entry));
        if (now.entry.version() != row.version()) {
            LOG.warn(
                    "{} has changed and cannot be opened, for the key service does not answer; until it does, what it said before"
                            + " stays in force",
                    row);
        }
        return now;
    }

    /** A key service may answer again, and no row would change for that. */
    private Optional<List<StoredEntry>> openAgain() {
        Map<String, Held> next = new TreeMap<>(held);
        next.replaceAll(
                (key, each) -> each.isUnopened() ? new Held(each.row, secrets.open(each.row, each.entry)) : each);
        if (next.equals(held)) {
            return Optional.empty();
        }
        held = next;
        return Optional.of(next.values().stream().map(Held::entry).toList());
    }

    private void copy() {
        try {
            new ResourceSnapshot(known, held.values().stream().map(Held::row).toList()).write(data);
            copied = true;
        } catch (IOException e) {
            LOG.warn(
                    "{} cannot be written; a start without the database would not know the latest changes: {}",
                    data.resolve(ResourceSnapshot.FILE),
                    e.toString());
        }
    }

    private static String key(String kind, String name) {
        return kind + "/" + name;
    }
}
