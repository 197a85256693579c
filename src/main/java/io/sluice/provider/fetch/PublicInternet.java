package io.sluice.provider.fetch;

import io.sluice.domain.media.PublicAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.net.InetAddress;
import java.util.List;

/**
 * The public internet, named as the operating system names it. Names are asked for on threads of their own, shared by the
 * node's lanes: a name server that does not answer holds up nothing but other fetches.
 */
public final class PublicInternet implements MediaNetwork {
    private static final int THREADS = 4;

    private final WorkerExecutor names;
    private final WorkerExecutor providers;

    /**
     * The network of one lane.
     *
     * @param vertx the node's
     */
    public PublicInternet(Vertx vertx) {
        this.names = vertx.createSharedWorkerExecutor("sluice-media-names", THREADS);
        this.providers = vertx.createSharedWorkerExecutor("sluice-provider-names", THREADS);
    }

    @Override
    public Future<List<InetAddress>> resolve(String host) {
        return names.executeBlocking(() -> List.of(InetAddress.getAllByName(host)), false);
    }

    @Override
    public Future<List<InetAddress>> resolveProvider(String host) {
        return providers.executeBlocking(() -> List.of(InetAddress.getAllByName(host)), false);
    }

    @Override
    public boolean isAllowed(InetAddress address) {
        return PublicAddress.isPublic(address.getAddress());
    }

    @Override
    public Future<?> close() {
        return Future.join(names.close(), providers.close());
    }
}
