package io.sluice.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Problem;
import io.sluice.config.PlainYaml;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.store.ResourceRow;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/** Channels as YAML and back, for people who carry them between files and the API. */
final class YamlApi implements ApiArea {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ApiServices services;

    YamlApi(ApiServices services) {
        this.services = services;
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of("getChannelYaml", this::write, "readYaml", this::read);
    }

    private Future<ApiAnswer> write(ApiRequest request) {
        String name = request.path("name");
        return services.editor()
                .repository()
                .find(Kind.CHANNEL.word(), name)
                .map(row -> row.orElseThrow(() -> Problem.unknown("stored channel")))
                .compose(row -> request.onWorker(() -> yaml(row)))
                .map(text -> ApiAnswer.ok(new JsonObject().put("yaml", text)));
    }

    /** As it would stand in a file, with marks in the place of secrets. */
    private static String yaml(ResourceRow row) {
        JsonObject channel = new JsonObject().put("name", row.name()).mergeIn(new JsonObject(row.document()));
        JsonObject file = new JsonObject().put(Kind.CHANNEL.word(), new JsonArray().add(channel));
        try {
            return PlainYaml.write(JSON.readTree(file.encode()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was written as JSON is JSON", e);
        }
    }

    private Future<ApiAnswer> read(ApiRequest request) {
        String text = request.body().getString("yaml");
        return request.onWorker(() -> {
            JsonNode document;
            try {
                document = PlainYaml.read(text);
            } catch (IllegalArgumentException e) {
                throw Problem.field("/yaml", "yaml", String.valueOf(e.getMessage()));
            }
            if (document == null || !document.isObject()) {
                throw Problem.field("/yaml", "type", "is no mapping such as a file of gateway.d is");
            }
            return ApiAnswer.ok(new JsonObject().put("document", new JsonObject(document.toString())));
        });
    }
}
