package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.store.KeyRepository;
import io.sluice.store.KeyRepository.Filter;
import io.sluice.store.StoredKey;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Virtual keys of the store with their hashes, as the import takes them: {@code /admin/v1/configuration/keys}. With the hashes
 * the texts that people have go on working where they are restored; nobody can make a text of a hash.
 */
final class KeyBackupApi implements ApiArea {
    private static final String KEYS = "keys";

    private final KeyRepository keys;

    KeyBackupApi(ApiServices services) {
        this.keys = new KeyRepository(services.database());
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of("exportKeys", this::export);
    }

    private Future<ApiAnswer> export(ApiRequest request) {
        String after = request.position();
        int limit = request.limit();
        return keys.list(new Filter(null, null, ""), after == null ? "" : after, limit + 1)
                .map(found -> {
                    List<StoredKey> page = found.stream().limit(limit).toList();
                    return request.page(
                            KEYS,
                            new JsonArray(
                                    page.stream().map(KeyBackupApi::exported).toList()),
                            found.size() > limit ? page.getLast().name() : null);
                });
    }

    private static JsonObject exported(StoredKey key) {
        JsonArray credentials = new JsonArray();
        key.credentials()
                .forEach(each -> credentials.add(new JsonObject()
                        .put("hash", each.hash().hex())
                        .put("kind", each.chosen() ? "chosen" : "generated")
                        .put("until", text(each.until()))
                        .put("created-at", text(each.createdAt()))));
        return new JsonObject()
                .put("name", key.name())
                .put("state", KeyViews.word(key.state()))
                .put("definition", new JsonObject(key.definition()))
                .put("credentials", credentials)
                .put("created-at", text(key.createdAt()))
                .put("created-by", key.createdBy());
    }

    private static @Nullable String text(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant().toString();
    }
}
