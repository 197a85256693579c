package io.sluice.admin;

import io.sluice.admin.api.Problem;
import io.sluice.admin.api.Problem.Fault;
import io.sluice.config.KeyDefinition;
import io.sluice.config.SampleKey;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.KeyRing;
import io.sluice.store.Change;
import io.sluice.store.KeyRepository;
import io.sluice.store.StoredKey;
import io.sluice.store.StoredKey.Credential;
import io.sluice.store.StoredKey.State;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Puts virtual keys back that were taken out with their hashes. A key that is there already and says the same is left alone;
 * one that says something else is in the way of the whole, for nobody knows which of the two is meant.
 */
final class KeyRestore {
    private static final String CREDENTIALS = "credentials";
    private static final int MOST_FAULTS = 20;

    private final KeyRepository keys;

    KeyRestore(KeyRepository keys) {
        this.keys = keys;
    }

    /**
     * Stores those that are not there yet.
     *
     * @param connection of the change's transaction
     * @param number of the change
     * @param wanted all of them
     * @return names of those that were stored
     */
    Future<Change<List<String>>> restore(SqlConnection connection, long number, List<StoredKey> wanted) {
        return fresh(connection, wanted).compose(fresh -> keys.restore(connection, fresh, number)
                .map(done -> new Change<>(
                        names(fresh),
                        "import",
                        KeysApi.KIND,
                        fresh.size() == 1 ? fresh.getFirst().name() : fresh.size() + " keys",
                        null,
                        audited(fresh))));
    }

    private static String audited(List<StoredKey> keys) {
        JsonObject all = new JsonObject();
        keys.forEach(key -> all.put(key.name(), new JsonObject(KeyViews.audited(key))));
        return all.encode();
    }

    static List<String> names(List<StoredKey> keys) {
        return keys.stream().map(StoredKey::name).toList();
    }

    /** Those that are not there yet; fails when one of the others is not what is there, or may not be. */
    Future<List<StoredKey>> fresh(SqlConnection connection, List<StoredKey> wanted) {
        List<KeyHash> hashes = wanted.stream()
                .flatMap(key -> key.credentials().stream().map(Credential::hash))
                .toList();
        return keys.count(connection)
                .compose(count -> {
                    if (count + wanted.size() > KeysApi.MOST) {
                        throw Problem.conflict("too-many", "There would be more than " + KeysApi.MOST + " keys.");
                    }
                    return keys.find(connection, names(wanted));
                })
                .compose(known -> keys.owners(connection, hashes).map(owners -> fresh(wanted, known, owners)));
    }

    private static List<StoredKey> fresh(List<StoredKey> wanted, List<StoredKey> known, Map<KeyHash, String> owners) {
        Map<String, StoredKey> there = new HashMap<>();
        known.forEach(key -> there.put(key.name(), key));
        List<Fault> faults = new ArrayList<>();
        List<StoredKey> fresh = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            StoredKey key = wanted.get(i);
            StoredKey before = there.get(key.name());
            if (before == null) {
                fresh.add(key);
            } else if (!isSame(key, before)) {
                faults.add(fault(
                        i,
                        "name",
                        "exists",
                        before.deletedAt() == null
                                ? "'" + key.name() + "' is there and says something else; change it, or leave it out"
                                : "'" + key.name() + "' was deleted here; names are given once"));
            }
            for (Credential each : key.credentials()) {
                String owner = owners.get(each.hash());
                if (owner != null && !owner.equals(key.name())) {
                    faults.add(fault(
                            i,
                            CREDENTIALS,
                            "taken",
                            "'" + key.name() + "' has the text of another key, '" + owner + "'"));
                }
            }
        }
        if (!faults.isEmpty()) {
            throw Problem.conflict("exists", faults.getFirst().detail(), most(faults));
        }
        return fresh;
    }

    private static boolean isSame(StoredKey one, StoredKey other) {
        return other.deletedAt() == null
                && one.state() == other.state()
                && new JsonObject(one.definition()).equals(new JsonObject(other.definition()))
                && new HashSet<>(hashes(one)).equals(new HashSet<>(hashes(other)));
    }

    private static List<KeyHash> hashes(StoredKey key) {
        return key.credentials().stream().map(Credential::hash).toList();
    }

    /**
     * Reads the keys of a document. Takes a while, so a worker does it.
     *
     * @param given items of {@code keys}, of the form that the API's document says
     * @param ofFiles keys of the files, which win
     * @param teams names of all teams that there will be
     * @throws Problem when one says something wrong
     */
    static List<StoredKey> read(JsonArray given, KeyRing ofFiles, Set<String> teams) {
        List<Fault> faults = new ArrayList<>();
        List<StoredKey> read = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<KeyHash> hashes = new HashSet<>();
        for (int i = 0; i < given.size(); i++) {
            JsonObject json = given.getJsonObject(i);
            String name = json.getString("name");
            KeyDefinition definition =
                    KeyDefinition.read(name, json.getJsonObject("definition").encode());
            int index = i;
            definition
                    .errors()
                    .forEach(error -> faults.add(
                            fault(index, "definition" + KeyIssuing.pointer(error.path()), "key", error.message())));
            String team =
                    definition.template() == null ? null : definition.template().team();
            if (team != null && !teams.contains(team)) {
                faults.add(fault(i, "definition/team", "exists", "there is no team '" + team + "'"));
            }
            if (ofFiles.named(name).isPresent()) {
                faults.add(fault(i, "name", "in-files", "the files have a key '" + name + "', and files win"));
            }
            if (!names.add(name)) {
                faults.add(fault(i, "name", "unique", "'" + name + "' is there twice"));
            }
            List<Credential> credentials = credentials(json, i, faults);
            for (Credential each : credentials) {
                if (!hashes.add(each.hash())) {
                    faults.add(fault(i, CREDENTIALS, "unique", "the text of '" + name + "' is there twice"));
                }
                if (SampleKey.isSample(each.hash()) || ofFiles.find(each.hash()).isPresent()) {
                    faults.add(fault(i, CREDENTIALS, "taken", "'" + name + "' has the text of a key of the files"));
                }
            }
            read.add(new StoredKey(
                    name,
                    json.getJsonObject("definition").encode(),
                    State.valueOf(json.getString("state").toUpperCase(Locale.ROOT)),
                    credentials,
                    time(json, "created-at", i, faults),
                    json.getString("created-by"),
                    null,
                    null,
                    0));
        }
        if (!faults.isEmpty()) {
            throw Problem.invalid(most(faults));
        }
        return read;
    }

    private static List<Credential> credentials(JsonObject json, int index, List<Fault> faults) {
        List<Credential> credentials = new ArrayList<>();
        for (Object each : json.getJsonArray(CREDENTIALS)) {
            JsonObject credential = (JsonObject) each;
            credentials.add(new Credential(
                    KeyHash.ofHex(credential.getString("hash")),
                    credential.getString("kind").equals("chosen"),
                    credential.getValue("until") == null ? null : time(credential, "until", index, faults),
                    time(credential, "created-at", index, faults)));
        }
        return credentials;
    }

    private static OffsetDateTime time(JsonObject json, String field, int index, List<Fault> faults) {
        try {
            return Instant.parse(json.getString(field)).atOffset(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            faults.add(fault(index, field, "format", "is no instant like 2026-11-28T12:00:00Z"));
            return OffsetDateTime.MIN;
        }
    }

    private static List<Fault> most(List<Fault> faults) {
        return faults.subList(0, Math.min(MOST_FAULTS, faults.size()));
    }

    private static Fault fault(int index, String field, String rule, String detail) {
        return new Fault("body", "/keys/" + index + "/" + field, rule, detail);
    }
}
