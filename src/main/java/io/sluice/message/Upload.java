package io.sluice.message;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;

/**
 * A client's form on its way to a provider. Its beginning is kept and can be sent again; what follows flows by once. Belongs
 * to the ingress; every method is called on the lane's event loop.
 */
public interface Upload {
    /** The form's {@code Content-Type}, with its boundary. */
    String contentType();

    /**
     * How long the form is with another name of the model in it.
     *
     * @param upstreamModel the name
     * @return bytes; -1 when that is not known before its end
     */
    long length(String upstreamModel);

    /**
     * Whether nothing of the form was given out yet but what is kept of its beginning, so that it can be sent to another
     * provider.
     */
    boolean isReplayable();

    /**
     * Gives the form out from its first byte, paused. It fails with a {@link io.sluice.domain.failure.GatewayException}
     * when the client's part of it does: too slow, too large, malformed. A taker that stops early pauses it.
     *
     * @param upstreamModel the model's name in it
     * @throws IllegalStateException when it is not replayable
     */
    ReadStream<Buffer> open(String upstreamModel);
}
