package io.sluice.simulator;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a simulated provider is started.
 *
 * @param host address to listen on; loopback unless the caller knows better
 * @param port 1 to 65535, or 0 for any free one
 * @param window length of the rolling window of limits and oracle, at least 1 ms; providers use a minute
 * @param eventLoops event loops that share the port, 1 or more
 * @param script behaviour by credential at start
 * @param tls certificate, then HTTP/2 is offered by ALPN; null for clear-text HTTP/1.1
 * @param resetOnClose whether every connection that the simulator closes is reset (RST) instead of ended (FIN)
 */
public record SimulatorOptions(
        String host,
        int port,
        Duration window,
        int eventLoops,
        SimulatorScript script,
        @Nullable Tls tls,
        boolean resetOnClose) {
    /** Checks the ranges. */
    public SimulatorOptions {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
        }
        if (window.toMillis() < 1) {
            throw new IllegalArgumentException("window must be at least 1ms, not " + window);
        }
        if (eventLoops < 1) {
            throw new IllegalArgumentException("event loops must be 1 or more, not " + eventLoops);
        }
    }

    /**
     * A plain simulator on loopback: a window of a minute, two event loops, no limits, no faults.
     *
     * @param port 1 to 65535, or 0 for any free one
     */
    public static SimulatorOptions onPort(int port) {
        return new SimulatorOptions("127.0.0.1", port, Duration.ofMinutes(1), 2, SimulatorScript.PLAIN, null, false);
    }

    /** The same on another address. */
    public SimulatorOptions withHost(String value) {
        return new SimulatorOptions(value, port, window, eventLoops, script, tls, resetOnClose);
    }

    /** The same with another window. */
    public SimulatorOptions withWindow(Duration value) {
        return new SimulatorOptions(host, port, value, eventLoops, script, tls, resetOnClose);
    }

    /** The same on another number of event loops. */
    public SimulatorOptions withEventLoops(int value) {
        return new SimulatorOptions(host, port, window, value, script, tls, resetOnClose);
    }

    /** The same with a script. */
    public SimulatorOptions withScript(SimulatorScript value) {
        return new SimulatorOptions(host, port, window, eventLoops, value, tls, resetOnClose);
    }

    /** The same over TLS. */
    public SimulatorOptions withTls(Tls value) {
        return new SimulatorOptions(host, port, window, eventLoops, script, value, resetOnClose);
    }

    /** The same, resetting the connections it closes. */
    public SimulatorOptions withResetOnClose() {
        return new SimulatorOptions(host, port, window, eventLoops, script, tls, true);
    }

    /**
     * A server certificate, read once at start.
     *
     * @param cert PEM file with the certificate and its chain
     * @param key PEM file with the private key
     */
    public record Tls(Path cert, Path key) {}
}
