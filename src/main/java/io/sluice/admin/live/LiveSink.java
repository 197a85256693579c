package io.sluice.admin.live;

import io.vertx.core.buffer.Buffer;

/** Somebody who listens. Used on the admin verticle's event loop. */
public interface LiveSink {
    /** Sends events as they are written. The buffer is shared with others who listen, and is never changed. */
    void send(Buffer events);

    /** Whether they read more slowly than is sent. */
    boolean isFull();

    /** What happens when they leave. */
    void left(Runnable handler);
}
