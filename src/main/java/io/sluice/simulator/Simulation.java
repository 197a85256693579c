package io.sluice.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What the event loops of one simulated provider share. */
final class Simulation {
    /** The credential whose faults the givers of access tokens follow; always accepted. */
    static final String OAUTH = "oauth";

    /** So many credentials are told apart; further ones are unknown, so that memory is bounded. */
    private static final int MAX_CREDENTIALS = 100_000;

    private final long windowNanos;
    private final LongSupplier clock;
    private final SimulatorScript script;
    private final ConcurrentMap<String, Credential> credentials = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Stats stats = new Stats();
    private final Captures captures = new Captures();
    private final Memory memory = new Memory();

    /**
     * A simulation.
     *
     * @param windowNanos length of limits' and oracle's window
     * @param clock monotonic nanoseconds, the oracle's own
     * @param script behaviour at start, and after a reset
     */
    Simulation(long windowNanos, LongSupplier clock, SimulatorScript script) {
        this.windowNanos = windowNanos;
        this.clock = clock;
        this.script = script;
        script.credentials().forEach((name, each) -> created(name).follow(each));
    }

    LongSupplier clock() {
        return clock;
    }

    Stats stats() {
        return stats;
    }

    Captures captures() {
        return captures;
    }

    /** What providers remember between requests. */
    Memory memory() {
        return memory;
    }

    /** Whether the prompt cache has this part of a request; has it from now on. */
    boolean cacheHas(Credential credential, int digest) {
        return !memory.firstTime(credential, digest);
    }

    /** A number that no other answer has. */
    long nextNumber() {
        return numbers.incrementAndGet();
    }

    /** The state of a credential that a request presents; null when it is not accepted. */
    @Nullable
    Credential accepted(String name) {
        Credential known = credentials.get(name);
        if (known != null) {
            return known;
        }
        return script.onlyListed() && !name.equals(OAUTH) || credentials.size() >= MAX_CREDENTIALS
                ? null
                : created(name);
    }

    private Credential created(String name) {
        return credentials.computeIfAbsent(name, each -> new Credential(windowNanos, clock));
    }

    /** Gives a credential a script. */
    void follow(String name, CredentialScript value) {
        created(name).follow(value);
    }

    /** Gives a credential the script it had at the start. */
    void reset(String name) {
        created(name).follow(script.credentials().getOrDefault(name, CredentialScript.DEFAULT));
    }

    /** Forgets all arrivals. */
    void resetOracle() {
        credentials.values().forEach(Credential::resetOracle);
    }

    /** What the oracle says. */
    ObjectNode oracle() {
        ObjectNode report = Json.object();
        report.put("windowMillis", windowNanos / 1_000_000);
        ObjectNode each = report.putObject("credentials");
        sorted().forEach((name, credential) -> each.set(name, credential.report()));
        return report;
    }

    /** The scripts in force. */
    ObjectNode scripts() {
        ObjectNode report = Json.object();
        sorted().forEach((name, credential) -> report.set(name, ScriptWriter.write(credential.script())));
        return report;
    }

    private Map<String, Credential> sorted() {
        return new TreeMap<>(credentials);
    }
}
