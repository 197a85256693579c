package io.sluice.message;

import io.sluice.domain.pool.Candidate;
import java.util.Locale;

/**
 * Asks a provider whether an account is well. Request to {@link Address#providerProbe}; answered with {@link ProbeResult}
 * within the channel's timeouts, at most half a minute.
 *
 * @param candidate whom; for a {@link Kind#REQUEST} with a model that chats
 * @param kind how
 * @param reservation number of the reservation that a {@link Kind#REQUEST} is charged to; 0 for a list of models
 * @param expiresAtNanos {@link System#nanoTime()} from which a {@link Kind#REQUEST} may no longer be written
 */
public record ProbeAccount(Candidate candidate, Kind kind, long reservation, long expiresAtNanos) {
    /** How an account is probed. */
    public enum Kind {
        /**
         * The list of models. Costs nothing, and counts for no limit; says that the credential is taken and the endpoint is
         * there, but nothing of money, and nothing at all where the list is public.
         */
        MODELS,
        /** A chat request for one token. */
        REQUEST;

        /** Its word in files, for example {@code models}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
