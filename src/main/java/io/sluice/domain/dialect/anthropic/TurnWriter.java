package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Part;
import io.sluice.domain.dialect.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes messages as turns that Anthropic accepts (Anthropic API reference, Messages and Tool use, 2026):
 *
 * <ul>
 *   <li>system and developer messages, wherever they stand, become blocks of {@code system}, in order;
 *   <li>neighbouring messages of one side become one turn; the first turn is the user's;
 *   <li>the results of a turn's calls stand first in the next turn, in the order of the calls; a call without a result
 *       gets one that says so; a result without a call is told as text;
 *   <li>a turn with nothing in it is left out, or says {@value #NOTHING} if it is the user's; the answer's beginning, if the last turn
 *       is one, does not end in white space.
 * </ul>
 */
final class TurnWriter {
    private static final String NOTHING = "(empty)";
    private static final String NO_RESULT = "No result was given.";

    private final Losses losses;
    private final BlockWriter writer;
    private final ToolIds ids = new ToolIds();
    private final List<ObjectNode> system = new ArrayList<>();
    private final List<Turn> turns = new ArrayList<>();
    private final Set<String> called = new LinkedHashSet<>();

    private record Turn(boolean user, List<ObjectNode> blocks) {}

    TurnWriter(List<ChatMessage> messages, Losses losses) {
        this.losses = losses;
        this.writer = new BlockWriter(losses);
        int at = 0;
        while (at < messages.size()) {
            at = side(messages, at);
        }
        close();
        if (turns.isEmpty() || !turns.getFirst().user()) {
            turns.addFirst(new Turn(true, new ArrayList<>(List.of(text(NOTHING)))));
        }
    }

    /** Blocks for {@code system}; empty for none. The caller may add to them. */
    ArrayNode system() {
        return Json.NODES.arrayNode().addAll(system);
    }

    /** The turns. */
    ArrayNode messages() {
        trimLast();
        ArrayNode messages = Json.NODES.arrayNode();
        for (Turn turn : turns) {
            ObjectNode message = Json.object().put("role", turn.user() ? "user" : "assistant");
            message.set("content", Json.NODES.arrayNode().addAll(turn.blocks()));
            messages.add(message);
        }
        return messages;
    }

    /** Names of the functions that were called. */
    Set<String> called() {
        return called;
    }

    /** Whether the model is to go on with calls whose thinking cannot be shown to it. */
    boolean continuesWithoutThinking() {
        if (turns.size() < 2 || !turns.getLast().user() || !has(turns.getLast(), "tool_result")) {
            return false;
        }
        Turn asked = turns.get(turns.size() - 2);
        return !isThinking(asked.blocks().getFirst());
    }

    private static boolean isThinking(ObjectNode block) {
        String type = block.path("type").asText();
        return type.equals("thinking") || type.equals("redacted_thinking");
    }

    private static boolean has(Turn turn, String type) {
        return turn.blocks().stream()
                .anyMatch(block -> type.equals(block.path("type").asText()));
    }

    /** Takes all messages of one side; system messages between them do not part them. Returns where the next side begins. */
    private int side(List<ChatMessage> messages, int from) {
        List<ChatMessage> side = new ArrayList<>();
        boolean user = false;
        int at = from;
        for (; at < messages.size(); at++) {
            ChatMessage message = messages.get(at);
            if (message.name() != null && message.role() != Role.TOOL) {
                losses.lose("messages.name");
            }
            if (message.role() == Role.SYSTEM || message.role() == Role.DEVELOPER) {
                blocks(message.parts(), system);
                continue;
            }
            boolean users = message.role() != Role.ASSISTANT;
            if (!side.isEmpty() && users != user) {
                break;
            }
            user = users;
            side.add(message);
        }
        if (!side.isEmpty()) {
            List<Part> parts = side.stream().flatMap(m -> m.parts().stream()).toList();
            if (user) {
                user(parts);
            } else {
                assistant(parts);
            }
        }
        return at;
    }

    private void blocks(List<Part> parts, List<ObjectNode> out) {
        for (Part part : parts) {
            ObjectNode block = writer.block(part);
            if (block != null) {
                out.add(block);
            }
        }
    }

    private void assistant(List<Part> parts) {
        close();
        List<ObjectNode> blocks = new ArrayList<>();
        for (Part part : parts) {
            if (part instanceof Part.ToolCall call) {
                called.add(call.name());
                blocks.add(writer.call(call, ids.call(call)));
            } else {
                blocks(List.of(part), blocks);
            }
        }
        // The API refuses a turn that ends in thinking, as one does that was cut there.
        while (!blocks.isEmpty() && isThinking(blocks.getLast())) {
            blocks.removeLast();
        }
        add(false, blocks);
    }

    private void user(List<Part> parts) {
        Map<String, ObjectNode> results = new LinkedHashMap<>();
        List<ObjectNode> rest = new ArrayList<>();
        List<String> order = ids.waiting();
        for (Part part : parts) {
            if (!(part instanceof Part.ToolResult result)) {
                blocks(List.of(part), rest);
                continue;
            }
            String id = ids.result(result.callId());
            if (id == null) {
                rest.add(text("Result of the tool call " + result.callId() + ":"));
                blocks(result.content(), rest);
            } else {
                results.put(id, writer.result(result, id));
            }
        }
        ids.unanswered().forEach(id -> results.put(id, noResult(id)));
        List<ObjectNode> blocks = new ArrayList<>();
        order.forEach(id -> blocks.add(results.get(id)));
        blocks.addAll(rest);
        if (blocks.isEmpty()) {
            blocks.add(text(NOTHING));
        }
        add(true, blocks);
    }

    /** Answers the calls that nobody answered before the model speaks again, or at the end. */
    private void close() {
        List<ObjectNode> blocks =
                ids.unanswered().stream().map(TurnWriter::noResult).toList();
        if (!blocks.isEmpty()) {
            add(true, blocks);
        }
    }

    private void add(boolean user, List<ObjectNode> blocks) {
        if (blocks.isEmpty()) {
            return;
        }
        if (!turns.isEmpty() && turns.getLast().user() == user) {
            turns.getLast().blocks().addAll(blocks);
        } else {
            turns.add(new Turn(user, new ArrayList<>(blocks)));
        }
    }

    private void trimLast() {
        Turn last = turns.getLast();
        ObjectNode block = last.blocks().getLast();
        if (!last.user() && "text".equals(block.path("type").asText())) {
            block.put("text", block.path("text").asText().stripTrailing());
        }
    }

    private static ObjectNode noResult(String id) {
        return BlockWriter.typed("tool_result")
                .put("tool_use_id", id)
                .put("content", NO_RESULT)
                .put("is_error", true);
    }

    static ObjectNode text(String text) {
        return BlockWriter.typed("text").put("text", text);
    }
}
