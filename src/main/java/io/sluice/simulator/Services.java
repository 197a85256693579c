package io.sluice.simulator;

import io.sluice.simulator.CompatibleService.Vendor;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds what serves a path. The path decides about the dialect:
 *
 * <pre>
 * /v1/…                                 OpenAI: chat, completions, embeddings, responses, images, audio, moderations,
 *                                       rerank, models; realtime by WebSocket
 * /openai/v1/…, /openai/deployments/…   Azure OpenAI
 * /anthropic/v1/…, /v1/messages…        Anthropic; /v1/models with an anthropic-version
 * /v1beta/models…                       Gemini
 * /v1/projects/…/publishers/google/…    Vertex AI, with an access token
 * /token, /google/token                 Google's access tokens
 * /bedrock/model/…, /model/…            Bedrock runtime; /bedrock/foundation-models
 * /api/v1/services/…                    DashScope; /compatible-mode/v1/… its OpenAI form
 * /qianfan/v2/…, /v2/…                  Qianfan
 * /rpc/2.0/ai_custom/…                  Qianfan before version 2; /oauth/2.0/token its access tokens
 * /api/chat, /api/embed, /api/tags, …   Ollama
 * </pre>
 *
 * {@code /gemini}, {@code /vertex}, {@code /dashscope} and {@code /ollama} may stand before a path, so that a base URL
 * says what it is of.
 */
final class Services {
    private static final Service CHAT = new OpenAiService(new Route(Route.Dialect.OPENAI, Route.Endpoint.CHAT, ""));
    private static final Wording OPENAI = CHAT.wording();
    private static final Wording GEMINI = new GeminiWording(false, false);
    private static final String DEPLOYMENTS = "/openai/deployments/";
    private static final String VERTEX = "/publishers/google/models";
    private static final String WORKSHOP = "/rpc/2.0/ai_custom/v1/wenxinworkshop/";

    private static final List<String> NAMES = List.of("/gemini", "/vertex", "/dashscope", "/ollama");

    private Services() {}

    private static String nameless(String path) {
        for (String name : NAMES) {
            if (path.startsWith(name) && path.startsWith("/", name.length())) {
                return path.substring(name.length());
            }
        }
        return path;
    }

    /** Finds the service of a request; null when there is none. */
    static @Nullable Service of(HttpServerRequest request, String wholePath) {
        if (wholePath.equals("/v1/chat/completions")) {
            return CHAT;
        }
        String path = nameless(wholePath);
        if (path.equals("/v1/chat/completions")) {
            return CHAT;
        }
        if (path.startsWith("/v1/")) {
            return v1(request, path.substring("/v1/".length()));
        }
        if (path.startsWith("/openai/")) {
            return azure(path, request.method());
        }
        if (path.startsWith("/anthropic/v1/")) {
            return AnthropicService.of(path.substring("/anthropic/v1/".length()));
        }
        if (path.startsWith("/v1beta/models")) {
            return gemini(path.substring("/v1beta/models".length()), false, request);
        }
        if (path.startsWith("/v1beta1/projects/") || path.startsWith("/v1beta1/publishers/google/")) {
            return vertex(path, request);
        }
        if (path.startsWith("/bedrock/")) {
            return BedrockService.of(path.substring("/bedrock".length()));
        }
        if (path.startsWith("/model/")) {
            return BedrockService.of(path);
        }
        Service service = chinese(path);
        return service == null ? TokenService.of(path) : service;
    }

    private static @Nullable Service v1(HttpServerRequest request, String rest) {
        if (rest.startsWith("messages")) {
            return AnthropicService.of(rest);
        }
        if (rest.equals("models") && request.getHeader("anthropic-version") != null) {
            return AnthropicService.of(rest);
        }
        if (rest.startsWith("responses")) {
            return ResponsesService.of(Route.Dialect.OPENAI, rest, request.method());
        }
        if (rest.startsWith("projects/") || rest.startsWith("publishers/google/")) {
            return vertex("/" + rest, request);
        }
        if (rest.startsWith("models/")
                && rest.indexOf(':') > 0
                && request.method().equals(HttpMethod.POST)) {
            return gemini(rest.substring("models".length()), false, request);
        }
        Service media = OpenAiMedia.of(Route.Dialect.OPENAI, rest, "");
        return media == null ? plain("/v1/" + rest) : media;
    }

    private static @Nullable Service plain(String path) {
        Route route = Route.of(path);
        return route == null ? null : new OpenAiService(route);
    }

    private static @Nullable Service vertex(String path, HttpServerRequest request) {
        int at = path.indexOf(VERTEX);
        return at < 0 ? null : gemini(path.substring(at + VERTEX.length()), true, request);
    }

    private static @Nullable Service gemini(String rest, boolean vertex, HttpServerRequest request) {
        return rest.isEmpty() || rest.startsWith("/") ? GeminiService.of(rest, vertex, request.getParam("alt")) : null;
    }

    private static @Nullable Service azure(String path, HttpMethod method) {
        if (path.startsWith("/openai/v1/")) {
            String rest = path.substring("/openai/v1/".length());
            Service special = rest.startsWith("responses")
                    ? ResponsesService.of(Route.Dialect.AZURE_V1, rest, method)
                    : OpenAiMedia.of(Route.Dialect.AZURE_V1, rest, "");
            return special == null ? plain(path) : special;
        }
        if (path.equals("/openai/models")) {
            return plain(path);
        }
        if (path.startsWith("/openai/responses")) {
            return ResponsesService.of(Route.Dialect.AZURE_DATED, path.substring("/openai/".length()), method);
        }
        int end = path.indexOf('/', DEPLOYMENTS.length());
        if (path.startsWith(DEPLOYMENTS) && end > 0) {
            String deployment = Route.decoded(path.substring(DEPLOYMENTS.length(), end));
            Service media = OpenAiMedia.of(Route.Dialect.AZURE_DATED, path.substring(end + 1), deployment);
            return media == null ? plain(path) : media;
        }
        return null;
    }

    private static @Nullable Service chinese(String path) {
        if (path.startsWith("/api/v1/services/")) {
            return DashScopeService.of(path.substring("/api/v1/services/".length()));
        }
        if (path.startsWith("/compatible-mode/v1/")) {
            return CompatibleService.of(Vendor.DASHSCOPE, path.substring("/compatible-mode/v1/".length()));
        }
        if (path.startsWith("/qianfan/v2/") || path.startsWith("/v2/")) {
            return CompatibleService.of(Vendor.QIANFAN, path.substring(path.indexOf("/v2/") + "/v2/".length()));
        }
        if (path.startsWith(WORKSHOP)) {
            return QianfanService.of(path.substring(WORKSHOP.length()));
        }
        return path.startsWith("/api/") ? OllamaService.of(path.substring("/api/".length())) : null;
    }

    /** The errors of the provider that a path without a service would belong to. */
    static Wording wording(String wholePath) {
        String path = nameless(wholePath);
        if (path.startsWith("/anthropic/") || path.startsWith("/v1/messages")) {
            return AnthropicService.WORDING;
        }
        if (path.startsWith("/v1beta") || path.startsWith("/v1/projects/")) {
            return GEMINI;
        }
        if (path.startsWith("/bedrock/") || path.startsWith("/model/")) {
            return BedrockService.WORDING;
        }
        if (path.startsWith("/api/v1/")) {
            return DashScopeService.WORDING;
        }
        if (path.startsWith("/api/")) {
            return OllamaService.WORDING;
        }
        return path.startsWith("/rpc/") ? QianfanService.WORDING : OPENAI;
    }
}
