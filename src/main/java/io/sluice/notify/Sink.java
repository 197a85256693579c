package io.sluice.notify;

import io.sluice.domain.notice.Telling;
import io.vertx.core.Future;

/** Where messages go. Used on one event loop. */
interface Sink {
    /**
     * Tries once to deliver a message.
     *
     * @return fails with {@link Undelivered} within the sink's time
     */
    Future<Void> deliver(Telling telling);

    /** Lets go of its connections. */
    Future<Void> close();
}
