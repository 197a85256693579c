package io.sluice.domain.key;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The virtual keys that are managed by API, as far as they are in force. One thread at a time changes them; any thread looks
 * them up, in a time that does not grow with their number.
 */
public final class StoredKeys {
    private final Map<KeyHash, VirtualKey> byHash = new ConcurrentHashMap<>();
    private final Map<String, VirtualKey> byName = new ConcurrentHashMap<>();
    private final Set<String> used = ConcurrentHashMap.newKeySet();
    private final Map<String, String> outOfForce = new ConcurrentHashMap<>();
    private volatile boolean stale;
    private volatile boolean chosen;

    /** There is none. */
    public StoredKeys() {}

    /** The key of a hash, also an expired or disabled one; null when there is none. */
    public @Nullable VirtualKey find(KeyHash hash) {
        return byHash.get(hash);
    }

    /** The key of a name; null when there is none. */
    public @Nullable VirtualKey named(String name) {
        return byName.get(name);
    }

    /** All of them; may show some changes and not others that are made meanwhile. */
    public Collection<VirtualKey> all() {
        return Collections.unmodifiableCollection(byName.values());
    }

    /** Why each stored key that is not in force is not, by name. */
    public Map<String, String> outOfForce() {
        return Collections.unmodifiableMap(outOfForce);
    }

    /**
     * Takes a key out of force that is there.
     *
     * @param why one sentence for operators
     */
    public void leaveOut(String name, String why) {
        outOfForce.put(name, why);
        takeOut(name);
    }

    /** Whether it is too long ago that they were the store's, so that none may be trusted any more. */
    public boolean isStale() {
        return stale;
    }

    /** Says whether they may be trusted. */
    public void stale(boolean newStale) {
        stale = newStale;
    }

    /** Whether any key may have a text that a person chose. */
    public boolean hasChosen() {
        return chosen;
    }

    /** From now on keys may have texts that people chose. */
    public void chosen() {
        chosen = true;
    }

    /**
     * Puts a key in force, in the place of the one of its name.
     *
     * @param key with credentials that no other key has
     */
    public void put(VirtualKey key) {
        outOfForce.remove(key.name());
        VirtualKey before = byName.put(key.name(), key);
        for (KeyCredential credential : key.credentials()) {
            byHash.put(credential.hash(), key);
        }
        if (before != null && before != key) {
            for (KeyCredential credential : before.credentials()) {
                if (key.credentials().stream().noneMatch(kept -> kept.hash().equals(credential.hash()))) {
                    byHash.remove(credential.hash(), before);
                }
            }
        }
    }

    /** A key is gone. */
    public void remove(String name) {
        outOfForce.remove(name);
        takeOut(name);
    }

    private void takeOut(String name) {
        VirtualKey before = byName.remove(name);
        if (before != null) {
            before.credentials().forEach(credential -> byHash.remove(credential.hash(), before));
        }
    }

    /** A request came with this key. */
    public void used(VirtualKey key) {
        if (!used.contains(key.name())) {
            used.add(key.name());
        }
    }

    /** Requests came with keys of these names, which nobody has taken yet. */
    public void usedLately(Collection<String> names) {
        used.addAll(names);
    }

    /** Which keys requests came with since the last call. */
    public Set<String> takeUsed() {
        Set<String> taken = Set.copyOf(used);
        used.removeAll(taken);
        return taken;
    }
}
