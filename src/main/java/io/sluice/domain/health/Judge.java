package io.sluice.domain.health;

import io.sluice.domain.failure.Verdict;
import io.sluice.domain.failure.Verdict.Reach;
import io.sluice.domain.health.KnownAccount.Death;
import io.sluice.domain.health.KnownAccount.ModelState;
import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.pool.HealthPolicy.Breaker;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What the ends of attempts do to those who were asked. Used by one thread. */
final class Judge {
    private static final Duration MODEL_MISSING = Duration.ofMinutes(5);
    private static final Duration MODEL_MISSING_MOST = Duration.ofHours(1);
    private static final Duration REFUSED = Duration.ofSeconds(2);
    /** Who goes again so soon after the ramp was never well. */
    private static final Duration STEADY = Duration.ofMinutes(1);

    private static final Duration MONEY_MOST = Duration.ofHours(6);

    private final PoolState.Listener listener;
    private final LongSupplier random;

    Judge(PoolState.Listener listener, LongSupplier random) {
        this.listener = listener;
        this.random = random;
    }

    void served(KnownAccount account, @Nullable ModelState model, Outcome outcome, long now) {
        account.cooldown.succeeded();
        if (account.refusals > 0 && outcome.startedNanos() - account.lastRefusalNanos > 0) {
            account.refusals = 0;
        }
        if (model != null) {
            model.cooldown.succeeded();
            model.doubts = 0;
            count(account, model, true, outcome.firstNanos(), false, now);
        }
    }

    private void count(
            KnownAccount account, ModelState model, boolean success, long firstNanos, boolean everyones, long now) {
        Breaker policy = account.policy().breaker();
        boolean slow = firstNanos > policy.slowAfter().toNanos();
        if (!everyones && account.circuit.add(success, slow, policy, now)) {
            listener.trip(account.circuit.subject(), policy);
        }
        // One account that fails says nothing of the others at the same address.
        boolean shared = everyones || success && !slow || model.endpoint.isTroubleOfSeveral(account, policy, now);
        if (model.endpoint.add(success, slow, policy, now) && shared) {
            listener.trip(model.endpoint.subject(), policy);
        }
    }

    void failed(
            KnownAccount account,
            @Nullable ModelState model,
            Outcome outcome,
            Verdict verdict,
            long now,
            long nowMillis) {
        Evidence evidence = Evidence.of(Objects.requireNonNull(outcome.failure()));
        switch (verdict) {
            case Verdict.SlowDown slow -> {
                remember(account, evidence, nowMillis);
                cool(account, slow.reach() == Reach.ACCOUNT ? null : model, slow.pause(), slow.exact(), now);
            }
            case Verdict.Dead dead -> {
                remember(account, evidence, nowMillis);
                refused(account, dead.certain(), outcome, evidence, now, nowMillis);
            }
            case Verdict.OutOfMoney money -> {
                remember(account, evidence, nowMillis);
                if (money.reach() == Reach.MODEL && model != null) {
                    Duration pause = money.pause().isPositive()
                            ? money.pause()
                            : account.policy().moneyAfter();
                    cool(account, model, pause, money.pause().isPositive(), now);
                } else {
                    die(account, true, "out of money", evidence, money.pause(), now, nowMillis);
                }
            }
            case Verdict.ModelMissing none -> {
                remember(account, evidence, nowMillis);
                if (model != null
                        && (none.certain() || ++model.doubts >= account.policy().refusals())) {
                    miss(account, model, evidence, now, nowMillis);
                } else if (model != null) {
                    cool(account, model, REFUSED, false, now);
                }
            }
            case Verdict.EndpointSick sick -> {
                remember(account, evidence, nowMillis);
                if (model != null) {
                    if (sick.pause().isPositive()) {
                        cool(account, model, sick.pause(), true, now);
                    }
                    count(account, model, false, -1, sick.everyones(), now);
                }
            }
            case Verdict.Ambiguous unknown -> {
                remember(account, evidence, nowMillis);
                if (model != null) {
                    count(account, model, false, -1, false, now);
                }
            }
            case Verdict.RequestWrong wrong -> {}
            case Verdict.ContentRefused content -> {}
            case Verdict.Elsewhere elsewhere -> {}
            case Verdict.ClientGone gone -> {}
        }
    }

    private static void remember(KnownAccount account, Evidence evidence, long nowMillis) {
        account.lastError = evidence;
        account.lastErrorMillis = nowMillis;
    }

    private void cool(KnownAccount account, @Nullable ModelState model, Duration pause, boolean exact, long now) {
        Cooldown cooldown = model == null ? account.cooldown : model.cooldown;
        if (cooldown.slowDown(pause, exact, now, random.getAsLong())) {
            listener.cooled(
                    account.account(),
                    model == null ? null : model.candidate.upstreamModel(),
                    cooldown.until(),
                    cooldown.isNamed());
            listener.changed();
        }
    }

    /**
     * A refusal that may be an outage keeps others away for a moment; several, one after the other, or one that is certain,
     * are the end. Those that were on their way together count once.
     */
    private void refused(
            KnownAccount account, boolean certain, Outcome outcome, Evidence evidence, long now, long nowMillis) {
        long window = account.policy().refusalsWithin().toNanos();
        if (account.refusals == 0 || now - account.firstRefusalNanos > window) {
            account.refusals = 1;
            account.firstRefusalNanos = now;
            account.lastRefusalNanos = now;
        } else if (outcome.startedNanos() - account.lastRefusalNanos > 0) {
            account.refusals++;
            account.lastRefusalNanos = now;
        }
        if (certain || account.refusals >= account.policy().refusals()) {
            die(account, false, "credential refused", evidence, Duration.ZERO, now, nowMillis);
        } else {
            cool(account, null, REFUSED, false, now);
        }
    }

    private void miss(KnownAccount account, ModelState model, Evidence evidence, long now, long nowMillis) {
        if (model.missing != null) {
            return;
        }
        model.missing = missing(now);
        listener.missing(account.account(), model.candidate.upstreamModel());
        listener.changed();
        if (account.isBare()) {
            die(account, false, "none of its models is there", evidence, Duration.ZERO, now, nowMillis);
        }
    }

    /** The way back of a model that an account does not have. */
    Recovery missing(long now) {
        return new Recovery(MODEL_MISSING, MODEL_MISSING_MOST, Duration.ZERO, 0, now, random.getAsLong());
    }

    private void die(
            KnownAccount account,
            boolean money,
            String reason,
            Evidence evidence,
            Duration pause,
            long now,
            long nowMillis) {
        if (account.death == null) {
            account.death = new Death(money, reason, evidence, nowMillis, recovery(account, money, pause, now));
            listener.died(account.account(), money, reason, evidence);
            listener.changed();
        }
    }

    /** The way back of an account that is out; not before {@code pause} is over. */
    Recovery recovery(KnownAccount account, boolean money, Duration pause, long now) {
        Duration first =
                money ? account.policy().moneyAfter() : account.policy().probeAfter();
        Duration usual = money ? MONEY_MOST : account.policy().probeEvery();
        Duration most = usual.compareTo(first) > 0 ? usual : first;
        Duration from = pause.compareTo(Cooldown.LONGEST) > 0 ? Cooldown.LONGEST : pause;
        long steady = account.policy().ramp().plus(STEADY).toNanos();
        boolean again = account.triesBefore >= 0 && now - account.backNanos < steady;
        return new Recovery(first, most, from, again ? account.triesBefore + 1 : 0, now, random.getAsLong());
    }
}
