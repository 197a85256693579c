package io.sluice.domain.failure;

import io.sluice.domain.failure.ErrorTable.Meaning;
import io.sluice.domain.failure.Verdict.Reach;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the account by a rule of an {@link ErrorTable}.
 *
 * @param reach what is meant: of a limit usually the account with the model, of money the account; null for that
 * @param certain whether once is enough
 * @param limit what the limit counts; null when the error's own words say it
 * @param pause how long where nobody names a time; zero for what is usual for the limit
 * @param until when it is over for certain, whatever the answer names; null for no such time
 */
public record Penalty(
        @Nullable Reach reach,
        boolean certain,
        @Nullable LimitKind limit,
        Duration pause,
        @Nullable Reset until) {
    /** Nothing out of the ordinary. */
    public static final Penalty USUAL = new Penalty(null, true, null, Duration.ZERO, null);

    /** A wait is not negative, and not longer than a day. */
    public Penalty {
        if (pause.isNegative() || pause.compareTo(NamedWait.LONGEST) > 0) {
            throw new IllegalArgumentException("a wait is between nothing and a day");
        }
    }

    /** The usual, with a wait. */
    public static Penalty waiting(Duration pause) {
        return new Penalty(null, true, null, pause, null);
    }

    /** Fails when it says something that the meaning has no use for. */
    void check(Meaning meaning) {
        boolean limits = meaning == Meaning.SLOW_DOWN || meaning == Meaning.MONEY;
        boolean waits = limits || meaning == Meaning.SERVICE || meaning == Meaning.OVERLOAD;
        if (!limits && (reach != null || limit != null || until != null)) {
            throw new IllegalArgumentException("reach, limit and until are for slow-down and money alone");
        }
        if (!waits && pause.isPositive()) {
            throw new IllegalArgumentException("wait is for slow-down, money, service and overload alone");
        }
        if (!certain && meaning != Meaning.ACCOUNT && meaning != Meaning.MODEL) {
            throw new IllegalArgumentException("certain is for account and model alone");
        }
    }

    /**
     * What an error says about whom was asked.
     *
     * @param named how long the provider asks to wait; zero when it does not say
     * @param zone where the provider's days begin
     */
    Verdict verdict(Meaning meaning, ParsedError error, Duration named, ZoneId zone, Instant now) {
        return switch (meaning) {
            case SLOW_DOWN -> slowDown(error, named, zone, now);
            case ACCOUNT -> new Verdict.Dead(certain);
            case MONEY -> new Verdict.OutOfMoney(reach == null ? Reach.ACCOUNT : reach, money(named, zone, now));
            // Another is made of the same key; where that is refused too, again and again, the circuit opens.
            case CREDENTIAL -> new Verdict.EndpointSick(Duration.ZERO, false);
            case MODEL -> new Verdict.ModelMissing(certain);
            case SERVICE, OVERLOAD ->
                new Verdict.EndpointSick(named.isPositive() ? named : pause, meaning == Meaning.OVERLOAD);
            case CLIENT, CONTEXT -> new Verdict.RequestWrong();
            case CONTENT -> new Verdict.ContentRefused();
            case TOO_LARGE, ELSEWHERE -> new Verdict.Elsewhere();
        };
    }

    private Verdict slowDown(ParsedError error, Duration named, ZoneId zone, Instant now) {
        LimitKind kind = limit == null ? LimitKind.of(error.type(), error.message()) : limit;
        // A day that the table knows of ends when it ends; one that only a sentence speaks of is a guess.
        boolean calendar = until != null || named.isZero() && limit != null && limit.isByCalendar() && pause.isZero();
        boolean exact = calendar || named.isPositive();
        Duration length = until != null
                ? until.after(zone, now)
                : named.isPositive() ? named : pause.isPositive() ? pause : kind.usual(zone, now);
        return new Verdict.SlowDown(reach == null ? Reach.MODEL : reach, length, exact, kind);
    }

    private Duration money(Duration named, ZoneId zone, Instant now) {
        if (until != null) {
            return until.after(zone, now);
        }
        return named.isPositive() ? named : limit == null ? pause : limit.usual(zone, now);
    }
}
