package io.sluice.domain.lease;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The renewals of a client: makes the next one, and takes its answer. One is in flight at a time. Confined to its book's
 * thread.
 */
final class Statements {
    private static final Waiting[] NOBODY = {};

    private final String node;
    private final Leases leases;
    private final List<Debit> told = new ArrayList<>();
    private final List<Told> waiting = new ArrayList<>();
    private ClientId client;
    private long sequence;
    private @Nullable Renewal flight;
    private long sentAt = Long.MIN_VALUE;
    private boolean isVoid;
    private boolean replaced;
    private String revision;
    private long pass;

    /** What a statement told of those that wait. */
    private record Told(ScopeLease scope, Waiting[] first) {}

    Statements(String node, long incarnation, String revision, Leases leases) {
        this.node = node;
        this.client = new ClientId(node, incarnation);
        this.revision = revision;
        this.leases = leases;
    }

    void reload(String newRevision) {
        revision = newRevision;
    }

    boolean inFlight() {
        return flight != null;
    }

    long sentAt() {
        return sentAt;
    }

    boolean isReplaced() {
        return replaced;
    }

    long next() {
        return sequence + 1;
    }

    /** A debit whose units the next renewal calls written. */
    void tells(Debit debit) {
        told.add(debit);
    }

    /** Whether a scope has something to say at the next regular renewal. */
    boolean anythingDue(long now) {
        List<ScopeLease> busy = leases.busy();
        for (int i = 0; i < busy.size(); i++) {
            if (busy.get(i).isDue(now)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Makes the next renewal; none may be in flight.
     *
     * @param last whether the node leaves: every scope speaks, and nobody waits any more
     */
    Renewal next(long now, boolean last) {
        sequence++;
        sentAt = now;
        isVoid = false;
        List<ScopeDefinition> definitions = new ArrayList<>();
        List<ScopeStatement> statements = new ArrayList<>();
        for (ScopeLease scope : leases.busy()) {
            boolean isNew = !scope.isDefined();
            if (isNew) {
                definitions.add(new ScopeDefinition(scope.number(), scope.id, scope.own()));
                scope.define();
            }
            if (last || isNew || scope.isDue(now) || scope.isAsking()) {
                Waiting[] first = last ? NOBODY : first(scope, now);
                statements.add(scope.state(now, first, last));
                waiting.add(new Told(scope, first));
            }
        }
        for (Debit debit : told) {
            debit.tell(sequence);
        }
        Renewal renewal = new Renewal(client, sequence, revision, definitions, statements, last);
        flight = renewal;
        return renewal;
    }

    /** The first that wait in a scope, in the order in which they are to be served. */
    Waiting[] first(ScopeLease scope, long now) {
        if (scope.waiting.isEmpty()) {
            return NOBODY;
        }
        pass++;
        Waiting[] first = new Waiting[Math.min(scope.waiting.size(), ScopeStatement.MOST_WAITING)];
        int count = 0;
        for (int i = 0; i < scope.waiting.size(); i++) {
            Waiting next = scope.waiting.get(i);
            next.rank(now, pass);
            int at = count;
            while (at > 0 && next.before(first[at - 1])) {
                at--;
            }
            if (at < first.length) {
                count = Math.min(count + 1, first.length);
                System.arraycopy(first, at, first, at + 1, count - at - 1);
                first[at] = next;
            }
        }
        return first;
    }

    /** Whether an answer is for the renewal in flight. */
    boolean isFor(Answer answer) {
        return flight != null && answer.client().equals(client) && answer.sequence() == flight.sequence();
    }

    /**
     * Takes an answer.
     *
     * @param fresh incarnation to go on with if the client has to start over, never 0
     * @param served is shown every scope that was answered, with those that were told, in their order
     * @return whether the answer is for the renewal in flight
     */
    boolean take(long now, Answer answer, long fresh, Served served) {
        Renewal sent = flight;
        if (sent == null || !isFor(answer)) {
            return false;
        }
        flight = null;
        List<Told> answered = new ArrayList<>(waiting);
        waiting.clear();
        switch (answer.status()) {
            case TAKEN -> {
                for (int i = 0; i < told.size(); i++) {
                    told.get(i).charged(sent.sequence(), answer.time());
                }
                for (int i = 0; i < answered.size() && i < answer.grants().size(); i++) {
                    answered.get(i).scope.hear(answer.grants().get(i), sentAt, now, isVoid, answer.time());
                }
            }
            case START_OVER -> {
                // What was told and perhaps not taken is told again: too much is safe.
                answered.forEach(told -> told.scope.tellAgain(statementOf(sent, told.scope)));
                client = new ClientId(node, fresh);
                sequence = 0;
                leases.startOver();
            }
            case REPLACED -> replaced = true;
        }
        told.removeIf(debit -> debit.state != Debit.State.WRITTEN);
        for (Told scope : answered) {
            served.served(scope.scope, scope.first);
        }
        return true;
    }

    /** Is shown what was answered. */
    interface Served {
        /**
         * A scope was answered.
         *
         * @param scope which
         * @param first those that were told, in their order
         */
        void served(ScopeLease scope, Waiting[] first);
    }

    private static ScopeStatement statementOf(Renewal sent, ScopeLease scope) {
        return sent.statements().stream()
                .filter(statement -> statement.scope() == scope.number())
                .findFirst()
                .orElseThrow();
    }

    /** What is in flight gives nothing that may be spent. */
    void voidFlight() {
        isVoid = true;
    }
}
