package io.sluice.simulator;

import io.vertx.core.http.HttpMethod;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where a request goes.
 *
 * @param dialect whose rules hold
 * @param endpoint what is asked for
 * @param name Azure deployment, or the model of {@link Endpoint#MODEL}; empty when the path has none
 */
record Route(Dialect dialect, Endpoint endpoint, String name) {
    private static final String OPENAI = "/v1/";
    private static final String AZURE = "/openai/v1/";
    private static final String AZURE_DATED = "/openai/deployments/";

    private static final String AZURE_DATED_MODELS = "/openai/models";

    private static final Route CHAT = new Route(Dialect.OPENAI, Endpoint.CHAT, "");

    /** Whose rules hold. */
    enum Dialect {
        /** OpenAI. */
        OPENAI,
        /** Azure with the deployment in the path and an {@code api-version}. */
        AZURE_DATED,
        /** Azure with the deployment as the body's model. */
        AZURE_V1;

        boolean azure() {
            return this != OPENAI;
        }
    }

    /** What is asked for. */
    enum Endpoint {
        /** Chat completions. */
        CHAT("chat/completions", "ChatCompletions_Create"),
        /** Legacy completions. */
        COMPLETIONS("completions", "Completions_Create"),
        /** Embeddings. */
        EMBEDDINGS("embeddings", "Embeddings_Create"),
        /** The list of models. */
        MODELS("models", "Models_List"),
        /** One model. */
        MODEL("models/", "Models_Retrieve");

        private final String path;
        private final String operation;

        Endpoint(String path, String operation) {
            this.path = path;
            this.operation = operation;
        }

        /** What Azure calls it. */
        String operation() {
            return operation;
        }

        /** The method it wants. */
        HttpMethod method() {
            return this == MODELS || this == MODEL ? HttpMethod.GET : HttpMethod.POST;
        }
    }

    /** Finds the route of a path as it stands in the request line; null when there is none. */
    static @Nullable Route of(String path) {
        if (path.equals("/v1/chat/completions")) {
            return CHAT;
        }
        if (path.startsWith(OPENAI)) {
            return find(Dialect.OPENAI, path.substring(OPENAI.length()), "");
        }
        if (path.startsWith(AZURE)) {
            return find(Dialect.AZURE_V1, path.substring(AZURE.length()), "");
        }
        if (path.equals(AZURE_DATED_MODELS)) {
            return new Route(Dialect.AZURE_DATED, Endpoint.MODELS, "");
        }
        if (path.startsWith(AZURE_DATED)) {
            int end = path.indexOf('/', AZURE_DATED.length());
            if (end > AZURE_DATED.length()) {
                String deployment = decoded(path.substring(AZURE_DATED.length(), end));
                Route route = find(Dialect.AZURE_DATED, path.substring(end + 1), deployment);
                return route == null || route.endpoint.method() == HttpMethod.GET ? null : route;
            }
        }
        return null;
    }

    private static @Nullable Route find(Dialect dialect, String rest, String deployment) {
        for (Endpoint endpoint : Endpoint.values()) {
            if (rest.equals(endpoint.path)) {
                return endpoint == Endpoint.MODEL ? null : new Route(dialect, endpoint, deployment);
            }
        }
        return rest.startsWith(Endpoint.MODEL.path)
                ? new Route(dialect, Endpoint.MODEL, decoded(rest.substring(Endpoint.MODEL.path.length())))
                : null;
    }

    /** A path segment without percent signs; as it is when they are wrong. */
    static String decoded(String segment) {
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return segment;
        }
    }
}
