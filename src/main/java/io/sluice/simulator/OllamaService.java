package io.sluice.simulator;

import static io.sluice.simulator.Json.quote;
import static io.sluice.simulator.Wording.utf8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Ollama's own API: chat, embeddings, the models that are there. A request without a credential is that of {@code ollama}. */
final class OllamaService extends Service {
    /** The errors of all paths. */
    static final Wording WORDING = new OllamaWording();

    private static final List<String> USUAL_MODELS = List.of("llama3.2:latest", "qwen3:8b", "nomic-embed-text:latest");
    private static final Set<String> GETS = Set.of("tags", "version", "ps");
    private static final int DIMENSIONS = 768;

    private final String action;

    private OllamaService(String action) {
        super(WORDING);
        this.action = action;
    }

    /** The service of a path behind {@code /api/}; null when there is none. */
    static @Nullable Service of(String rest) {
        return GETS.contains(rest) || Set.of("chat", "embed", "show").contains(rest) ? new OllamaService(rest) : null;
    }

    @Override
    HttpMethod method() {
        return GETS.contains(action) ? HttpMethod.GET : HttpMethod.POST;
    }

    @Override
    boolean counted() {
        return !action.equals("show");
    }

    @Override
    String credential(HttpServerRequest request, Simulation simulation) {
        String key = bearer(request);
        return key == null ? "ollama" : key;
    }

    @Override
    void checkHead(HttpServerRequest request) {
        // Ollama reads JSON whatever the header says.
    }

    @Override
    Planned plan(Asked asked) throws RefusedRequest {
        return switch (action) {
            case "tags", "ps" -> tags(asked.script());
            case "version" -> Planned.free("{\"version\":\"0.13.0\"}");
            case "show" -> show(asked);
            case "embed" -> embed(asked);
            default -> chat(asked);
        };
    }

    private Planned show(Asked asked) throws RefusedRequest {
        Fields root = Fields.of(WORDING, asked.body(), asked.script().lenient());
        exists(asked, root.words("model"));
        return Planned.free("{\"details\":{\"family\":\"llama\",\"parameter_size\":\"3.2B\"},"
                + "\"model_info\":{\"llama.context_length\":131072},\"capabilities\":[\"completion\",\"tools\"]}");
    }

    private void exists(Asked asked, String model) throws RefusedRequest {
        List<String> names = asked.script().models();
        if (!names.isEmpty() && !names.contains(model) && !names.contains(model + ":latest")) {
            throw new RefusedRequest(WORDING.noModel(model));
        }
    }

    private Planned chat(Asked asked) throws RefusedRequest {
        Fields root = Fields.of(WORDING, asked.body(), asked.script().lenient());
        Turn turn = OllamaRules.read(root);
        exists(asked, turn.model);
        Reply reply = Reply.to(turn, asked);
        if (turn.stream) {
            Frames frames = new Frames();
            frames.tokens(
                    reply.thinking().size(),
                    place -> line(
                            reply, "\"\",\"thinking\":" + quote(reply.thinking().get(place)), ""));
            frames.tokens(
                    reply.text().size(), place -> line(reply, quote(reply.text().get(place)), ""));
            for (int i = 0; i < reply.calls().size(); i++) {
                byte[] call = line(reply, "\"\",\"tool_calls\":[" + call(reply, i) + "]", "");
                frames.tokens(1, place -> call);
            }
            frames.add(line(reply, "\"\"", end(reply)));
            return Planned.stream(turn.model, ResponseHeaders.NDJSON, turn.inputTokens, reply.outputTokens(), frames);
        }
        StringBuilder content = new StringBuilder(quote(reply.said()));
        if (reply.thought()) {
            content.append(",\"thinking\":").append(quote(reply.thoughts()));
        }
        if (!reply.calls().isEmpty()) {
            List<String> calls = new ArrayList<>();
            for (int i = 0; i < reply.calls().size(); i++) {
                calls.add(call(reply, i));
            }
            content.append(",\"tool_calls\":[").append(String.join(",", calls)).append(']');
        }
        return Planned.whole(
                turn.model,
                ResponseHeaders.JSON_UTF8,
                turn.inputTokens,
                reply.outputTokens(),
                () -> Buffer.buffer(line(reply, content.toString(), end(reply))));
    }

    private static String call(Reply reply, int index) {
        Reply.Call call = reply.calls().get(index);
        return "{\"id\":\"call_" + call.id() + "\",\"function\":{\"index\":" + index + ",\"name\":" + quote(call.name())
                + ",\"arguments\":" + Json.orEmptyObject(call.arguments()) + "}}";
    }

    private static byte[] line(Reply reply, String message, String end) {
        return utf8("{\"model\":" + quote(reply.model()) + ",\"created_at\":\"" + Instant.ofEpochSecond(reply.created())
                + "\",\"message\":{\"role\":\"assistant\",\"content\":" + message + "},\"done\":" + !end.isEmpty() + end
                + "}\n");
    }

    private static String end(Reply reply) {
        String counts = reply.withUsage()
                ? ",\"prompt_eval_count\":" + reply.inputTokens() + ",\"prompt_eval_duration\":24000000,\"eval_count\":"
                        + reply.outputTokens() + ",\"eval_duration\":115000000"
                : "";
        return ",\"done_reason\":\"" + (reply.finish() == Reply.Finish.LENGTH ? "length" : "stop")
                + "\",\"total_duration\":182200000,\"load_duration\":4100000" + counts;
    }

    private Planned embed(Asked asked) throws RefusedRequest {
        Fields root = Fields.of(WORDING, asked.body(), asked.script().lenient());
        root.only(Set.of("model", "input", "truncate", "dimensions", "options", "keep_alive"));
        String model = root.words("model");
        exists(asked, model);
        JsonNode input = root.get("input");
        List<String> texts = input.isTextual() ? List.of(input.textValue()) : root.texts("input", 10_000);
        int dimensions = (int) root.whole("dimensions", 1, DIMENSIONS, DIMENSIONS);
        StringBuilder body = new StringBuilder("{\"model\":" + quote(model) + ",\"embeddings\":[");
        long tokens = 0;
        for (int i = 0; i < texts.size(); i++) {
            tokens += ChatMessages.tokens(texts.get(i));
            body.append(i == 0 ? "" : ",");
            AnswerBody.floats(AnswerBody.vector(texts.get(i).hashCode(), dimensions), body);
        }
        body.append("],\"total_duration\":14143917,\"load_duration\":1019500,\"prompt_eval_count\":" + tokens + "}");
        return Planned.whole(model, ResponseHeaders.JSON_UTF8, tokens, 0, () -> Buffer.buffer(body.toString()));
    }

    private static Planned tags(CredentialScript script) {
        ObjectNode body = Json.object();
        ArrayNode models = body.putArray("models");
        for (String name : script.models().isEmpty() ? USUAL_MODELS : script.models()) {
            ObjectNode model = models.addObject()
                    .put("name", name)
                    .put("model", name)
                    .put("modified_at", "2026-01-01T00:00:00Z")
                    .put("size", 2_019_393_189L)
                    .put("digest", "sha256:simulated");
            model.putObject("details")
                    .put("family", "llama")
                    .put("parameter_size", "3.2B")
                    .put("quantization_level", "Q4_K_M");
        }
        return Planned.free(body.toString());
    }
}
