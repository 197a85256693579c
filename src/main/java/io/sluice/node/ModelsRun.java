package io.sluice.node;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Channel;
import io.sluice.provider.ModelListing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** Asks a provider for its models without a node. Blocks; for the command line only. */
public final class ModelsRun {
    private ModelsRun() {}

    /**
     * The provider's names of the models that an account may use.
     *
     * @throws GatewayException when there is no list, with the reason
     */
    public static List<String> of(Channel channel, Account account) throws InterruptedException {
        Vertx vertx = Node.vertx(1);
        ModelListing listing = new ModelListing(vertx);
        try {
            return await(listing.of(channel, account));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GatewayException expected) {
                throw expected;
            }
            throw new IllegalStateException("a listing fails with its reason alone", e.getCause());
        } finally {
            listing.close();
            vertx.close();
        }
    }

    private static <T> T await(Future<T> future) throws ExecutionException, InterruptedException {
        return future.toCompletionStage().toCompletableFuture().get();
    }
}
