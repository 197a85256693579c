package io.sluice.domain.dialect.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.Secret;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Part;
import io.sluice.domain.dialect.Json;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes the messages of a chat. Bedrock wants turns of user and assistant in strict alternation, begun by the user, with
 * no blank text: messages of one side that follow one another become one turn, all results of tools in front of the rest of
 * theirs, and where the assistant would begin, or nobody, a user's turn of {@value #FILLER} goes before. System messages
 * are taken out of the chat, wherever they stand, and joined in their order. Belongs to one request.
 */
final class BedrockMessages {
    /** Stands where Bedrock wants some text and the client has none. */
    static final String FILLER = ".";

    private static final String NO_OUTPUT = "(no output)";
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_.:-]{1,64}");

    private final BedrockModel model;
    private final Losses losses;
    private final BedrockMedia media;
    private final ArrayNode system = Json.NODES.arrayNode();
    private final ArrayNode messages = Json.NODES.arrayNode();
    private ArrayNode results = Json.NODES.arrayNode();
    private ArrayNode rest = Json.NODES.arrayNode();
    private boolean userTurn = true;

    BedrockMessages(BedrockModel model, Losses losses) {
        this.model = model;
        this.losses = losses;
        this.media = new BedrockMedia(model, losses);
    }

    /** Writes all of them. */
    void write(List<ChatMessage> chat) {
        for (ChatMessage message : chat) {
            if (message.name() != null && message.role() != Role.TOOL) {
                losses.lose("messages.name");
            }
            switch (message.role()) {
                case SYSTEM, DEVELOPER -> message.parts().forEach(this::system);
                case USER, TOOL -> {
                    turnTo(true);
                    message.parts().forEach(this::user);
                }
                case ASSISTANT -> {
                    turnTo(false);
                    message.parts().forEach(this::assistant);
                }
            }
        }
        close();
        if (messages.isEmpty() || !messages.get(0).path("role").asText().equals("user")) {
            ObjectNode filler = Json.object().put("role", "user");
            filler.putArray("content").addObject().put("text", FILLER);
            messages.insert(0, filler);
        }
    }

    /** Blocks of the system; empty when there are none. */
    ArrayNode system() {
        return system;
    }

    /** The turns. */
    ArrayNode messages() {
        return messages;
    }

    private void turnTo(boolean user) {
        if (user != userTurn) {
            close();
            userTurn = user;
        }
    }

    /** Ends a turn. One without content is none, and what follows is of the turn before it. */
    private void close() {
        ArrayNode content = results.addAll(rest);
        results = Json.NODES.arrayNode();
        rest = Json.NODES.arrayNode();
        if (content.isEmpty()) {
            return;
        }
        String role = userTurn ? "user" : "assistant";
        if (!messages.isEmpty()
                && messages.get(messages.size() - 1) instanceof ObjectNode last
                && last.path("role").asText().equals(role)
                && last.get("content") instanceof ArrayNode before) {
            before.addAll(content);
            content = before;
        } else {
            messages.addObject().put("role", role).set("content", content);
        }
        if (has(content, "document") && !has(content, "text")) {
            content.addObject().put("text", FILLER);
        }
    }

    private static boolean has(ArrayNode content, String kind) {
        for (JsonNode block : content) {
            if (block.has(kind)) {
                return true;
            }
        }
        return false;
    }

    private void system(Part part) {
        if (part instanceof Part.Text text) {
            add(system, text(text.text()), text);
        } else if (part instanceof Part.Foreign foreign && foreign.dialect() == ChatDialect.BEDROCK) {
            system.add(foreign.json());
        } else {
            losses.lose(Feature.FOREIGN_PART);
        }
    }

    private void user(Part part) {
        switch (part) {
            case Part.ToolResult result -> add(results, result(result), result);
            case Part.Text text -> add(rest, text(text.text()), text);
            case Part.Image image -> add(rest, media.image(image), image);
            case Part.Video video -> add(rest, media.video(video), video);
            case Part.Document document -> add(rest, media.document(document), document);
            case Part.Audio audio -> losses.lose(Feature.AUDIO);
            case Part.Refusal refusal -> add(rest, text(refusal.text()), refusal);
            case Part.Foreign foreign -> foreign(foreign);
            case Part.ToolCall call -> losses.lose(Feature.FOREIGN_PART);
            case Part.Thinking thinking -> losses.lose(Feature.FOREIGN_PART);
            case Part.HiddenThinking hidden -> losses.lose(Feature.FOREIGN_PART);
        }
    }

    private void assistant(Part part) {
        switch (part) {
            // The marks of sources go without a word: the text is all that the model is given back.
            case Part.Text text -> add(rest, text(text.text()), text);
            case Part.Refusal refusal -> add(rest, text(refusal.text()), refusal);
            case Part.ToolCall call -> {
                losses.hide(call.proof());
                add(rest, call(call), call);
            }
            case Part.Thinking thinking -> thinking(thinking);
            case Part.HiddenThinking hidden -> {
                String data = proof(hidden);
                if (model.takesThinking() && data != null) {
                    rest.addObject().putObject("reasoningContent").put("redactedContent", data);
                } else {
                    losses.hide(hidden.proof());
                }
            }
            case Part.Foreign foreign -> foreign(foreign);
            case Part.Image image -> losses.lose(Feature.IMAGE);
            case Part.Audio audio -> losses.lose(Feature.AUDIO);
            case Part.Video video -> losses.lose(Feature.VIDEO);
            case Part.Document document -> losses.lose(Feature.DOCUMENT);
            case Part.ToolResult result -> losses.lose(Feature.FOREIGN_PART);
        }
    }

    private void foreign(Part.Foreign foreign) {
        if (foreign.dialect() == ChatDialect.BEDROCK) {
            rest.add(foreign.json());
        } else {
            losses.lose(foreign.field());
        }
    }

    /** Thinking without a proof is refused, and other models than Claude take none: they think anew. */
    private void thinking(Part.Thinking thinking) {
        String signature = proof(thinking);
        if (model.takesThinking() && signature != null) {
            rest.addObject()
                    .putObject("reasoningContent")
                    .putObject("reasoningText")
                    .put("text", thinking.text())
                    .put("signature", signature);
        } else {
            losses.hide(thinking.proof());
        }
    }

    /** The proof of a part that is thinking, if Bedrock takes it. */
    static @Nullable String proof(Part part) {
        return switch (part) {
            case Part.Thinking thinking
            when thinking.proof() != null && thinking.proof().maker() == Maker.ANTHROPIC ->
                thinking.proof().value();
            case Part.HiddenThinking hidden
            when hidden.proof().maker() == Maker.BEDROCK
                    && isBase64(hidden.proof().value()) -> hidden.proof().value();
            default -> null;
        };
    }

    private static boolean isBase64(String text) {
        return text.length() % 4 == 0 && text.matches("[A-Za-z0-9+/]+={0,2}");
    }

    /** Adds a block, and behind it the mark that all until here may be cached. */
    private void add(ArrayNode content, @Nullable ObjectNode block, Part part) {
        if (block != null) {
            content.add(block);
            if (part.cacheControl() != null && model.caches()) {
                content.addObject().putObject("cachePoint").put("type", "default");
            }
        }
    }

    private static @Nullable ObjectNode text(String text) {
        return text.isBlank() ? null : Json.object().put("text", text);
    }

    private static ObjectNode call(Part.ToolCall call) {
        ObjectNode block = Json.object();
        block.putObject("toolUse")
                .put("toolUseId", id(call.id()))
                .put("name", call.name())
                .set("input", input(call.arguments()));
        return block;
    }

    /** Arguments that are no JSON object, which the model wrote wrong, stand in one as its only member. */
    private static JsonNode input(String arguments) {
        if (arguments.isBlank()) {
            return Json.object();
        }
        JsonNode json = Json.read(arguments);
        return json != null && json.isObject() ? json : Json.object().put("arguments", arguments);
    }

    private ObjectNode result(Part.ToolResult result) {
        ObjectNode block = Json.object();
        ObjectNode written = block.putObject("toolResult").put("toolUseId", id(result.callId()));
        ArrayNode content = written.putArray("content");
        boolean marks = result.isError() && !model.takesResultStatus();
        for (Part part : result.content()) {
            ObjectNode inner = inside(part, marks && content.isEmpty());
            if (inner != null) {
                content.add(inner);
            }
        }
        if (content.isEmpty()) {
            content.addObject().put("text", marks ? "Error" : NO_OUTPUT);
        }
        if (result.isError() && model.takesResultStatus()) {
            written.put("status", "error");
        }
        return block;
    }

    private @Nullable ObjectNode inside(Part part, boolean marked) {
        return switch (part) {
            case Part.Text text -> text(marked ? "Error: " + text.text() : text.text());
            case Part.Image image -> media.image(image);
            case Part.Video video -> media.video(video);
            case Part.Document document -> media.document(document);
            default -> {
                losses.lose(Feature.RESULT_MEDIA);
                yield null;
            }
        };
    }

    /** An id as Bedrock takes it; one of another form is replaced by its hash, the same wherever it stands. */
    static String id(String id) {
        return ID.matcher(id).matches() ? id : "call_" + HexFormat.of().formatHex(Secret.sha256(id), 0, 16);
    }
}
