package io.sluice.domain.pool;

import java.util.Locale;

/** What a human wants of an account. The later constant is the stricter. */
public enum AccountState {
    /** It serves. */
    ENABLED,
    /** What runs goes on; nothing new begins. */
    DRAINING,
    /** It is out. */
    DISABLED;

    /** The stricter of the two. */
    public AccountState strictest(AccountState other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** Its word in files and answers, for example {@code draining}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
