package io.sluice.testkit;

import io.sluice.config.HttpBounds;
import java.time.Duration;

/** The default bounds with some of them changed. */
public final class Bounds {
    private final HttpBounds from = HttpBounds.DEFAULT;
    private int body = from.body();
    private long bodyMemory = from.bodyMemory();
    private long upload = from.upload();
    private Duration headerTimeout = from.headerTimeout();
    private Duration bodyIdle = from.bodyIdle();
    private int bodyRate = from.bodyRate();
    private Duration keepAlive = from.keepAlive();
    private Duration writeStall = from.writeStall();
    private Duration ping = from.ping();
    private int connections = from.connections();
    private int connectionsPerAddress = from.connectionsPerAddress();
    private int requests = from.requests();

    private Bounds() {}

    /** The defaults. */
    public static Bounds defaults() {
        return new Bounds();
    }

    public Bounds body(int bytes) {
        body = bytes;
        return this;
    }

    public Bounds bodyMemory(long bytes) {
        bodyMemory = bytes;
        return this;
    }

    public Bounds upload(long bytes) {
        upload = bytes;
        return this;
    }

    public Bounds headerTimeout(Duration time) {
        headerTimeout = time;
        return this;
    }

    /** Longest pause in a body, and the least bytes a second after it. */
    public Bounds bodyPace(Duration idle, int bytesPerSecond) {
        bodyIdle = idle;
        bodyRate = bytesPerSecond;
        return this;
    }

    public Bounds keepAlive(Duration time) {
        keepAlive = time;
        return this;
    }

    public Bounds writeStall(Duration time) {
        writeStall = time;
        return this;
    }

    public Bounds ping(Duration time) {
        ping = time;
        return this;
    }

    public Bounds connections(int most) {
        connections = most;
        return this;
    }

    public Bounds connectionsPerAddress(int most) {
        connectionsPerAddress = most;
        return this;
    }

    public Bounds requests(int most) {
        requests = most;
        return this;
    }

    public HttpBounds build() {
        return new HttpBounds(
                from.requestLine(),
                from.headers(),
                from.headerFields(),
                body,
                bodyMemory,
                upload,
                from.uploadKept(),
                from.jsonDepth(),
                headerTimeout,
                bodyIdle,
                bodyRate,
                keepAlive,
                writeStall,
                ping,
                connections,
                connectionsPerAddress,
                from.streams(),
                requests,
                from.upstreamQueue());
    }
}
