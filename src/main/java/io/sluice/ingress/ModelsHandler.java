package io.sluice.ingress;

import static io.sluice.ingress.ErrorAnswer.quoted;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.sluice.domain.pool.Model;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.stream.Collectors;

/**
 * {@code GET /v1/models} and {@code GET /v1/models/{id}}, and Google's below {@code /v1beta}: what the caller's key may
 * use, in the dialect of who asks. All of it at once; parameters that ask for pages are read over.
 */
final class ModelsHandler {
    /** Path of the list; one model is below it. */
    static final String PATH = "/v1/models";

    /** Google's path of the list. */
    static final String BETA_PATH = "/v1beta/models";

    private static final String MODELS = "/models/";
    private static final String ACTIONS =
            "\"supportedGenerationMethods\":[\"generateContent\",\"countTokens\",\"embedContent\",\"batchEmbedContents\"]";

    void list(Incoming incoming) {
        ChatDialect dialect = incoming.dialect().dialect();
        List<String> names = incoming.revision().models().values().stream()
                .map(Model::name)
                .filter(name -> incoming.key().allows(name))
                .toList();
        String data = names.stream().map(name -> json(name, dialect)).collect(Collectors.joining(","));
        String list =
                switch (dialect) {
                    case ANTHROPIC ->
                        "{\"data\":[" + data + "],\"has_more\":false,\"first_id\":"
                                + quoted(names.isEmpty() ? null : names.getFirst()) + ",\"last_id\":"
                                + quoted(names.isEmpty() ? null : names.getLast()) + "}";
                    case GEMINI -> "{\"models\":[" + data + "]}";
                    default -> "{\"object\":\"list\",\"data\":[" + data + "]}";
                };
        Answers.json(incoming, 200, Buffer.buffer(list));
    }

    void one(Incoming incoming) {
        ChatDialect dialect = incoming.dialect().dialect();
        String path = incoming.request().path();
        String name = GeminiPath.decoded(path.substring(path.indexOf(MODELS) + MODELS.length()));
        Model model = incoming.revision().models().get(name);
        if (model == null || !incoming.key().allows(name)) {
            throw new GatewayException(unknown(name));
        }
        Answers.json(incoming, 200, Buffer.buffer(json(name, dialect)));
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

    private static String json(String name, ChatDialect dialect) {
        return switch (dialect) {
            case ANTHROPIC ->
                "{\"type\":\"model\",\"id\":" + quoted(name) + ",\"display_name\":" + quoted(name)
                        + ",\"created_at\":\"1970-01-01T00:00:00Z\"}";
            case GEMINI ->
                "{\"name\":" + quoted("models/" + name) + ",\"displayName\":" + quoted(name) + "," + ACTIONS + "}";
            default -> "{\"id\":" + quoted(name) + ",\"object\":\"model\",\"created\":0,\"owned_by\":\"sluice\"}";
        };
    }
}
