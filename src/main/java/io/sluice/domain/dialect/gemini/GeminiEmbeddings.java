package io.sluice.domain.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.GatheringTap;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's embeddings on Gemini: {@code batchEmbedContents} of the Gemini API, {@code predict} of Vertex AI. Texts alone; a
 * list of tokens cannot be carried. Usage is Google's where it counts, else the estimate of the request, which is all that
 * OpenAI's answer must hold. Vectors are gathered, 64 MiB of the answer at most.
 */
public final class GeminiEmbeddings {
    private static final Set<String> KNOWN =
            Set.of("input", "model", "dimensions", "encodingFormat", "user", "taskType");

    private final ObjectNode body;
    private final List<String> lost;
    private final boolean base64;
    private final String model;
    private final long inputTokens;

    private GeminiEmbeddings(ObjectNode body, List<String> lost, boolean base64, String model, long inputTokens) {
        this.body = body;
        this.lost = lost;
        this.base64 = base64;
        this.model = model;
        this.inputTokens = inputTokens;
    }

    /**
     * Translates a request.
     *
     * @param scan OpenAI's request
     * @param upstreamModel Google's name of the model, without {@code models/}
     * @param lenient whether what cannot be carried is dropped and listed
     * @param vertex whether it is for Vertex AI
     * @param target what the answer says besides
     * @throws GatewayException when the request is malformed
     * @throws io.sluice.domain.chat.InexpressibleException when it cannot be carried
     */
    public static GeminiEmbeddings of(
            RequestScan scan, String upstreamModel, boolean lenient, boolean vertex, AnswerTarget target) {
        Losses losses = new Losses(ChatDialect.OPENAI, lenient);
        if (!(Json.read(scan.body(), 0, scan.body().length) instanceof ObjectNode request)) {
            throw malformed("The body is not a JSON object.", null);
        }
        List<String> texts = texts(request.path("input"), losses);
        JsonNode dimensions = request.path("dimensions");
        if (!dimensions.isMissingNode() && !dimensions.isNull() && !dimensions.isIntegralNumber()) {
            throw malformed("'dimensions' must be a whole number.", "dimensions");
        }
        Fields.others(request, KNOWN).forEach(name -> losses.lose(name, request.path(name)));
        JsonNode task = request.path("task_type").isTextual() ? request.path("task_type") : request.path("taskType");
        ObjectNode body = vertex ? vertex(texts, task, dimensions) : studio(texts, upstreamModel, task, dimensions);
        String format = request.path("encoding_format").asText("float");
        return new GeminiEmbeddings(body, losses.fields(), format.equals("base64"), target.model(), scan.inputTokens());
    }

    private static List<String> texts(JsonNode input, Losses losses) {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : input.isArray() ? input : Json.NODES.arrayNode().add(input)) {
            if (!item.isTextual()) {
                // Tokens are of a vocabulary that is not Google's: there is nothing to fall back on.
                losses.lose("input");
                throw malformed("'input' must be a string or a list of strings for this model.", "input");
            }
            texts.add(item.textValue());
        }
        if (texts.isEmpty()) {
            throw malformed("'input' must not be empty.", "input");
        }
        return texts;
    }

    private static GatewayException malformed(String message, @Nullable String field) {
        return new GatewayException(new InvalidRequest(InvalidRequest.Kind.MALFORMED, message, field, "invalid_value"));
    }

    private static ObjectNode studio(List<String> texts, String model, JsonNode task, JsonNode dimensions) {
        ObjectNode body = Json.object();
        ArrayNode requests = body.putArray("requests");
        for (String text : texts) {
            ObjectNode request = requests.addObject().put("model", "models/" + model);
            request.putObject("content").putArray("parts").addObject().put("text", text);
            if (task.isTextual()) {
                request.set("taskType", task);
            }
            if (dimensions.isNumber()) {
                request.set("outputDimensionality", dimensions);
            }
        }
        return body;
    }

    private static ObjectNode vertex(List<String> texts, JsonNode task, JsonNode dimensions) {
        ObjectNode body = Json.object();
        ArrayNode instances = body.putArray("instances");
        for (String text : texts) {
            ObjectNode instance = instances.addObject().put("content", text);
            if (task.isTextual()) {
                instance.set("task_type", task);
            }
        }
        if (dimensions.isNumber()) {
            body.putObject("parameters").set("outputDimensionality", dimensions);
        }
        return body;
    }

    /** The body for the provider; the caller may change it. */
    public ObjectNode body() {
        return body;
    }

    /** Names of the client's fields that were dropped. */
    public List<String> lost() {
        return lost;
    }

    /** Reads the answer. Used once. */
    public ResponseTap tap() {
        boolean inBase64 = base64;
        String named = model;
        long estimated = inputTokens;
        // Nothing of the request's text is kept.
        return new GatheringTap(
                json -> GeminiError.read(0, json).failure(), answer -> answer(answer, inBase64, named, estimated));
    }

    private static GatheringTap.@Nullable Written answer(
            ObjectNode answer, boolean base64, String model, long inputTokens) {
        List<JsonNode> vectors = new ArrayList<>();
        long counted = 0;
        for (JsonNode embedding : answer.path("embeddings")) {
            vectors.add(embedding.path("values"));
        }
        if (answer.path("embedding").isObject()) {
            vectors.add(answer.path("embedding").path("values"));
        }
        for (JsonNode prediction : answer.path("predictions")) {
            vectors.add(prediction.path("embeddings").path("values"));
            counted += Math.max(
                    0, prediction.at("/embeddings/statistics/token_count").asLong(0));
        }
        counted += Math.max(0, answer.at("/usageMetadata/promptTokenCount").asLong(0));
        if (vectors.isEmpty() || vectors.stream().anyMatch(vector -> !vector.isArray())) {
            return null;
        }
        long tokens = counted > 0 ? counted : inputTokens;
        ObjectNode written = Json.object().put("object", "list");
        ArrayNode data = written.putArray("data");
        for (int i = 0; i < vectors.size(); i++) {
            ObjectNode item = data.addObject().put("object", "embedding").put("index", i);
            if (base64) {
                item.put("embedding", base64(vectors.get(i)));
            } else {
                item.set("embedding", vectors.get(i));
            }
        }
        written.put("model", model);
        written.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        return new GatheringTap.Written(
                Json.text(written).getBytes(UTF_8), counted > 0 ? new TokenUsage(counted, 0, 0, 0) : null);
    }

    /** Floats of 32 bits, little-endian, as OpenAI writes them. */
    private static String base64(JsonNode vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.size() * 4).order(ByteOrder.LITTLE_ENDIAN);
        vector.forEach(number -> bytes.putFloat((float) number.asDouble()));
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
