package io.sluice.domain.health;

/** What a human said of an account; nothing but a human changes it. The later constant is the stricter. */
public enum Human {
    /** It serves when it can. */
    ENABLED,
    /** What runs goes on; nothing new begins. */
    DRAINING,
    /** Nothing begins. */
    DISABLED;

    /** The stricter of two words. */
    public Human and(Human other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
