package io.sluice.admin;

import io.sluice.message.LedgerState;
import org.jspecify.annotations.Nullable;

/** How the node's ledger stands, as it was told last. Used on the admin verticle's event loop only. */
final class LedgerView {
    private @Nullable LedgerState state;

    /** It stands so now. */
    void told(LedgerState latest) {
        state = latest;
    }

    /** Null where there is no ledger, or nothing was told yet. */
    @Nullable
    LedgerState latest() {
        return state;
    }
}
