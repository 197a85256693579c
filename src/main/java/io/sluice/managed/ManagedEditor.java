package io.sluice.managed;

import io.sluice.config.ConfigError;
import io.sluice.config.ConfigLoader;
import io.sluice.config.ConfigTrial;
import io.sluice.config.Loaded;
import io.sluice.config.NodeConfig;
import io.sluice.config.StoredEntry;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Origins;
import io.sluice.domain.pool.Origins.Origin;
import io.sluice.domain.pool.Origins.OutOfForce;
import io.sluice.domain.pool.Origins.Reason;
import io.sluice.domain.seal.SealFailure;
import io.sluice.managed.Documents.Joined;
import io.sluice.managed.Documents.Split;
import io.sluice.managed.Plan.Fault;
import io.sluice.managed.Plan.Planned;
import io.sluice.store.Change;
import io.sluice.store.NoStore;
import io.sluice.store.ResourceHistory;
import io.sluice.store.ResourceRepository;
import io.sluice.store.ResourceRow;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes of what is managed by API. Each is tried first: with the files and everything else that is stored it goes through
 * the loader itself, so that nothing is stored that a node would not take. Two changes at the same moment are tried without
 * one another; should they not go together, the loader leaves one of them out and tells it.
 */
public final class ManagedEditor {
    private final Vertx vertx;
    private final Path dir;
    private final NodeConfig node;
    private final ResourceRepository repository;
    private final ResourceHistory history;
    private final ManagedSecrets secrets;

    /**
     * An editor.
     *
     * @param vertx whose workers
     * @param dir the configuration directory
     * @param node the node's own settings
     * @param repository the store
     * @param history what the store has said before
     * @param secrets seals and opens
     */
    public ManagedEditor(
            Vertx vertx,
            Path dir,
            NodeConfig node,
            ResourceRepository repository,
            ResourceHistory history,
            ManagedSecrets secrets) {
        this.vertx = vertx;
        this.dir = dir;
        this.node = node;
        this.repository = repository;
        this.history = history;
        this.secrets = secrets;
    }

    /** The store. */
    public ResourceRepository repository() {
        return repository;
    }

    /**
     * Tries changes, all together.
     *
     * @param drafts each about another entry
     * @param now what is in force, to tell what a change would put out of force
     * @return what would become of them; fails with {@link FilesInvalid} too
     */
    public Future<Plan> plan(List<Draft> drafts, Origins now) {
        return repository.all().compose(rows -> vertx.executeBlocking(() -> plan(drafts, now, rows)));
    }

    private Plan plan(List<Draft> drafts, Origins now, List<ResourceRow> rows) throws SealFailure {
        Map<String, ResourceRow> before = new HashMap<>();
        Map<String, StoredEntry> entries = new LinkedHashMap<>();
        for (ResourceRow row : rows) {
            if (Kind.ofWord(row.kind()).isPresent()) {
                before.put(row.kind() + "/" + row.name(), row);
                entries.put(row.kind() + "/" + row.name(), secrets.open(row));
            }
        }
        Map<String, StoredEntry> after = new LinkedHashMap<>(entries);
        List<Fault> faults = new ArrayList<>();
        for (Draft draft : drafts) {
            apply(draft, before.get(draft.key()), after, faults);
        }
        if (faults.isEmpty()) {
            check(drafts, now, after, faults);
        }
        List<Planned> planned = new ArrayList<>();
        if (faults.isEmpty()) {
            for (Draft draft : drafts) {
                planned.add(planned(draft, before.get(draft.key()), entries.get(draft.key()), after.get(draft.key())));
            }
        }
        return new Plan(planned, faults);
    }

    /** Puts secrets in the place of their marks. */
    private void apply(Draft draft, @Nullable ResourceRow row, Map<String, StoredEntry> after, List<Fault> faults) {
        if (draft.document() == null) {
            after.remove(draft.key());
            return;
        }
        Map<String, String> known = new HashMap<>();
        try {
            if (row != null) {
                known.putAll(secrets.secrets(row));
            }
            known.putAll(secrets.opened(draft.kind(), draft.name(), draft.sealed()));
        } catch (SealFailure e) {
            // Marks cannot be kept then; whoever sends every secret anew mends the entry.
            known.clear();
        }
        Joined joined = Documents.join(draft.kind(), draft.document(), known);
        joined.missing()
                .forEach(
                        path -> faults.add(
                                new Fault(
                                        draft.kind(),
                                        draft.name(),
                                        path,
                                        "secret",
                                        "is the mark of a secret that is not stored here, or cannot be opened; send the secret itself")));
        after.put(draft.key(), new StoredEntry(draft.kind(), draft.name(), Long.MAX_VALUE, joined.document(), null));
    }

    /**
     * A channel that might be stored.
     *
     * @param plan what would become of it
     * @param channel as it would be; null when something is in its way
     */
    public record PlannedChannel(Plan plan, @Nullable Channel channel) {}

    /**
     * Reads a channel as it would be, without storing it.
     *
     * @param draft of a channel whose name nobody has, with its secrets
     */
    public Future<PlannedChannel> channel(Draft draft) {
        return vertx.executeBlocking(() -> {
            Map<String, StoredEntry> after = new LinkedHashMap<>();
            List<Fault> faults = new ArrayList<>();
            apply(draft, null, after, faults);
            GatewayRevision revision = faults.isEmpty() ? check(List.of(draft), Origins.NONE, after, faults) : null;
            Channel channel = revision == null || !faults.isEmpty()
                    ? null
                    : revision.channels().stream()
                            .filter(each -> each.name().equals(draft.name()))
                            .findFirst()
                            .orElse(null);
            return new PlannedChannel(new Plan(List.of(), faults), channel);
        });
    }

    /**
     * Tries what the configuration would be if a file said something else.
     *
     * @param file as {@link ConfigTrial#isFile} takes it
     * @param text YAML
     */
    public Future<ConfigTrial.Outcome> trial(String file, String text) {
        return repository
                .all()
                .recover(failure ->
                        failure instanceof NoStore ? Future.succeededFuture(List.of()) : Future.failedFuture(failure))
                .compose(rows -> vertx.executeBlocking(() -> {
                    List<StoredEntry> stored = rows.stream()
                            .filter(row -> Kind.ofWord(row.kind()).isPresent())
                            .map(secrets::open)
                            .toList();
                    return ConfigTrial.of(dir, node, stored, file, text);
                }));
    }

    private GatewayRevision check(List<Draft> drafts, Origins now, Map<String, StoredEntry> after, List<Fault> faults) {
        Loaded<GatewayRevision> loaded = ConfigLoader.loadGateway(dir, node, List.copyOf(after.values()));
        if (loaded.value() == null) {
            throw new FilesInvalid(loaded.errors().stream()
                    .findFirst()
                    .map(ConfigError::toString)
                    .orElse("unknown"));
        }
        Origins then = loaded.value().origins();
        Set<String> changed = new HashSet<>();
        for (Draft draft : drafts) {
            changed.add(draft.key());
            Origin origin = then.of(draft.kind().word(), draft.name());
            if (draft.document() != null && origin != null && !origin.isStored()) {
                faults.add(new Fault(
                        draft.kind(), draft.name(), "", "files-win", origin.where() + " has this name, and files win"));
                return loaded.value();
            }
        }
        Set<String> wasOut = new HashSet<>();
        now.outOfForce().forEach(entry -> wasOut.add(Origins.key(entry.kind(), entry.name())));
        for (OutOfForce out : then.outOfForce()) {
            String key = Origins.key(out.kind(), out.name());
            Kind kind = Kind.ofWord(out.kind()).orElseThrow();
            if (changed.contains(key)) {
                out.reasons()
                        .forEach(reason -> faults.add(new Fault(
                                kind, out.name(), pointer(reason.path()), "configuration", reason.message())));
            } else if (!wasOut.contains(key)) {
                Reason reason = out.reasons().getFirst();
                faults.add(new Fault(
                        kind,
                        out.name(),
                        "",
                        "in-use",
                        "the " + kind.one() + " '" + out.name() + "' would be out of force: " + reason.message()));
            }
        }
        return loaded.value();
    }

    private Planned planned(
            Draft draft, @Nullable ResourceRow before, @Nullable StoredEntry was, @Nullable StoredEntry now)
            throws SealFailure {
        if (now == null) {
            return new Planned(draft.kind(), draft.name(), before, null, "{}", before == null);
        }
        boolean isSame = was != null && was.problem() == null && was.document().equals(now.document());
        Split split = Documents.split(draft.kind(), now.document());
        return new Planned(
                draft.kind(),
                draft.name(),
                before,
                split.document(),
                secrets.seal(draft.kind(), draft.name(), split),
                isSame);
    }

    /**
     * Makes a change that was planned.
     *
     * @param connection of the change's transaction
     * @param number of the change
     * @param planned what
     * @param actor who
     * @return the row as it is now, empty when it is gone; fails with {@link Overtaken}
     */
    public Future<Change<Optional<ResourceRow>>> write(
            SqlConnection connection, long number, Planned planned, String actor) {
        String kind = planned.kind().word();
        ResourceRow before = planned.before();
        return repository
                .find(connection, kind, planned.name())
                .map(found -> found.filter(row -> !row.deleted()))
                .compose(found -> {
                    if (found.map(ResourceRow::version).orElse(0L) != (before == null ? 0 : before.version())) {
                        return Future.failedFuture(new Overtaken());
                    }
                    if (planned.document() == null) {
                        return repository
                                .delete(connection, kind, planned.name(), number, actor)
                                .map(done -> Optional.<ResourceRow>empty());
                    }
                    return repository
                            .put(
                                    connection,
                                    new ResourceRow(
                                            kind,
                                            planned.name(),
                                            planned.document(),
                                            planned.sealed(),
                                            number,
                                            number,
                                            Instant.EPOCH,
                                            actor,
                                            false))
                            .map(Optional::of);
                })
                .map(row -> new Change<>(
                        row,
                        planned.document() == null ? "delete" : before == null ? "create" : "update",
                        planned.kind().one(),
                        planned.name(),
                        before == null ? null : before.document(),
                        planned.document()));
    }

    /**
     * Wraps every secret under the newest master key.
     *
     * @param connection of the change's transaction
     * @param number of the change
     * @return what became of it; fails with {@link SealFailure} when a key service does not answer
     */
    public Future<Resealed> reseal(SqlConnection connection, long number) {
        return repository
                .all(connection)
                .compose(rows -> vertx.executeBlocking(() -> renew(rows)))
                .compose(renewed -> {
                    Future<Void> written = Future.succeededFuture();
                    for (Map.Entry<ResourceRow, String> each : renewed.rows().entrySet()) {
                        ResourceRow row = each.getKey();
                        written = written.compose(
                                done -> repository.reseal(connection, row.kind(), row.name(), each.getValue(), number));
                    }
                    return written.map(done -> new Resealed(renewed.rows().size(), renewed.failures()));
                })
                .compose(present -> former(connection).map(present));
    }

    /** Those of former states too; what cannot be opened any more stays as it is, for nobody can put it back anyway. */
    private Future<Void> former(SqlConnection connection) {
        return history.sealed(connection)
                .compose(rows -> vertx.executeBlocking(() -> renew(rows)))
                .compose(renewed -> {
                    Future<Void> written = Future.succeededFuture();
                    for (Map.Entry<ResourceRow, String> each : renewed.rows().entrySet()) {
                        written = written.compose(done -> history.reseal(connection, each.getKey(), each.getValue()));
                    }
                    return written;
                });
    }

    /**
     * What became of the seals.
     *
     * @param entries how many entries have other seals now
     * @param failures of entries that could not be opened, one sentence each
     */
    public record Resealed(int entries, List<String> failures) {
        /** Copies the list. */
        public Resealed {
            failures = List.copyOf(failures);
        }
    }

    private record Renewed(Map<ResourceRow, String> rows, List<String> failures) {}

    private Renewed renew(List<ResourceRow> rows) throws SealFailure {
        secrets.freshen();
        Map<ResourceRow, String> renewed = new LinkedHashMap<>();
        List<String> failures = new ArrayList<>();
        for (ResourceRow row : rows) {
            try {
                String sealed = secrets.renew(row);
                if (sealed != null) {
                    renewed.put(row, sealed);
                }
            } catch (SealFailure e) {
                failures.add(row.kind() + "/" + row.name() + ": " + e.getMessage());
            }
        }
        return new Renewed(renewed, failures);
    }

    /** A path of the loader as a JSON pointer. */
    private static String pointer(String path) {
        return path.isEmpty()
                ? ""
                : "/" + path.replace("[", "/").replace("]", "").replace('.', '/');
    }
}
