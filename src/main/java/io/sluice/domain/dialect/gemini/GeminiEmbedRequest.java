package io.sluice.domain.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.GatheringTap;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.MalformedRequestException;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gemini's {@code :embedContent} and {@code :batchEmbedContents} for providers that ask otherwise: OpenAI's embeddings,
 * Ollama's, Vertex AI's {@code :predict}. Texts alone; what a vector is for ({@code taskType}) and a title have a place on
 * Vertex AI and nowhere else. Vectors are gathered, 64 MiB of the answer at most.
 */
public final class GeminiEmbedRequest {
    private static final Set<String> KNOWN = Set.of("model", "content", "taskType", "title", "outputDimensionality");

    private final List<Item> items;
    private final boolean batch;
    private final String prefix;
    private final Losses losses;

    /** One text. */
    private record Item(
            String text,
            @Nullable String task,
            @Nullable String title,
            @Nullable Integer dimensions) {}

    private GeminiEmbedRequest(List<Item> items, boolean batch, String prefix, Losses losses) {
        this.items = items;
        this.batch = batch;
        this.prefix = prefix;
        this.losses = losses;
    }

    /**
     * Reads a request.
     *
     * @param scan the client's
     * @param losses is told what cannot be carried
     * @throws GatewayException when the request is malformed
     * @throws io.sluice.domain.chat.InexpressibleException when it cannot be carried
     */
    public static GeminiEmbedRequest read(RequestScan scan, Losses losses) {
        boolean batch = scan.endpoint() == Endpoint.BATCH_EMBED_CONTENTS;
        String prefix = batch ? "requests." : "";
        try {
            if (!(Json.read(scan.body(), 0, scan.body().length) instanceof ObjectNode body)) {
                throw new MalformedRequestException(
                        scan.endpoint().inputField(), "The body holds numbers or texts beyond all use.");
            }
            List<Item> items = new ArrayList<>();
            if (batch) {
                Fields.others(body, Set.of("requests")).forEach(losses::lose);
                for (JsonNode request : Fields.array(body, "requests", "")) {
                    items.add(item(request, "requests[" + items.size() + "]", prefix, scan.model(), losses));
                }
            } else {
                items.add(item(body, "", prefix, scan.model(), losses));
            }
            return new GeminiEmbedRequest(items, batch, prefix, losses);
        } catch (MalformedRequestException e) {
            throw new GatewayException(new InvalidRequest(
                    InvalidRequest.Kind.MALFORMED, String.valueOf(e.getMessage()), e.field(), "invalid_value"));
        }
    }

    private static Item item(JsonNode json, String at, String prefix, String model, Losses losses) {
        if (!(json instanceof ObjectNode request)) {
            throw new MalformedRequestException(at, "Invalid value at '" + at + "': expected an object.");
        }
        String named = Fields.text(request, "model", at);
        if (named != null && !named.equals(model) && !named.equals("models/" + model)) {
            throw Fields.malformed(at, "model", "the model that the path names");
        }
        Fields.others(request, KNOWN).forEach(field -> losses.lose(prefix + field));
        ObjectNode content = Fields.object(request, "content", at);
        StringBuilder text = new StringBuilder();
        if (content != null) {
            for (JsonNode part : Fields.array(content, "parts", at.isEmpty() ? "content" : at + ".content")) {
                if (part.path("text").isTextual()) {
                    text.append(text.isEmpty() ? "" : "\n")
                            .append(part.path("text").textValue());
                } else {
                    losses.lose(prefix + "content.parts");
                }
            }
        }
        if (text.isEmpty()) {
            throw Fields.malformed(at, "content", "parts with text");
        }
        return new Item(
                text.toString(),
                Fields.text(request, "taskType", at),
                Fields.text(request, "title", at),
                Fields.small(request, "outputDimensionality", at));
    }

    /**
     * OpenAI's request, whose fields Ollama's has too.
     *
     * @param upstreamModel the provider's name of the model
     */
    public ObjectNode openAi(String upstreamModel) {
        if (items.stream().anyMatch(item -> item.task() != null)) {
            losses.lose(prefix + "taskType");
        }
        if (items.stream().anyMatch(item -> item.title() != null)) {
            losses.lose(prefix + "title");
        }
        ObjectNode body = Json.object().put("model", upstreamModel);
        ArrayNode input = body.putArray("input");
        items.forEach(item -> input.add(item.text()));
        Integer dimensions = dimensions();
        if (dimensions != null) {
            body.put("dimensions", dimensions);
        }
        return body;
    }

    /** Vertex AI's request for predictions. */
    public ObjectNode vertex() {
        ObjectNode body = Json.object();
        ArrayNode instances = body.putArray("instances");
        for (Item item : items) {
            ObjectNode instance = instances.addObject().put("content", item.text());
            if (item.task() != null) {
                instance.put("task_type", item.task());
            }
            if (item.title() != null) {
                instance.put("title", item.title());
            }
        }
        Integer dimensions = dimensions();
        if (dimensions != null) {
            body.putObject("parameters").put("outputDimensionality", dimensions);
        }
        return body;
    }

    /** All vectors of such a request are of one length. */
    private @Nullable Integer dimensions() {
        Integer first = items.isEmpty() ? null : items.getFirst().dimensions();
        if (items.stream().allMatch(item -> Objects.equals(item.dimensions(), first))) {
            return first;
        }
        losses.lose(prefix + "outputDimensionality");
        return null;
    }

    /** Names of the client's fields that were dropped; complete when the request is written. */
    public List<String> lost() {
        return losses.fields();
    }

    /**
     * Reads the answer, whichever of the three it is. Used once.
     *
     * @param errors reads an answer that is an error
     */
    public ResponseTap tap(Function<byte[], UpstreamFailure> errors) {
        boolean many = batch;
        int expected = items.size();
        // Nothing of the request's text is kept.
        return new GatheringTap(errors, answer -> answer(answer, many, expected));
    }

    private static GatheringTap.@Nullable Written answer(ObjectNode answer, boolean batch, int expected) {
        JsonNode[] vectors = new JsonNode[expected];
        int found = 0;
        long tokens = Math.max(
                answer.at("/usage/prompt_tokens").asLong(0),
                answer.path("prompt_eval_count").asLong(0));
        for (JsonNode one : list(answer)) {
            int index = one.path("index").asInt(found);
            JsonNode vector =
                    one.isArray() ? one : one.has("embedding") ? one.path("embedding") : one.at("/embeddings/values");
            if (index < 0 || index >= expected || vectors[index] != null || !vector.isArray()) {
                return null;
            }
            vectors[index] = vector;
            found++;
            tokens += Math.max(0, one.at("/embeddings/statistics/token_count").asLong(0));
        }
        if (found != expected) {
            return null;
        }
        ObjectNode written = Json.object();
        if (batch) {
            ArrayNode embeddings = written.putArray("embeddings");
            for (JsonNode vector : vectors) {
                embeddings.addObject().set("values", vector);
            }
        } else {
            written.putObject("embedding").set("values", vectors[0]);
        }
        if (tokens > 0) {
            written.putObject("usageMetadata").put("promptTokenCount", tokens);
        }
        return new GatheringTap.Written(
                Json.text(written).getBytes(UTF_8), tokens > 0 ? new TokenUsage(tokens, 0, 0, 0) : null);
    }

    /** OpenAI's {@code data}, Ollama's {@code embeddings} or Vertex AI's {@code predictions}. */
    private static JsonNode list(ObjectNode answer) {
        JsonNode data = answer.path("data");
        JsonNode embeddings = answer.path("embeddings");
        return data.isArray() ? data : embeddings.isArray() ? embeddings : answer.path("predictions");
    }
}
