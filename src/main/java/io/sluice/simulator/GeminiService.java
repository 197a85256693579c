package io.sluice.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gemini, with a key at its own address or with an access token at Vertex AI. */
final class GeminiService extends Service {
    private static final List<String> USUAL_MODELS =
            List.of("gemini-2.5-flash", "gemini-2.5-pro", "gemini-3-pro-preview", "gemini-embedding-001");
    private static final Set<String> ACTIONS = Set.of(
            "generateContent", "streamGenerateContent", "countTokens", "embedContent", "batchEmbedContents", "predict");
    private static final int DIMENSIONS = 3_072;
    private static final int MOST_MODELS = 1_000;

    private final String model;
    private final String action;
    private final boolean vertex;
    private final boolean array;

    private GeminiService(String model, String action, boolean vertex, boolean array) {
        super(new GeminiWording(vertex, array));
        this.model = model;
        this.action = action;
        this.vertex = vertex;
        this.array = array;
    }

    /**
     * The service of a path behind {@code models}; null when there is none.
     *
     * @param rest nothing, or a slash and a model, which an action may follow
     * @param vertex whether it is one of Vertex AI
     * @param alt the query's {@code alt}
     */
    static @Nullable Service of(String rest, boolean vertex, @Nullable String alt) {
        if (rest.isEmpty()) {
            return new GeminiService("", "list", vertex, false);
        }
        int colon = rest.lastIndexOf(':');
        String action = colon < 0 ? "get" : rest.substring(colon + 1);
        String model = Route.decoded(rest.substring(1, colon < 0 ? rest.length() : colon));
        if (model.isEmpty() || colon >= 0 && !ACTIONS.contains(action) || action.equals("predict") && !vertex) {
            return null;
        }
        boolean array = action.equals("streamGenerateContent") && !"sse".equals(alt);
        return new GeminiService(model, action, vertex, array);
    }

    @Override
    HttpMethod method() {
        return action.equals("list") || action.equals("get") ? HttpMethod.GET : HttpMethod.POST;
    }

    @Override
    boolean counted() {
        return !action.equals("countTokens");
    }

    @Override
    @Nullable
    String credential(HttpServerRequest request, Simulation simulation) throws RefusedRequest {
        String token = bearer(request);
        if (vertex && token != null) {
            String account =
                    simulation.memory().account(token, simulation.clock().getAsLong());
            if (account == null) {
                throw new RefusedRequest(wording().unauthenticated(token));
            }
            return account;
        }
        String key = request.getHeader("x-goog-api-key");
        return key != null && !key.isEmpty() ? key : request.getParam("key");
    }

    @Override
    Planned plan(Asked asked) throws RefusedRequest {
        if (action.equals("list") || action.equals("get")) {
            return models(asked);
        }
        checkModel(asked, model);
        Fields root = Fields.of(wording(), asked.body(), asked.script().lenient());
        return switch (action) {
            case "countTokens" -> count(root);
            case "embedContent" -> embed(List.of(root), false);
            case "batchEmbedContents" -> embed(root.only(Set.of("requests")).objects("requests"), true);
            case "predict" -> predict(root);
            default -> generate(root, asked);
        };
    }

    private Planned generate(Fields root, Asked asked) throws RefusedRequest {
        GeminiRules.Read read = GeminiRules.read(root, model, vertex);
        Turn turn = read.turn();
        turn.stream = action.equals("streamGenerateContent");
        Reply reply = Reply.to(turn, asked);
        GeminiAnswer answer = new GeminiAnswer(reply, read.showsThoughts(), turn.stream ? 1 : turn.choices);
        long output = turn.stream ? reply.outputTokens() : (long) reply.outputTokens() * turn.choices;
        if (turn.stream) {
            CharSequence type = array ? ResponseHeaders.JSON : ResponseHeaders.PLAIN_EVENT_STREAM;
            return Planned.stream(model, type, turn.inputTokens, output, answer.chunks(array));
        }
        return Planned.whole(
                model, ResponseHeaders.JSON, turn.inputTokens, output, () -> Buffer.buffer(answer.whole()));
    }

    private Planned count(Fields root) throws RefusedRequest {
        root.only(Set.of("contents", "generateContentRequest"));
        Fields inner = root.objectOrNull("generateContentRequest");
        if (inner != null && root.has("contents")) {
            throw root.invalid("", "Only one of contents and generate_content_request may be set.");
        }
        if (inner != null && !inner.text("model").equals("models/" + model)) {
            throw inner.invalid("model", "must be the model of the path");
        }
        Turn turn =
                GeminiRules.read(inner == null ? root : inner, model, vertex).turn();
        return Planned.free("{\"totalTokens\":" + turn.inputTokens
                + ",\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":" + turn.inputTokens + "}]}");
    }

    private Planned embed(List<Fields> requests, boolean batch) throws RefusedRequest {
        List<String> vectors = new ArrayList<>();
        long tokens = 0;
        for (Fields request : requests) {
            request.only(Set.of("model", "content", "taskType", "title", "outputDimensionality"));
            if (batch && !request.text("model").equals("models/" + model)) {
                throw request.invalid("model", "must be the model of the path");
            }
            String text = text(request.object("content"));
            int dimensions = (int) request.whole("outputDimensionality", 1, DIMENSIONS, DIMENSIONS);
            tokens += ChatMessages.tokens(text);
            vectors.add("{\"values\":" + values(text, dimensions) + "}");
        }
        if (vectors.isEmpty()) {
            throw new RefusedRequest(
                    wording().error(400, "* BatchEmbedContentsRequest.requests: requests is not specified\n"));
        }
        String body = batch
                ? "{\"embeddings\":[" + String.join(",", vectors) + "]}"
                : "{\"embedding\":" + vectors.get(0) + "}";
        return Planned.whole(model, ResponseHeaders.JSON, tokens, 0, () -> Buffer.buffer(body));
    }

    private Planned predict(Fields root) throws RefusedRequest {
        root.only(Set.of("instances", "parameters"));
        Fields parameters = root.objectOrNull("parameters");
        int dimensions = parameters == null
                ? DIMENSIONS
                : (int) parameters
                        .only(Set.of("outputDimensionality", "autoTruncate"))
                        .whole("outputDimensionality", 1, DIMENSIONS, DIMENSIONS);
        List<String> vectors = new ArrayList<>();
        long tokens = 0;
        root.require("instances");
        for (Fields instance : root.objects("instances")) {
            String text = instance.only(Set.of("content", "task_type", "title")).words("content");
            long each = ChatMessages.tokens(text);
            tokens += each;
            vectors.add("{\"embeddings\":{\"values\":" + values(text, dimensions) + ",\"statistics\":{\"token_count\":"
                    + each + ",\"truncated\":false}}}");
        }
        String body = "{\"predictions\":[" + String.join(",", vectors) + "]}";
        return Planned.whole(model, ResponseHeaders.JSON, tokens, 0, () -> Buffer.buffer(body));
    }

    private static String text(Fields content) throws RefusedRequest {
        StringBuilder text = new StringBuilder();
        for (Fields part : content.only(Set.of("role", "parts")).objects("parts")) {
            text.append(part.only(Set.of("text")).text("text"));
        }
        if (text.isEmpty()) {
            throw content.invalid("parts", "content is empty");
        }
        return text.toString();
    }

    private static String values(String text, int dimensions) {
        StringBuilder values = new StringBuilder();
        AnswerBody.floats(AnswerBody.vector(text.hashCode(), dimensions), values);
        return values.toString();
    }

    private Planned models(Asked asked) throws RefusedRequest {
        CredentialScript script = asked.script();
        List<String> names = script.models().isEmpty() ? USUAL_MODELS : script.models();
        if (action.equals("list")) {
            String size = asked.query("pageSize").isEmpty() ? "50" : asked.query("pageSize");
            String token = asked.query("pageToken").isEmpty() ? "from-0" : asked.query("pageToken");
            if (!size.matches("[0-9]{1,6}") || !token.matches("from-[0-9]{1,6}")) {
                throw new RefusedRequest(
                        wording().invalid(size.matches("[0-9]{1,6}") ? "pageToken" : "pageSize", "Invalid value"));
            }
            int from = Math.min(Integer.parseInt(token.substring("from-".length())), names.size());
            int to = Math.min(from + Math.clamp(Integer.parseInt(size), 1, MOST_MODELS), names.size());
            ObjectNode body = Json.object();
            ArrayNode models = body.putArray(vertex ? "publisherModels" : "models");
            names.subList(from, to)
                    .forEach(name -> models.add(
                            vertex ? Json.object().put("name", "publishers/google/models/" + name) : described(name)));
            if (to < names.size()) {
                body.put("nextPageToken", "from-" + to);
            }
            return Planned.free(body.toString());
        }
        if (!names.contains(model) && !script.models().isEmpty()) {
            throw new RefusedRequest(wording().noModel(model));
        }
        return Planned.free(described(model).toString());
    }

    private static ObjectNode described(String name) {
        ObjectNode model = Json.object()
                .put("name", "models/" + name)
                .put("version", "001")
                .put("displayName", "Simulated " + name)
                .put("inputTokenLimit", 1_048_576)
                .put("outputTokenLimit", 65_536);
        ArrayNode methods = model.putArray("supportedGenerationMethods");
        if (name.contains("embedding")) {
            methods.add("embedContent").add("batchEmbedContents");
        } else {
            methods.add("generateContent").add("countTokens");
        }
        return model;
    }
}
