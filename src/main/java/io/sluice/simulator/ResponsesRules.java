package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads requests of the Responses API as strictly as OpenAI does (API reference, 2026). */
final class ResponsesRules {
    private static final Set<String> REQUEST = Set.of(
            "model",
            "input",
            "instructions",
            "max_output_tokens",
            "max_tool_calls",
            "temperature",
            "top_p",
            "top_logprobs",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "text",
            "reasoning",
            "previous_response_id",
            "conversation",
            "store",
            "include",
            "truncation",
            "background",
            "stream",
            "stream_options",
            "metadata",
            "prompt",
            "service_tier",
            "user",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            "context_management",
            "moderation");
    private static final Set<String> BUILT_IN = Set.of(
            "web_search",
            "web_search_preview",
            "file_search",
            "code_interpreter",
            "computer_use_preview",
            "image_generation",
            "mcp",
            "local_shell",
            "shell",
            "apply_patch",
            "custom");

    private final Fields root;
    private final Wording wording;
    private final Turn turn = new Turn();
    private final Set<String> open = new LinkedHashSet<>();

    private ResponsesRules(Wording wording, Fields root) {
        this.wording = wording;
        this.root = root;
    }

    /**
     * Reads a request.
     *
     * @param before input items of the answers it goes on from
     */
    static Turn read(Wording wording, Fields root, List<JsonNode> before) throws RefusedRequest {
        return new ResponsesRules(wording, root).read(before);
    }

    private Turn read(List<JsonNode> before) throws RefusedRequest {
        root.only(REQUEST).decimal("temperature", 0, 2).decimal("top_p", 0, 1);
        turn.model = root.words("model");
        turn.maxTokens = (int) root.whole("max_output_tokens", 16, Integer.MAX_VALUE, Integer.MAX_VALUE);
        root.whole("top_logprobs", 0, 20, 0);
        turn.stream = root.flag("stream", false);
        turn.single = !root.flag("parallel_tool_calls", true);
        root.oneOf("truncation", Set.of("auto", "disabled"), "disabled");
        if (root.has("stream_options") && !turn.stream) {
            throw root.invalid("stream_options", "only allowed when 'stream' is enabled");
        }
        turn.remembers = root.has("prompt_cache_key");
        turn.count(root.text("instructions", ""));
        Fields reasoning = root.objectOrNull("reasoning");
        if (reasoning != null) {
            String effort = reasoning
                    .only(Set.of("effort", "summary", "generate_summary"))
                    .oneOf("effort", Set.of("none", "minimal", "low", "medium", "high", "xhigh", "max"), "medium");
            reasoning.oneOf("summary", Set.of("auto", "concise", "detailed"), "auto");
            turn.thinking = !effort.equals("none");
        }
        tools();
        text();
        input(before);
        return turn;
    }

    private void text() throws RefusedRequest {
        Fields text = root.objectOrNull("text");
        Fields format =
                text == null ? null : text.only(Set.of("format", "verbosity")).objectOrNull("format");
        if (format == null) {
            return;
        }
        switch (format.oneOf("type", Set.of("text", "json_object", "json_schema"))) {
            case "json_object" -> turn.json = true;
            case "json_schema" -> {
                format.only(Set.of("type", "name", "description", "schema", "strict"))
                        .words("name");
                turn.schema = format.object("schema").node();
            }
            default -> {}
        }
    }

    private void tools() throws RefusedRequest {
        Set<String> built = new LinkedHashSet<>();
        for (Fields tool : root.objects("tools")) {
            String type = tool.text("type");
            if (type.equals("function")) {
                tool.only(Set.of("type", "name", "description", "parameters", "strict"));
                turn.offers.add(new Turn.Offer(tool.words("name"), tool.get("parameters")));
                turn.count(tool.node().toString());
            } else if (BUILT_IN.contains(type)) {
                built.add(type);
            } else {
                tool.oneOf("type", BUILT_IN);
            }
        }
        JsonNode choice = root.get("tool_choice");
        if (choice.isTextual()) {
            switch (root.oneOf("tool_choice", Set.of("none", "auto", "required"))) {
                case "none" -> turn.choice = Turn.Choice.NONE;
                case "required" -> {
                    if (turn.offers.isEmpty() && built.isEmpty()) {
                        throw root.invalid("tool_choice", "'required' is only allowed when 'tools' are specified");
                    }
                    turn.choice = Turn.Choice.REQUIRED;
                }
                default -> {}
            }
        } else if (!choice.isMissingNode()) {
            Fields wanted = root.object("tool_choice");
            if (wanted.text("type").equals("function")) {
                turn.choice = Turn.Choice.NAMED;
                turn.named = wanted.only(Set.of("type", "name")).words("name");
                if (!turn.offers(turn.named)) {
                    throw root.invalid("tool_choice", "Tool choice 'function' not found in 'tools' parameter");
                }
            } else if (wanted.get("mode").asText().equals("required")) {
                turn.choice = Turn.Choice.REQUIRED;
            }
        }
    }

    /** What was said before and is said now, as input items. */
    static ArrayNode items(Fields root, List<JsonNode> before) {
        ArrayNode items = Json.array();
        before.forEach(items::add);
        JsonNode input = root.get("input");
        if (input.isTextual()) {
            items.addObject().put("role", "user").put("content", input.textValue());
        } else {
            input.forEach(items::add);
        }
        return items;
    }

    private void input(List<JsonNode> before) throws RefusedRequest {
        JsonNode input = root.require("input");
        if (!input.isTextual() && !input.isArray()) {
            throw root.wrongType("input", "one of a string or array of objects");
        }
        if (input.isArray() && input.isEmpty()
                || input.isTextual() && input.textValue().isEmpty()) {
            throw root.invalid("input", "must not be empty");
        }
        byte[] all =
                Wording.utf8(Json.object().set("input", items(root, before)).toString());
        for (Fields item : Fields.of(wording, all, false).objects("input")) {
            item(item);
        }
        if (!open.isEmpty()) {
            throw refused("No tool output found for function call " + String.join(", ", open) + ".");
        }
    }

    private RefusedRequest refused(String message) {
        return new RefusedRequest(ProviderError.invalid(message, "input", null));
    }

    private void item(Fields item) throws RefusedRequest {
        String type = item.text("type", "message");
        switch (type) {
            case "message" -> message(item);
            case "reasoning" -> {
                item.only(Set.of("type", "id", "summary", "content", "encrypted_content", "status"));
                item.require("summary");
                String sealed = item.text("encrypted_content", "");
                if (!sealed.isEmpty() && !Signatures.fits(sealed, "reasoning")) {
                    throw new RefusedRequest(ProviderError.invalid(
                            "The encrypted content could not be verified. Reason: Encrypted content could not be"
                                    + " decrypted or parsed.",
                            item.at("encrypted_content"),
                            "invalid_encrypted_content"));
                }
            }
            case "function_call" -> {
                item.only(Set.of("type", "id", "call_id", "name", "arguments", "status", "namespace"));
                item.words("name");
                turn.count(item.text("arguments"));
                open.add(item.words("call_id"));
                turn.results.clear();
            }
            case "function_call_output" -> {
                item.only(Set.of("type", "id", "call_id", "output", "status"));
                String id = item.words("call_id");
                if (!open.remove(id)) {
                    throw refused("No tool call found for function call output with call_id " + id + ".");
                }
                output(item);
            }
            case "item_reference" ->
                throw new RefusedRequest(ProviderError.of(
                        404,
                        "Item with id '" + item.text("id", "") + "' not found.",
                        "invalid_request_error",
                        "input",
                        null));
            default ->
                item.oneOf(
                        "type",
                        Set.of("message", "reasoning", "function_call", "function_call_output", "item_reference"));
        }
    }

    private void output(Fields item) throws RefusedRequest {
        JsonNode output = item.require("output");
        List<String> said = new ArrayList<>();
        if (output.isArray()) {
            for (Fields part : item.objects("output")) {
                part.oneOf("type", Set.of("input_text", "input_image", "input_file"));
                said.add(part.text("text", "an attachment"));
            }
        } else {
            said.add(item.text("output"));
        }
        String text = String.join(" ", said);
        turn.count(text);
        turn.results.add(text);
    }

    private void message(Fields item) throws RefusedRequest {
        item.only(Set.of("type", "id", "role", "content", "status", "phase"));
        String role = item.oneOf("role", Set.of("user", "assistant", "system", "developer"));
        turn.countMessage();
        turn.results.clear();
        JsonNode content = item.require("content");
        List<String> said = new ArrayList<>();
        if (content.isTextual()) {
            said.add(content.textValue());
            turn.count(content.textValue());
        } else {
            Set<String> allowed = role.equals("assistant")
                    ? Set.of("output_text", "refusal")
                    : Set.of("input_text", "input_image", "input_file", "input_audio");
            for (Fields part : item.objects("content")) {
                part(part, part.oneOf("type", allowed), said);
            }
        }
        if (role.equals("user")) {
            turn.question = String.join(" ", said);
        }
    }

    private void part(Fields part, String type, List<String> said) throws RefusedRequest {
        switch (type) {
            case "input_image" -> {
                String url = part.only(Set.of("type", "image_url", "file_id", "detail"))
                        .text("image_url", "");
                if (!url.isEmpty() && !Media.isWebUrl(url) && !Media.isDataUrl(url)) {
                    throw part.invalid("image_url", "Expected a valid URL, but got a value with an invalid format");
                }
                turn.image();
            }
            case "input_file" -> {
                part.only(Set.of("type", "file_id", "file_data", "file_url", "filename"));
                turn.document();
            }
            case "input_audio" -> turn.recording();
            case "refusal" -> turn.count(part.text("refusal"));
            default -> {
                part.only(Set.of("type", "text", "annotations", "logprobs"));
                said.add(part.text("text"));
                turn.count(part.text("text"));
            }
        }
    }
}
