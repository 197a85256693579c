package io.sluice.domain.failure;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import java.time.Duration;
import java.util.Locale;

/**
 * What the end of an attempt says about whom it asked: the one thing that the health of the pool goes by. Every answer of
 * a provider and every fault on the way there is exactly one of these.
 */
public sealed interface Verdict {
    /** How far a word of a provider reaches. */
    enum Reach {
        /** The account with the model that was asked for. */
        MODEL,
        /** The account, whatever the model. */
        ACCOUNT;

        /** Its word in files. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Slow down: nobody is asked before the wait is over.
     *
     * @param reach what must wait
     * @param pause from now, at least zero and at most a day; zero when neither the provider nor the kind of its limit says
     *     how long, and what counts then is the listener's
     * @param exact whether the end is known: the provider named the instant for this refusal, or a limit that ends with its
     *     day or month; false for a guess
     * @param limit what the limit counts
     */
    record SlowDown(Reach reach, Duration pause, boolean exact, LimitKind limit) implements Verdict {
        /** Cuts the pause to its bounds. */
        public SlowDown {
            pause = NamedWait.bounded(pause, NamedWait.LONGEST);
        }

        /** Of a limit that nobody names. */
        public SlowDown(Reach reach, Duration pause, boolean exact) {
            this(reach, pause, exact, LimitKind.UNKNOWN);
        }
    }

    /**
     * The account's credential is refused: unknown, revoked, banned.
     *
     * @param certain whether once is enough; a bare 401 may be an outage of the provider's own
     */
    record Dead(boolean certain) implements Verdict {}

    /**
     * The account has no money, or has reached its cap.
     *
     * @param reach what cannot go on
     * @param pause until it may go on again, where that is known, at most 32 days; zero otherwise
     */
    record OutOfMoney(Reach reach, Duration pause) implements Verdict {
        /** Cuts the pause to its bounds. */
        public OutOfMoney {
            pause = NamedWait.bounded(pause, NamedWait.LONGEST_DATE);
        }
    }

    /**
     * The account does not have the model.
     *
     * @param certain whether once is enough: the answer speaks of the model. A bare 403 or 404 may be about something else
     *     in the request
     */
    record ModelMissing(boolean certain) implements Verdict {}

    /**
     * The endpoint is ill: not reached, broken off, or 5xx.
     *
     * @param pause how long the provider asks to stay away, at most a day; zero when it does not say
     * @param everyones whether the service says that all are concerned (overload), so that no account is to blame
     */
    record EndpointSick(Duration pause, boolean everyones) implements Verdict {
        /** Cuts the pause to its bounds. */
        public EndpointSick {
            pause = NamedWait.bounded(pause, NamedWait.LONGEST);
        }
    }

    /** Bytes may have been acted on, and nobody knows: no head in time, or broken off after the request was sent. */
    record Ambiguous() implements Verdict {}

    /** The request is wrong; nobody is punished. */
    record RequestWrong() implements Verdict {}

    /** The provider's filter refuses what is asked, or what would be answered; nobody is punished. */
    record ContentRefused() implements Verdict {}

    /** The request does not fit here, others may serve it; nobody is punished. */
    record Elsewhere() implements Verdict {}

    /** The client left, or the gateway ended it: says nothing about the provider. */
    record ClientGone() implements Verdict {}

    /** For how long nobody is to be asked: what the verdict says of it, zero otherwise. */
    default Duration pause() {
        return Duration.ZERO;
    }

    /** The verdict of any failure. */
    static Verdict of(GatewayFailure failure) {
        return failure instanceof UpstreamFailure upstream ? upstream.verdict() : new ClientGone();
    }
}
