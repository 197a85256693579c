package io.sluice.message;

import java.util.Locale;

/**
 * An operator wants something of an account. Request to {@link Address#POOL_ACT}; answered with {@link PoolActionResult}.
 *
 * @param kind what
 * @param subject {@code channel/account}, or {@code channel} for all of its accounts
 * @param reason why, for people; may be empty
 * @param by who: what is known of them, for example their address
 */
public record PoolAction(Kind kind, String subject, String reason, String by) {
    /** What can be wanted. */
    public enum Kind {
        /** Take back what operators said; what the files say, and what the gateway found out, stays. */
        ENABLE,
        /** Let what runs end, and begin nothing new. */
        DRAIN,
        /** Take it out. */
        DISABLE,
        /** End its cooldowns on every node, and close its circuit on this one. */
        CLEAR_COOLDOWN,
        /** Ask the provider now whether it works; what was out by what the gateway found comes back when it does. */
        PROBE;

        /** Its word in paths and commands, for example {@code clear-cooldown}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
