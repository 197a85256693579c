package io.sluice.domain.key;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One text that a virtual key is known by. A key has several while it is rotated.
 *
 * @param hash of the text
 * @param until instant from which it is refused; null as long as the key lives
 */
public record KeyCredential(KeyHash hash, @Nullable Instant until) {
    /** Good as long as its key. */
    public KeyCredential(KeyHash hash) {
        this(hash, null);
    }

    /** Whether it is over. */
    public boolean isOver(Instant now) {
        return until != null && !now.isBefore(until);
    }
}
