package io.sluice.domain.lease;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The scopes of a group, by id. Those that nobody defines and that hold nothing are forgotten, a few looked at in turn. */
final class GroupScopes {
    private static final int LOOKED_AT_PER_BATCH = 64;

    private final GroupTerms terms;
    private final TreeMap<String, GroupScope> byId = new TreeMap<>();
    private String lookedAt = "";

    GroupScopes(GroupTerms terms) {
        this.terms = terms;
    }

    /** All, by id. */
    Collection<GroupScope> all() {
        return byId.values();
    }

    /** The scope of an id, made when there is none. */
    GroupScope of(String id) {
        return byId.computeIfAbsent(id, name -> new GroupScope(name, terms));
    }

    /** The scope of an id; null when there is none. */
    @Nullable
    GroupScope find(String id) {
        return byId.get(id);
    }

    void clear() {
        byId.clear();
    }

    /** The scope that was looked at last. */
    String lookedAt() {
        return lookedAt;
    }

    /** Goes on looking where another replica was. */
    void lookAfter(String id) {
        lookedAt = id;
    }

    /** Tells all calendar windows their day. */
    void beginDays() {
        byId.values().forEach(scope -> scope.limits.forEach(limit -> limit.charges.beginDay()));
    }

    /** Looks at some in turn, lets go of what is empty, and forgets those that hold nothing. */
    void forgetIdle() {
        for (int i = Math.min(LOOKED_AT_PER_BATCH, byId.size()); i > 0; i--) {
            Map.Entry<String, GroupScope> next = byId.higherEntry(lookedAt);
            if (next == null) {
                next = byId.firstEntry();
            }
            lookedAt = next.getKey();
            next.getValue().forgetEmpty();
            if (next.getValue().isForgotten()) {
                byId.remove(lookedAt);
            }
        }
    }
}
