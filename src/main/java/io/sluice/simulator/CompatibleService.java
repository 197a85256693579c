package io.sluice.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** OpenAI's shape as Qianfan (v2) and DashScope (compatible mode) speak it: own errors, own fields, thoughts shown. */
final class CompatibleService extends Service {
    private final Vendor vendor;
    private final String rest;

    /** Who speaks. */
    enum Vendor {
        /** Baidu Qianfan, version 2. */
        QIANFAN(
                Set.of(
                        "web_search",
                        "penalty_score",
                        "repetition_penalty",
                        "enable_thinking",
                        "thinking_budget",
                        "safety"),
                List.of("ernie-4.5-turbo-128k", "ernie-x1-turbo-32k", "embedding-v1")),
        /** Alibaba DashScope, compatible mode. */
        DASHSCOPE(
                Set.of(
                        "enable_thinking",
                        "thinking_budget",
                        "enable_search",
                        "search_options",
                        "top_k",
                        "repetition_penalty",
                        "vl_high_resolution_images",
                        "translation_options"),
                List.of("qwen-plus", "qwen-vl-plus", "text-embedding-v4"));

        private final Set<String> fields;
        private final List<String> usualModels;

        Vendor(Set<String> fields, List<String> usualModels) {
            this.fields = fields;
            this.usualModels = usualModels;
        }
    }

    private CompatibleService(Vendor vendor, String rest) {
        super(new CompatibleWording(vendor));
        this.vendor = vendor;
        this.rest = rest;
    }

    /** The service of a path behind the version; null when there is none. */
    static @Nullable Service of(Vendor vendor, String rest) {
        return Set.of("chat/completions", "embeddings", "models").contains(rest)
                ? new CompatibleService(vendor, rest)
                : null;
    }

    @Override
    HttpMethod method() {
        return rest.equals("models") ? HttpMethod.GET : HttpMethod.POST;
    }

    @Override
    @Nullable
    String credential(HttpServerRequest request, Simulation simulation) throws RefusedRequest {
        String key = bearer(request);
        if (key != null && vendor == Vendor.QIANFAN && !key.startsWith("bce-v3/")) {
            throw new RefusedRequest(wording().unauthenticated(key));
        }
        return key;
    }

    @Override
    Planned plan(Asked asked) throws RefusedRequest {
        if (rest.equals("models")) {
            List<String> names = asked.script().models().isEmpty()
                    ? vendor.usualModels
                    : asked.script().models();
            ObjectNode body = Json.object().put("object", "list");
            var data = body.putArray("data");
            names.forEach(name ->
                    data.addObject().put("id", name).put("object", "model").put("owned_by", "simulator"));
            return Planned.free(body.toString());
        }
        Fields root = Fields.of(wording(), asked.body(), true);
        try {
            return rest.equals("embeddings") ? embed(root, asked) : chat(root, asked);
        } catch (RefusedRequest e) {
            throw new RefusedRequest(reworded(e.error()));
        }
    }

    private Planned chat(Fields root, Asked asked) throws RefusedRequest {
        ObjectNode plain = ((ObjectNode) root.node()).deepCopy();
        vendor.fields.forEach(plain::remove);
        plain.path("messages").forEach(message -> {
            if (message.isObject() && message.path("role").asText().equals("assistant")) {
                ((ObjectNode) message).remove("reasoning_content");
            }
        });
        root.decimal("repetition_penalty", 0, 100).decimal("penalty_score", 1, 2);
        root.flag("enable_thinking", false);
        root.whole("thinking_budget", 1, Integer.MAX_VALUE, 1);
        Ask ask = RequestRules.read(
                new Route(Route.Dialect.OPENAI, Route.Endpoint.CHAT, ""),
                Wording.utf8(plain.toString()),
                asked.script().lenient());
        checkModel(asked, ask.model());
        Turn turn = OpenAiTurns.whole(root.node());
        turn.inputTokens = ask.inputTokens();
        turn.maxTokens = ask.maxTokens();
        turn.stream = ask.stream();
        turn.usage = ask.includeUsage();
        turn.remembers = true;
        if (vendor == Vendor.DASHSCOPE && turn.thinking && !turn.stream) {
            throw root.invalid("", "parameter.enable_thinking must be set to false for non-streaming calls");
        }
        return OpenAiChat.plan(null, turn, asked, turn.model + asked.script().modelSuffix(), true);
    }

    private Planned embed(Fields root, Asked asked) throws RefusedRequest {
        Route route = new Route(Route.Dialect.OPENAI, Route.Endpoint.EMBEDDINGS, "");
        Ask ask = RequestRules.read(route, asked.body(), asked.script().lenient());
        checkModel(asked, ask.model());
        if (root.get("input").size() > (vendor == Vendor.QIANFAN ? 16 : 10)) {
            throw root.invalid("input", "batch size is invalid");
        }
        Answer answer = Answer.to(route, ask, asked.arrival(), asked.number(), asked.created());
        return Planned.whole(
                ask.model(), ResponseHeaders.JSON, ask.inputTokens(), 0, () -> Buffer.buffer(AnswerBody.of(answer)));
    }

    /** An error of OpenAI's in the vendor's shape. */
    private ProviderError reworded(ProviderError error) {
        try {
            JsonNode told = Json.read(Wording.utf8(error.body())).path("error");
            if (told.has("param")) {
                return wording().error(error.status(), told.path("message").asText());
            }
            return error;
        } catch (JsonProcessingException e) {
            return error;
        }
    }

    /** The errors of both vendors. */
    private static final class CompatibleWording extends Wording {
        private final Vendor vendor;

        CompatibleWording(Vendor vendor) {
            this.vendor = vendor;
        }

        @Override
        ProviderError error(int status, String message) {
            boolean qianfan = vendor == Vendor.QIANFAN;
            return switch (status) {
                case 400 ->
                    of(400, qianfan ? "invalid_argument" : "invalid_parameter_error", "invalid_request_error", message);
                case 401 ->
                    of(401, qianfan ? "invalid_iam_token" : "invalid_api_key", "invalid_request_error", message);
                case 403 -> of(403, "access_denied", "access_denied", message);
                case 404 -> of(404, qianfan ? "invalid_model" : "model_not_found", "invalid_request_error", message);
                case 429 ->
                    of(
                            429,
                            qianfan ? "rpm_rate_limit_exceeded" : "limit_requests",
                            qianfan ? "rate_limit_exceeded" : "limit_requests",
                            message);
                default ->
                    of(status, "internal_error", status >= 500 ? "internal_error" : "invalid_request_error", message);
            };
        }

        private ProviderError of(int status, String code, String type, String message) {
            String fields = "{\"error\":{\"code\":\"" + code + "\",\"message\":" + Json.quote(message) + ",\"type\":\""
                    + type + "\"";
            return new ProviderError(
                    status,
                    Map.of(),
                    fields
                            + (vendor == Vendor.QIANFAN
                                    ? "},\"id\":\"as-sim\"}"
                                    : ",\"param\":null},\"request_id\":\"sim\"}"));
        }

        @Override
        ProviderError unauthenticated(@Nullable String credential) {
            return error(401, vendor == Vendor.QIANFAN ? "IAM Certification failed" : "Incorrect API key provided.");
        }

        @Override
        ProviderError noModel(String model) {
            return vendor == Vendor.QIANFAN
                    ? of(401, "invalid_model", "invalid_request_error", "No permission to use the model")
                    : error(404, "The model `" + model + "` does not exist or you do not have access to it.");
        }

        @Override
        ProviderError tooManyRequests(String model, RateHeaders limits, long waitNanos) {
            return error(
                    429,
                    vendor == Vendor.QIANFAN
                            ? "Rate limit reached for RPM"
                            : "You exceeded your current requests list.");
        }

        @Override
        ProviderError tooManyTokens(String model, RateHeaders limits, long wanted, long waitNanos) {
            return vendor == Vendor.QIANFAN
                    ? of(429, "tpm_rate_limit_exceeded", "rate_limit_exceeded", "Rate limit reached for TPM")
                    : of(
                            429,
                            "insufficient_quota",
                            "insufficient_quota",
                            "You exceeded your current quota, please check your plan and billing details.");
        }

        @Override
        void headers(
                HttpServerResponse response,
                CharSequence contentType,
                long number,
                long millis,
                @Nullable RateHeaders limits) {
            super.headers(response, contentType, number, millis, limits);
            if (limits != null && vendor == Vendor.QIANFAN) {
                response.putHeader(
                                "x-ratelimit-limit-requests",
                                Long.toString(limits.limits().requests()))
                        .putHeader("x-ratelimit-remaining-requests", Long.toString(limits.requestsLeft()))
                        .putHeader(
                                "x-ratelimit-limit-tokens",
                                Long.toString(limits.limits().tokens()))
                        .putHeader("x-ratelimit-remaining-tokens", Long.toString(limits.tokensLeft()));
            }
        }
    }
}
