package io.sluice.ingress;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.sluice.domain.json.RequestHead;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** {@code POST /v1beta/models/{model}:{action}}, and the same below {@code /v1}: Google's way to name what is asked. */
final class GeminiActions {
    private final String root;
    private final Map<Endpoint, ModelEndpoint> endpoints = new EnumMap<>(Endpoint.class);

    /**
     * The actions below one root.
     *
     * @param root path of the models, with a slash at its end
     * @param services what the lane's exchanges share
     */
    GeminiActions(String root, ExchangeServices services) {
        this.root = root;
        for (Endpoint endpoint : List.of(
                Endpoint.GENERATE_CONTENT,
                Endpoint.COUNT_CONTENT_TOKENS,
                Endpoint.EMBED_CONTENT,
                Endpoint.BATCH_EMBED_CONTENTS)) {
            endpoints.put(endpoint, new ModelEndpoint(endpoint, services));
        }
    }

    /** Finds what is asked, and asks it. */
    void handle(Incoming incoming) {
        String path = incoming.request().path();
        int colon = GeminiPath.actionStart(path);
        if (colon <= root.length()) {
            throw Routes.unknownPath();
        }
        String action = path.substring(colon + 1);
        boolean stream = action.equals("streamGenerateContent");
        boolean arrayStream = GeminiPath.isArrayStream(incoming.request());
        incoming.speaks(EdgeDialect.of(ChatDialect.GEMINI, arrayStream));
        ModelEndpoint endpoint =
                switch (action) {
                    case "generateContent", "streamGenerateContent" -> endpoint(Endpoint.GENERATE_CONTENT);
                    case "countTokens" -> endpoint(Endpoint.COUNT_CONTENT_TOKENS);
                    case "embedContent" -> endpoint(Endpoint.EMBED_CONTENT);
                    case "batchEmbedContents" -> endpoint(Endpoint.BATCH_EMBED_CONTENTS);
                    default -> throw unknown();
                };
        String model = GeminiPath.decoded(path.substring(root.length(), colon));
        endpoint.handle(incoming, RequestHead.ofPath(model, stream, arrayStream));
    }

    private ModelEndpoint endpoint(Endpoint endpoint) {
        return java.util.Objects.requireNonNull(endpoints.get(endpoint));
    }

    private static GatewayException unknown() {
        return new GatewayException(new InvalidRequest(
                Kind.UNKNOWN_PATH,
                "Of a model's actions generateContent, streamGenerateContent, countTokens, embedContent and"
                        + " batchEmbedContents are served.",
                null,
                "unknown_url"));
    }
}
