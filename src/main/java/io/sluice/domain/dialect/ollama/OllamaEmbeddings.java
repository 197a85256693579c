package io.sluice.domain.dialect.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.InexpressibleException;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.MalformedRequestException;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * Writes OpenAI's request for embeddings as Ollama's {@code /api/embed} takes it (Ollama API reference, 2026). Input that is
 * longer than the model's context is to be refused, as OpenAI does, and not cut.
 */
public final class OllamaEmbeddings {
    private static final Set<String> READ = Set.of("model", "input", "dimensions", "encoding_format", "user");
    private static final Set<String> PASSED = Set.of("keep_alive", "options", "truncate");

    private OllamaEmbeddings() {}

    /**
     * Writes a request.
     *
     * @param body OpenAI's
     * @param upstreamModel Ollama's name of the model
     * @param losses is told what Ollama has not
     * @throws InexpressibleException for input in tokens, also where losses are listed: there is nothing else to embed
     * @throws MalformedRequestException when a field has a form that OpenAI does not know
     */
    public static ObjectNode request(JsonNode body, String upstreamModel, Losses losses) {
        ObjectNode written = Json.object().put("model", upstreamModel);
        written.set("input", input(body.path("input")));
        written.put("truncate", false);
        JsonNode dimensions = body.path("dimensions");
        if (dimensions.isIntegralNumber()) {
            written.set("dimensions", dimensions);
        } else if (!dimensions.isMissingNode() && !dimensions.isNull()) {
            throw new MalformedRequestException("dimensions", "'dimensions' is not a whole number.");
        }
        isBase64(body);
        for (Iterator<Map.Entry<String, JsonNode>> fields = body.fields(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            if (PASSED.contains(field.getKey())) {
                written.set(field.getKey(), field.getValue());
            } else if (!READ.contains(field.getKey())) {
                losses.lose(field.getKey(), field.getValue());
            }
        }
        return written;
    }

    private static JsonNode input(JsonNode input) {
        if (input.isTextual()) {
            return input;
        }
        if (!input.isArray() || input.isEmpty()) {
            throw new MalformedRequestException("input", "'input' is neither a text nor a list of texts.");
        }
        for (JsonNode text : input) {
            if (text.isNumber() || text.isArray()) {
                throw new InexpressibleException("input");
            }
            if (!text.isTextual()) {
                throw new MalformedRequestException("input", "'input' holds something that is no text.");
            }
        }
        return input;
    }

    /**
     * Whether the client wants vectors as base64 instead of numbers.
     *
     * @param body OpenAI's request
     * @throws MalformedRequestException when it wants something else
     */
    public static boolean isBase64(JsonNode body) {
        JsonNode format = body.path("encoding_format");
        if (format.isMissingNode() || format.isNull() || "float".equals(format.textValue())) {
            return false;
        }
        if ("base64".equals(format.textValue())) {
            return true;
        }
        throw new MalformedRequestException("encoding_format", "'encoding_format' is neither 'float' nor 'base64'.");
    }
}
