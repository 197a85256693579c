package io.sluice.domain.health;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.health.KnownAccount.Death;
import io.sluice.domain.health.KnownAccount.ModelState;
import io.sluice.domain.health.Circuit.Subject;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.HealthPolicy.Breaker;
import io.sluice.domain.pool.HealthPolicy.Probe;
import io.sluice.domain.pool.Model;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How the pool stands: who cools, who is dead, which circuits are open, who is on its way back. Learns from the ends of
 * attempts, from other nodes, and from humans, whose word nothing here undoes. Pure; used by one thread; times are
 * monotonic nanoseconds.
 *
 * <pre>
 *                 ┌───────── its instant ─────────┐
 *   UP ─slow down─▶ COOLING ──────────────────────┤
 *   UP ─too much fails─▶ BROKEN ─a while─▶ trial ─┤
 *   UP ─refused──▶ DEAD ─probe─▶ trial ───────────┴─▶ UP, its share growing
 *   any ─human─▶ DRAINING, DISABLED ─human─▶ what it would be
 * </pre>
 */
public final class PoolState {
    private static final byte LAST = -1;

    private final Judge judge;
    private final Returns returns;
    private final Listener listener;
    private final Map<Subject, Circuit> endpoints = new HashMap<>();
    private Map<String, KnownAccount> accounts = new LinkedHashMap<>();
    private String revision = "";
    private int slots;
    private long version;

    /** Is told what follows from what was learned. Called in the course of a call; calls nothing back. */
    public interface Listener {
        /** Snapshots would be another now. */
        void changed();

        /** A provider's word that other nodes must hear; {@code model} is null for the whole account. */
        void cooled(Account account, @Nullable String model, long untilNanos, boolean exact);

        /** An account does not have a model. */
        void missing(Account account, String model);

        /** An account is out from now on. */
        void died(Account account, boolean money, String reason, Evidence evidence);

        /** An account that was out works again, by this node's own experience. */
        void revived(Account account);

        /** A circuit is to be opened. */
        void trip(Subject subject, Breaker policy);

        /** A half-open circuit's trial is over. */
        void tried(Subject subject, boolean success);

        /** An account is to be asked whether it works. */
        void probe(Candidate candidate, Probe kind);
    }

    /**
     * Nobody is known yet.
     *
     * @param listener is told what follows
     * @param lanes of the node, at least 1
     * @param random for jitter
     */
    public PoolState(Listener listener, int lanes, LongSupplier random) {
        this.listener = listener;
        this.judge = new Judge(listener, random);
        this.returns = new Returns(listener, random, lanes);
    }

    /** Takes the accounts there are; what is known of a credential stays with it. */
    public void revision(GatewayRevision next) {
        Map<String, KnownAccount> before = accounts;
        Map<Subject, Circuit> known = Map.copyOf(endpoints);
        endpoints.clear();
        accounts = new LinkedHashMap<>();
        for (Channel channel : next.channels()) {
            for (Account account : channel.accounts()) {
                accounts.put(account.id(), new KnownAccount(channel, account, before.get(account.id())));
            }
        }
        for (Model model : next.models().values()) {
            for (Candidate candidate : model.candidates()) {
                KnownAccount account = accounts.get(candidate.accountId());
                if (account != null) {
                    account.add(candidate, before.get(candidate.accountId()), endpoint(candidate, known));
                }
            }
        }
        revision = next.id();
        slots = next.slots();
        returns.anew(accounts.values());
        listener.changed();
    }

    private Circuit endpoint(Candidate candidate, Map<Subject, Circuit> known) {
        String url = candidate.channel().baseUrl().toString();
        Subject subject = new Subject.OfEndpoint(url, candidate.upstreamModel());
        return endpoints.computeIfAbsent(subject, s -> known.getOrDefault(s, new Circuit(s)));
    }

    /**
     * An attempt of this node is over.
     *
     * @param nowMillis wall clock
     */
    public void finished(Outcome outcome, long now, long nowMillis) {
        Candidate candidate = outcome.candidate();
        KnownAccount account = accounts.get(candidate.accountId());
        if (account == null || !account.isSame(candidate)) {
            return;
        }
        ModelState model = account.model(candidate.upstreamModel());
        Verdict verdict = outcome.verdict();
        if (outcome.failure() == null || verdict == null) {
            judge.served(account, model, outcome, now);
        } else {
            judge.failed(account, model, outcome, verdict, now, nowMillis);
        }
        if (model != null) {
            returns.finished(account, model, verdict, outcome.startedNanos(), now);
        }
    }

    /**
     * A router gave a trial a request.
     *
     * @param number of the trial
     */
    public void trialTaken(long number, long now) {
        returns.taken(number, now);
    }

    /** Answer to {@link Listener#probe}: no failure when it worked. */
    public void probed(String accountId, Probe kind, @Nullable GatewayFailure failure, long now) {
        KnownAccount account = accounts.get(accountId);
        if (account != null) {
            returns.probed(account, kind, failure, now);
        }
    }

    /**
     * Does what its time has come for; called several times a second.
     *
     * @param leads whether it is this node that tries an account for the cluster
     */
    public void tick(Predicate<String> leads, long now) {
        returns.tick(accounts.values(), leads, now);
    }

    /** A circuit stands so now. */
    public void circuit(Subject subject, Circuit.State state) {
        KnownAccount account = subject instanceof Subject.OfAccount of ? accounts.get(of.accountId()) : null;
        Circuit circuit = account != null ? account.circuit : endpoints.get(subject);
        if (circuit != null) {
            returns.circuit(circuit, state);
        }
    }

    /** What humans say of an account, by the files and by hand, the stricter of both. */
    public void human(String accountId, Human word) {
        KnownAccount account = accounts.get(accountId);
        if (account != null && account.human != word) {
            account.human = word;
            listener.changed();
        }
    }

    /** Another node, or an earlier run, knows that an account is out. */
    public void toldDead(
            String accountId, boolean money, String reason, Evidence evidence, long sinceMillis, long now) {
        KnownAccount account = accounts.get(accountId);
        if (account != null && account.death == null) {
            account.death =
                    new Death(money, reason, evidence, sinceMillis, judge.recovery(account, money, Duration.ZERO, now));
            listener.changed();
        }
    }

    /** Another node found that it works again, or a human says so. */
    public void toldAlive(String accountId, long now) {
        KnownAccount account = accounts.get(accountId);
        if (account != null && account.death != null) {
            returns.comeBack(account, now);
        }
    }

    /** Another node heard a provider's word; {@code model} is null for the whole account. */
    public void toldCooling(String accountId, @Nullable String model, long untilNanos, boolean exact, long now) {
        KnownAccount account = accounts.get(accountId);
        ModelState of = account == null || model == null ? null : account.model(model);
        if (account == null || model != null && of == null) {
            return;
        }
        if ((of == null ? account.cooldown : of.cooldown).told(untilNanos, exact, now)) {
            listener.changed();
        }
    }

    /** Another node found that an account does not have a model. */
    public void toldMissing(String accountId, String model, long now) {
        KnownAccount account = accounts.get(accountId);
        ModelState of = account == null ? null : account.model(model);
        if (of != null && of.missing == null) {
            of.missing = judge.missing(now);
            listener.changed();
        }
    }

    /** Tells the listener anew of everything that cools, because somebody came who does not know. */
    public void tellCooling(long now) {
        for (KnownAccount account : accounts.values()) {
            if (account.cooldown.isOn(now)) {
                listener.cooled(account.account(), null, account.cooldown.until(), account.cooldown.isNamed());
            }
            for (ModelState model : account.models()) {
                if (model.cooldown.isOn(now)) {
                    listener.cooled(
                            account.account(),
                            model.candidate.upstreamModel(),
                            model.cooldown.until(),
                            model.cooldown.isNamed());
                }
            }
        }
    }

    /** Another node leaves this alone, or does so no longer: here it comes last until an instant. */
    public void toldCircuit(Subject subject, boolean open, long untilNanos) {
        KnownAccount account = subject instanceof Subject.OfAccount of ? accounts.get(of.accountId()) : null;
        Circuit circuit = account != null ? account.circuit : endpoints.get(subject);
        if (circuit != null) {
            circuit.openElsewhere(open, untilNanos);
            listener.changed();
        }
    }

    /** A human ends the cooldowns of an account. */
    public void clearCooldowns(String accountId) {
        KnownAccount account = accounts.get(accountId);
        if (account != null) {
            account.cooldown.clear();
            account.models().forEach(model -> model.cooldown.clear());
            listener.changed();
        }
    }

    /** A human wants an account that is out to be tried at once. */
    public void probeNow(String accountId, long now) {
        KnownAccount account = accounts.get(accountId);
        if (account != null && account.death != null) {
            account.death.recovery().atOnce(now);
        }
        if (account != null) {
            account.models().forEach(model -> {
                if (model.missing != null) {
                    model.missing.atOnce(now);
                }
            });
        }
    }

    /** The pool as it stands, for lanes. */
    public PoolSnapshot snapshot(long now) {
        byte[] standings = new byte[slots];
        long[] until = new long[slots];
        short[] shares = new short[slots];
        int[] latencies = new int[slots];
        byte[] marks = new byte[slots];
        for (KnownAccount account : accounts.values()) {
            short share = (short) account.ramp.share(now);
            for (ModelState model : account.models()) {
                int slot = model.slot();
                standings[slot] = account.standing(model, now);
                shares[slot] = share;
                if (standings[slot] == PoolSnapshot.COOLING) {
                    until[slot] = account.until(model, now);
                }
                if (account.circuit.isOpenElsewhere(now) || model.endpoint.isOpenElsewhere(now)) {
                    marks[slot] = LAST;
                }
            }
        }
        for (Trial trial : returns.trials()) {
            int slot = trial.place().model().slot();
            boolean out = standings[slot] == PoolSnapshot.DEAD || standings[slot] == PoolSnapshot.BROKEN;
            if (out && !trial.isTaken()) {
                marks[slot] = (byte) (trial.lane() + 1);
                until[slot] = trial.number();
            }
        }
        version++;
        return new PoolSnapshot(revision, version, standings, until, shares, latencies, marks);
    }
}
