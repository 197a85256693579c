package io.sluice.keys;

import io.sluice.config.KeyDefinition;
import io.sluice.domain.key.KeyRing;
import io.sluice.domain.key.KeyTemplate;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.Scope;
import io.sluice.store.KeyRepository.Mark;
import io.sluice.store.StoredKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stored keys and the files' view of them: puts in force what can be. Files win: a stored key whose name a file has is out of
 * force; so is one whose definition this program cannot read, or whose team is not there. Used by one thread at a time; with a
 * hundred thousand keys a new revision takes some hundred milliseconds.
 */
final class KeyBook {
    private static final Logger LOG = LoggerFactory.getLogger("keys");
    private static final int NAMED = 5;

    private final StoredKeys inForce;
    private final Map<String, KnownKey> known = new HashMap<>();

    /** What each text of a definition says; many keys have the same. */
    private Map<String, Read> templates = new HashMap<>();

    private KeyRing files;
    private Collection<String> models;
    private Mark mark = Mark.NONE;
    private List<String> told = List.of();

    /** A definition as it was read. */
    private record Read(String definition, KeyDefinition result) {}

    KeyBook(StoredKeys inForce, GatewayRevision initial) {
        this.inForce = inForce;
        this.files = initial.keys();
        this.models = initial.models().keySet();
    }

    /** Up to where the database was read. */
    Mark mark() {
        return mark;
    }

    Collection<KnownKey> all() {
        return known.values();
    }

    /**
     * Keys were read, in the order of their changes.
     *
     * @return limits of those that changed
     */
    List<Scope> take(List<StoredKey> changed) {
        List<Scope> limits = new ArrayList<>();
        for (StoredKey stored : changed) {
            if (stored.isAlive()) {
                add(KnownKey.of(stored), limits);
            } else {
                known.remove(stored.name());
                inForce.remove(stored.name());
            }
            mark = new Mark(stored.changed(), stored.name());
        }
        tell();
        return limits;
    }

    /** Everything was read up to this change: there are no other keys, and what is read next is of a later change. */
    void readUpTo(long number) {
        List.copyOf(inForce.all()).stream()
                .map(VirtualKey::name)
                .filter(name -> !known.containsKey(name))
                .forEach(inForce::remove);
        if (number >= mark.changed()) {
            mark = new Mark(number + 1, "");
        }
    }

    /**
     * The database is another one than was read, or an older state of it: everything is read anew. What is in force stays so
     * until that is done.
     */
    void forget() {
        known.clear();
        mark = Mark.NONE;
    }

    /** Keys come from the disk. */
    void restore(Collection<KnownKey> keys, Mark upTo) {
        keys.forEach(key -> add(key, new ArrayList<>()));
        mark = upTo;
        tell();
    }

    /**
     * A revision is live: other names in files, other teams.
     *
     * @return limits of keys that are charged otherwise
     */
    List<Scope> revision(GatewayRevision revision) {
        files = revision.keys();
        models = revision.models().keySet();
        Map<String, Read> before = templates;
        templates = new HashMap<>();
        List<Scope> limits = new ArrayList<>();
        for (KnownKey key : known.values()) {
            Read read = before.get(key.definition());
            if (read != null) {
                templates.putIfAbsent(key.definition(), read);
            }
            place(key, limits);
        }
        tell();
        return limits;
    }

    private void add(KnownKey key, List<Scope> limits) {
        Read read = read(key.definition());
        KnownKey shared = key.saying(read.definition());
        known.put(key.name(), shared);
        if (key.chosen()) {
            inForce.chosen();
        }
        place(shared, limits);
    }

    private Read read(String definition) {
        return templates.computeIfAbsent(definition, text -> new Read(text, KeyDefinition.read("…", text)));
    }

    private void place(KnownKey key, List<Scope> limits) {
        String problem = problem(key);
        KeyTemplate template = read(key.definition()).result().template();
        if (problem != null || template == null) {
            inForce.leaveOut(key.name(), String.valueOf(problem));
            return;
        }
        VirtualKey own = template.key(key.name(), key.credentials());
        VirtualKey placed = files.teams().place(key.disabled() ? own.switchedOff() : own);
        VirtualKey before = inForce.named(key.name());
        inForce.put(placed);
        if (before == null || !before.quota().equals(placed.quota())) {
            String ownScope = Scope.KEY_PREFIX + key.name();
            placed.quota().everyScope(models).stream()
                    .filter(scope -> isOwn(scope.id(), ownScope))
                    .forEach(limits::add);
        }
    }

    /** Whether a scope is the key's and not a team's, which the revision knows. */
    private static boolean isOwn(String scope, String own) {
        return scope.startsWith(own) && (scope.length() == own.length() || scope.charAt(own.length()) == '|');
    }

    private @Nullable String problem(KnownKey key) {
        if (files.named(key.name()).isPresent()) {
            return "a key in the files has this name, and files win; remove one of the two";
        }
        KeyDefinition definition = read(key.definition()).result();
        KeyTemplate template = definition.template();
        if (template == null) {
            return definition.errors().getFirst().path() + ": "
                    + definition.errors().getFirst().message();
        }
        String team = template.team();
        return team == null || files.teams().named(team) != null
                ? null
                : "team: there is no team '" + team + "'; the key is refused until there is";
    }

    /** Says once which keys are left out. */
    private void tell() {
        Map<String, String> outOfForce = new TreeMap<>(inForce.outOfForce());
        List<String> names = List.copyOf(outOfForce.keySet());
        if (!names.equals(told)) {
            told = names;
            if (names.isEmpty()) {
                LOG.info("all stored keys are in force again");
            } else {
                LOG.warn(
                        "{} stored keys are out of force, among them {}: {}",
                        names.size(),
                        names.subList(0, Math.min(NAMED, names.size())),
                        outOfForce.get(names.getFirst()));
            }
        }
    }
}
