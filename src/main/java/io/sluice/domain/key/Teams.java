package io.sluice.domain.key;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The teams of a revision. Immutable. */
public final class Teams {
    /** There is none. */
    public static final Teams NONE = new Teams(List.of());

    private final Map<String, Team> byName = new LinkedHashMap<>();

    /**
     * Takes the teams.
     *
     * @param teams with distinct names, in file order
     */
    public Teams(Collection<Team> teams) {
        teams.forEach(team -> byName.put(team.name(), team));
    }

    /** All, in file order. */
    public Collection<Team> all() {
        return java.util.Collections.unmodifiableCollection(byName.values());
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
        String parentName = team.parent();
        Team parent = parentName == null ? null : byName.get(parentName);
        KeyQuota quota = key.quota().and(team);
        return key.in(parentName, parent == null ? quota : quota.and(parent));
    }
}
