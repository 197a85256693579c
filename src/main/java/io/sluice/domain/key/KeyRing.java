package io.sluice.domain.key;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** All virtual keys of a revision, found by hash. Immutable. */
public final class KeyRing {
    private final Map<KeyHash, VirtualKey> byHash = new LinkedHashMap<>();

    /**
     * Takes the keys.
     *
     * @param keys keys with distinct hashes
     * @throws IllegalArgumentException when two share a hash
     */
    public KeyRing(Collection<VirtualKey> keys) {
        for (VirtualKey key : keys) {
            VirtualKey other = byHash.putIfAbsent(key.hash(), key);
            if (other != null) {
                throw new IllegalArgumentException("keys '" + other.name() + "' and '" + key.name() + "' are the same");
            }
        }
    }

    /** The key of a hash; also expired and disabled ones. */
    public Optional<VirtualKey> find(KeyHash hash) {
        return Optional.ofNullable(byHash.get(hash));
    }

    /** The key of a name. */
    public Optional<VirtualKey> named(String name) {
        return byHash.values().stream().filter(k -> k.name().equals(name)).findFirst();
    }

    /** All keys in file order. */
    public Collection<VirtualKey> all() {
        return java.util.Collections.unmodifiableCollection(byHash.values());
    }
}
