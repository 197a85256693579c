package io.sluice.message;

import io.sluice.domain.sse.ResponseTap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.Map;

/**
 * A provider's answer in flight. Belongs to the provider client until {@link #claim()}, then to the ingress of the same
 * lane; every method is called on the lane's event loop. Ends in exactly one of: the stream's end, its failure, {@link
 * #cancel}. An exchange that is not claimed in time is reset.
 */
public interface UpstreamExchange {
    /** The provider's HTTP status, 200 to 299. */
    int status();

    /** Headers that may reach the client, lower-case names; the content type is among them. */
    Map<String, String> headers();

    /** Reads the stream's pieces and writes those for the client. */
    ResponseTap tap();

    /**
     * Takes over the stream, paused. Its failure is a {@link io.sluice.domain.failure.GatewayException}.
     *
     * @throws IllegalStateException when it was claimed before or has been reset
     */
    ReadStream<Buffer> claim();

    /**
     * Ends the exchange and frees its connection at once. Does nothing after the end.
     *
     * @param reason for the log
     */
    void cancel(String reason);

    /**
     * Whether the channel wants the rest of the body read for its usage after the client has left; false means: cancel.
     * The stream keeps its handlers and the channel's timeouts.
     */
    boolean drains();
}
