package io.sluice.domain.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.Json;

/** Probabilities between Gemini's {@code logprobsResult} and OpenAI's {@code logprobs}. */
final class LogprobsForm {
    private LogprobsForm() {}

    /** Reads Gemini's. */
    static ObjectNode read(JsonNode result) {
        ObjectNode logprobs = Json.object();
        ArrayNode content = logprobs.putArray("content");
        JsonNode top = result.path("topCandidates");
        int i = 0;
        for (JsonNode chosen : result.path("chosenCandidates")) {
            ObjectNode token = entry(chosen);
            ArrayNode others = token.putArray("top_logprobs");
            top.path(i++).path("candidates").forEach(other -> others.add(entry(other)));
            content.add(token);
        }
        return logprobs;
    }

    private static ObjectNode entry(JsonNode candidate) {
        String text = candidate.path("token").asText("");
        ObjectNode token = Json.object();
        token.put("token", text);
        JsonNode probability = candidate.path("logProbability");
        token.set("logprob", probability.isNumber() ? probability : Json.NODES.numberNode(0));
        ArrayNode bytes = token.putArray("bytes");
        for (byte b : text.getBytes(UTF_8)) {
            bytes.add(b & 0xff);
        }
        return token;
    }

    /** Writes Gemini's. */
    static ObjectNode write(JsonNode logprobs) {
        ObjectNode result = Json.object();
        ArrayNode top = result.putArray("topCandidates");
        ArrayNode chosen = result.putArray("chosenCandidates");
        for (JsonNode token : logprobs.path("content")) {
            chosen.add(candidate(token));
            ArrayNode others = top.addObject().putArray("candidates");
            token.path("top_logprobs").forEach(other -> others.add(candidate(other)));
        }
        return result;
    }

    private static ObjectNode candidate(JsonNode token) {
        ObjectNode candidate = Json.object();
        candidate.put("token", token.path("token").asText(""));
        JsonNode probability = token.path("logprob");
        candidate.set("logProbability", probability.isNumber() ? probability : Json.NODES.numberNode(0));
        return candidate;
    }
}
