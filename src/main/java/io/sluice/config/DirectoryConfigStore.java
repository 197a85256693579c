package io.sluice.config;

import io.vertx.config.spi.ConfigStore;
import io.vertx.config.spi.ConfigStoreFactory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.Shareable;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives vertx-config the raw bytes of a configuration directory. A change is given only when two looks in a row were
 * equal, so that a file is not taken while it is being written. Looks are taken on a worker, one at a time; everything
 * else happens on the context of the retriever.
 *
 * <p>Configuration: {@code watched}, the name of a {@link Watched} in the local map {@link #WATCHED_MAP}.
 */
final class DirectoryConfigStore implements ConfigStore {
    /** The store's type in vertx-config. */
    static final String TYPE = "sluice-directory";

    /** Where the store finds what to look at. */
    static final String WATCHED_MAP = "sluice.config.watched";

    private final Vertx vertx;
    private final Watched watched;

    private @Nullable Future<Buffer> looking;
    private @Nullable DirectorySnapshot last;
    private @Nullable DirectorySnapshot settled;
    private Buffer given = Buffer.buffer();

    private DirectoryConfigStore(Vertx vertx, Watched watched) {
        this.vertx = vertx;
        this.watched = watched;
    }

    /** What to look at: grows and shrinks with what the files refer to. Safe on any thread. */
    static final class Watched implements Shareable {
        private final Path dir;
        private volatile Set<Path> references;

        Watched(Path dir, Set<Path> references) {
            this.dir = dir;
            this.references = references;
        }

        Set<Path> references() {
            return references;
        }

        void references(Set<Path> next) {
            references = Set.copyOf(next);
        }
    }

    /** What vertx-config finds by {@link java.util.ServiceLoader}. */
    public static final class Factory implements ConfigStoreFactory {
        /** For the service loader. */
        public Factory() {}

        @Override
        public String name() {
            return TYPE;
        }

        @Override
        public ConfigStore create(Vertx vertx, JsonObject configuration) {
            Watched watched = vertx.sharedData()
                    .<String, Watched>getLocalMap(WATCHED_MAP)
                    .get(configuration.getString("watched"));
            return new DirectoryConfigStore(vertx, Objects.requireNonNull(watched));
        }
    }

    @Override
    public Future<Buffer> get() {
        if (looking != null) {
            return looking;
        }
        Future<Buffer> look = vertx.executeBlocking(() -> DirectorySnapshot.take(watched.dir, watched.references))
                .map(this::settle);
        looking = look;
        look.onComplete(done -> looking = null);
        return look;
    }

    private Buffer settle(DirectorySnapshot now) {
        boolean isSettled = last == null || now.equals(last);
        last = now;
        if (isSettled && !now.equals(settled)) {
            settled = now;
            given = now.encode();
        }
        return given;
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
