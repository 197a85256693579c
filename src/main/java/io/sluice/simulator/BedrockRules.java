package io.sluice.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads Converse requests as strictly as Bedrock does (Bedrock runtime API reference, 2026). */
final class BedrockRules {
    private static final Pattern CALL_ID = Pattern.compile("[a-zA-Z0-9_.:-]{1,64}");
    private static final Pattern TOOL_NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
    private static final Pattern DOCUMENT_NAME = Pattern.compile("[A-Za-z0-9()\\[\\] -]{1,200}");
    private static final Set<String> BLOCKS = Set.of(
            "text",
            "image",
            "document",
            "video",
            "audio",
            "toolUse",
            "toolResult",
            "guardContent",
            "cachePoint",
            "reasoningContent",
            "citationsContent",
            "searchResult");
    private static final Set<String> DOCUMENTS =
            Set.of("pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md");

    private final Turn turn = new Turn();
    private boolean toolBlocks;
    private Set<String> open = new TreeSet<>();

    /** Reads a request. */
    static Turn read(Fields root, String model) throws RefusedRequest {
        BedrockRules rules = new BedrockRules();
        rules.turn.model = model;
        rules.root(root);
        return rules.turn;
    }

    private void root(Fields root) throws RefusedRequest {
        root.only(Set.of(
                "messages",
                "system",
                "inferenceConfig",
                "toolConfig",
                "guardrailConfig",
                "additionalModelRequestFields",
                "additionalModelResponseFieldPaths",
                "promptVariables",
                "requestMetadata",
                "performanceConfig",
                "serviceTier",
                "outputConfig"));
        Fields inference = root.objectOrNull("inferenceConfig");
        if (inference != null) {
            inference
                    .only(Set.of("maxTokens", "temperature", "topP", "stopSequences"))
                    .decimal("temperature", 0, 1)
                    .decimal("topP", 0, 1);
            turn.maxTokens = inference.tokens("maxTokens");
            turn.stops = inference.texts("stopSequences", 2_500);
            for (String stop : turn.stops) {
                if (stop.isEmpty()) {
                    throw inference.invalid("stopSequences", "Member must have length greater than or equal to 1");
                }
            }
        }
        for (Fields block : root.objects("system")) {
            block.only(Set.of("text", "cachePoint", "guardContent"));
            if (block.has("cachePoint")) {
                cachePoint(block);
            } else if (block.has("text")) {
                turn.count(words(block, "text"));
            }
        }
        format(root.objectOrNull("outputConfig"));
        tools(root);
        Fields more = root.objectOrNull("additionalModelRequestFields");
        Fields thinking = more == null ? null : more.objectOrNull("thinking");
        if (thinking != null) {
            thinking(thinking, inference);
        }
        messages(root);
        if (toolBlocks && !root.has("toolConfig")) {
            throw root.invalid(
                    "", "The toolConfig field must be defined when using toolUse and toolResult content blocks.");
        }
    }

    /** The form of the answer: a JSON schema, written as a text. */
    private void format(@Nullable Fields output) throws RefusedRequest {
        Fields format =
                output == null ? null : output.only(Set.of("textFormat")).objectOrNull("textFormat");
        if (format == null) {
            return;
        }
        format.only(Set.of("type", "structure")).oneOf("type", Set.of("json_schema"));
        Fields schema = format.object("structure")
                .only(Set.of("jsonSchema"))
                .object("jsonSchema")
                .only(Set.of("schema", "name", "description"));
        try {
            turn.schema = Json.read(schema.text("schema").getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw schema.invalid("schema", "must be a JSON schema, written as a text");
        }
    }

    private void cachePoint(Fields block) throws RefusedRequest {
        Fields point = block.object("cachePoint").only(Set.of("type", "ttl"));
        point.oneOf("type", Set.of("default"));
        turn.mark();
    }

    private static String words(Fields block, String name) throws RefusedRequest {
        String text = block.text(name);
        if (text.isBlank()) {
            throw block.invalid(
                    "",
                    "The " + name + " field in the ContentBlock object at " + block.at() + " is blank. Add text to the "
                            + name + " field, and try again.");
        }
        return text;
    }

    private void thinking(Fields thinking, @Nullable Fields inference) throws RefusedRequest {
        String type = thinking.oneOf("type", Set.of("enabled", "disabled", "adaptive"));
        turn.thinking = !type.equals("disabled");
        if (type.equals("enabled")) {
            thinking.require("budget_tokens");
            if (thinking.whole("budget_tokens", 1_024, Integer.MAX_VALUE, 0) >= turn.maxTokens) {
                throw thinking.invalid("", "`max_tokens` must be greater than `thinking.budget_tokens`.");
            }
        }
        if (turn.thinking
                && inference != null
                && inference.has("temperature")
                && inference.get("temperature").doubleValue() != 1) {
            throw thinking.invalid("", "`temperature` may only be set to 1 when thinking is enabled.");
        }
        if (turn.thinking && (turn.choice == Turn.Choice.REQUIRED || turn.choice == Turn.Choice.NAMED)) {
            throw thinking.invalid("", "Thinking may not be enabled when tool_choice forces tool use.");
        }
    }

    private void tools(Fields root) throws RefusedRequest {
        Fields config = root.objectOrNull("toolConfig");
        if (config == null) {
            return;
        }
        config.only(Set.of("tools", "toolChoice")).require("tools");
        if (config.array("tools").isEmpty()) {
            throw config.invalid("tools", "Member must have length greater than or equal to 1");
        }
        for (Fields tool : config.objects("tools")) {
            tool.only(Set.of("toolSpec", "cachePoint", "systemTool"));
            if (tool.has("cachePoint")) {
                cachePoint(tool);
                continue;
            }
            Fields spec = tool.object("toolSpec").only(Set.of("name", "description", "inputSchema", "strict"));
            String name = spec.text("name");
            if (!TOOL_NAME.matcher(name).matches()) {
                throw spec.invalid("name", "Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+");
            }
            if (spec.has("description") && spec.text("description").isEmpty()) {
                throw spec.invalid("description", "Member must have length greater than or equal to 1");
            }
            Fields schema = spec.object("inputSchema").only(Set.of("json")).object("json");
            if (!schema.text("type", "").equals("object")) {
                throw schema.invalid(
                        "type",
                        "The value at toolConfig.tools.inputSchema.json.type must be one of the following: object.");
            }
            turn.count(spec.node().toString());
            turn.offers.add(new Turn.Offer(name, schema.node()));
        }
        Fields choice = config.objectOrNull("toolChoice");
        if (choice == null) {
            return;
        }
        choice.only(Set.of("auto", "any", "tool"));
        if (choice.node().size() != 1) {
            throw choice.invalid("", "Exactly one member of the union must be set");
        }
        if (choice.has("any")) {
            turn.choice = Turn.Choice.REQUIRED;
        } else if (choice.has("tool")) {
            turn.choice = Turn.Choice.NAMED;
            turn.named = choice.object("tool").only(Set.of("name")).text("name");
            if (!turn.offers(turn.named)) {
                throw choice.invalid("tool.name", "The tool " + turn.named + " is not one of toolConfig.tools");
            }
        }
    }

    private void messages(Fields root) throws RefusedRequest {
        List<Fields> messages = root.objects("messages");
        if (messages.isEmpty()) {
            throw root.invalid("", "The messages field is empty. Add a message and try again.");
        }
        String before = "";
        for (int i = 0; i < messages.size(); i++) {
            Fields message = messages.get(i).only(Set.of("role", "content"));
            String role = message.oneOf("role", Set.of("user", "assistant"));
            if (i == 0 && role.equals("assistant")) {
                throw message.invalid(
                        "",
                        "A conversation must start with a user message. Try again with a conversation that starts with"
                                + " a user message.");
            }
            if (role.equals(before)) {
                throw message.invalid(
                        "",
                        "A conversation must alternate between user and assistant roles. Make sure the conversation"
                                + " alternates between user and assistant roles and try again.");
            }
            before = role;
            List<Fields> blocks = message.objects("content");
            if (blocks.isEmpty()) {
                throw message.invalid(
                        "",
                        "The content field in the Message object at " + message.at() + " is empty. Add a ContentBlock"
                                + " object to the content field and try again.");
            }
            turn.countMessage();
            turn.results.clear();
            content(message, blocks, role);
        }
        if (!open.isEmpty()) {
            throw expected("the next message");
        }
    }

    private RefusedRequest expected(String at) {
        return new RefusedRequest(BedrockService.WORDING.error(
                400, "Expected toolResult blocks at " + at + " for the following Ids: " + String.join(", ", open)));
    }

    private void content(Fields message, List<Fields> blocks, String role) throws RefusedRequest {
        Set<String> called = new TreeSet<>();
        Set<String> ids = new HashSet<>();
        List<String> said = new ArrayList<>();
        boolean document = false;
        for (Fields block : blocks) {
            block.only(BLOCKS);
            if (block.node().size() != 1) {
                throw block.invalid("", "Exactly one member of the ContentBlock union must be set");
            }
            if (block.has("text")) {
                said.add(words(block, "text"));
                turn.count(block.text("text"));
            } else if (block.has("image")) {
                image(block);
            } else if (block.has("document")) {
                document(block);
                document = true;
            } else if (block.has("cachePoint")) {
                cachePoint(block);
            } else if (block.has("toolUse")) {
                called.add(call(block, role, ids));
            } else if (block.has("toolResult")) {
                result(block, role, message);
            } else if (block.has("reasoningContent")) {
                reasoning(block, role);
            } else if (block.has("audio")) {
                turn.recording();
            }
        }
        if (!open.isEmpty()) {
            throw expected(message.at() + ".content");
        }
        if (document && said.isEmpty()) {
            throw message.invalid("", "A text block must be included with a document block");
        }
        if (role.equals("user") && !said.isEmpty()) {
            turn.question = String.join(" ", said);
        }
        open = called;
    }

    private void image(Fields block) throws RefusedRequest {
        Fields image = block.object("image").only(Set.of("format", "source"));
        image.oneOf("format", Set.of("png", "jpeg", "gif", "webp"));
        source(image);
        turn.image();
    }

    private static void source(Fields medium) throws RefusedRequest {
        Fields source = medium.object("source").only(Set.of("bytes", "s3Location", "text", "content"));
        if (source.has("bytes") && !Media.isBase64(source.text("bytes"))) {
            throw source.invalid("bytes", "SerializationException: not base64");
        }
        if (source.node().size() != 1) {
            throw source.invalid("", "Exactly one member of the source union must be set");
        }
    }

    private void document(Fields block) throws RefusedRequest {
        Fields document = block.object("document").only(Set.of("format", "name", "source", "context", "citations"));
        document.oneOf("format", DOCUMENTS, "txt");
        if (!DOCUMENT_NAME.matcher(document.text("name")).matches()) {
            throw document.invalid(
                    "name",
                    "The document file name can only contain alphanumeric characters, whitespace characters, hyphens,"
                            + " parentheses, and square brackets. The name can't contain more than one consecutive"
                            + " whitespace character.");
        }
        source(document);
        turn.document();
    }

    private String call(Fields block, String role, Set<String> ids) throws RefusedRequest {
        toolBlocks = true;
        Fields call = block.object("toolUse").only(Set.of("toolUseId", "name", "input", "type"));
        if (!role.equals("assistant")) {
            throw block.invalid("", "toolUse blocks are only allowed in assistant messages");
        }
        String id = call.text("toolUseId");
        if (!CALL_ID.matcher(id).matches()) {
            throw call.invalid("toolUseId", "Member must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+");
        }
        if (!ids.add(id)) {
            throw call.invalid("toolUseId", "The toolUse ids of a message must be unique");
        }
        if (!TOOL_NAME.matcher(call.text("name")).matches()) {
            throw call.invalid("name", "Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+");
        }
        turn.count(call.object("input").node().toString());
        return id;
    }

    private void result(Fields block, String role, Fields message) throws RefusedRequest {
        toolBlocks = true;
        Fields result = block.object("toolResult").only(Set.of("toolUseId", "content", "status", "type"));
        if (!role.equals("user")) {
            throw block.invalid("", "toolResult blocks are only allowed in user messages");
        }
        if (!open.remove(result.text("toolUseId"))) {
            throw result.invalid(
                    "",
                    "The number of toolResult blocks at " + message.at()
                            + ".content exceeds the number of toolUse blocks of previous turn.");
        }
        String status = result.oneOf("status", Set.of("success", "error"), "success");
        result.require("content");
        List<String> said = new ArrayList<>();
        for (Fields part : result.objects("content")) {
            part.only(Set.of("text", "json", "image", "document", "video", "searchResult"));
            if (part.has("text")) {
                said.add(words(part, "text"));
            } else if (part.has("json")) {
                said.add(part.object("json").node().toString());
            } else if (part.has("image")) {
                image(part);
                said.add("an image");
            } else if (part.has("document")) {
                document(part);
            }
        }
        String text = String.join(" ", said);
        turn.count(text);
        turn.results.add(status.equals("error") ? "error: " + text : text);
    }

    private void reasoning(Fields block, String role) throws RefusedRequest {
        Fields reasoning = block.object("reasoningContent").only(Set.of("reasoningText", "redactedContent"));
        if (!role.equals("assistant")) {
            throw block.invalid("", "reasoningContent blocks are only allowed in assistant messages");
        }
        Fields text = reasoning.objectOrNull("reasoningText");
        if (text != null) {
            text.only(Set.of("text", "signature"));
            turn.count(text.text("text"));
            if (!Signatures.fits(text.text("signature", ""), text.text("text"))) {
                throw text.invalid("", "Invalid `signature` in `thinking` block");
            }
        }
    }
}
