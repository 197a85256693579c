package io.sluice.message;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How much room each account has. Published to {@link Address#QUOTA_HEADROOM}.
 *
 * @param revision id of the revision whose account indexes are used
 * @param permille by account index: the scarcest limit's free share, 0 (full) to 1000 (idle or unlimited); never changed
 *     after it was sent
 */
public record Headroom(String revision, int[] permille) {
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Headroom h && revision.equals(h.revision) && Arrays.equals(permille, h.permille);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(permille);
    }
}
