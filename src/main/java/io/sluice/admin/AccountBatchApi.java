package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Problem;
import io.sluice.admin.api.Problem.Fault;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.Secret;
import io.sluice.managed.Draft;
import io.sluice.managed.ManagedEditor;
import io.sluice.store.Change;
import io.sluice.store.ResourceRow;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Many accounts at once, by their pasted keys: {@code POST /admin/v1/channels/NAME/accounts}. */
final class AccountBatchApi implements ApiArea {
    private static final int MOST = 2_000;

    private final ApiServices services;
    private final ManagedEditor editor;

    AccountBatchApi(ApiServices services) {
        this.services = services;
        this.editor = services.editor();
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of("addAccounts", this::add);
    }

    /** What pasted lines give. */
    private static final class Batch {
        private final JsonArray accounts = new JsonArray();
        private final JsonArray added = new JsonArray();
        private final JsonArray duplicates = new JsonArray();
        private final List<Fault> faults = new ArrayList<>();
        private final Map<String, String> taken;

        /** Knows who has which credential, by fingerprint. */
        Batch(Map<String, String> taken) {
            this.taken = taken;
        }

        void read(String text, JsonObject like) {
            int number = 0;
            for (String line : text.split("\r\n|\n|\r", -1)) {
                number++;
                String stripped = line.strip();
                if (!stripped.isEmpty() && !stripped.startsWith("#")) {
                    line(number, stripped.split(",", -1), like);
                }
            }
            if (added.size() > MOST) {
                faults.add(
                        new Fault("body", "/keys", "maxItems", "has more than " + MOST + " keys; send them in parts"));
            }
        }

        private void line(int number, String[] fields, JsonObject like) {
            String key = fields[0].strip();
            if (fields.length > 4 || key.isEmpty()) {
                fault(number, "is no line of the form key,name,rpm,tpm");
                return;
            }
            String fingerprint = Secret.of(key).fingerprint();
            String name = fields.length > 1 && !fields[1].isBlank() ? fields[1].strip() : "k-" + fingerprint;
            String other = taken.putIfAbsent(fingerprint, "line " + number);
            if (other != null) {
                duplicates.add(new JsonObject()
                        .put("line", number)
                        .put("fingerprint", fingerprint)
                        .put("account", other));
                return;
            }
            JsonObject account = like.copy().put("name", name).put("key", key);
            limit(account, "rpm", fields, 2);
            limit(account, "tpm", fields, 3);
            accounts.add(account);
            added.add(new JsonObject().put("line", number).put("name", name).put("fingerprint", fingerprint));
        }

        private static void limit(JsonObject account, String what, String[] fields, int index) {
            if (index < fields.length && !fields[index].isBlank()) {
                JsonObject limits =
                        account.getJsonObject("limits", new JsonObject()).copy();
                // As text: the loader says what is wrong with it.
                account.put("limits", limits.put(what, fields[index].strip()));
            }
        }

        private void fault(int number, String detail) {
            faults.add(new Fault("body", "/keys", "line", "line " + number + " " + detail));
        }
    }

    private Future<ApiAnswer> add(ApiRequest request) {
        JsonObject body = request.body();
        String channel = request.path("name");
        JsonObject like = body.getJsonObject("like", new JsonObject());
        for (String own : List.of("name", "key", "keys-file")) {
            if (like.containsKey(own)) {
                throw Problem.field("/like/" + own, "unknown", "belongs to a single account");
            }
        }
        return editor.repository()
                .all()
                .compose(rows -> {
                    ResourceRow row = rows.stream()
                            .filter(each -> each.kind().equals(Kind.CHANNEL.word())
                                    && each.name().equals(channel))
                            .findFirst()
                            .orElseThrow(() -> Problem.unknown("stored channel"));
                    JsonObject document = new JsonObject(row.document());
                    ResourcesApi.checkRights(request, document, row);
                    Batch batch = new Batch(taken(rows));
                    batch.read(body.getString("keys"), like);
                    if (!batch.faults.isEmpty()) {
                        throw Problem.invalid(batch.faults);
                    }
                    JsonArray accounts = document.getJsonArray("accounts", new JsonArray());
                    batch.accounts.forEach(accounts::add);
                    document.put("accounts", accounts);
                    return batch.added.isEmpty()
                            ? Future.succeededFuture(answer(request, batch))
                            : store(request, channel, document, batch);
                })
                .recover(ResourceProblems::told);
    }

    private Future<ApiAnswer> store(ApiRequest request, String channel, JsonObject document, Batch batch) {
        return editor.plan(
                        List.of(new Draft(Kind.CHANNEL, channel, document.encode())),
                        services.revision().get().origins())
                .compose(ResourceProblems::checked)
                .compose(plan -> request.flag("dry-run", false)
                        ? Future.succeededFuture(answer(request, batch))
                        : services.changes().make(request.actor(), (connection, number) -> editor.write(
                                        connection,
                                        number,
                                        plan.entries().getFirst(),
                                        request.caller().name())
                                .map(done -> new Change<>(
                                        answer(request, batch),
                                        done.action(),
                                        done.kind(),
                                        done.name(),
                                        done.before(),
                                        done.after()))));
    }

    private static ApiAnswer answer(ApiRequest request, Batch batch) {
        return ApiAnswer.ok(new JsonObject()
                .put("added", batch.added)
                .put("duplicates", batch.duplicates)
                .put("dry-run", request.flag("dry-run", false)));
    }

    /** Who has which credential: in force, or stored. */
    private Map<String, String> taken(List<ResourceRow> rows) {
        Map<String, String> taken = new HashMap<>();
        services.revision()
                .get()
                .accounts()
                .forEach(account -> taken.put(account.key().fingerprint(), account.id()));
        for (ResourceRow row : rows) {
            if (row.kind().equals(Kind.CHANNEL.word())) {
                for (Object each : new JsonObject(row.document()).getJsonArray("accounts", new JsonArray())) {
                    JsonObject account = (JsonObject) each;
                    taken.putIfAbsent(
                            account.getString("key", "").replace("fingerprint ", ""),
                            row.name() + "/" + account.getString("name"));
                }
            }
        }
        return taken;
    }
}
