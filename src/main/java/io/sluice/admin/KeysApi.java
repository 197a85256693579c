package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Problem;
import io.sluice.config.KeyDefinition;
import io.sluice.domain.key.VirtualKey;
import io.sluice.store.Change;
import io.sluice.store.KeyRepository;
import io.sluice.store.KeyRepository.Filter;
import io.sluice.store.KeyRepository.NewKey;
import io.sluice.store.StoredKey;
import io.sluice.store.StoredKey.State;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Virtual keys: {@code /admin/v1/keys}. Shows those of the files too, which are read-only here. The text of a key is in the
 * answer that makes it and nowhere else.
 */
final class KeysApi implements ApiArea {
    /** Of keys, in announcements and in the audit log. */
    static final String KIND = "key";

    /** Keys of the store. */
    static final long MOST = 1_000_000;

    private static final int MOST_CREDENTIALS = 8;
    private static final Duration LONGEST_OVERLAP = Duration.ofDays(90);
    private static final String KEY = "key";

    private final ApiServices services;
    private final KeyRepository keys;
    private final KeyIssuing issuing;

    KeysApi(ApiServices services) {
        this.services = services;
        this.keys = new KeyRepository(services.database());
        this.issuing = new KeyIssuing(services);
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of(
                "listKeys", this::list,
                "getKey", this::get,
                "createKey", this::create,
                "createKeys", this::createMany,
                "changeKey", this::change,
                "rotateKey", this::rotate,
                "disableKey", request -> state(request, State.DISABLED, "disable"),
                "enableKey", request -> state(request, State.ACTIVE, "enable"),
                "revokeKey", request -> state(request, State.REVOKED, "revoke"),
                "deleteKey", this::delete);
    }

    // --- reading

    private Future<ApiAnswer> list(ApiRequest request) {
        String after = request.position();
        int limit = request.limit();
        String team = request.query("team");
        String word = request.query("state");
        State state = word == null ? null : State.valueOf(word.toUpperCase(Locale.ROOT));
        String text = request.query("search", "");
        List<String> visible = issuing.visible(request.caller());
        if (team != null && visible != null && !visible.contains(team)) {
            return Future.succeededFuture(request.page("keys", new JsonArray(), null));
        }
        List<String> teams = team == null ? visible : List.of(team);
        String from = after == null ? "" : after;
        return keys.list(new Filter(teams, state, text), from, limit + 1).map(found -> {
            Map<String, JsonObject> shown = new TreeMap<>();
            found.forEach(key ->
                    shown.put(key.name(), KeyViews.stored(key, services.keys().inForce())));
            ofFiles(teams, state, text)
                    .filter(key -> key.name().compareTo(from) > 0)
                    .forEach(key -> shown.putIfAbsent(key.name(), KeyViews.ofFiles(key)));
            List<String> names = shown.keySet().stream().limit(limit).toList();
            return request.page(
                    "keys",
                    new JsonArray(names.stream().map(shown::get).toList()),
                    shown.size() > limit ? names.getLast() : null);
        });
    }

    private Stream<VirtualKey> ofFiles(@Nullable List<String> teams, @Nullable State state, String text) {
        return services.revision().get().keys().all().stream()
                .filter(key -> teams == null || (key.team() != null && teams.contains(key.team())))
                .filter(key -> state == null || state == (key.rights().disabled() ? State.DISABLED : State.ACTIVE))
                .filter(key -> key.name().contains(text));
    }

    private Future<ApiAnswer> get(ApiRequest request) {
        String name = request.path("name");
        VirtualKey ofFiles = services.revision().get().keys().named(name).orElse(null);
        if (ofFiles != null && issuing.covers(request.caller(), ofFiles.team())) {
            return Future.succeededFuture(ApiAnswer.ok(KeyViews.ofFiles(ofFiles)));
        }
        return keys.find(name)
                .map(found -> found.filter(key -> issuing.covers(request.caller(), teamOf(key)))
                        .orElseThrow(() -> Problem.unknown(KIND)))
                .map(key -> ApiAnswer.ok(KeyViews.stored(key, services.keys().inForce()))
                        .etag(key.changed()));
    }

    private static @Nullable String teamOf(StoredKey key) {
        return new JsonObject(key.definition()).getString("team");
    }

    // --- making

    private Future<ApiAnswer> create(ApiRequest request) {
        JsonObject body = request.body().copy();
        String name = (String) body.remove("name");
        String chosen = (String) body.remove(KEY);
        issuing.checkFiles(name);
        issuing.check(request.caller(), name, body);
        KeyIssuing.Text text = chosen == null ? issuing.generated() : issuing.given(chosen);
        return request.change(services, (connection, number) -> insert(
                        request, connection, List.of(name), List.of(text), body, number)
                .map(made -> {
                    StoredKey key = made.getFirst();
                    JsonObject json = KeyViews.stored(key, services.keys().inForce());
                    return new Change<>(
                            ApiAnswer.created("/keys", name, json.put(KEY, text.text()))
                                    .etag(number)
                                    .onlyNow("/key"),
                            "create",
                            KIND,
                            name,
                            null,
                            KeyViews.audited(key));
                }));
    }

    private Future<ApiAnswer> createMany(ApiRequest request) {
        JsonObject body = request.body().copy();
        List<String> names =
                ((JsonArray) body.remove("names")).stream().map(String::valueOf).toList();
        if (new HashSet<>(names).size() < names.size()) {
            throw Problem.field("/names", "uniqueItems", "names a key twice");
        }
        names.forEach(issuing::checkFiles);
        issuing.check(request.caller(), names.getFirst(), body);
        List<KeyIssuing.Text> texts =
                names.stream().map(name -> issuing.generated()).toList();
        return request.change(services, (connection, number) -> insert(request, connection, names, texts, body, number)
                .map(made -> {
                    JsonArray list = new JsonArray();
                    for (int i = 0; i < names.size(); i++) {
                        list.add(new JsonObject()
                                .put("name", names.get(i))
                                .put(KEY, texts.get(i).text()));
                    }
                    JsonObject audited =
                            new JsonObject().put("names", new JsonArray(names)).put("definition", body);
                    return new Change<>(
                            ApiAnswer.ok(new JsonObject().put("keys", list).put("version", number))
                                    .onlyNow("/keys/key"),
                            "create",
                            KIND,
                            names.size() == 1 ? names.getFirst() : names.getFirst() + " … " + names.getLast(),
                            null,
                            audited.encode());
                }));
    }

    private Future<List<StoredKey>> insert(
            ApiRequest request,
            SqlConnection connection,
            List<String> names,
            List<KeyIssuing.Text> texts,
            JsonObject definition,
            long number) {
        List<NewKey> fresh = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            KeyIssuing.Text text = texts.get(i);
            fresh.add(new NewKey(names.get(i), definition.encode(), text.hash(), text.chosen()));
        }
        return keys.count(connection)
                .compose(count -> {
                    if (count + names.size() > MOST) {
                        throw Problem.conflict("too-many", "There would be more than " + MOST + " keys.");
                    }
                    return keys.find(connection, names);
                })
                .compose(known -> {
                    if (!known.isEmpty()) {
                        throw Problem.conflict(
                                "exists",
                                "There is, or was, a key named '"
                                        + known.getFirst().name() + "'; usage is kept by name, so take another one.");
                    }
                    return issuing.free(keys, connection, texts);
                })
                .compose(free -> keys.insert(connection, fresh, request.caller().name(), number))
                .compose(made -> keys.find(connection, names));
    }

    // --- changing

    private Future<ApiAnswer> change(ApiRequest request) {
        JsonObject changes = request.body();
        return changed(request, "update", (connection, key, number) -> {
            if (key.state() == State.REVOKED) {
                throw revoked();
            }
            JsonObject merged = KeyIssuing.merged(new JsonObject(key.definition()), changes);
            issuing.check(request.caller(), key.name(), merged);
            return keys.define(connection, key.name(), merged.encode(), number);
        });
    }

    private Future<ApiAnswer> state(ApiRequest request, State wanted, String action) {
        return changed(request, action, (connection, key, number) -> {
            if (key.state() == State.REVOKED && wanted != State.REVOKED) {
                throw revoked();
            }
            return keys.state(connection, key.name(), wanted, number);
        });
    }

    private Future<ApiAnswer> delete(ApiRequest request) {
        return changed(request, "delete", (connection, key, number) -> keys.delete(connection, key.name(), number))
                .map(shown -> ApiAnswer.done());
    }

    private static Problem revoked() {
        return Problem.conflict("revoked", "The key was revoked, which is for ever; make another one.");
    }

    private Future<ApiAnswer> rotate(ApiRequest request) {
        JsonObject body = request.body();
        Duration overlap = overlap(body.getString("overlap"));
        String chosen = body.getString(KEY);
        KeyIssuing.Text text = chosen == null ? issuing.generated() : issuing.given(chosen);
        OffsetDateTime until = services.clock().instant().plus(overlap).atOffset(ZoneOffset.UTC);
        return request.change(
                services, (connection, number) -> found(request, connection).compose(before -> {
                    if (before.state() == State.REVOKED) {
                        throw revoked();
                    }
                    OffsetDateTime now = services.clock().instant().atOffset(ZoneOffset.UTC);
                    long living = before.credentials().stream()
                            .filter(one -> one.until() == null || one.until().isAfter(now))
                            .count();
                    if (living >= MOST_CREDENTIALS) {
                        throw Problem.conflict(
                                "too-many",
                                "The key has " + living + " texts that are still good; wait for the end of one.");
                    }
                    return issuing.free(keys, connection, List.of(text))
                            .compose(free ->
                                    keys.rotate(connection, before.name(), text.hash(), text.chosen(), until, number))
                            .compose(done -> keys.find(connection, before.name()))
                            .map(found -> found.orElseThrow())
                            .map(after -> new Change<>(
                                    ApiAnswer.ok(KeyViews.stored(
                                                            after,
                                                            services.keys().inForce())
                                                    .put(KEY, text.text()))
                                            .etag(number)
                                            .onlyNow("/key"),
                                    "rotate",
                                    KIND,
                                    after.name(),
                                    KeyViews.audited(before),
                                    KeyViews.audited(after)));
                }));
    }

    private static Duration overlap(String text) {
        try {
            Duration overlap = KeyDefinition.duration(text);
            if (overlap.compareTo(LONGEST_OVERLAP) <= 0) {
                return overlap;
            }
        } catch (IllegalArgumentException e) {
            throw Problem.field("/overlap", "duration", String.valueOf(e.getMessage()));
        }
        throw Problem.field("/overlap", "maximum", "is longer than 90d");
    }

    /** What is done to one key. */
    private interface Step {
        Future<Void> apply(SqlConnection connection, StoredKey key, long number);
    }

    private Future<ApiAnswer> changed(ApiRequest request, String action, Step step) {
        return request.change(services, (connection, number) -> found(request, connection)
                .compose(before -> step.apply(connection, before, number)
                        .compose(done -> keys.find(connection, before.name()))
                        .map(found -> found.orElseThrow())
                        .map(after -> new Change<>(
                                ApiAnswer.ok(KeyViews.stored(
                                                after, services.keys().inForce()))
                                        .etag(number),
                                action,
                                KIND,
                                after.name(),
                                KeyViews.audited(before),
                                after.deletedAt() == null ? KeyViews.audited(after) : null))));
    }

    /** The key of the path as it is inside the transaction. */
    private Future<StoredKey> found(ApiRequest request, SqlConnection connection) {
        String name = Objects.requireNonNull(request.path("name"));
        return keys.find(connection, name).map(found -> {
            StoredKey key = found.filter(each -> each.deletedAt() == null)
                    .filter(each -> issuing.covers(request.caller(), teamOf(each)))
                    .orElse(null);
            if (key == null) {
                if (issuing.visible(request.caller()) == null) {
                    issuing.checkFiles(name);
                }
                throw Problem.unknown(KIND);
            }
            request.requireMatch(key.changed());
            return key;
        });
    }
}
