package io.sluice.metrics;

import java.util.Locale;

/** How stored virtual keys stand, and why keys are refused. Safe on any thread. */
public final class KeyMetrics {
    private final Meters meters;
    private volatile int inForce;
    private volatile int outOfForce;
    private volatile double ageSeconds = Double.NaN;

    /** Why a request's key was refused. */
    public enum Refusal {
        /** There is none, or several. */
        NONE,
        /** Nobody has this one. */
        UNKNOWN,
        /** A generated key with a mistake in it: cut, or mistyped. */
        MISTYPED,
        /** It, or the credential of it, has ended, or it was switched off. */
        ENDED,
        /** It may not be used from the request's address. */
        ADDRESS,
        /** Stored keys cannot be looked up now. */
        UNCHECKED
    }

    KeyMetrics(Meters meters) {
        this.meters = meters;
        meters.gauge("sluice.keys.stored", "stored virtual keys that are in force on this node", () -> inForce);
        meters.gauge(
                "sluice.keys.out.of.force",
                "stored virtual keys that are not: files have their name, or they cannot be read",
                () -> outOfForce);
        meters.gauge(
                "sluice.keys.snapshot.age.seconds",
                "how long ago the stored keys were known to be the database's; not a number without a database",
                () -> ageSeconds);
    }

    /**
     * How stored keys stand.
     *
     * @param used how many can be used
     * @param left how many are left out
     */
    public void stored(int used, int left) {
        inForce = used;
        outOfForce = left;
    }

    /** How long ago they were known to be right. */
    public void age(double seconds) {
        ageSeconds = seconds;
    }

    /** A request's key was refused. */
    public void refused(Refusal why) {
        meters.counter("sluice.keys.refused", "reason", why.name().toLowerCase(Locale.ROOT))
                .increment();
    }
}
