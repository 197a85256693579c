package io.sluice.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.simulator.Route.Dialect;
import io.sluice.simulator.Route.Endpoint;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Chat, completions, embeddings and models of OpenAI and Azure. */
final class OpenAiService extends Service {
    private static final long MODEL_CREATED = 1_715_367_049;
    private static final List<String> USUAL_MODELS = List.of(
            "gpt-4o", "gpt-4o-mini", "gpt-3.5-turbo-instruct", "text-embedding-3-small", "text-embedding-3-large");
    private static final Set<String> AZURE_VERSIONS = Set.of(
            "2024-02-01",
            "2024-06-01",
            "2024-10-21",
            "2024-12-01-preview",
            "2025-01-01-preview",
            "2025-03-01-preview",
            "2025-04-01-preview");
    /** Azure versions from before the usage chunk. */
    private static final Set<String> WITHOUT_USAGE_CHUNK = Set.of("2024-02-01", "2024-06-01");

    private final Route route;

    OpenAiService(Route route) {
        super(new OpenAiWording(route));
        this.route = route;
    }

    @Override
    HttpMethod method() {
        return route.endpoint().method();
    }

    @Override
    @Nullable
    String credential(HttpServerRequest request, Simulation simulation) {
        return key(route.dialect(), request);
    }

    /** Bearer at OpenAI, {@code api-key} at Azure, whose form without version takes both. */
    static @Nullable String key(Dialect dialect, HttpServerRequest request) {
        if (dialect.azure()) {
            String key = request.getHeader("api-key");
            if (key != null || dialect == Dialect.AZURE_DATED) {
                return key == null || key.isEmpty() ? null : key;
            }
        }
        return bearer(request);
    }

    @Override
    void checkHead(HttpServerRequest request) throws RefusedRequest {
        checkVersion(route.dialect(), request);
        super.checkHead(request);
    }

    /** Refuses requests without a version that Azure knows. */
    static void checkVersion(Dialect dialect, HttpServerRequest request) throws RefusedRequest {
        String version = request.getParam("api-version");
        if (dialect == Dialect.AZURE_DATED && (version == null || !AZURE_VERSIONS.contains(version))) {
            throw new RefusedRequest(ProviderError.resourceNotFound());
        }
    }

    @Override
    Planned plan(Asked asked) throws RefusedRequest {
        if (method().equals(HttpMethod.GET)) {
            return models(asked.script());
        }
        Ask ask = RequestRules.read(route, asked.body(), asked.script().lenient());
        String model = route.name().isEmpty() ? ask.model() : route.name();
        admit(route.dialect(), asked.script(), model);
        if (ask.includeUsage()
                && route.dialect() == Dialect.AZURE_DATED
                && WITHOUT_USAGE_CHUNK.contains(asked.query("api-version"))) {
            throw new RefusedRequest(
                    ProviderError.invalid("Unrecognized request argument supplied: stream_options", null, null));
        }
        Turn turn = ask.turn();
        if (turn != null && ask.choices() == 1) {
            return OpenAiChat.plan(route, turn, asked, Answer.model(route, ask, asked.script()), false);
        }
        Answer answer = Answer.to(route, ask, asked.arrival(), asked.number(), asked.created());
        return ask.stream()
                ? Planned.stream(
                        model,
                        ResponseHeaders.EVENT_STREAM,
                        ask.inputTokens(),
                        answer.outputTokens(),
                        new AnswerEvents(answer))
                : new Planned(
                        model,
                        ResponseHeaders.JSON,
                        ask.inputTokens(),
                        answer.outputTokens(),
                        answer.tokens(),
                        () -> Buffer.buffer(AnswerBody.of(answer)),
                        null);
    }

    /** Refuses models and deployments that the script does not list. */
    static void admit(Dialect dialect, CredentialScript script, String model) throws RefusedRequest {
        boolean exists = dialect.azure()
                ? script.deployments().isEmpty() || script.deployments().containsKey(model)
                : script.models().isEmpty() || script.models().contains(model);
        if (!exists) {
            throw new RefusedRequest(ProviderError.noSuchModel(dialect, model));
        }
    }

    private Planned models(CredentialScript script) throws RefusedRequest {
        List<String> names = script.models().isEmpty() ? USUAL_MODELS : script.models();
        if (route.endpoint() == Endpoint.MODELS) {
            ObjectNode body = Json.object().put("object", "list");
            ArrayNode data = body.putArray("data");
            names.forEach(name -> data.add(model(name)));
            return Planned.free(body.toString());
        }
        if (names.contains(route.name()) || script.models().isEmpty()) {
            return Planned.free(model(route.name()).toString());
        }
        throw new RefusedRequest(ProviderError.noSuchModel(route.dialect(), route.name()));
    }

    private static ObjectNode model(String name) {
        return Json.object()
                .put("id", name)
                .put("object", "model")
                .put("created", MODEL_CREATED)
                .put("owned_by", "simulator");
    }
}
