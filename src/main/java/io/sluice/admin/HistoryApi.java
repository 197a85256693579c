package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Problem;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.managed.Draft;
import io.sluice.managed.Plan.Planned;
import io.sluice.store.Change;
import io.sluice.store.ResourceHistory;
import io.sluice.store.ResourceRow;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What entries that are managed by API have said before, and putting that back: {@code /admin/v1/channels/NAME/history} and so
 * on. Secrets come back sealed, and are shown to nobody.
 */
final class HistoryApi implements ApiArea {
    private static final String DRY_RUN = "dry-run";

    private final ApiServices services;
    private final ResourceHistory history;

    HistoryApi(ApiServices services) {
        this.services = services;
        this.history = new ResourceHistory(services.database());
    }

    @Override
    public Map<String, ApiHandler> operations() {
        Map<String, ApiHandler> operations = new HashMap<>();
        for (Kind kind : Kind.values()) {
            String one = kind.one().substring(0, 1).toUpperCase(Locale.ROOT)
                    + kind.one().substring(1);
            operations.put("list" + one + "History", request -> list(kind, request));
            operations.put("restore" + one, request -> restore(kind, request));
        }
        return operations;
    }

    private Future<ApiAnswer> list(Kind kind, ApiRequest request) {
        return history.of(kind.word(), request.path("name")).map(rows -> {
            if (rows.isEmpty()) {
                throw Problem.unknown("stored " + kind.one());
            }
            JsonArray versions = new JsonArray();
            for (int i = 0; i < rows.size(); i++) {
                ResourceRow before = i + 1 < rows.size() ? rows.get(i + 1) : null;
                versions.add(version(rows.get(i), before).put("current", i == 0));
            }
            return ApiAnswer.ok(new JsonObject().put("versions", versions));
        });
    }

    private static JsonObject version(ResourceRow row, @Nullable ResourceRow before) {
        JsonObject document = new JsonObject(row.document());
        JsonObject json = new JsonObject()
                .put("version", row.version())
                .put("at", row.updatedAt().toString())
                .put("by", row.updatedBy())
                .put("deleted", row.deleted())
                .put("document", document);
        return before == null
                ? json.put("changes", null)
                : json.put("changes", ConfigDifference.between(new JsonObject(before.document()), document));
    }

    private Future<ApiAnswer> restore(Kind kind, ApiRequest request) {
        String name = request.path("name");
        long version = request.body().getLong("version");
        return history.of(kind.word(), name, version)
                .map(found -> found.filter(row -> !row.deleted())
                        .orElseThrow(() -> Problem.field(
                                "/version", "known", "is no version that is kept and that says anything")))
                .compose(then -> services.editor()
                        .repository()
                        .find(kind.word(), name)
                        .compose(now -> {
                            now.ifPresent(row -> request.requireMatch(row.version()));
                            ResourcesApi.checkRights(request, new JsonObject(then.document()), now.orElse(null));
                            return services.editor()
                                    .plan(
                                            List.of(new Draft(kind, name, then.document(), then.sealed())),
                                            services.revision().get().origins());
                        }))
                .compose(ResourceProblems::checked)
                .compose(plan -> write(request, plan.entries().getFirst(), version))
                .recover(ResourceProblems::told);
    }

    private Future<ApiAnswer> write(ApiRequest request, Planned planned, long version) {
        ResourceRow before = planned.before();
        JsonObject after = new JsonObject(String.valueOf(planned.document()));
        JsonObject json = new JsonObject()
                .put("name", planned.name())
                .put("restored", version)
                .put(DRY_RUN, request.flag(DRY_RUN, false))
                .put(
                        "changes",
                        ConfigDifference.between(
                                before == null ? new JsonObject() : new JsonObject(before.document()), after))
                .put("document", after);
        return request.flag(DRY_RUN, false)
                ? Future.succeededFuture(ApiAnswer.ok(json))
                : services.changes().make(request.actor(), (connection, number) -> services.editor()
                        .write(connection, number, planned, request.caller().name())
                        .map(done -> new Change<>(
                                ApiAnswer.ok(json.put("version", number)).etag(number),
                                "restore",
                                done.kind(),
                                done.name(),
                                done.before(),
                                done.after())));
    }
}
