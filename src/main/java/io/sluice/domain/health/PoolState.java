package io.sluice.domain.health;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.health.Circuit.Subject;
import io.sluice.domain.health.KnownAccount.Death;
import io.sluice.domain.health.KnownAccount.ModelState;
import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.HealthPolicy.Breaker;
import io.sluice.domain.pool.HealthPolicy.Probe;
import io.sluice.domain.pool.Model;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
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
    private static final long SWEEP_NANOS = 1_000_000_000L;

    private final Judge judge;
    private final Returns returns;
    private final Listener listener;
    private final Map<Subject, Circuit> endpoints = new HashMap<>();
    private Map<String, KnownAccount> accounts = new LinkedHashMap<>();
    private Outliers outliers;
    private boolean compared;
    private long sweptNanos;
    private String revision;
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
     * Nothing is known of anybody yet.
     *
     * @param initial the accounts there are
     * @param listener is told what follows
     * @param lanes of the node, at least 1
     * @param random for jitter
     */
    public PoolState(GatewayRevision initial, Listener listener, int lanes, LongSupplier random) {
        this.listener = listener;
        this.judge = new Judge(listener, random);
        this.returns = new Returns(listener, random, lanes);
        this.outliers = new Outliers(initial);
        this.revision = initial.id();
        take(initial);
    }

    /** Takes the accounts there are; what is known of a credential stays with it. */
    public void revision(GatewayRevision next) {
        Map<String, KnownAccount> before = accounts;
        take(next);
        outliers = outliers.movedTo(next, formerSlots(before));
        returns.anew(accounts.values());
        listener.changed();
    }

    private void take(GatewayRevision next) {
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
    }

    /** Where what is known of a slot was before: nowhere when the credential is another. */
    private IntUnaryOperator formerSlots(Map<String, KnownAccount> before) {
        int[] former = new int[slots];
        Arrays.fill(former, -1);
        for (KnownAccount account : accounts.values()) {
            KnownAccount old = before.get(account.account().id());
            if (old == null || !old.account().key().equals(account.account().key())) {
                continue;
            }
            for (ModelState model : account.models()) {
                ModelState same = old.model(model.candidate.upstreamModel());
                former[model.slot()] = same == null ? -1 : same.slot();
            }
        }
        return slot -> former[slot];
    }

    private Circuit endpoint(Candidate candidate, Map<Subject, Circuit> known) {
        String url = candidate.channel().baseUrl().toString();
        Subject subject = new Subject.OfEndpoint(url, candidate.upstreamModel());
        return endpoints.computeIfAbsent(subject, s -> {
            Circuit before = known.get(s);
            if (before != null) {
                before.anew();
            }
            return before == null ? new Circuit(s) : before;
        });
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
            compare(model, verdict, outcome.firstNanos(), now);
            returns.finished(account, model, verdict, outcome.startedNanos(), now);
        }
    }

    /** With its neighbours. */
    private void compare(ModelState model, @Nullable Verdict verdict, long firstNanos, long now) {
        boolean bad = verdict instanceof Verdict.EndpointSick || verdict instanceof Verdict.Ambiguous;
        // Whoever lost a race took at least so long.
        boolean late = verdict instanceof Verdict.ClientGone && firstNanos > 0;
        if (verdict == null || bad || late) {
            outliers.learn(model.slot(), !bad, firstNanos, now);
            compared = true;
        }
        if (bad) {
            listener.changed();
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
        if (compared && now - sweptNanos >= SWEEP_NANOS) {
            compared = false;
            sweptNanos = now;
            outliers.sweep(now);
            listener.changed();
        }
    }

    /** A circuit stands so now. */
    public void circuit(Subject subject, Circuit.State state) {
        KnownAccount account = subject instanceof Subject.OfAccount of ? accounts.get(of.accountId()) : null;
        Circuit circuit = account != null ? account.circuit : endpoints.get(subject);
        if (circuit != null) {
            returns.circuit(circuit, state);
        }
    }

    /** How a circuit stands; closed when there is none. */
    public Circuit.State circuit(Subject subject) {
        KnownAccount account = subject instanceof Subject.OfAccount of ? accounts.get(of.accountId()) : null;
        Circuit circuit = account != null ? account.circuit : endpoints.get(subject);
        return circuit == null ? Circuit.State.CLOSED : circuit.state();
    }

    /** What humans say of an account, by the files and by hand, the stricter of both. */
    public void human(String accountId, AccountState word) {
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
    public void toldCircuit(String node, Subject subject, boolean open, long untilNanos) {
        KnownAccount account = subject instanceof Subject.OfAccount of ? accounts.get(of.accountId()) : null;
        Circuit circuit = account != null ? account.circuit : endpoints.get(subject);
        if (circuit != null) {
            circuit.openElsewhere(node, open, untilNanos);
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

    /** The pool as it stands, for people; in the order of the files. */
    public List<AccountView> views(long now) {
        PoolViews views = new PoolViews(outliers, now);
        return accounts.values().stream().map(views::of).toList();
    }

    /** The pool as it stands, for lanes. */
    public PoolSnapshot snapshot(long now) {
        byte[] standings = new byte[slots];
        long[] until = new long[slots];
        short[] shares = new short[slots];
        int[] latencies = new int[slots];
        byte[] marks = new byte[slots];
        for (KnownAccount account : accounts.values()) {
            int ramp = account.ramp.share(now);
            for (ModelState model : account.models()) {
                int slot = model.slot();
                standings[slot] = account.standing(model, now);
                shares[slot] = (short) Math.max(1, ramp * outliers.share(slot, now) / PoolSnapshot.WHOLE);
                LatencyEstimate latency = outliers.latency(slot);
                latencies[slot] = latency == null ? 0 : latency.usualMicros();
                if (standings[slot] == PoolSnapshot.COOLING) {
                    until[slot] = account.until(model, now);
                }
                if (outliers.isLast(slot, now)
                        || account.circuit.isOpenElsewhere(now)
                        || model.endpoint.isOpenElsewhere(now)) {
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
        return new PoolSnapshot(revision, version, standings, until, shares, latencies, marks).with(stopped());
    }

    private Map<String, Byte> stopped() {
        Map<String, Byte> stopped = new HashMap<>();
        for (KnownAccount account : accounts.values()) {
            if (account.human != AccountState.ENABLED) {
                stopped.put(
                        account.account().id(),
                        account.human == AccountState.DISABLED ? PoolSnapshot.DISABLED : PoolSnapshot.DRAINING);
            }
        }
        return stopped;
    }
}
