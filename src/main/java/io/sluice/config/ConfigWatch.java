package io.sluice.config;

import io.sluice.domain.pool.GatewayRevision;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows the configuration directory, and what is managed by API, while a node runs. A good state of the files is handed on as a revision, once; a
 * bad one never takes effect and is told once, until it changes. What is read at start only is told to need a restart.
 *
 * <p>Files are looked at every 200 ms and taken when two looks were equal, so a change is live well within a second of
 * the save. Files are read and parsed on a worker; every callback runs on the context that called {@link #start}.
 */
public final class ConfigWatch {
    private static final long LOOK_MILLIS = 200;
    private static final String RAW_KEY = "directory";

    private final Vertx vertx;
    private final Path dir;
    private final NodeOverrides overrides;
    private final NodeConfig node;
    private final InstantSource clock;
    private final String id = UUID.randomUUID().toString();
    private final DirectoryConfigStore.Watched watched;

    private Consumer<GatewayRevision> onRevision = revision -> {};
    private Consumer<List<ConfigError>> onErrors = errors -> {};
    private Consumer<String> onRestartNeeded = sentence -> {};
    private @Nullable ConfigRetriever retriever;
    private @Nullable JsonObject files;
    private @Nullable JsonObject good;
    private volatile List<StoredEntry> stored;
    private volatile ConfigState state;

    /**
     * Not started yet.
     *
     * @param vertx runs the looks
     * @param dir the configuration directory
     * @param overrides what the command line says
     * @param node what the node was started with
     * @param revision the revision in force
     * @param stored the entries that are managed by API and went into it
     * @param clock for {@link ConfigState}
     */
    public ConfigWatch(
            Vertx vertx,
            Path dir,
            NodeOverrides overrides,
            NodeConfig node,
            GatewayRevision revision,
            List<StoredEntry> stored,
            InstantSource clock) {
        this.vertx = vertx;
        this.dir = dir;
        this.overrides = overrides;
        this.node = node;
        this.clock = clock;
        this.stored = List.copyOf(stored);
        this.watched = new DirectoryConfigStore.Watched(dir, Set.of());
        this.state = new ConfigState(revision.id(), clock.instant(), List.of(), null, null);
    }

    /** Who takes a new revision into force; set before the start. */
    public ConfigWatch onRevision(Consumer<GatewayRevision> consumer) {
        onRevision = consumer;
        return this;
    }

    /** Who tells people about errors; an empty list says that the files are again what is in force. */
    public ConfigWatch onErrors(Consumer<List<ConfigError>> consumer) {
        onErrors = consumer;
        return this;
    }

    /** Who tells people, in a sentence, that {@code node.yaml} has changed. */
    public ConfigWatch onRestartNeeded(Consumer<String> consumer) {
        onRestartNeeded = consumer;
        return this;
    }

    /** How files and what is in force stand to each other; on any thread. */
    public ConfigState state() {
        return state;
    }

    /**
     * Begins to look.
     *
     * @return when the files were compared once with what is in force
     */
    public Future<Void> start() {
        Context context = vertx.getOrCreateContext();
        return Future.future(started -> context.runOnContext(now -> begin().onComplete(started)));
    }

    /**
     * Takes another state of what is managed by API: it goes the way of a change of the files, with every check. While the
     * files have errors it goes with those that are in force. Called on the context of {@link #start}.
     *
     * @param next all entries of the store
     * @return when it is in force, as far as it goes with the files, or is refused
     */
    public Future<Void> stored(List<StoredEntry> next) {
        stored = List.copyOf(next);
        JsonObject basis = state.errors().isEmpty() ? files : good;
        return basis == null ? Future.succeededFuture() : load(basis);
    }

    /**
     * Looks at the files now; a change is taken without a second look. Called on the context of {@link #start}.
     *
     * @return how they stand then
     */
    public Future<ConfigState> reload() {
        return vertx.executeBlocking(
                        () -> DirectorySnapshot.take(dir, watched.references()).encode())
                .compose(bytes -> look(new JsonObject().put(RAW_KEY, bytes.getBytes())))
                .map(done -> state);
    }

    private Future<Void> begin() {
        vertx.sharedData().getLocalMap(DirectoryConfigStore.WATCHED_MAP).put(id, watched);
        JsonObject configuration =
                new JsonObject().put("watched", id).put("raw.key", RAW_KEY).put("raw.type", "binary");
        retriever = ConfigRetriever.create(
                vertx,
                new ConfigRetrieverOptions()
                        .setScanPeriod(LOOK_MILLIS)
                        .addStore(new ConfigStoreOptions()
                                .setType(DirectoryConfigStore.TYPE)
                                .setFormat("raw")
                                .setConfig(configuration)));
        retriever.listen(change -> look(change.getNewConfiguration()));
        return retriever.getConfig().compose(this::look);
    }

    private Future<Void> look(JsonObject latest) {
        files = latest;
        return load(latest);
    }

    /** Stops to look; no callback is called after the future is complete. */
    public Future<Void> close() {
        vertx.sharedData().getLocalMap(DirectoryConfigStore.WATCHED_MAP).remove(id);
        onRevision = revision -> {};
        onErrors = errors -> {};
        onRestartNeeded = sentence -> {};
        return retriever == null ? Future.succeededFuture() : retriever.close();
    }

    /**
     * What one state of the files means.
     *
     * @param gateway what routes
     * @param node what is read at start only
     */
    private record Outcome(Loaded<GatewayRevision> gateway, Loaded<NodeConfig> node) {}

    private Future<Void> load(JsonObject given) {
        Buffer bytes = Buffer.buffer(given.getBinary(RAW_KEY));
        return vertx.executeBlocking(() -> read(bytes))
                .onSuccess(outcome -> take(outcome, given))
                .onFailure(cause -> reject(List.of(new ConfigError(dir.toString(), 0, 0, "", "unreadable: " + cause))))
                .mapEmpty();
    }

    private Outcome read(Buffer bytes) {
        ConfigFiles files = DirectorySnapshot.decodeFiles(bytes);
        ReferenceSource source = ReferenceSource.of(dir);
        return new Outcome(
                ConfigLoader.loadGateway(files, new Reading(source), node, stored),
                ConfigLoader.loadNode(files, new Reading(source), overrides));
    }

    private void take(Outcome outcome, JsonObject given) {
        if (given != files) {
            keep(outcome.gateway().value());
            return;
        }
        Set<Path> references = new HashSet<>(outcome.gateway().references());
        references.addAll(outcome.node().references());
        watched.references(references);
        restart(outcome.node());
        GatewayRevision revision = outcome.gateway().value();
        if (revision == null) {
            reject(outcome.gateway().errors());
            return;
        }
        good = given;
        if (!revision.id().equals(state.revision())) {
            state = new ConfigState(revision.id(), clock.instant(), List.of(), null, state.needsRestart());
            onRevision.accept(revision);
        } else if (!state.errors().isEmpty()) {
            reject(List.of());
        }
    }

    /** The files have errors since, and what is managed by API has changed: it comes into force with the files of before. */
    private void keep(@Nullable GatewayRevision revision) {
        if (revision != null && !revision.id().equals(state.revision())) {
            List<ConfigError> errors = state.errors();
            state = new ConfigState(revision.id(), clock.instant(), errors, state.errorsSince(), state.needsRestart());
            onRevision.accept(revision);
            if (!errors.isEmpty()) {
                onErrors.accept(errors);
            }
        }
    }

    private void reject(List<ConfigError> errors) {
        if (!errors.equals(state.errors())) {
            state = new ConfigState(
                    state.revision(),
                    state.since(),
                    errors,
                    errors.isEmpty() ? null : clock.instant(),
                    state.needsRestart());
            onErrors.accept(errors);
        }
    }

    private void restart(Loaded<NodeConfig> loaded) {
        String sentence = loaded.value() == null
                ? "node.yaml has changed, and could not be read at a restart: "
                        + loaded.errors().getFirst()
                : loaded.value().equals(node) ? null : "node.yaml has changed; the change needs a restart";
        if (!Objects.equals(sentence, state.needsRestart())) {
            state = new ConfigState(state.revision(), state.since(), state.errors(), state.errorsSince(), sentence);
            if (sentence != null) {
                onRestartNeeded.accept(sentence);
            }
        }
    }
}
