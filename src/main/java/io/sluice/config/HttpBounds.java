package io.sluice.config;

import java.time.Duration;

/**
 * What one client, and all of them together, may cost a node. Each is a key of {@code http.bounds} in {@code node.yaml}.
 *
 * @param requestLine longest request line in bytes; longer is a 414
 * @param headers largest header block in bytes; larger is a 431
 * @param headerFields most header fields; more is a 431
 * @param body largest request body in bytes; larger is a 413
 * @param bodyMemory bytes of request bodies held at once by the node; beyond it requests get a 503
 * @param upload largest multipart form in bytes, which flows through; larger is a 413
 * @param uploadKept bytes of a form's beginning that are kept, to find its model in and to send them again; part of bodyMemory
 * @param jsonDepth deepest nesting of a JSON body; deeper is a 400
 * @param headerTimeout from the connection, or the first byte of a request on it, to the end of its head
 * @param bodyIdle longest pause between two pieces of a body; longer is a 408
 * @param bodyRate least bytes a second of a body, averaged from its begin, after the first bodyIdle; slower is a 408
 * @param keepAlive longest pause between two requests of a connection
 * @param writeStall how long a client may take nothing of an answer that waits for it
 * @param ping after so long without a byte an event stream gets a sign of life in its client's dialect
 * @param connections open connections of the node
 * @param connectionsPerAddress open connections of one peer address; loopback and trusted proxies are exempt
 * @param streams concurrent HTTP/2 streams of a connection
 * @param requests requests in flight on the node; beyond it requests get a 503
 * @param upstreamQueue requests of a lane that may wait for a connection to one provider
 */
public record HttpBounds(
        int requestLine,
        int headers,
        int headerFields,
        int body,
        long bodyMemory,
        long upload,
        int uploadKept,
        int jsonDepth,
        Duration headerTimeout,
        Duration bodyIdle,
        int bodyRate,
        Duration keepAlive,
        Duration writeStall,
        Duration ping,
        int connections,
        int connectionsPerAddress,
        int streams,
        int requests,
        int upstreamQueue) {
    /** The defaults. */
    public static final HttpBounds DEFAULT = new HttpBounds(
            4 * 1024,
            8 * 1024,
            100,
            32 * 1024 * 1024,
            512L * 1024 * 1024,
            256L * 1024 * 1024,
            256 * 1024,
            128,
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            128,
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(15),
            10_000,
            1_024,
            100,
            5_000,
            1_000);
}
