package io.sluice.admin;

import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Channel;
import io.vertx.core.Future;
import java.util.List;

/** Asks providers which models they offer. */
@FunctionalInterface
public interface ModelSource {
    /**
     * The provider's names of the models that an account may use.
     *
     * @return fails with a {@link io.sluice.domain.failure.GatewayException} that says why there is no list
     */
    Future<List<String>> of(Channel channel, Account account);
}
