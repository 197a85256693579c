package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/** Reads chat requests of Ollama (API reference, 2026); fields that Ollama would pass over are refused. */
final class OllamaRules {
    private static final Set<String> OPTIONS = Set.of(
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "typical_p",
            "num_predict",
            "num_ctx",
            "num_keep",
            "num_batch",
            "num_gpu",
            "num_thread",
            "seed",
            "stop",
            "repeat_penalty",
            "repeat_last_n",
            "presence_penalty",
            "frequency_penalty",
            "mirostat",
            "mirostat_eta",
            "mirostat_tau");

    private OllamaRules() {}

    /** Reads a request. */
    static Turn read(Fields root) throws RefusedRequest {
        Turn turn = new Turn();
        root.only(Set.of(
                "model",
                "messages",
                "stream",
                "keep_alive",
                "think",
                "format",
                "tools",
                "options",
                "logprobs",
                "top_logprobs"));
        turn.model = root.text("model", "");
        if (turn.model.isEmpty()) {
            throw root.invalid("", "model is required");
        }
        turn.stream = root.flag("stream", true);
        think(root, turn);
        format(root, turn);
        for (Fields tool : root.objects("tools")) {
            Fields function = tool.only(Set.of("type", "function")).object("function");
            function.only(Set.of("name", "description", "parameters", "strict"));
            turn.offers.add(new Turn.Offer(function.words("name"), function.get("parameters")));
            turn.count(function.node().toString());
        }
        options(root, turn);
        List<Fields> messages = root.objects("messages");
        for (Fields message : messages) {
            message(message, turn);
        }
        return turn;
    }

    private static void think(Fields root, Turn turn) throws RefusedRequest {
        JsonNode think = root.get("think");
        if (think.isBoolean()) {
            turn.thinking = think.booleanValue();
        } else if (!think.isMissingNode()) {
            root.oneOf("think", Set.of("low", "medium", "high", "max"));
            turn.thinking = true;
        }
    }

    private static void format(Fields root, Turn turn) throws RefusedRequest {
        JsonNode format = root.get("format");
        if (format.isObject()) {
            turn.schema = format;
        } else if (!format.isMissingNode()) {
            turn.json = root.text("format").equals("json");
            if (!turn.json) {
                throw root.invalid(
                        "",
                        "invalid format: \"" + format.asText() + "\"; expected \"json\" or a valid JSON Schema object");
            }
        }
    }

    private static void options(Fields root, Turn turn) throws RefusedRequest {
        Fields options = root.objectOrNull("options");
        if (options == null) {
            return;
        }
        options.only(OPTIONS);
        for (String name : OPTIONS) {
            if (!name.equals("stop")) {
                options.decimal(name, -1e18, 1e18);
            }
        }
        turn.stops = options.texts("stop", Integer.MAX_VALUE);
        long most = options.whole("num_predict", -2, Integer.MAX_VALUE, -1);
        turn.maxTokens = most <= 0 ? Integer.MAX_VALUE : (int) most;
    }

    private static void message(Fields message, Turn turn) throws RefusedRequest {
        message.only(Set.of("role", "content", "thinking", "images", "tool_calls", "tool_name", "tool_call_id"));
        String role = message.text("role", "");
        if (!Set.of("system", "user", "assistant", "tool").contains(role)) {
            throw message.invalid("", "invalid role: \"" + role + "\"; must be one of [system user assistant tool]");
        }
        String text = message.text("content", "");
        turn.countMessage();
        turn.count(text);
        for (String image : message.texts("images", 100)) {
            if (!Media.isBase64(image)) {
                throw message.invalid("", "illegal base64 data at input byte 4");
            }
            turn.image();
        }
        for (Fields call : message.objects("tool_calls")) {
            Fields function = call.only(Set.of("id", "type", "function")).object("function");
            function.only(Set.of("index", "name", "arguments")).words("name");
            turn.count(function.object("arguments").node().toString());
        }
        if (role.equals("tool")) {
            turn.results.add(text);
        } else {
            turn.results.clear();
            if (role.equals("user")) {
                turn.question = text;
            }
        }
    }
}
