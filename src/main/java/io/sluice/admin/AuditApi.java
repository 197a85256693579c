package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Problem;
import io.sluice.store.AuditRepository;
import io.sluice.store.AuditRepository.Entry;
import io.sluice.store.AuditRepository.Question;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The audit log: {@code /admin/v1/audit}, newest first. */
final class AuditApi implements ApiArea {
    private final AuditRepository audit;

    AuditApi(ApiServices services) {
        this.audit = new AuditRepository(services.database());
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of("listAudit", this::list);
    }

    private Future<ApiAnswer> list(ApiRequest request) {
        int limit = request.limit();
        return audit.list(new Question(
                        request.query("actor", ""),
                        request.query("kind", ""),
                        request.query("name", ""),
                        request.query("action", ""),
                        before(request.position()),
                        limit + 1))
                .map(found -> {
                    List<Entry> shown = found.subList(0, Math.min(found.size(), limit));
                    return request.page(
                            "entries",
                            new JsonArray(shown.stream().map(AuditApi::json).toList()),
                            found.size() > limit ? Long.toString(shown.getLast().id()) : null);
                });
    }

    private static long before(@Nullable String position) {
        if (position == null) {
            return Long.MAX_VALUE;
        }
        try {
            return Long.parseLong(position);
        } catch (NumberFormatException e) {
            throw Problem.parameter("cursor", "cursor", "It is no cursor of this list.");
        }
    }

    private static JsonObject json(Entry entry) {
        return new JsonObject()
                .put("id", entry.id())
                .put("at", entry.at().toInstant().toString())
                .put("actor", entry.actor().name())
                .put("role", entry.actor().role())
                .put("address", entry.actor().address())
                .put("action", entry.action())
                .put("kind", entry.kind())
                .put("name", entry.name())
                .put("before", entry.before() == null ? null : new JsonObject(entry.before()))
                .put("after", entry.after() == null ? null : new JsonObject(entry.after()))
                .put("result", entry.result());
    }
}
