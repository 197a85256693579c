package io.sluice.domain.lease;

import io.sluice.domain.lease.Waiting.KeyLine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Queue;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Everybody who waits on this node, by ticket, by deadline and by virtual key. Bounded in requests and bytes: when it is
 * full, the key with the most requests gives way, so that one that floods does not keep others out.
 */
final class WaitingQueue {
    private final int mostRequests;
    private final long mostBytes;
    private final Map<Long, Waiting> byTicket = new HashMap<>();
    private final Map<String, KeyLine> lines = new HashMap<>();
    private final NavigableSet<Waiting> byDeadline = new TreeSet<>(
            Comparator.comparingLong((Waiting w) -> w.requester.deadline()).thenComparingLong(w -> w.sequence));
    private final Queue<Waiting> rota = new ArrayDeque<>();
    private long bytes;
    private long sequence;

    WaitingQueue(int mostRequests, long mostBytes) {
        this.mostRequests = mostRequests;
        this.mostBytes = mostBytes;
    }

    /** Somebody who is about to wait. */
    Waiting newcomer(long now, Requester requester, @Nullable Debit paid) {
        KeyLine line = lines.computeIfAbsent(requester.key(), KeyLine::new);
        return new Waiting(requester, line, ++sequence, now, paid);
    }

    /** Whether one more fits both bounds. */
    boolean hasRoomFor(Waiting newcomer) {
        return byDeadline.size() < mostRequests && bytes + newcomer.requester.bytes() <= mostBytes;
    }

    /** Who gives way to a newcomer: the latest of the key with the most requests; null when that is its own. */
    @Nullable
    Waiting displaced(Waiting newcomer) {
        KeyLine longest = newcomer.line;
        for (KeyLine line : lines.values()) {
            longest = line.members.size() > longest.members.size() ? line : longest;
        }
        if (longest.members.size() <= newcomer.line.members.size() + 1) {
            return null;
        }
        return longest.members.getLast();
    }

    void add(Waiting waiting) {
        byTicket.put(waiting.requester.ticket(), waiting);
        byDeadline.add(waiting);
        rota.add(waiting);
        waiting.line.join(waiting);
        bytes += waiting.requester.bytes();
    }

    /** Takes somebody out, also of the scopes it waits for. */
    void remove(Waiting waiting) {
        if (byDeadline.remove(waiting)) {
            byTicket.remove(waiting.requester.ticket(), waiting);
            bytes -= waiting.requester.bytes();
            waiting.line.members.remove(waiting);
        }
        if (waiting.line.members.isEmpty()) {
            lines.remove(waiting.line.key, waiting.line);
        }
        waiting.over = true;
        leave(waiting);
    }

    /** Waits for nothing at the moment. */
    static void leave(Waiting waiting) {
        for (int i = 0; i < waiting.scopes.size(); i++) {
            waiting.scopes.get(i).waiting.remove(waiting);
        }
        waiting.scopes.clear();
        waiting.ofKey = 0;
    }

    /** Waits for room in a scope; by age, so that who asks again stands where it stood. */
    static void join(Waiting waiting, ScopeLease scope) {
        List<Waiting> there = scope.waiting;
        int at = there.size();
        while (at > 0 && there.get(at - 1).requester.since() > waiting.requester.since()) {
            at--;
        }
        there.add(at, waiting);
        waiting.scopes.add(scope);
        scope.wake();
    }

    @Nullable
    Waiting find(long ticket) {
        return byTicket.get(ticket);
    }

    /** Whose deadline is next; null when nobody waits. */
    @Nullable
    Waiting mostUrgent() {
        return byDeadline.isEmpty() ? null : byDeadline.first();
    }

    /** The one whose turn it is to look for another candidate; null when nobody waits. */
    @Nullable
    Waiting inTurn() {
        Waiting next = rota.poll();
        while (next != null && next.over) {
            next = rota.poll();
        }
        if (next != null) {
            rota.add(next);
        }
        return next;
    }

    List<Waiting> all() {
        return new ArrayList<>(byDeadline);
    }

    int size() {
        return byDeadline.size();
    }

    long bytes() {
        return bytes;
    }
}
