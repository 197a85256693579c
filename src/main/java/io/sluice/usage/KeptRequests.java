package io.sluice.usage;

import io.sluice.message.OpenRequests;
import io.sluice.message.UsageRecord;

/** The open requests of a node, kept by its journal from when that is open until it is closed. Safe on any thread. */
public final class KeptRequests implements OpenRequests {
    private volatile OpenRequests keeper = NONE;

    /** From now on they are kept here; none is open. */
    void by(OpenRequests next) {
        keeper = next;
    }

    /** From now on nobody keeps them. */
    void byNobody() {
        keeper = NONE;
    }

    @Override
    public int keep(int place, UsageRecord asItStands) {
        return keeper.keep(place, asItStands);
    }

    @Override
    public void forget(int place) {
        keeper.forget(place);
    }
}
