package io.sluice.domain.key;

import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a node's admin port sends requests to the node's own traffic port: with a ticket in the place of a key, for nobody here
 * knows the text of any key. A ticket is a random text that is good once, for {@link #LIFE}, on this node only; it is kept as a
 * hash, in memory. Safe on any thread.
 */
public final class SideDoor {
    /** The request header that carries a ticket. */
    public static final String HEADER = "x-sluice-ticket";

    /** Name that requests are recorded under which are no key's; no key can be called so. */
    public static final String NOBODY = "admin:try";

    /** How long a ticket is good: as long as it takes to open a connection to oneself. */
    static final Duration LIFE = Duration.ofSeconds(5);

    /** Tickets that are good at one moment. */
    static final int MOST = 64;

    private final LongSupplier clock;
    private final Supplier<byte[]> random;
    private final Map<KeyHash, Issued> issued = new ConcurrentHashMap<>();
    private volatile int port;

    /**
     * What a ticket stands for.
     *
     * @param key name of the virtual key whose rights it has, and whom it is charged to; null for nobody's, which may ask for
     *     everything
     * @param place the only channel or {@code channel/account} that may serve the request; null for any
     * @param client address of whoever asked for it, as text
     */
    public record Ticket(@Nullable String key, @Nullable String place, String client) {}

    private record Issued(Ticket ticket, long endNanos) {}

    /**
     * No ticket yet.
     *
     * @param clock monotonic nanoseconds
     * @param random gives 32 bytes that nobody can guess
     */
    public SideDoor(LongSupplier clock, Supplier<byte[]> random) {
        this.clock = clock;
        this.random = random;
    }

    /**
     * Issues a ticket.
     *
     * @return its text; null when too many are good already
     */
    public synchronized @Nullable String issue(Ticket ticket) {
        long now = clock.getAsLong();
        issued.values().removeIf(each -> each.endNanos() - now <= 0);
        if (issued.size() >= MOST) {
            return null;
        }
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(random.get());
        issued.put(KeyHash.ofKey(text), new Issued(ticket, now + LIFE.toNanos()));
        return text;
    }

    /**
     * Takes a ticket, which is good no more.
     *
     * @param text as it came
     * @return null when there is none, it was taken already, or its time is over
     */
    public @Nullable Ticket take(String text) {
        Issued found = issued.remove(KeyHash.ofKey(text));
        return found == null || found.endNanos() - clock.getAsLong() <= 0 ? null : found.ticket();
    }

    /** The traffic port stands. */
    public void opened(int newPort) {
        port = newPort;
    }

    /** The traffic port; 0 while there is none. */
    public int port() {
        return port;
    }
}
