package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads requests of the Messages API as strictly as Anthropic does (API reference, 2026). */
final class AnthropicRules {
    private static final Set<String> COUNTED = Set.of(
            "model",
            "messages",
            "system",
            "tools",
            "tool_choice",
            "thinking",
            "output_config",
            "cache_control",
            "context_management",
            "mcp_servers");
    private static final Set<String> GENERATED = with(
            COUNTED,
            "max_tokens",
            "stream",
            "temperature",
            "top_p",
            "top_k",
            "stop_sequences",
            "metadata",
            "service_tier",
            "container",
            "inference_geo");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,128}");
    private static final int MOST_MARKS = 4;

    private final Wording wording;
    private final Turn turn = new Turn();
    private int marks;

    private AnthropicRules(Wording wording) {
        this.wording = wording;
    }

    private static Set<String> with(Set<String> names, String... more) {
        Set<String> all = new HashSet<>(names);
        all.addAll(List.of(more));
        return Set.copyOf(all);
    }

    /**
     * Reads a request.
     *
     * @param generates whether an answer is wanted; otherwise its tokens are only counted
     * @throws RefusedRequest with Anthropic's error
     */
    static Turn read(Wording wording, Asked asked, boolean generates) throws RefusedRequest {
        Fields root = Fields.of(wording, asked.body(), asked.script().lenient());
        return new AnthropicRules(wording).turn(root, generates);
    }

    private Turn turn(Fields root, boolean generates) throws RefusedRequest {
        root.only(generates ? GENERATED : COUNTED);
        turn.model = root.words("model");
        if (generates) {
            root.require("max_tokens");
            turn.maxTokens = root.tokens("max_tokens");
            turn.stream = root.flag("stream", false);
        }
        root.require("messages");
        tools(root);
        system(root);
        thinking(root);
        sampling(root);
        boolean toolBlocks = new AnthropicMessages(this, turn, turn.thinking).read(root);
        if (toolBlocks && !root.has("tools")) {
            throw root.invalid(
                    "", "Requests which have `tool_use` or `tool_result` blocks in messages must define tools");
        }
        if (marks > MOST_MARKS) {
            throw root.invalid("", "A maximum of 4 blocks with cache_control may be provided. Found " + marks + ".");
        }
        if (root.has("cache_control")) {
            mark(root);
        }
        return turn;
    }

    /** Notes a cache mark on a block; call it behind the block's text. */
    void mark(Fields block) throws RefusedRequest {
        Fields mark = block.objectOrNull("cache_control");
        if (mark != null) {
            mark.only(Set.of("type", "ttl"));
            mark.oneOf("type", Set.of("ephemeral"));
            mark.oneOf("ttl", Set.of("5m", "1h"), "5m");
            marks++;
            turn.mark();
        }
    }

    /** The refusal of something that no single field is to blame for. */
    RefusedRequest refused(String message) {
        return new RefusedRequest(wording.error(400, message));
    }

    private void system(Fields root) throws RefusedRequest {
        JsonNode system = root.get("system");
        if (system.isTextual()) {
            turn.count(system.textValue());
            return;
        }
        for (Fields block : root.objects("system")) {
            block.only(Set.of("type", "text", "cache_control", "citations")).oneOf("type", Set.of("text"));
            if (block.text("text").isEmpty()) {
                throw refused("system: text content blocks must be non-empty");
            }
            turn.count(block.text("text"));
            mark(block);
        }
    }

    private void tools(Fields root) throws RefusedRequest {
        Set<String> names = new HashSet<>();
        for (Fields tool : root.objects("tools")) {
            String type = tool.text("type", "custom");
            String name = tool.words("name");
            if (!NAME.matcher(name).matches()) {
                throw tool.invalid("name", "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'");
            }
            if (!names.add(name)) {
                throw refused("tools: Tool names must be unique.");
            }
            if (type.equals("custom")) {
                tool.only(Set.of(
                        "type",
                        "name",
                        "description",
                        "input_schema",
                        "cache_control",
                        "strict",
                        "defer_loading",
                        "eager_input_streaming",
                        "input_examples",
                        "allowed_callers"));
                tool.text("description", "");
                Fields schema = tool.object("input_schema");
                schema.oneOf("type", Set.of("object"));
                turn.offers.add(new Turn.Offer(name, schema.node()));
            } else if (!type.matches("[a-z_]+_\\d{8}")) {
                throw tool.invalid("type", "Input tag '" + type + "' does not match any of the expected tags");
            }
            turn.count(tool.node().toString());
            mark(tool);
        }
        Fields choice = root.objectOrNull("tool_choice");
        if (choice == null) {
            return;
        }
        String type = choice.only(Set.of("type", "name", "disable_parallel_tool_use"))
                .oneOf("type", Set.of("auto", "any", "none", "tool"));
        if (names.isEmpty()) {
            throw refused("tool_choice: tool_choice may only be specified while providing tools");
        }
        turn.single = choice.flag("disable_parallel_tool_use", false);
        switch (type) {
            case "any" -> turn.choice = Turn.Choice.REQUIRED;
            case "none" -> turn.choice = Turn.Choice.NONE;
            case "tool" -> {
                turn.choice = Turn.Choice.NAMED;
                turn.named = choice.text("name");
                if (!names.contains(turn.named)) {
                    throw refused("tool_choice: Tool '" + turn.named + "' not found in provided tools");
                }
            }
            default -> {}
        }
    }

    private void thinking(Fields root) throws RefusedRequest {
        Fields thinking = root.objectOrNull("thinking");
        if (thinking != null) {
            String type = thinking.only(Set.of("type", "budget_tokens", "display"))
                    .oneOf("type", Set.of("enabled", "disabled", "adaptive"));
            turn.thinking = !type.equals("disabled");
            if (type.equals("enabled")) {
                thinking.require("budget_tokens");
                long budget = thinking.whole("budget_tokens", 1_024, Integer.MAX_VALUE, 0);
                if (budget >= turn.maxTokens) {
                    throw refused("`max_tokens` must be greater than `thinking.budget_tokens`.");
                }
            }
            if (turn.thinking && (turn.choice == Turn.Choice.NAMED || turn.choice == Turn.Choice.REQUIRED)) {
                throw refused("Thinking may not be enabled when tool_choice forces tool use.");
            }
        }
        Fields output = root.objectOrNull("output_config");
        if (output != null) {
            output.only(Set.of("effort", "format"))
                    .oneOf("effort", Set.of("low", "medium", "high", "xhigh", "max"), "high");
            Fields format = output.objectOrNull("format");
            if (format != null) {
                format.only(Set.of("type", "schema")).oneOf("type", Set.of("json_schema"));
                turn.schema = format.object("schema").node();
            }
        }
    }

    private void sampling(Fields root) throws RefusedRequest {
        root.decimal("temperature", 0, 1).decimal("top_p", 0, 1);
        root.whole("top_k", 0, Integer.MAX_VALUE, 0);
        if (root.has("temperature") && root.has("top_p") && turn.model.matches(".*-4-[1-9].*")) {
            throw refused("`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
        }
        if (turn.thinking) {
            if (root.has("temperature") && root.get("temperature").doubleValue() != 1) {
                throw refused("`temperature` may only be set to 1 when thinking is enabled.");
            }
            if (root.has("top_k")) {
                throw refused("`top_k` must be unset when thinking is enabled.");
            }
            if (root.has("top_p") && root.get("top_p").doubleValue() < 0.95) {
                throw refused("`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.");
            }
        }
        turn.stops = root.texts("stop_sequences", Integer.MAX_VALUE);
        for (String stop : turn.stops) {
            if (stop.isBlank()) {
                throw refused("stop_sequences: each stop sequence must contain non-whitespace");
            }
        }
        Fields metadata = root.objectOrNull("metadata");
        if (metadata != null) {
            metadata.only(Set.of("user_id")).text("user_id", "");
        }
        root.oneOf("service_tier", Set.of("auto", "standard_only"), "auto");
    }
}
