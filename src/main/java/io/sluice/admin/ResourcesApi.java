package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Problem;
import io.sluice.admin.api.Role;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.pool.Origins;
import io.sluice.managed.Draft;
import io.sluice.managed.ManagedEditor;
import io.sluice.managed.Plan.Planned;
import io.sluice.store.Change;
import io.sluice.store.ResourceRow;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Channels, teams, models and prices: {@code /admin/v1/channels} and so on. What files say is shown; what is stored is changed.
 * A change is answered when it is stored, and in force on every node within a second.
 */
final class ResourcesApi implements ApiArea {
    private static final String NAME = "name";
    private static final String DRY_RUN = "dry-run";

    private final ApiServices services;
    private final ManagedEditor editor;
    private final ResourceViews views;

    ResourcesApi(ApiServices services, ResourceViews views) {
        this.services = services;
        this.editor = services.editor();
        this.views = views;
    }

    @Override
    public Map<String, ApiHandler> operations() {
        Map<String, ApiHandler> operations = new HashMap<>();
        for (Kind kind : Kind.values()) {
            String one = kind.one().substring(0, 1).toUpperCase(Locale.ROOT)
                    + kind.one().substring(1);
            operations.put("list" + one + "s", request -> list(kind, request));
            operations.put("get" + one, request -> get(kind, request));
            operations.put("create" + one, request -> create(kind, request));
            operations.put("replace" + one, request -> change(kind, request, before -> request.body()));
            operations.put(
                    "patch" + one,
                    request ->
                            change(kind, request, before -> merged(new JsonObject(before.document()), request.body())));
            operations.put("delete" + one, request -> delete(kind, request));
        }
        operations.put("listAccounts", this::accounts);
        return operations;
    }

    private Future<ApiAnswer> list(Kind kind, ApiRequest request) {
        return Future.succeededFuture(page(kind.word(), views.all(kind), request));
    }

    private Future<ApiAnswer> accounts(ApiRequest request) {
        TreeMap<String, JsonObject> all = new TreeMap<>();
        String search = PoolView.search(request);
        views.accounts(request.query("channel")).stream()
                .filter(account -> PoolView.holds(account.getString("id"), search))
                .forEach(account -> all.put(account.getString("id"), account));
        return Future.succeededFuture(page("accounts", all, request));
    }

    private static ApiAnswer page(String what, NavigableMap<String, JsonObject> all, ApiRequest request) {
        String after = request.position();
        NavigableMap<String, JsonObject> rest = after == null ? all : all.tailMap(after, false);
        List<Map.Entry<String, JsonObject>> shown =
                rest.entrySet().stream().limit(request.limit()).toList();
        return request.page(
                what,
                new JsonArray(shown.stream().map(Map.Entry::getValue).toList()),
                rest.size() > shown.size() ? shown.getLast().getKey() : null);
    }

    /** What stands in files only is shown also while there is no database. */
    private Future<ApiAnswer> get(Kind kind, ApiRequest request) {
        String name = request.path(NAME);
        JsonObject known = views.one(kind, name);
        return editor.repository()
                .find(kind.word(), name)
                .recover(failure -> known != null && known.getLong("version", 0L) == 0
                        ? Future.succeededFuture(Optional.empty())
                        : Future.failedFuture(failure))
                .map(row -> {
                    if (row.isPresent()) {
                        return ApiAnswer.ok(views.one(kind, row.get()))
                                .etag(row.get().version());
                    }
                    if (known == null || known.containsKey("version")) {
                        throw Problem.unknown(kind.one());
                    }
                    return ApiAnswer.ok(known);
                });
    }

    private Future<ApiAnswer> create(Kind kind, ApiRequest request) {
        JsonObject document = request.body().copy();
        if (!(document.remove(NAME) instanceof String name)) {
            throw Problem.field("/name", "required", "is missing");
        }
        checkRights(request, document, null);
        return editor.plan(List.of(new Draft(kind, name, document.encode())), origins())
                .compose(ResourceProblems::checked)
                .compose(plan -> {
                    Planned planned = plan.entries().getFirst();
                    if (planned.before() != null) {
                        throw Problem.conflict(
                                "exists",
                                "There is a stored " + kind.one()
                                        + " of this name; replace it with PUT, or change it with" + " PATCH.");
                    }
                    return request.flag(DRY_RUN, false)
                            ? Future.succeededFuture(tried(planned))
                            : request.change(services, (connection, number) -> editor.write(
                                            connection,
                                            number,
                                            planned,
                                            request.caller().name())
                                    .map(done -> answered(done, row -> ApiAnswer.created(
                                                    "/" + kind.word(), name, views.one(kind, row))
                                            .etag(row.version()))));
                })
                .recover(ResourceProblems::told);
    }

    /** Says what an entry is to say. */
    private interface Wanted {
        JsonObject after(ResourceRow before);
    }

    private Future<ApiAnswer> change(Kind kind, ApiRequest request, Wanted wanted) {
        String name = request.path(NAME);
        return stored(kind, name)
                .compose(before -> {
                    JsonObject document = wanted.after(before).copy();
                    Object named = document.remove(NAME);
                    if (named != null && !name.equals(named)) {
                        throw Problem.field("/name", "const", "is not the name in the path; a name cannot be changed");
                    }
                    request.requireMatch(before.version());
                    checkRights(request, document, before);
                    return editor.plan(List.of(new Draft(kind, name, document.encode())), origins());
                })
                .compose(ResourceProblems::checked)
                .compose(plan -> write(kind, request, plan.entries().getFirst()))
                .recover(ResourceProblems::told);
    }

    private Future<ApiAnswer> write(Kind kind, ApiRequest request, Planned planned) {
        if (request.flag(DRY_RUN, false)) {
            return Future.succeededFuture(tried(planned));
        }
        return services.changes().make(request.actor(), (connection, number) -> editor.write(
                        connection, number, planned, request.caller().name())
                .map(done ->
                        answered(done, row -> ApiAnswer.ok(views.one(kind, row)).etag(row.version()))));
    }

    private Future<ApiAnswer> delete(Kind kind, ApiRequest request) {
        String name = request.path(NAME);
        return stored(kind, name)
                .compose(before -> {
                    request.requireMatch(before.version());
                    return editor.plan(List.of(new Draft(kind, name, null)), origins());
                })
                .compose(ResourceProblems::checked)
                .compose(plan -> services.changes().make(request.actor(), (connection, number) -> editor.write(
                                connection,
                                number,
                                plan.entries().getFirst(),
                                request.caller().name())
                        .map(done -> new Change<>(
                                ApiAnswer.done(),
                                done.action(),
                                done.kind(),
                                done.name(),
                                done.before(),
                                done.after()))))
                .recover(ResourceProblems::told);
    }

    /** The row that is to be changed. */
    private Future<ResourceRow> stored(Kind kind, String name) {
        return editor.repository()
                .find(kind.word(), name)
                .map(row -> row.orElseThrow(() -> {
                    JsonObject known = views.one(kind, name);
                    return known != null && !known.containsKey("version") && known.containsKey("origin")
                            ? Problem.conflict(
                                    "in-files",
                                    known.getString("origin") + " has this " + kind.one()
                                            + "; change it there. Files are not" + " changed by API.")
                            : Problem.unknown(kind.one());
                }));
    }

    private Origins origins() {
        return services.revision().get().origins();
    }

    private static Change<ApiAnswer> answered(
            Change<Optional<ResourceRow>> done, Function<ResourceRow, ApiAnswer> answer) {
        return new Change<>(
                answer.apply(done.answer().orElseThrow()),
                done.action(),
                done.kind(),
                done.name(),
                done.before(),
                done.after());
    }

    private static ApiAnswer tried(Planned planned) {
        return ApiAnswer.ok(new JsonObject()
                .put("name", planned.name())
                .put(DRY_RUN, true)
                .put("document", new JsonObject(String.valueOf(planned.document()))));
    }

    /** What opens the way into private networks is an owner's to decide, and so is what goes there. */
    static void checkRights(ApiRequest request, JsonObject document, @Nullable ResourceRow before) {
        boolean reaches = opens(document) || (before != null && opens(new JsonObject(before.document())));
        if (reaches && !request.caller().role().covers(Role.OWNER)) {
            throw Problem.forbidden(
                    "A channel with allow-private or allow-plaintext is an owner's to make and to change.");
        }
    }

    private static boolean opens(JsonObject document) {
        return Boolean.TRUE.equals(document.getValue("allow-private"))
                || Boolean.TRUE.equals(document.getValue("allow-plaintext"))
                || "true".equals(document.getValue("allow-private"))
                || "true".equals(document.getValue("allow-plaintext"));
    }

    /** RFC 7396. */
    private static JsonObject merged(JsonObject into, JsonObject patch) {
        for (String field : patch.fieldNames()) {
            Object value = patch.getValue(field);
            if (value == null) {
                into.remove(field);
            } else if (value instanceof JsonObject inner) {
                Object old = into.getValue(field);
                into.put(field, merged(old instanceof JsonObject object ? object : new JsonObject(), inner));
            } else {
                into.put(field, value);
            }
        }
        return into;
    }
}
