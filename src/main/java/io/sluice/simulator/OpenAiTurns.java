package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Reads what an OpenAI chat request wants beyond plain words. */
final class OpenAiTurns {
    private OpenAiTurns() {}

    /** Reads a request that was checked; null when it wants plain words or, on demand, one tool call. */
    static @Nullable Turn read(JsonNode root) throws RefusedRequest {
        Turn turn = whole(root);
        boolean special = turn.images + turn.documents + turn.recordings > 0
                || !turn.results.isEmpty()
                || turn.json
                || turn.schema != null
                || !turn.stops.isEmpty()
                || turn.thinking
                || turn.remembers
                || mentions(turn);
        return special ? turn : null;
    }

    private static boolean mentions(Turn turn) {
        for (Turn.Offer offer : turn.offers) {
            if (turn.question.contains(offer.name())) {
                return true;
            }
        }
        return false;
    }

    /** Reads a request that was checked. */
    static Turn whole(JsonNode root) throws RefusedRequest {
        Turn turn = new Turn();
        turn.model = root.path("model").asText();
        JsonNode messages = root.path("messages");
        for (int i = 0; i < messages.size(); i++) {
            message(messages.get(i), turn, "messages[" + i + "]");
        }
        for (JsonNode tool : root.path("tools")) {
            JsonNode function = tool.path(tool.path("type").asText());
            turn.offers.add(new Turn.Offer(function.path("name").asText(), function.path("parameters")));
        }
        choice(root.path("tool_choice"), turn);
        turn.single = root.path("parallel_tool_calls").isBoolean()
                && !root.path("parallel_tool_calls").booleanValue();
        turn.stops = stops(root.path("stop"));
        format(root.path("response_format"), turn);
        String effort = root.path("reasoning_effort").asText();
        turn.thinking = !effort.isEmpty() && !effort.equals("none") && !effort.equals("null")
                || root.path("enable_thinking").asBoolean();
        turn.remembers = root.hasNonNull("prompt_cache_key");
        return turn;
    }

    private static void message(JsonNode message, Turn turn, String at) throws RefusedRequest {
        String role = message.path("role").asText();
        JsonNode content = message.path("content");
        StringJoiner text = new StringJoiner(" ");
        if (content.isTextual()) {
            text.add(content.textValue());
        }
        turn.count(content.asText());
        for (JsonNode part : content.isArray() ? content : Json.array()) {
            switch (part.path("type").asText()) {
                case "image_url" -> {
                    image(part, at);
                    turn.image();
                }
                case "input_audio" -> turn.recording();
                case "file" -> turn.document();
                default -> {
                    text.add(part.path("text").asText());
                    turn.count(part.path("text").asText());
                }
            }
        }
        if (role.equals("tool")) {
            turn.results.add(text.toString());
        } else {
            turn.results.clear();
            if (role.equals("user")) {
                turn.question = text.toString();
            }
        }
    }

    private static void image(JsonNode part, String at) throws RefusedRequest {
        String url = part.path("image_url").path("url").asText();
        if (!url.startsWith("https://") && !url.startsWith("http://") && !Media.isDataUrl(url)) {
            throw new RefusedRequest(ProviderError.invalid(
                    "Invalid image URL in '" + at + "'. Expected a base64-encoded data URL with an image MIME type or"
                            + " an http(s) URL.",
                    at,
                    "invalid_image_url"));
        }
    }

    private static void choice(JsonNode choice, Turn turn) {
        String name = choice.path(choice.path("type").asText()).path("name").asText();
        boolean required = choice.asText().equals("required")
                || choice.path("allowed_tools").path("mode").asText().equals("required");
        if (!name.isEmpty()) {
            turn.choice = Turn.Choice.NAMED;
            turn.named = name;
        } else if (required) {
            turn.choice = Turn.Choice.REQUIRED;
        } else if (choice.asText().equals("none")) {
            turn.choice = Turn.Choice.NONE;
        }
    }

    private static List<String> stops(JsonNode stop) throws RefusedRequest {
        List<String> stops = new ArrayList<>();
        if (stop.isTextual()) {
            stops.add(stop.textValue());
        }
        for (JsonNode each : stop.isArray() ? stop : Json.array()) {
            stops.add(each.asText());
        }
        if (stops.size() > 4) {
            throw new RefusedRequest(ProviderError.invalid(
                    "Invalid 'stop': array too long. Expected an array with maximum length 4.",
                    "stop",
                    "array_above_max_length"));
        }
        return stops;
    }

    private static void format(JsonNode format, Turn turn) throws RefusedRequest {
        switch (format.path("type").asText()) {
            case "json_object" -> turn.json = true;
            case "json_schema" -> {
                JsonNode named = format.path("json_schema");
                if (named.path("name").asText().isEmpty()) {
                    throw new RefusedRequest(ProviderError.invalid(
                            "Missing required parameter: 'response_format.json_schema.name'.",
                            "response_format.json_schema.name",
                            "missing_required_parameter"));
                }
                turn.schema = named.path("schema");
            }
            default -> {}
        }
    }
}
