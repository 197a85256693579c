package io.sluice.node;

import io.sluice.domain.Secret;
import io.vertx.core.Deployable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a node is made of. Each part is made once, deployed once, and not used after. */
interface Parts {
    /** What the lanes need, one each, in the order of their start; stopped in reverse, after the lanes. */
    List<Deployable> services();

    /**
     * One lane.
     *
     * @param number from 0
     */
    Lane lane(int number);

    /** What runs only while the node is ready: the watch over the configuration. */
    Deployable watch();

    /** The port that the admin part listens on; 0 until it stands. */
    int adminPort();

    /** The admin token that was made at this start; null when it was there before. */
    @Nullable
    Secret firstAdminToken();
}
