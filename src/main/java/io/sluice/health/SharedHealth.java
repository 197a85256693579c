package io.sluice.health;

import io.sluice.domain.health.Circuit;
import io.sluice.domain.health.PoolState;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.AccountHealth;
import io.sluice.message.AccountHealth.Trouble;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.CircuitMoved;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this node's attempts found, to and from other nodes. A word that says no more than what was just announced is not
 * announced again, so a throttled account costs a few messages a second, however many requests meet it. What comes from
 * another node is never announced from here. Used on one event loop.
 */
final class SharedHealth {
    /** How much longer than announced a word must last to be announced again. */
    private static final long WORTH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How long another node's open circuit counts when nothing more is heard of it. */
    private static final Duration CIRCUIT_TIME = Duration.ofMinutes(1);

    private static final int FORGET_BEYOND = 10_000;

    private final Bus bus;
    private final String origin;
    private final LongSupplier clock;
    private final PoolState state;
    private final Map<Announced, Long> announced = new HashMap<>();
    private final Map<String, String> fingerprints = new HashMap<>();

    private record Announced(String account, String credential, String model) {}

    /**
     * Nothing is known yet.
     *
     * @param bus to the other nodes
     * @param origin this run of this node
     * @param clock monotonic nanoseconds
     * @param state learns what others say
     */
    SharedHealth(Bus bus, String origin, LongSupplier clock, PoolState state) {
        this.bus = bus;
        this.origin = origin;
        this.clock = clock;
        this.state = state;
    }

    /** Takes the accounts there are. */
    void accounts(GatewayRevision revision) {
        fingerprints.clear();
        revision.accounts()
                .forEach(account -> fingerprints.put(account.id(), account.key().fingerprint()));
    }

    /** This node heard it from a provider. */
    void cooled(Account account, @Nullable String model, long untilNanos, boolean exact) {
        long now = clock.getAsLong();
        String of = model == null ? "" : model;
        Announced subject = new Announced(account.id(), account.key().fingerprint(), of);
        Long before = announced.get(subject);
        if (before != null && Math.abs(untilNanos - before) < WORTH_NANOS) {
            return;
        }
        if (announced.size() > FORGET_BEYOND) {
            announced.values().removeIf(past -> past - now < 0);
        }
        announced.put(subject, untilNanos);
        announce(account, of, Trouble.THROTTLED, 1 + TimeUnit.NANOSECONDS.toMillis(untilNanos - now), exact);
    }

    /** So that what was announced is announced again to one who came. */
    void forget() {
        announced.clear();
    }

    void missing(Account account, String model) {
        announce(account, model, Trouble.MODEL_MISSING, 0, false);
    }

    /** A human ended its cooldowns here. */
    void cleared(Account account) {
        announced.keySet().removeIf(subject -> subject.account.equals(account.id()));
        announce(account, "", Trouble.CLEARED, 0, false);
    }

    private void announce(Account account, String model, Trouble trouble, long forMillis, boolean exact) {
        bus.announce(
                Address.ACCOUNT_HEALTH,
                new AccountHealth(origin, account.id(), account.key().fingerprint(), model, trouble, forMillis, exact));
    }

    /** This node's circuit stands so now. */
    void circuit(Circuit.Subject subject, boolean open) {
        CircuitMoved moved =
                switch (subject) {
                    case Circuit.Subject.OfAccount of ->
                        new CircuitMoved(origin, of.accountId(), "", "", open, CIRCUIT_TIME.toMillis());
                    case Circuit.Subject.OfEndpoint of ->
                        new CircuitMoved(origin, "", of.baseUrl(), of.upstreamModel(), open, CIRCUIT_TIME.toMillis());
                };
        bus.announce(Address.CIRCUIT_MOVED, moved);
    }

    /** A node said it; this one's own words, and those about other credentials, are left out. */
    void heard(AccountHealth word) {
        if (word.origin().equals(origin) || !word.credential().equals(fingerprints.get(word.account()))) {
            return;
        }
        long now = clock.getAsLong();
        String model = word.upstreamModel().isEmpty() ? null : word.upstreamModel();
        switch (word.trouble()) {
            case THROTTLED -> {
                Duration time = Duration.ofMillis(
                        Math.clamp(word.forMillis(), 0, Duration.ofDays(1).toMillis()));
                state.toldCooling(word.account(), model, now + time.toNanos(), word.exact(), now);
            }
            case MODEL_MISSING -> state.toldMissing(word.account(), word.upstreamModel(), now);
            case CLEARED -> {
                announced.keySet().removeIf(subject -> subject.account.equals(word.account()));
                state.clearCooldowns(word.account());
            }
        }
    }

    void heard(CircuitMoved word) {
        if (!word.origin().equals(origin)) {
            Circuit.Subject subject = word.account().isEmpty()
                    ? new Circuit.Subject.OfEndpoint(word.baseUrl(), word.upstreamModel())
                    : new Circuit.Subject.OfAccount(word.account());
            long time = Math.clamp(word.forMillis(), 0, CIRCUIT_TIME.toMillis());
            state.toldCircuit(
                    word.origin(),
                    subject,
                    word.open(),
                    clock.getAsLong() + Duration.ofMillis(time).toNanos());
        }
    }
}
