package io.sluice.domain.key;

import io.sluice.domain.quota.Scope;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The teams of a revision. Immutable. */
public final class Teams {
    /** There is none. */
    public static final Teams NONE = new Teams(List.of());

    private final Map<String, Team> byName = new LinkedHashMap<>();

    /** What keys without limits of their own are charged to, by team: one for all of them. */
    private final Map<String, KeyQuota> shared = new HashMap<>();

    /**
     * Takes the teams.
     *
     * @param teams with distinct names, in file order
     */
    public Teams(Collection<Team> teams) {
        teams.forEach(team -> byName.put(team.name(), team));
        byName.values().forEach(team -> shared.put(team.name(), charged(KeyQuota.NONE, team)));
    }

    /** All, in file order. */
    public Collection<Team> all() {
        return Collections.unmodifiableCollection(byName.values());
    }

    /** The team of a name; null when there is none. */
    public @Nullable Team named(String name) {
        return byName.get(name);
    }

    /**
     * A key as a member of its team: charged to the team, and to the team that this belongs to.
     *
     * @param key what it has for itself
     * @return switched off when its team is not there: without the team's limits it could do more than was meant
     */
    public VirtualKey place(VirtualKey key) {
        String name = key.team();
        if (name == null) {
            return key;
        }
        Team team = byName.get(name);
        if (team == null) {
            return key.switchedOff();
        }
        KeyQuota ofTeam = shared.get(name);
        return key.in(
                team.parent(), key.quota() == KeyQuota.NONE && ofTeam != null ? ofTeam : charged(key.quota(), team));
    }

    private KeyQuota charged(KeyQuota own, Team team) {
        Team parent = team.parent() == null ? null : byName.get(team.parent());
        KeyQuota quota = own.and(team);
        return parent == null ? quota : quota.and(parent);
    }

    /**
     * What the keys of a team can be charged to.
     *
     * @param team one of these
     * @param models public names
     */
    public Collection<Scope> scopes(Team team, Collection<String> models) {
        return KeyQuota.NONE.and(team).everyScope(models);
    }
}
