package io.sluice.provider;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.provider.ModelsQuestion.Progress;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Asks providers which models they offer, with the account's credential and along its way. Reads every page, at most
 * {@value #MOST_PAGES} pages and {@value #MOST_NAMES} names; a page has at most 16 MiB and comes within
 * {@value #TIMEOUT_MILLIS} ms. Follows no redirect. Has clients of its own: it is no part of a lane.
 */
public final class ModelListing {
    private static final int MOST_PAGES = 100;
    private static final int MOST_NAMES = 20_000;
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int QUEUE = 100;

    private final Context context;
    private final UpstreamClients clients;
    private final ModelsQuestion question;
    private final Credentials credentials;

    /**
     * Asks nobody yet.
     *
     * @param vertx runs the calls, on one of its event loops
     */
    public ModelListing(Vertx vertx) {
        this.context = vertx.getOrCreateContext();
        this.clients = new UpstreamClients(vertx, QUEUE);
        this.question = new ModelsQuestion(clients, Clock.systemUTC());
        this.credentials = new Credentials(System::nanoTime, Clock.systemUTC(), new TokenClient(vertx, clients));
    }

    /**
     * The provider's names of the models that an account may use, as far as the provider tells accounts apart.
     *
     * @param channel whose provider is asked
     * @param account one of the channel's accounts
     * @return each name once, in the provider's order; fails with a {@link GatewayException} that says why there is no list
     */
    public Future<List<String>> of(Channel channel, Account account) {
        Promise<List<String>> told = Promise.promise();
        context.runOnContext(v -> list(channel, account).onComplete(told));
        return told.future();
    }

    private Future<List<String>> list(Channel channel, Account account) {
        ProviderAdapter adapter = ProviderAdapters.of(channel);
        Candidate candidate = new Candidate(channel, account, "", "", List.of(), Candidate.NO_SLOT);
        return credentials
                .authorized(candidate, adapter.grant(candidate))
                .compose(authorized -> pages(adapter, authorized, "", 1, new LinkedHashSet<>()))
                .map(names -> List.copyOf(names));
    }

    private Future<Set<String>> pages(
            ProviderAdapter adapter, Candidate candidate, String page, int number, Set<String> names) {
        return question.ask(adapter, candidate, page, TIMEOUT_MILLIS, Progress.NOBODY)
                .compose(read -> {
                    names.addAll(read.names());
                    boolean last = read.next().isEmpty()
                            || read.next().equals(page)
                            || number >= MOST_PAGES
                            || names.size() >= MOST_NAMES;
                    return last
                            ? Future.succeededFuture(names)
                            : pages(adapter, candidate, read.next(), number + 1, names);
                });
    }

    /** Closes every connection. */
    public Future<?> close() {
        return clients.close();
    }
}
