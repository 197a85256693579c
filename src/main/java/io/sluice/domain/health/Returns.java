package io.sluice.domain.health;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.health.KnownAccount.Death;
import io.sluice.domain.health.KnownAccount.ModelState;
import io.sluice.domain.health.Trial.Place;
import io.sluice.domain.health.Trial.Target;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.HealthPolicy.Probe;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How those who are out come back: by a probe, and by one request of a client as a trial. Used by one thread. */
final class Returns {
    /** How long a trial is on offer without a taker before it is not waited for. */
    private static final long UNWANTED_NANOS = 60_000_000_000L;

    private final PoolState.Listener listener;
    private final LongSupplier random;
    private final Trials trials;
    private final Set<Circuit> halfOpen = new LinkedHashSet<>();

    Returns(PoolState.Listener listener, LongSupplier random, int lanes) {
        this.listener = listener;
        this.random = random;
        this.trials = new Trials(lanes);
    }

    /** The trials that are open. */
    List<Trial> trials() {
        return trials.open();
    }

    /** Nothing is on trial any more: what was belonged to a state that is gone. */
    void anew(Iterable<KnownAccount> accounts) {
        trials.clear();
        halfOpen.clear();
        for (KnownAccount account : accounts) {
            Death death = account.death;
            if (death != null && death.recovery().phase() != Recovery.Phase.PROBING) {
                death.recovery().enter(Recovery.Phase.WAITING);
            }
            for (ModelState model : account.models()) {
                if (model.missing != null) {
                    model.missing.enter(Recovery.Phase.WAITING);
                }
                Stream.of(account.circuit, model.endpoint)
                        .filter(circuit -> circuit.state() == Circuit.State.HALF_OPEN)
                        .forEach(halfOpen::add);
            }
        }
    }

    /** An attempt is over; it may have been a trial. */
    void finished(KnownAccount account, ModelState model, @Nullable Verdict verdict, long startedNanos, long now) {
        if (!trials.isEmpty()) {
            Boolean works = works(verdict);
            boolean served = verdict == null;
            for (Trial trial : trials.endedBy(account, model, startedNanos)) {
                // Only what is paid for shows that there is money.
                boolean money = trial.target() instanceof Target.OfDeath death && isForMoney(death.account());
                tried(trial, money && Boolean.TRUE.equals(works) && !served ? null : works, verdict, now);
            }
        }
    }

    private static boolean isForMoney(KnownAccount account) {
        return account.death != null && account.death.money();
    }

    /** A router gave a trial a request. */
    void taken(long number, long now) {
        if (trials.taken(number, now)) {
            listener.changed();
        }
    }

    /** A probe of an account is over: without a failure when it worked. */
    void probed(KnownAccount account, Probe kind, @Nullable GatewayFailure failure, long now) {
        Death death = account.death;
        if (death == null || death.recovery().phase() != Recovery.Phase.PROBING) {
            return;
        }
        Verdict verdict = failure == null ? null : Verdict.of(failure);
        // Where the question cannot be put, only a request can show it.
        boolean unasked = verdict instanceof Verdict.Elsewhere || verdict instanceof Verdict.ModelMissing;
        if (verdict instanceof Verdict.ClientGone) {
            // There was no room to ask: that says nothing.
            death.recovery().again(now, random.getAsLong());
        } else if (!unasked && !Boolean.TRUE.equals(works(verdict))) {
            death.recovery().failed(now, random.getAsLong());
        } else if (kind == Probe.REQUEST && !unasked) {
            revive(account, now);
        } else {
            death.recovery().enter(Recovery.Phase.TRIAL);
            offer(new Target.OfDeath(account), places(account), now);
            listener.changed();
        }
    }

    /**
     * Does what its time has come for.
     *
     * @param leads whether it is this node that tries an account for the cluster
     */
    void tick(Collection<KnownAccount> accounts, Predicate<String> leads, long now) {
        boolean moved = trials.expire(now);
        for (KnownAccount account : accounts) {
            moved |= account.ramp.isOn(now);
            if (account.human == AccountState.ENABLED) {
                moved |= account.death == null
                        ? tryMissing(account, now)
                        : tryDead(
                                account,
                                account.death,
                                leads.test(account.account().id()),
                                now);
            }
        }
        for (Circuit circuit : List.copyOf(halfOpen)) {
            moved |= offer(new Target.OfCircuit(circuit), places(circuit, accounts, now), now);
        }
        if (moved) {
            listener.changed();
        }
    }

    private boolean tryDead(KnownAccount account, Death death, boolean leads, long now) {
        Recovery recovery = death.recovery();
        if (recovery.isDue(now) && leads) {
            return begin(account, death, now);
        }
        if (recovery.phase() != Recovery.Phase.TRIAL) {
            return false;
        }
        if (!leads) {
            recovery.enter(Recovery.Phase.WAITING);
            trials.end(new Target.OfDeath(account));
            return true;
        }
        return offer(new Target.OfDeath(account), places(account), now);
    }

    private boolean tryMissing(KnownAccount account, long now) {
        boolean moved = false;
        for (ModelState model : account.models()) {
            if (model.missing != null && model.missing.isDue(now)) {
                model.missing.enter(Recovery.Phase.TRIAL);
            }
            if (model.missing != null && model.missing.phase() == Recovery.Phase.TRIAL) {
                moved |= offer(new Target.OfModel(model), List.of(new Place(account, model)), now);
            }
        }
        return moved;
    }

    /** Offers a trial unless there is one; whether it did. */
    private boolean offer(Target target, List<Place> places, long now) {
        if (trials.isUnwanted(target, UNWANTED_NANOS, now)) {
            letIn(target, places, now);
            return true;
        }
        if (places.isEmpty() || trials.has(target)) {
            return false;
        }
        trials.offer(target, places, now);
        return true;
    }

    /** There is nobody who could try it, or nobody who needs it: it comes back by its ramp alone. */
    private void letIn(Target target, List<Place> places, long now) {
        trials.end(target);
        switch (target) {
            case Target.OfDeath death -> {
                Death out = death.account().death;
                if (out != null && out.money()) {
                    // A model that nobody asks for shows no money; the wait begins anew.
                    out.recovery().again(now, random.getAsLong());
                } else {
                    revive(death.account(), now);
                }
            }
            case Target.OfModel missing -> missing.model().missing = null;
            case Target.OfCircuit half -> {
                places.stream()
                        .map(Place::account)
                        .filter(account -> account.circuit == half.circuit())
                        .distinct()
                        .forEach(account -> account.ramp.start(account.policy().ramp(), now));
                listener.tried(half.circuit().subject(), true);
            }
        }
        listener.changed();
    }

    private static List<Place> places(KnownAccount account) {
        List<Place> places = new ArrayList<>();
        account.models().forEach(model -> places.add(new Place(account, model)));
        return places;
    }

    /** Where nothing but a circuit is in the way. */
    private static List<Place> places(Circuit circuit, Collection<KnownAccount> accounts, long now) {
        List<Place> places = new ArrayList<>();
        for (KnownAccount account : accounts) {
            for (ModelState model : account.models()) {
                Circuit other = account.circuit == circuit ? model.endpoint : account.circuit;
                boolean through = account.circuit == circuit || model.endpoint == circuit;
                if (through && other.state() == Circuit.State.CLOSED && account.isWell(model, now)) {
                    places.add(new Place(account, model));
                }
            }
        }
        return places;
    }

    /** A circuit stands so now; half open, one request is sent there with the next tick. */
    void circuit(Circuit circuit, Circuit.State state) {
        circuit.state(state);
        trials.end(new Target.OfCircuit(circuit));
        if (state == Circuit.State.HALF_OPEN) {
            halfOpen.add(circuit);
        } else {
            halfOpen.remove(circuit);
        }
        listener.changed();
    }

    /** It works again, and others know. */
    void comeBack(KnownAccount account, long now) {
        trials.end(new Target.OfDeath(account));
        account.triesBefore =
                account.death == null ? 0 : account.death.recovery().tries();
        account.backNanos = now;
        account.death = null;
        account.refusals = 0;
        account.ramp.start(account.policy().ramp(), now);
        if (account.isBare()) {
            account.models().forEach(model -> model.missing = null);
        }
        listener.changed();
    }

    /** Whether an attempt shows that what was out works again; null when it shows nothing. */
    private static @Nullable Boolean works(@Nullable Verdict verdict) {
        return switch (verdict) {
            case null -> true;
            case Verdict.SlowDown slow -> true;
            case Verdict.RequestWrong wrong -> true;
            case Verdict.ContentRefused content -> true;
            case Verdict.Elsewhere elsewhere -> null;
            case Verdict.ClientGone gone -> null;
            case Verdict.Dead dead -> false;
            case Verdict.OutOfMoney money -> false;
            case Verdict.ModelMissing missing -> false;
            case Verdict.EndpointSick sick -> false;
            case Verdict.Ambiguous unknown -> false;
        };
    }

    private void tried(Trial trial, @Nullable Boolean works, @Nullable Verdict verdict, long now) {
        trials.end(trial.target());
        if (works == null) {
            // The next tick offers another.
            listener.changed();
            return;
        }
        switch (trial.target()) {
            case Target.OfDeath death -> {
                if (works) {
                    revive(death.account(), now);
                } else if (death.account().death != null) {
                    death.account().death.recovery().failed(now, random.getAsLong());
                }
            }
            case Target.OfModel missing -> {
                if (works) {
                    missing.model().missing = null;
                } else if (missing.model().missing != null) {
                    missing.model().missing.failed(now, random.getAsLong());
                }
            }
            case Target.OfCircuit half -> {
                // Whoever answers is well, whatever it says.
                boolean answers = works
                        || verdict instanceof Verdict.Dead
                        || verdict instanceof Verdict.OutOfMoney
                        || verdict instanceof Verdict.ModelMissing;
                KnownAccount account = trial.place().account();
                if (answers && half.circuit() == account.circuit) {
                    account.ramp.start(account.policy().ramp(), now);
                }
                listener.tried(half.circuit().subject(), answers);
            }
        }
        listener.changed();
    }

    private void revive(KnownAccount account, long now) {
        if (account.death != null) {
            comeBack(account, now);
            listener.revived(account.account());
        }
    }

    private boolean begin(KnownAccount account, Death death, long now) {
        Probe kind = account.policy().probe();
        List<Place> places = places(account);
        if (kind == Probe.OFF) {
            return false;
        }
        if (places.isEmpty()) {
            // Nothing can be asked of it, so nothing is risked.
            revive(account, now);
        } else if (kind == Probe.MODELS && death.money()) {
            // A list of models says nothing about money.
            death.recovery().enter(Recovery.Phase.TRIAL);
            return offer(new Target.OfDeath(account), places, now);
        } else {
            death.recovery().enter(Recovery.Phase.PROBING);
            listener.probe(places.getFirst().model().candidate, kind);
        }
        return true;
    }
}
