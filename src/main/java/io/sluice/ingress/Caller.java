package io.sluice.ingress;

import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.SideDoor.Ticket;
import io.sluice.domain.key.VirtualKey;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param key the virtual key
 * @param credential the one of its credentials that the request carries
 * @param ticket by which the node's admin port asks for the key; null when a client asks
 */
record Caller(VirtualKey key, KeyHash credential, @Nullable Ticket ticket) {
    /** A client that has a key. */
    Caller(VirtualKey key, KeyHash credential) {
        this(key, credential, null);
    }

    /** The only channel or {@code channel/account} that may serve it; null for any. */
    @Nullable
    String place() {
        return ticket == null ? null : ticket.place();
    }
}
