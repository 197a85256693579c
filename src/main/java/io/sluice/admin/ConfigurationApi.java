package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Problem;
import io.sluice.admin.api.Role;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.key.KeyRing;
import io.sluice.managed.Draft;
import io.sluice.managed.ManagedEditor;
import io.sluice.managed.ManagedEditor.Resealed;
import io.sluice.managed.Plan;
import io.sluice.managed.Plan.Planned;
import io.sluice.store.Change;
import io.sluice.store.Changes;
import io.sluice.store.KeyRepository;
import io.sluice.store.ResourceRow;
import io.sluice.store.StoredKey;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All that is managed by API at once: {@code /admin/v1/configuration}: export, import, other seals. */
final class ConfigurationApi implements ApiArea {
    private static final String SEALED = "sealed";
    private static final String KEYS = "keys";

    private final ApiServices services;
    private final ManagedEditor editor;
    private final KeyRestore restore;

    ConfigurationApi(ApiServices services) {
        this.services = services;
        this.editor = services.editor();
        this.restore = new KeyRestore(new KeyRepository(services.database()));
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of(
                "exportConfiguration", this::export,
                "importConfiguration", this::take,
                "resealSecrets", this::reseal);
    }

    private Future<ApiAnswer> export(ApiRequest request) {
        boolean withSecrets = request.flag(SEALED, false);
        if (withSecrets && !request.caller().role().covers(Role.OWNER)) {
            throw Problem.forbidden("Sealed secrets are an owner's to take out.");
        }
        return editor.repository().all().map(rows -> ApiAnswer.ok(exported(rows, withSecrets)));
    }

    private static JsonObject exported(List<ResourceRow> rows, boolean withSecrets) {
        JsonObject json = new JsonObject();
        JsonObject sealed = new JsonObject();
        for (ResourceRow row : rows) {
            JsonObject document = new JsonObject(row.document());
            Optional<Kind> kind = Kind.ofWord(row.kind());
            if (kind.isEmpty()) {
                continue;
            }
            switch (kind.get()) {
                case CHANNEL, TEAM ->
                    list(json, row.kind())
                            .add(new JsonObject().put("name", row.name()).mergeIn(document));
                case MODEL, PRICE -> map(json, row.kind()).put(row.name(), document);
            }
            if (withSecrets && !row.sealed().equals("{}")) {
                sealed.put(row.kind() + "/" + row.name(), new JsonObject(row.sealed()));
            }
        }
        return sealed.isEmpty() ? json : json.put(SEALED, sealed);
    }

    private static JsonArray list(JsonObject json, String kind) {
        if (!json.containsKey(kind)) {
            json.put(kind, new JsonArray());
        }
        return json.getJsonArray(kind);
    }

    private static JsonObject map(JsonObject json, String kind) {
        if (!json.containsKey(kind)) {
            json.put(kind, new JsonObject());
        }
        return json.getJsonObject(kind);
    }

    /** What a document brings: entries, and keys. */
    private record Wanted(Plan plan, List<StoredKey> keys) {}

    private Future<ApiAnswer> take(ApiRequest request) {
        boolean isTrial = request.flag("dry-run", false);
        return editor.plan(drafts(request.body()), services.revision().get().origins())
                .compose(ResourceProblems::checked)
                .compose(plan -> keys(request, plan).map(keys -> new Wanted(plan, keys)))
                .compose(wanted -> (isTrial ? tried(wanted) : stored(request, wanted))
                        .map(fresh -> ApiAnswer.ok(taken(wanted, fresh).put("dry-run", isTrial))))
                .recover(ResourceProblems::told);
    }

    private Future<List<StoredKey>> keys(ApiRequest request, Plan plan) {
        JsonArray given = request.body().getJsonArray(KEYS, new JsonArray());
        if (given.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return editor.repository().all().compose(rows -> {
            Set<String> teams = new HashSet<>();
            KeyRing ofFiles = services.revision().get().keys();
            ofFiles.teams().all().forEach(team -> teams.add(team.name()));
            // Stored a moment ago, and not in force yet; or stored by the same document.
            rows.stream().filter(row -> row.kind().equals(Kind.TEAM.word())).forEach(row -> teams.add(row.name()));
            plan.entries().stream()
                    .filter(entry -> entry.kind() == Kind.TEAM)
                    .forEach(entry -> teams.add(entry.name()));
            return request.onWorker(() -> KeyRestore.read(given, ofFiles, teams));
        });
    }

    /** Names of the keys that are not there yet. */
    private Future<Set<String>> tried(Wanted wanted) {
        return wanted.keys.isEmpty()
                ? Future.succeededFuture(Set.of())
                : services.database()
                        .transaction(connection -> restore.fresh(connection, wanted.keys))
                        .map(fresh -> Set.copyOf(KeyRestore.names(fresh)));
    }

    /** One transaction for all of it: nothing is half applied. */
    private Future<Set<String>> stored(ApiRequest request, Wanted wanted) {
        return tried(wanted).compose(fresh -> {
            List<Changes.Work<Set<String>>> works = new ArrayList<>();
            for (Planned planned : wanted.plan.entries()) {
                if (!planned.isSame()) {
                    works.add((connection, number) -> editor.write(
                                    connection,
                                    number,
                                    planned,
                                    request.caller().name())
                            .map(done -> with(done, Set.of())));
                }
            }
            if (!fresh.isEmpty()) {
                works.add((connection, number) -> restore.restore(connection, number, wanted.keys)
                        .map(done -> with(done, Set.copyOf(done.answer()))));
            }
            return works.isEmpty()
                    ? Future.succeededFuture(Set.of())
                    : services.changes().makeAll(request.actor(), works).map(List::getLast);
        });
    }

    private static Change<Set<String>> with(Change<?> done, Set<String> answer) {
        return new Change<>(answer, done.action(), done.kind(), done.name(), done.before(), done.after());
    }

    /** Channels first, for models name them. */
    private static List<Draft> drafts(JsonObject body) {
        List<Draft> drafts = new ArrayList<>();
        JsonObject sealed = body.getJsonObject(SEALED, new JsonObject());
        for (Kind kind : Kind.values()) {
            switch (kind) {
                case CHANNEL, TEAM -> {
                    for (Object each : body.getJsonArray(kind.word(), new JsonArray())) {
                        JsonObject document = ((JsonObject) each).copy();
                        drafts.add(draft(kind, String.valueOf(document.remove("name")), document, sealed));
                    }
                }
                case MODEL, PRICE -> {
                    JsonObject all = body.getJsonObject(kind.word(), new JsonObject());
                    all.fieldNames().forEach(name -> drafts.add(draft(kind, name, all.getJsonObject(name), sealed)));
                }
            }
        }
        if (drafts.stream()
                        .map(draft -> draft.kind() + "/" + draft.name())
                        .distinct()
                        .count()
                < drafts.size()) {
            throw Problem.field("", "unique", "names an entry twice");
        }
        return drafts;
    }

    private static Draft draft(Kind kind, String name, JsonObject document, JsonObject sealed) {
        JsonObject own = sealed.getJsonObject(kind.word() + "/" + name, new JsonObject());
        return new Draft(kind, name, document.encode(), own.encode());
    }

    private static JsonObject taken(Wanted wanted, Set<String> fresh) {
        JsonArray created = new JsonArray();
        JsonArray updated = new JsonArray();
        JsonArray unchanged = new JsonArray();
        for (Planned planned : wanted.plan.entries()) {
            (planned.isSame() ? unchanged : planned.before() == null ? created : updated)
                    .add(planned.kind().word() + "/" + planned.name());
        }
        for (StoredKey key : wanted.keys) {
            (fresh.contains(key.name()) ? created : unchanged).add(KEYS + "/" + key.name());
        }
        return new JsonObject().put("created", created).put("updated", updated).put("unchanged", unchanged);
    }

    private Future<ApiAnswer> reseal(ApiRequest request) {
        return services.changes()
                .make(request.actor(), (connection, number) -> editor.reseal(connection, number)
                        .map((Resealed resealed) -> {
                            JsonObject json = new JsonObject()
                                    .put("entries", resealed.entries())
                                    .put("failures", new JsonArray(resealed.failures()));
                            return new Change<>(
                                    ApiAnswer.ok(json), "reseal", "configuration", "all", null, json.encode());
                        }))
                .recover(ResourceProblems::told);
    }
}
