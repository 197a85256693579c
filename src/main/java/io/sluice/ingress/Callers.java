package io.sluice.ingress;

import io.sluice.domain.chat.ChatDialect;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;

/** Guesses who asks, where no endpoint says so: by the path, and where several share it, by the headers of their SDKs. */
final class Callers {
    private Callers() {}

    /** Words for the answer to a request, whatever is wrong with it. */
    static EdgeDialect of(HttpServerRequest request) {
        String path = request.path();
        return path == null
                ? EdgeDialect.of(ChatDialect.OPENAI, false)
                : EdgeDialect.of(of(request, path), GeminiPath.isArrayStream(request));
    }

    private static ChatDialect of(HttpServerRequest request, String path) {
        if (isAt(path, "/v1/messages")) {
            return ChatDialect.ANTHROPIC;
        }
        if (GeminiPath.isGoogles(request, path)) {
            return ChatDialect.GEMINI;
        }
        if (isAt(path, "/v1/responses")) {
            return ChatDialect.RESPONSES;
        }
        if (isAt(path, "/v1/chat") || isAt(path, "/v1/completions") || isAt(path, "/v1/embeddings")) {
            return ChatDialect.OPENAI;
        }
        return ofHeaders(request.headers());
    }

    private static ChatDialect ofHeaders(MultiMap headers) {
        return headers.contains("anthropic-version")
                ? ChatDialect.ANTHROPIC
                : headers.contains("x-goog-api-key") ? ChatDialect.GEMINI : ChatDialect.OPENAI;
    }

    private static boolean isAt(String path, String root) {
        return path.startsWith(root) && (path.length() == root.length() || path.charAt(root.length()) == '/');
    }
}
