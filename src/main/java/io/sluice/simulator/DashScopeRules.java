package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads generation requests of DashScope's own API (API reference of Model Studio, 2026). */
final class DashScopeRules {
    private static final Set<String> PARAMETERS = Set.of(
            "result_format",
            "incremental_output",
            "max_tokens",
            "temperature",
            "top_p",
            "top_k",
            "seed",
            "repetition_penalty",
            "presence_penalty",
            "stop",
            "enable_search",
            "search_options",
            "enable_thinking",
            "thinking_budget",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "response_format",
            "n",
            "logprobs",
            "top_logprobs",
            "vl_high_resolution_images",
            "translation_options");

    private final Fields root;
    private final boolean multimodal;
    private final Turn turn = new Turn();

    private DashScopeRules(Fields root, boolean multimodal) {
        this.root = root;
        this.multimodal = multimodal;
    }

    /**
     * What was read.
     *
     * @param turn what is asked
     * @param incremental whether each event holds only what is new
     * @param message whether the answer stands in choices
     */
    record Read(Turn turn, boolean incremental, boolean message) {}

    /** Reads a request. */
    static Read read(Fields root, boolean multimodal, boolean stream) throws RefusedRequest {
        return new DashScopeRules(root, multimodal).read(stream);
    }

    private Read read(boolean stream) throws RefusedRequest {
        turn.stream = stream;
        turn.remembers = true;
        turn.model = root.only(Set.of("model", "input", "parameters")).words("model");
        boolean sees = turn.model.matches(".*(-vl|-omni|-audio|-ocr|vl-).*");
        if (sees != multimodal) {
            throw root.invalid("", "url error, please check url！");
        }
        Fields input = root.object("input").only(Set.of("messages", "prompt"));
        Fields parameters = root.objectOrNull("parameters");
        boolean incremental = false;
        String format = multimodal ? "message" : "text";
        if (parameters != null) {
            parameters
                    .only(PARAMETERS)
                    .decimal("temperature", 0, Math.nextDown(2.0))
                    .decimal("top_p", Double.MIN_VALUE, Math.nextDown(1.0))
                    .decimal("repetition_penalty", Double.MIN_VALUE, 100)
                    .decimal("presence_penalty", -2, 2);
            parameters.whole("top_k", 0, 100, 0);
            parameters.whole("seed", 0, Integer.MAX_VALUE, 0);
            parameters.whole("n", 1, 4, 1);
            turn.maxTokens = parameters.tokens("max_tokens");
            incremental = parameters.flag("incremental_output", false);
            format = parameters.oneOf("result_format", Set.of("message", "text"), format);
            turn.thinking = parameters.flag("enable_thinking", false);
            if (turn.thinking && !stream) {
                throw root.invalid("", "parameter.enable_thinking must be set to false for non-streaming calls");
            }
            if (turn.thinking && !incremental) {
                throw root.invalid("", "parameter.enable_thinking only support incremental_output=true");
            }
            stops(parameters);
            format(parameters);
            tools(parameters, format);
        }
        if (input.has("prompt") == input.has("messages")) {
            throw input.invalid("", "Either \"prompt\" or \"messages\" must exist and cannot both be none");
        }
        if (input.has("prompt")) {
            turn.question = input.words("prompt");
            turn.count(turn.question);
        } else {
            messages(input);
        }
        return new Read(turn, incremental, format.equals("message"));
    }

    private void stops(Fields parameters) throws RefusedRequest {
        if (parameters.get("stop").isTextual()) {
            turn.stops = List.of(parameters.text("stop"));
        } else {
            turn.stops = parameters.texts("stop", 16);
        }
    }

    private void format(Fields parameters) throws RefusedRequest {
        Fields format = parameters.objectOrNull("response_format");
        if (format == null) {
            return;
        }
        switch (format.oneOf("type", Set.of("text", "json_object", "json_schema"))) {
            case "json_object" -> turn.json = true;
            case "json_schema" ->
                turn.schema = format.object("json_schema").object("schema").node();
            default -> {}
        }
        if ((turn.json || turn.schema != null) && turn.thinking) {
            throw format.invalid("", "Json mode response is not supported when enable_thinking is true");
        }
    }

    private void tools(Fields parameters, String format) throws RefusedRequest {
        for (Fields tool : parameters.objects("tools")) {
            tool.only(Set.of("type", "function")).oneOf("type", Set.of("function"));
            Fields function = tool.object("function").only(Set.of("name", "description", "parameters", "strict"));
            turn.offers.add(new Turn.Offer(function.words("name"), function.get("parameters")));
            turn.count(function.node().toString());
        }
        if (!turn.offers.isEmpty() && !format.equals("message")) {
            throw parameters.invalid("result_format", "must be message when tools are used");
        }
        turn.single = !parameters.flag("parallel_tool_calls", false);
        JsonNode choice = parameters.get("tool_choice");
        if (choice.isObject()) {
            turn.choice = Turn.Choice.NAMED;
            turn.named = choice.path("function").path("name").asText();
            if (!turn.offers(turn.named)) {
                throw parameters.invalid("tool_choice", "the function is not one of tools");
            }
            if (turn.thinking) {
                throw parameters.invalid(
                        "",
                        "The tool_choice parameter does not support being set to required or object in thinking mode");
            }
        } else if (!choice.isMissingNode()) {
            String name = parameters.oneOf("tool_choice", Set.of("auto", "none"));
            turn.choice = name.equals("none") ? Turn.Choice.NONE : Turn.Choice.AUTO;
        }
    }

    private void messages(Fields input) throws RefusedRequest {
        Set<String> open = new HashSet<>();
        List<Fields> messages = input.objects("messages");
        if (messages.isEmpty()) {
            throw input.invalid("messages", "[] is too short");
        }
        for (Fields message : messages) {
            message.only(
                    Set.of("role", "content", "name", "tool_calls", "tool_call_id", "partial", "reasoning_content"));
            String role = message.oneOf("role", Set.of("system", "user", "assistant", "tool"));
            turn.countMessage();
            if (!role.equals("tool")) {
                turn.results.clear();
                if (!open.isEmpty()) {
                    throw message.invalid(
                            "",
                            "An assistant message with \"tool_calls\" must be followed by tool messages responding to"
                                    + " each \"tool_call_id\".");
                }
            }
            List<Fields> calls = message.objects("tool_calls");
            for (Fields call : calls) {
                call.only(Set.of("id", "type", "index", "function"));
                Fields function = call.object("function").only(Set.of("name", "arguments"));
                function.words("name");
                turn.count(function.text("arguments"));
                open.add(call.text("id"));
            }
            String text = calls.isEmpty() || message.has("content") ? content(message) : "";
            switch (role) {
                case "tool" -> {
                    if (!open.remove(message.text("tool_call_id"))) {
                        throw message.invalid(
                                "",
                                "messages with role \"tool\" must be a response to a preceeding message with"
                                        + " \"tool_calls\".");
                    }
                    turn.results.add(text);
                }
                case "user" -> turn.question = text;
                default -> {}
            }
        }
        if (!open.isEmpty()) {
            throw input.invalid("messages", "tool calls without tool messages at the end");
        }
    }

    private String content(Fields message) throws RefusedRequest {
        if (!multimodal
                || message.get("content").isTextual() && !message.text("role").equals("user")) {
            String text = message.text("content");
            turn.count(text);
            return text;
        }
        List<String> said = new ArrayList<>();
        message.require("content");
        for (Fields part : message.objects("content")) {
            part.only(Set.of("text", "image", "audio", "video", "min_pixels", "max_pixels", "fps"));
            if (part.has("text")) {
                said.add(part.text("text"));
                turn.count(part.text("text"));
            } else if (part.has("image")) {
                String url = part.text("image");
                if (!Media.isWebUrl(url) && !Media.isDataUrl(url) && !url.startsWith("oss://")) {
                    throw part.invalid("image", "The provided URL does not appear to be valid.");
                }
                turn.image();
            } else if (part.has("audio")) {
                turn.recording();
            } else if (part.has("video")) {
                turn.document();
            }
        }
        return String.join(" ", said);
    }
}
