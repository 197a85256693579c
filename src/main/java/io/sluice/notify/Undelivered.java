package io.sluice.notify;

import java.time.Duration;

/** A sink did not take a message. The message says why, and names no secret. */
final class Undelivered extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean hopeless;
    private final Duration after;

    private Undelivered(String reason, boolean hopeless, Duration after) {
        super(reason, null, false, false);
        this.hopeless = hopeless;
        this.after = after;
    }

    /** It may be taken when it is tried again. */
    static Undelivered forNow(String reason) {
        return new Undelivered(reason, false, Duration.ZERO);
    }

    /** It may be taken when it is tried again, and not sooner than the sink says. */
    static Undelivered notBefore(Duration after, String reason) {
        return new Undelivered(reason, false, after);
    }

    /** The same message will not be taken. */
    static Undelivered forGood(String reason) {
        return new Undelivered(reason, true, Duration.ZERO);
    }

    /** Whether trying again is of no use. */
    boolean isHopeless() {
        return hopeless;
    }

    /** How long the sink asks to wait; zero when it does not. */
    Duration after() {
        return after;
    }
}
