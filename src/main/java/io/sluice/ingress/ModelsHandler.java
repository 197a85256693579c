package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.sluice.domain.pool.Model;
import io.vertx.core.buffer.Buffer;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** {@code GET /v1/models} and {@code GET /v1/models/{id}}: what the caller's key may use. */
final class ModelsHandler {
    /** Path of the list; one model is below it. */
    static final String PATH = "/v1/models";

    void list(Incoming incoming) {
        String data = incoming.revision().models().values().stream()
                .filter(model -> incoming.key().allows(model.name()))
                .map(ModelsHandler::json)
                .collect(Collectors.joining(","));
        Answers.json(incoming, 200, Buffer.buffer("{\"object\":\"list\",\"data\":[" + data + "]}"));
    }

    void one(Incoming incoming) {
        String path = incoming.request().path().substring(PATH.length() + 1);
        // A plus sign is itself in a path; only URLDecoder's form rules would make it a blank.
        String name = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        Model model = incoming.revision().models().get(name);
        if (model == null || !incoming.key().allows(name)) {
            throw new GatewayException(unknown(name));
        }
        Answers.json(incoming, 200, Buffer.buffer(json(model)));
    }

    /** The refusal of a model that is not there. */
    static InvalidRequest unknown(String name) {
        String shown = name.length() > 100 ? name.substring(0, 100) + "…" : name;
        return new InvalidRequest(
                Kind.UNKNOWN_MODEL,
                "The model '" + shown + "' does not exist or this key may not use it.",
                "model",
                "model_not_found");
    }

    private static String json(Model model) {
        return "{\"id\":" + ErrorAnswer.quoted(model.name())
                + ",\"object\":\"model\",\"created\":0,\"owned_by\":\"sluice\"}";
    }
}
