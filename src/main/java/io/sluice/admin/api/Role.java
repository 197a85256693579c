package io.sluice.admin.api;

import java.util.Locale;
import java.util.Optional;

/** What an admin may do; each role may do what the ones before it may. */
public enum Role {
    /** Looks at everything but changes nothing. */
    VIEWER,
    /** Runs the gateway: keys, teams, channels, the pool. */
    OPERATOR,
    /** May do everything, other owners' tokens included. */
    OWNER;

    /** As it is written in documents and in the store. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether this one may do what another one may. */
    public boolean covers(Role other) {
        return compareTo(other) >= 0;
    }

    /** The role that is written so. */
    public static Optional<Role> of(String word) {
        for (Role role : values()) {
            if (role.word().equals(word)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}
