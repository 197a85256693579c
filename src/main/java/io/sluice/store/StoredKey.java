package io.sluice.store;

import io.sluice.domain.key.KeyCredential;
import io.sluice.domain.key.KeyHash;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A virtual key as the database has it.
 *
 * @param name unique over all times
 * @param definition JSON as an item of {@code keys[]} in the files, without name and credentials
 * @param state what is wanted of it
 * @param credentials the newest first
 * @param createdAt when it was made
 * @param createdBy name of the actor who made it
 * @param lastUsed when a request came with it last, give or take a minute; null for never
 * @param deletedAt when it was deleted; null when it is there
 * @param changed number of the last change
 */
public record StoredKey(
        String name,
        String definition,
        State state,
        List<Credential> credentials,
        OffsetDateTime createdAt,
        String createdBy,
        @Nullable OffsetDateTime lastUsed,
        @Nullable OffsetDateTime deletedAt,
        long changed) {
    /** Copies the list. */
    public StoredKey {
        credentials = List.copyOf(credentials);
    }

    /** What is wanted of a key. */
    public enum State {
        /** It may be used. */
        ACTIVE,
        /** It is refused until it is enabled. */
        DISABLED,
        /** It is refused for ever. */
        REVOKED
    }

    /**
     * What a key is known by.
     *
     * @param hash of the text
     * @param chosen whether a person chose the text, so that its hash needs the installation's secret
     * @param until from when it is refused; null as long as the key lives
     * @param createdAt when it was given
     */
    public record Credential(
            KeyHash hash, boolean chosen, @Nullable OffsetDateTime until, OffsetDateTime createdAt) {
        /** As requests are compared with it. */
        public KeyCredential forLookUp() {
            return new KeyCredential(hash, until == null ? null : until.toInstant());
        }
    }

    /** Whether requests may come with it at all: it is there, and not revoked. */
    public boolean isAlive() {
        return deletedAt == null && state != State.REVOKED;
    }
}
