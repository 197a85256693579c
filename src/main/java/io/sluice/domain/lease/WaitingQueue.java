package io.sluice.domain.lease;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Requests of this node that wait for room, bounded by count and by the memory they hold. Keys take turns, each key's
 * requests keep their order, and a higher class goes first. Confined to one thread.
 *
 * @param <T> what the owner remembers of a request
 */
public final class WaitingQueue<T> {
    /** A class is worth so much waiting: whoever waited longer is as good as one of the next class. */
    private static final long NANOS_PER_CLASS = 5_000_000_000L;

    private final int mostRequests;
    private final long mostBytes;
    private final Map<Long, Entry<T>> byTicket = new HashMap<>();
    private final Map<String, ArrayDeque<Entry<T>>> byKey = new HashMap<>();
    private long bytes;

    /**
     * One request that waits.
     *
     * @param <T> what the owner remembers of it
     */
    public static final class Entry<T> {
        private final T request;
        private final long ticket;
        private final String key;
        private final int priority;
        private final int bytes;
        private final long deadline;
        private long turnSince;
        private int rank;

        private Entry(T request, long ticket, String key, int priority, int bytes, long deadline, long turnSince) {
            this.request = request;
            this.ticket = ticket;
            this.key = key;
            this.priority = priority;
            this.bytes = bytes;
            this.deadline = deadline;
            this.turnSince = turnSince;
        }

        /** What the owner remembers of it. */
        public T request() {
            return request;
        }

        /** Its ticket. */
        public long ticket() {
            return ticket;
        }

        /** Instant until which it may wait. */
        public long deadline() {
            return deadline;
        }

        /** How many of its key's requests go before it; as of the last {@link WaitingQueue#inOrder}. */
        public int rank() {
            return rank;
        }

        /** How long it has been at its rank: since it came, or since its key was last served. */
        public long waitedNanos(long now) {
            return Math.max(0, now - turnSince);
        }

        /** Its class, raised with the time it waits. */
        public int priority(long now) {
            return priority + (int) (waitedNanos(now) / NANOS_PER_CLASS);
        }
    }

    /**
     * An empty queue.
     *
     * @param mostRequests how many may wait
     * @param mostBytes how much memory they may hold together
     */
    public WaitingQueue(int mostRequests, long mostBytes) {
        this.mostRequests = mostRequests;
        this.mostBytes = mostBytes;
    }

    /**
     * Lets a request wait, behind all of its key.
     *
     * @param now the present instant
     * @param request what the owner remembers of it
     * @param ticket unique among those that wait
     * @param key name of its virtual key
     * @param priority class of the key, larger goes first
     * @param held memory it holds, bytes
     * @param deadline instant until which it may wait
     * @return null when the queue is full, or the ticket waits already
     */
    public @Nullable Entry<T> offer(
            long now, T request, long ticket, String key, int priority, int held, long deadline) {
        if (byTicket.size() >= mostRequests || bytes + held > mostBytes || byTicket.containsKey(ticket)) {
            return null;
        }
        Entry<T> entry = new Entry<>(request, ticket, key, priority, held, deadline, now);
        byTicket.put(ticket, entry);
        byKey.computeIfAbsent(key, name -> new ArrayDeque<>()).add(entry);
        bytes += held;
        return entry;
    }

    /** Takes a request out that waits no longer; null when it does not wait. */
    public @Nullable T remove(long ticket) {
        Entry<T> entry = byTicket.remove(ticket);
        if (entry == null) {
            return null;
        }
        ArrayDeque<Entry<T>> ofKey = byKey.get(entry.key);
        if (ofKey != null && ofKey.remove(entry) && ofKey.isEmpty()) {
            byKey.remove(entry.key);
        }
        bytes -= entry.bytes;
        return entry.request;
    }

    /** Takes a request out that was served: its key's next ones begin to wait for their turn. */
    public void served(long now, Entry<T> entry) {
        ArrayDeque<Entry<T>> ofKey = byKey.get(entry.key);
        if (remove(entry.ticket) != null && ofKey != null) {
            ofKey.forEach(other -> other.turnSince = now);
        }
    }

    /** All that wait, whoever is to be served first at the front: class, then turn of the key, then time. */
    public List<Entry<T>> inOrder(long now) {
        List<Entry<T>> all = new ArrayList<>(byTicket.size());
        for (ArrayDeque<Entry<T>> ofKey : byKey.values()) {
            int rank = 0;
            for (Iterator<Entry<T>> of = ofKey.iterator(); of.hasNext(); rank++) {
                Entry<T> entry = of.next();
                entry.rank = rank;
                all.add(entry);
            }
        }
        all.sort(Comparator.<Entry<T>>comparingInt(entry -> -entry.priority(now))
                .thenComparingInt(Entry::rank)
                .thenComparingLong(entry -> -entry.waitedNanos(now))
                .thenComparingLong(Entry::ticket));
        return all;
    }

    /** Whether another request that holds so much would be let in. */
    public boolean hasRoom(int held) {
        return byTicket.size() < mostRequests && bytes + held <= mostBytes;
    }

    /** How many wait. */
    public int size() {
        return byTicket.size();
    }

    /** Memory that they hold. */
    public long bytes() {
        return bytes;
    }
}
