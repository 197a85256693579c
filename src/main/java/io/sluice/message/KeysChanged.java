package io.sluice.message;

import io.sluice.domain.quota.Scope;
import java.util.List;

/**
 * Stored virtual keys have changed on this node, and are already looked up as they are now. Published to {@link
 * Address#KEYS_CHANGED}; may be repeated.
 *
 * @param limits scopes of the changed keys with their limits; those of the revision are not among them
 */
public record KeysChanged(List<Scope> limits) {
    /** Copies the list. */
    public KeysChanged {
        limits = List.copyOf(limits);
    }
}
