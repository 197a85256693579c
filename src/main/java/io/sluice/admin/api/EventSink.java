package io.sluice.admin.api;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Takes server-sent events (WHATWG HTML) for one client. While nothing happens it sends a comment now and then, so that
 * nobody on the way takes the connection for dead. Used on the admin verticle's event loop.
 */
public final class EventSink {
    private static final int QUEUE = 256 * 1024;
    private static final long BEAT_MILLIS = 10_000;
    private static final Buffer BEAT = Buffer.buffer(":\n\n");

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final long timer;
    private boolean beaten;

    EventSink(Vertx vertx, HttpServerResponse response) {
        this.vertx = vertx;
        this.response = response.setWriteQueueMaxSize(QUEUE);
        this.timer = vertx.setPeriodic(BEAT_MILLIS, t -> beat());
    }

    private void beat() {
        if (beaten && !response.closed() && !response.ended()) {
            response.write(BEAT);
        }
        beaten = true;
    }

    /**
     * Sends an event.
     *
     * @param name its type: letters and dashes
     * @param data what it says
     */
    public void send(String name, JsonObject data) {
        if (!isClosed()) {
            beaten = false;
            response.write("event: " + name + "\ndata: " + data.encode() + "\n\n");
        }
    }

    /** Sends what is written already: whole events of the format, for several clients the same. */
    public void send(Buffer events) {
        if (!isClosed()) {
            beaten = false;
            response.write(events);
        }
    }

    /** Whether the client reads more slowly than is sent; {@link #drained} says when it has caught up. */
    public boolean isFull() {
        return response.writeQueueFull();
    }

    /** What happens when the client has caught up; null for nothing. */
    public void drained(@Nullable Handler<Void> handler) {
        response.drainHandler(handler);
    }

    /** What happens when the client leaves before the end; also when it has left. */
    public void left(Runnable handler) {
        if (response.closed()) {
            handler.run();
        } else {
            response.closeHandler(closed -> handler.run());
        }
    }

    /** Whether the client has gone, or everything was said. */
    public boolean isClosed() {
        return response.closed() || response.ended();
    }

    /** Nothing more is sent. */
    void end() {
        vertx.cancelTimer(timer);
        if (!isClosed()) {
            response.end();
        }
    }
}
