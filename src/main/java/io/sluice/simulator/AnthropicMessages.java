package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Reads the messages of a request: roles, blocks, and the order of tool turns. */
final class AnthropicMessages {
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]+");
    private static final Set<String> IMAGES = Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

    private final AnthropicRules rules;
    private final Turn turn;
    private final boolean thinking;
    private final Set<String> everyCall = new HashSet<>();
    private final StringBuilder words = new StringBuilder();

    private Set<String> openCalls = new TreeSet<>();
    private int openedAt;
    private boolean toolBlocks;

    AnthropicMessages(AnthropicRules rules, Turn turn, boolean thinking) {
        this.rules = rules;
        this.turn = turn;
        this.thinking = thinking;
    }

    /** Reads the messages; says whether there are blocks of tools among them. */
    boolean read(Fields root) throws RefusedRequest {
        List<Fields> messages = root.objects("messages");
        if (messages.isEmpty()) {
            throw rules.refused("messages: at least one message is required");
        }
        String before = "";
        boolean ledByThinking = false;
        for (int i = 0; i < messages.size(); i++) {
            Fields message = messages.get(i).only(Set.of("role", "content"));
            String role = message.text("role");
            if (!role.equals("user") && !role.equals("assistant")) {
                throw rules.refused("messages: Unexpected role \"" + role + "\". The Messages API accepts a top-level"
                        + " `system` parameter, not \"system\" as an input message role.");
            }
            if (i == 0 && !role.equals("user")) {
                throw rules.refused("messages: first message must use the \"user\" role");
            }
            boolean last = i == messages.size() - 1;
            List<Fields> blocks = blocks(message, role, last);
            boolean merged = role.equals(before); // consecutive turns of one role are one turn
            if (!merged) {
                turn.results.clear();
            }
            if (role.equals("user")) {
                toolResults(blocks, i, ledByThinking, last);
            } else if (!merged) {
                unanswered();
            }
            turn.countMessage();
            words.setLength(0);
            for (int b = 0; b < blocks.size(); b++) {
                block(blocks.get(b), role, i);
            }
            if (role.equals("assistant")) {
                openedAt = i;
                ledByThinking = !blocks.isEmpty() && blocks.get(0).text("type").endsWith("thinking");
                if (last) {
                    prefill(message, blocks);
                }
            } else if (words.length() > 0) {
                turn.question = words.toString();
            }
            before = role;
        }
        unanswered();
        return toolBlocks;
    }

    private List<Fields> blocks(Fields message, String role, boolean last) throws RefusedRequest {
        JsonNode content = message.require("content");
        boolean mayBeEmpty = last && role.equals("assistant");
        if (content.isTextual()) {
            if (content.textValue().isEmpty() && !mayBeEmpty) {
                throw rules.refused(message.at() + ": " + role + " messages must have non-empty content");
            }
            turn.count(content.textValue());
            if (role.equals("user")) {
                turn.question = content.textValue();
            }
            return List.of();
        }
        List<Fields> blocks = message.objects("content");
        if (blocks.isEmpty() && !mayBeEmpty) {
            throw rules.refused(message.at() + ": all messages must have non-empty content except for the optional"
                    + " final assistant message");
        }
        return blocks;
    }

    /** The user's turn after calls: all results, nothing before them. */
    private void toolResults(List<Fields> blocks, int at, boolean ledByThinking, boolean last) throws RefusedRequest {
        boolean others = false;
        for (Fields block : blocks) {
            if (!block.text("type").equals("tool_result")) {
                others = true;
                continue;
            }
            String id = block.text("tool_use_id");
            if (others) {
                throw rules.refused(
                        block.at() + ": `tool_result` blocks must come first in the content of the message");
            }
            if (!openCalls.remove(id)) {
                throw rules.refused(block.at() + ": unexpected `tool_use_id` found in `tool_result` blocks: " + id
                        + ". Each `tool_result` block must have a corresponding `tool_use` block in the previous"
                        + " message.");
            }
            if (thinking && last && !ledByThinking) {
                throw rules.refused("messages." + (at - 1) + ".content.0.type: Expected `thinking` or"
                        + " `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final `assistant`"
                        + " message must start with a thinking block.");
            }
        }
        unanswered();
    }

    private void unanswered() throws RefusedRequest {
        if (!openCalls.isEmpty()) {
            throw rules.refused("messages." + openedAt + ": `tool_use` ids were found without `tool_result` blocks"
                    + " immediately after: " + String.join(", ", openCalls)
                    + ". Each `tool_use` block must have a corresponding `tool_result` block in the next message.");
        }
    }

    private void block(Fields block, String role, int message) throws RefusedRequest {
        String type = block.text("type");
        boolean user = role.equals("user");
        switch (type) {
            case "text" -> {
                text(block);
                words.append(words.length() == 0 ? "" : " ").append(block.text("text"));
            }
            case "image" -> {
                belongs(user, type, role, block);
                image(block);
            }
            case "document", "search_result", "container_upload" -> {
                belongs(user, type, role, block);
                document(block, type);
            }
            case "tool_result" -> {
                belongs(user, type, role, block);
                toolBlocks = true;
                result(block);
            }
            case "tool_use" -> {
                belongs(!user, type, role, block);
                toolBlocks = true;
                call(block);
            }
            case "thinking" -> {
                belongs(!user, type, role, block);
                block.only(Set.of("type", "thinking", "signature"));
                if (!Signatures.fits(block.text("signature"), block.text("thinking"))) {
                    throw rules.refused(block.at() + ": Invalid `signature` in `thinking` block");
                }
                turn.count(block.text("thinking"));
            }
            case "redacted_thinking" -> {
                belongs(!user, type, role, block);
                block.only(Set.of("type", "data")).words("data");
            }
            case "server_tool_use", "web_search_tool_result", "code_execution_tool_result" ->
                belongs(!user, type, role, block);
            default ->
                throw rules.refused(block.at() + ": Input tag '" + type + "' found using 'type' does not match any of"
                        + " the expected tags: 'document', 'image', 'redacted_thinking', 'search_result', 'text',"
                        + " 'thinking', 'tool_result', 'tool_use'");
        }
        rules.mark(block);
    }

    private void belongs(boolean fits, String type, String role, Fields block) throws RefusedRequest {
        if (!fits) {
            throw rules.refused(block.at() + ": `" + type + "` blocks are not permitted in `" + role + "` messages");
        }
    }

    private void text(Fields block) throws RefusedRequest {
        block.only(Set.of("type", "text", "cache_control", "citations"));
        if (block.text("text").isEmpty()) {
            throw rules.refused("messages: text content blocks must be non-empty");
        }
        turn.count(block.text("text"));
    }

    private void image(Fields block) throws RefusedRequest {
        Fields source = block.only(Set.of("type", "source", "cache_control")).object("source");
        source(source, Set.of("base64", "url", "file"));
        if (source.text("type").equals("base64")) {
            source.oneOf("media_type", IMAGES);
        }
        turn.image();
    }

    private void document(Fields block, String type) throws RefusedRequest {
        if (type.equals("document")) {
            Fields source = block.only(Set.of("type", "source", "title", "context", "citations", "cache_control"))
                    .object("source");
            source(source, Set.of("base64", "url", "file", "text", "content"));
            if (source.text("type").equals("base64")) {
                source.oneOf("media_type", Set.of("application/pdf"));
            } else if (source.text("type").equals("text")) {
                source.oneOf("media_type", Set.of("text/plain"));
                turn.count(source.words("data"));
            }
        }
        turn.document();
    }

    private void source(Fields source, Set<String> types) throws RefusedRequest {
        switch (source.oneOf("type", types)) {
            case "base64" -> {
                source.only(Set.of("type", "media_type", "data"));
                if (!Media.isBase64(source.text("data"))) {
                    throw source.invalid("data", "Input should be a valid base64 string");
                }
            }
            case "url" -> {
                if (!source.only(Set.of("type", "url")).text("url").startsWith("https://")) {
                    throw source.invalid("url", "Only HTTPS URLs are supported");
                }
            }
            case "file" -> source.only(Set.of("type", "file_id")).words("file_id");
            default -> source.only(Set.of("type", "media_type", "data", "content"));
        }
    }

    private void result(Fields block) throws RefusedRequest {
        block.only(Set.of("type", "tool_use_id", "content", "is_error", "cache_control"));
        boolean failed = block.flag("is_error", false);
        List<String> said = new ArrayList<>();
        JsonNode content = block.get("content");
        if (content.isTextual()) {
            said.add(content.textValue());
            turn.count(content.textValue());
        } else {
            for (Fields part : block.objects("content")) {
                switch (part.oneOf("type", Set.of("text", "image", "document", "search_result"))) {
                    case "text" -> {
                        text(part);
                        said.add(part.text("text"));
                    }
                    case "image" -> {
                        image(part);
                        said.add("an image");
                    }
                    default -> document(part, part.text("type"));
                }
            }
        }
        turn.results.add((failed ? "error: " : "") + String.join(" ", said));
    }

    private void call(Fields block) throws RefusedRequest {
        block.only(Set.of("type", "id", "name", "input", "cache_control", "caller"));
        String id = block.text("id");
        if (!ID.matcher(id).matches()) {
            throw block.invalid("id", "String should match pattern '^[a-zA-Z0-9_-]+$'");
        }
        if (!everyCall.add(id)) {
            throw rules.refused("messages: `tool_use` ids must be unique");
        }
        openCalls.add(id);
        block.words("name");
        turn.count(block.object("input").node().toString());
    }

    /** A last message of the assistant, which the answer goes on from. */
    private void prefill(Fields message, List<Fields> blocks) throws RefusedRequest {
        if (thinking) {
            throw rules.refused("messages: This model does not support assistant message prefill when thinking is"
                    + " enabled. The conversation must end with a user message.");
        }
        String end = blocks.isEmpty()
                ? message.get("content").asText()
                : blocks.get(blocks.size() - 1).get("text").asText();
        if (!end.isEmpty() && Character.isWhitespace(end.charAt(end.length() - 1))) {
            throw rules.refused("messages: final assistant content cannot end with trailing whitespace");
        }
    }
}
