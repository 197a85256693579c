package io.sluice.domain.lease;

import io.sluice.domain.quota.Limit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The living clients of a group, by name of their node, and the decision which of their renewals are taken. */
final class GroupClients {
    /** How long after its last renewal a client counts as living, nanoseconds. */
    private static final long LIVING_NANOS = 60_000_000_000L;

    private static final int MOST_LIMITS = 32;

    private final GroupTerms terms;
    private final GroupScopes scopes;
    private final TreeMap<String, GroupClient> byNode = new TreeMap<>();

    GroupClients(GroupTerms terms, GroupScopes scopes) {
        this.terms = terms;
        this.scopes = scopes;
    }

    /** All, by name of their node. */
    Collection<GroupClient> all() {
        return byNode.values();
    }

    /** Whether a client was not replaced, and is not forgotten. */
    boolean isLiving(GroupClient client) {
        return byNode.get(client.id.node()) == client;
    }

    /** The client of an identity; null when it is not known. */
    @Nullable
    GroupClient find(ClientId id) {
        GroupClient client = byNode.get(id.node());
        return client != null && client.id.equals(id) ? client : null;
    }

    /**
     * Adds a client.
     *
     * @return the one of the same node that it displaces, or null
     */
    @Nullable
    GroupClient add(GroupClient client) {
        return byNode.put(client.id.node(), client);
    }

    /** A renewal, and what becomes of it: either a client that speaks, or an answer, or nothing at all. */
    record Admission(
            @Nullable GroupClient speaker, @Nullable Answer answer) {
        private static final Admission IGNORED = new Admission(null, null);
    }

    /** Decides whether a renewal is taken; then its client is known, and its definitions are in force. */
    Admission admit(Renewal renewal) {
        GroupClient known = find(renewal.client());
        if (known != null && (renewal.sequence() <= known.sequence || known.takenIn == terms.batch)) {
            return renewal.sequence() == known.sequence ? new Admission(null, known.answer) : Admission.IGNORED;
        }
        GroupClient former = known == null ? byNode.get(renewal.client().node()) : null;
        if (former != null && former.earlier.contains(renewal.client().incarnation())) {
            return refused(renewal, Answer.Status.REPLACED);
        }
        long expected = known == null ? 1 : known.sequence + 1;
        if (renewal.sequence() != expected || !isSound(renewal, known == null ? 0 : known.holdings.size())) {
            return refused(renewal, Answer.Status.START_OVER);
        }
        GroupClient client = known != null ? known : begin(renewal.client(), former);
        client.sequence = renewal.sequence();
        client.heardAt = terms.time;
        client.takenIn = terms.batch;
        client.answer = null;
        renewal.definitions().forEach(definition -> define(client, definition));
        return new Admission(client, null);
    }

    private Admission refused(Renewal renewal, Answer.Status status) {
        return new Admission(null, refusal(renewal, status));
    }

    /** An answer that takes nothing. */
    Answer refusal(Renewal renewal, Answer.Status status) {
        return new Answer(renewal.client(), renewal.sequence(), status, terms.time, List.of());
    }

    private GroupClient begin(ClientId id, @Nullable GroupClient former) {
        if (former != null) {
            leave(former);
        }
        GroupClient client = new GroupClient(id, terms.time, former == null ? List.of() : former.andEarlier());
        byNode.put(id.node(), client);
        return client;
    }

    /** Whether every number is one of this client's, and every window one that can be kept. */
    private static boolean isSound(Renewal renewal, int defined) {
        int size = defined;
        for (ScopeDefinition definition : renewal.definitions()) {
            List<Limit> windows = definition.limits().windows();
            if (definition.scope() < 0 || definition.scope() > size || windows.size() > MOST_LIMITS) {
                return false;
            }
            for (Limit limit : windows) {
                if (!GroupScope.isKept(limit)) {
                    return false;
                }
            }
            size += definition.scope() == size ? 1 : 0;
        }
        for (ScopeStatement statement : renewal.statements()) {
            if (statement.scope() < 0 || statement.scope() >= size) {
                return false;
            }
        }
        return true;
    }

    private void define(GroupClient client, ScopeDefinition definition) {
        int number = definition.scope();
        GroupScope scope = scopes.of(definition.id());
        if (number == client.holdings.size()) {
            client.holdings.add(scope.of(client));
        } else if (client.holdings.get(number).scope != scope) {
            Holding former = client.holdings.set(number, scope.of(client));
            if (!client.holdings.contains(former)) {
                former.scope.abandon(former);
            }
        }
        scope.define(client.holdings.get(number), definition.limits());
    }

    /** What a client held is free or ages. It is remembered for a while, so that a repeated renewal has its answer. */
    static void leave(GroupClient client) {
        client.holdings.forEach(holding -> holding.scope.abandon(holding));
        client.holdings.clear();
    }

    /** Ends the lives of clients that were not heard of. */
    void forgetSilent() {
        List<GroupClient> silent = new ArrayList<>(0);
        for (GroupClient client : byNode.values()) {
            if (terms.time - client.heardAt > LIVING_NANOS) {
                silent.add(client);
            }
        }
        for (GroupClient client : silent) {
            leave(client);
            byNode.remove(client.id.node());
        }
    }
}
