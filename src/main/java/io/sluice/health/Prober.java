package io.sluice.health;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.HealthPolicy.Probe;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.ProbeAccount;
import io.sluice.message.ProbeResult;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ReserveQuota;
import io.sluice.message.SettleQuota;
import io.sluice.message.Waiter;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks providers whether accounts work. A probe that is a request is charged to the account's limits like any other. Used on
 * one event loop.
 */
final class Prober {
    /** Longer than the provider client takes at most; running into it is a defect. */
    private static final Duration MOST = Duration.ofSeconds(40);

    private static final Duration ROOM = Duration.ofSeconds(5);
    private static final Estimate SMALL = new Estimate(16, 1);

    private final Bus bus;
    private final LongSupplier clock;
    private final int lanes;
    private int probes;

    /** @param lanes which take turns */
    Prober(Bus bus, LongSupplier clock, int lanes) {
        this.bus = bus;
        this.clock = clock;
        this.lanes = lanes;
    }

    /**
     * Asks once.
     *
     * @param kind not {@link Probe#OFF}
     * @return why it does not work, null when it does; never fails
     */
    Future<@Nullable GatewayFailure> probe(Candidate candidate, Probe kind) {
        probes++;
        Future<@Nullable GatewayFailure> result = kind == Probe.REQUEST ? request(candidate) : models(candidate);
        return result.otherwise(
                cause -> cause instanceof GatewayException known ? known.failure() : new GatewayFailure.Internal());
    }

    private Future<@Nullable GatewayFailure> models(Candidate candidate) {
        return ask(new ProbeAccount(candidate, ProbeAccount.Kind.MODELS, 0, 0)).map(ProbeResult::failure);
    }

    private Future<ProbeResult> ask(ProbeAccount question) {
        return bus.request(Address.providerProbe(probes % lanes), question, MOST);
    }

    private Future<@Nullable GatewayFailure> request(Candidate candidate) {
        long now = clock.getAsLong();
        // Below zero: no ticket of a lane.
        Waiter waiter = new Waiter(-probes, "probe-" + probes, "", 0, now, 0);
        ReserveQuota room = new ReserveQuota(List.of(), List.of(candidate), SMALL, 0, now + ROOM.toNanos(), waiter);
        return bus.request(Address.QUOTA_RESERVE, room, ROOM.plusSeconds(2)).compose(decision -> switch (decision) {
            case QuotaDecision.Denied denied -> Future.succeededFuture(denied.failure());
            case QuotaDecision.Granted granted -> charged(candidate, granted);
        });
    }

    private Future<@Nullable GatewayFailure> charged(Candidate candidate, QuotaDecision.Granted granted) {
        ProbeAccount question =
                new ProbeAccount(candidate, ProbeAccount.Kind.REQUEST, granted.reservation(), granted.expiresAtNanos());
        return ask(question)
                .onSuccess(result -> settle(granted, result.sent(), result.writtenAtNanos(), used(result)))
                // Nobody knows how far it came: what may have been sent counts as sent.
                .onFailure(cause -> settle(granted, true, clock.getAsLong(), SMALL))
                .map(ProbeResult::failure);
    }

    private static Estimate used(ProbeResult result) {
        TokenUsage usage = result.usage();
        return usage == null ? SMALL : new Estimate(usage.input(), usage.output());
    }

    private void settle(QuotaDecision.Granted granted, boolean sent, long writtenAtNanos, Estimate used) {
        bus.send(Address.QUOTA_SETTLE, new SettleQuota(granted.reservation(), writtenAtNanos, sent, used, false));
    }
}
