package io.sluice.domain.key;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** All virtual keys of a revision, found by hash or name, and their teams. Immutable. */
public final class KeyRing {
    private final Map<KeyHash, VirtualKey> byHash = new HashMap<>();
    private final Map<String, VirtualKey> byName = new LinkedHashMap<>();
    private final Teams teams;

    /**
     * Takes keys of no team.
     *
     * @param keys keys with distinct names and hashes
     * @throws IllegalArgumentException when two share a hash
     */
    public KeyRing(Collection<VirtualKey> keys) {
        this(keys, Teams.NONE);
    }

    /**
     * Takes the keys, each as a member of its team.
     *
     * @param keys keys with distinct names and hashes, as they are without their teams
     * @param teams all that there are
     * @throws IllegalArgumentException when two share a hash
     */
    public KeyRing(Collection<VirtualKey> keys, Teams teams) {
        this.teams = teams;
        for (VirtualKey own : keys) {
            VirtualKey key = teams.place(own);
            byName.put(key.name(), key);
            for (KeyCredential credential : key.credentials()) {
                VirtualKey other = byHash.putIfAbsent(credential.hash(), key);
                if (other != null) {
                    throw new IllegalArgumentException(
                            "keys '" + other.name() + "' and '" + key.name() + "' are the same");
                }
            }
        }
    }

    /** The key of a hash; also expired and disabled ones. */
    public Optional<VirtualKey> find(KeyHash hash) {
        return Optional.ofNullable(byHash.get(hash));
    }

    /** The key of a name. */
    public Optional<VirtualKey> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All keys in file order. */
    public Collection<VirtualKey> all() {
        return Collections.unmodifiableCollection(byName.values());
    }

    /** The teams there are. */
    public Teams teams() {
        return teams;
    }
}
