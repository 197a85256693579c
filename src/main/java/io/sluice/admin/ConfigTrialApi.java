package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Problem;
import io.sluice.config.ConfigError;
import io.sluice.config.ConfigTrial;
import io.sluice.config.EffectiveConfig;
import io.sluice.config.FileLines;
import io.sluice.config.FileLines.Line;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.ReloadConfig;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The files: what they would say, and looking at them now. */
final class ConfigTrialApi implements ApiArea {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ApiServices services;
    private final Deeds deeds;

    ConfigTrialApi(ApiServices services, Deeds deeds) {
        this.services = services;
        this.deeds = deeds;
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of("checkConfiguration", this::check, "reloadConfiguration", this::reload);
    }

    private Future<ApiAnswer> check(ApiRequest request) {
        String file = request.body().getString("file", "gateway.yaml");
        String text = request.body().getString("yaml");
        if (!ConfigTrial.isFile(file)) {
            throw Problem.field("/file", "pattern", "is neither gateway.yaml nor a file of gateway.d");
        }
        return services.editor().trial(file, text).map(outcome -> {
            GatewayRevision after = outcome.after().value();
            JsonObject json = new JsonObject()
                    .put("file", file)
                    .put("good", after != null)
                    .put(
                            "errors",
                            new JsonArray(outcome.after().errors().stream()
                                    .map(error -> json(
                                            error,
                                            error.file().equals(file)
                                                    ? FileLines.around(text, error.line())
                                                    : List.of()))
                                    .toList()))
                    .put("warnings", new JsonArray(outcome.after().warnings()));
            GatewayRevision before = outcome.before();
            return ApiAnswer.ok(json.put(
                    "changes",
                    before == null || after == null
                            ? null
                            : ConfigDifference.between(EffectiveConfig.render(before), EffectiveConfig.render(after))));
        });
    }

    private static JsonObject json(ConfigError error, List<Line> context) {
        return lines(
                new JsonObject()
                        .put("file", error.file())
                        .put("line", error.line())
                        .put("column", error.column())
                        .put("path", error.path())
                        .put("message", error.message()),
                context);
    }

    /** Adds the lines around an error. */
    static JsonObject lines(JsonObject error, List<Line> context) {
        return error.put(
                "context",
                new JsonArray(context.stream()
                        .map(line -> new JsonObject().put("line", line.number()).put("text", line.text()))
                        .toList()));
    }

    private Future<ApiAnswer> reload(ApiRequest request) {
        return services.bus()
                .request(Address.CONFIG_RELOAD, new ReloadConfig(), PATIENCE)
                .onSuccess(done ->
                        deeds.write(request.actor(), "reload", "configuration", "files", "revision " + done.revision()))
                .map(done -> {
                    JsonObject json =
                            new JsonObject().put("revision", done.revision()).put("errors", done.errors());
                    return ApiAnswer.ok(
                            done.needsRestart().isEmpty() ? json : json.put("needs-restart", done.needsRestart()));
                });
    }
}
