package io.sluice.usage;

import io.sluice.config.StoreKeep;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.QuotaCounters;
import io.sluice.message.ShowQuota;
import io.sluice.message.ShowStanding;
import io.sluice.message.Standing;
import io.sluice.store.Database;
import io.sluice.store.SpendQueries;
import io.sluice.store.UsageQueries;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells how virtual keys stand: what they have spent, and how much of their limits is used. One a node. */
public final class StandingVerticle extends VerticleBase {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(1);

    /** The leader counts about once a second. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final @Nullable Database database;
    private final StoreKeep keep;
    private final InstantSource clock;
    private @Nullable MessageConsumer<ShowStanding> consumer;
    private @Nullable QuotaCounters counters;
    private Instant countedAt = Instant.EPOCH;

    /**
     * Not started yet.
     *
     * @param database the ledger; null when there is none
     * @param keep for how long it keeps what
     * @param clock wall clock
     */
    public StandingVerticle(@Nullable Database database, StoreKeep keep, InstantSource clock) {
        this.database = database;
        this.keep = keep;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        Spendings spendings = database == null
                ? null
                : new Spendings(new UsageQueries(database, keep, clock), new SpendQueries(database), clock);
        consumer = bus.serve(Address.KEY_STANDING, question -> show(bus, spendings, question));
        return consumer.completion();
    }

    @Override
    public Future<?> stop() {
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }

    private Future<Standing> show(Bus bus, @Nullable Spendings spendings, ShowStanding question) {
        Future<Standing.@Nullable Spending> spending =
                spendings == null ? Future.succeededFuture(null) : spendings.of(question);
        return counted(bus)
                .compose(counted -> spending.map(spent -> new Standing(
                        spendings != null, spent, of(counted, Set.copyOf(question.scopes())), counted != null)));
    }

    private Future<@Nullable QuotaCounters> counted(Bus bus) {
        Instant now = clock.instant();
        if (counters != null && Duration.between(countedAt, now).abs().compareTo(FRESH) < 0) {
            return Future.succeededFuture(counters);
        }
        return bus.request(Address.QUOTA_SHOW, new ShowQuota())
                .onSuccess(fresh -> {
                    counters = fresh;
                    countedAt = now;
                })
                .otherwise(cause -> null);
    }

    private static List<ScopeCounters> of(@Nullable QuotaCounters counted, Set<String> scopes) {
        return counted == null || scopes.isEmpty()
                ? List.of()
                : counted.scopes().stream()
                        .filter(scope -> scopes.contains(scope.id()))
                        .toList();
    }
}
