package io.sluice.domain.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever chat a client writes, its turns keep the rules whose breach Anthropic answers with 400. */
class TurnRulesTest {
    private static final String[] TEXTS = {"", " ", "\n", "hi", "hi there \n", "中"};
    private static final String[] IDS = {"a", "b", "call_0", "call.1", "", "ü|x", "functions.f:0"};
    private static final String[] ARGUMENTS = {"", "{}", "{\"a\":1}", "[", "null"};

    private final Random random = new Random(17);

    private String any(String[] of) {
        return of[random.nextInt(of.length)];
    }

    private Part part(Role role) {
        int kind = random.nextInt(role == Role.TOOL ? 1 : 4);
        if (role == Role.TOOL || role == Role.USER && kind == 0) {
            return new Part.ToolResult(any(IDS), null, List.of(Part.Text.of(any(TEXTS))), random.nextBoolean(), null);
        }
        if (role == Role.ASSISTANT && kind < 2) {
            return Chats.call(any(IDS), "f", any(ARGUMENTS));
        }
        if (role == Role.ASSISTANT && kind == 2) {
            return new Part.Thinking("t", random.nextBoolean() ? new Proof(Maker.ANTHROPIC, "sig") : null);
        }
        return Part.Text.of(any(TEXTS));
    }

    private List<ChatMessage> chat() {
        List<ChatMessage> messages = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            Role role = Role.values()[random.nextInt(Role.values().length)];
            List<Part> parts = new ArrayList<>();
            for (int j = random.nextInt(4); j > 0; j--) {
                parts.add(part(role));
            }
            messages.add(ChatMessage.of(role, parts));
        }
        return messages;
    }

    @Test
    void keepsTheRules() {
        for (int round = 0; round < 5_000; round++) {
            TurnWriter writer = new TurnWriter(chat(), new Losses(ChatDialect.OPENAI, false));
            JsonNode turns = writer.messages();
            writer.system()
                    .forEach(block -> assertThat(block.get("text").asText()).isNotBlank());
            check(turns);
        }
    }

    private static void check(JsonNode turns) {
        Set<String> ids = new HashSet<>();
        List<String> waiting = List.of();
        boolean user = true;
        assertThat(turns).isNotEmpty();
        for (JsonNode turn : turns) {
            assertThat(turn.get("role").asText()).isEqualTo(user ? "user" : "assistant");
            assertThat(turn.get("content")).isNotEmpty();
            List<String> calls = new ArrayList<>();
            List<String> results = new ArrayList<>();
            boolean onlyResults = true;
            for (JsonNode block : turn.get("content")) {
                String type = block.get("type").asText();
                onlyResults &= type.equals("tool_result");
                switch (type) {
                    case "text" -> assertThat(block.get("text").asText()).isNotBlank();
                    case "tool_use" -> {
                        String id = block.get("id").asText();
                        assertThat(id).matches("[a-zA-Z0-9_-]+");
                        assertThat(ids.add(id)).isTrue();
                        assertThat(block.get("input").isObject()).isTrue();
                        assertThat(user).isFalse();
                        calls.add(id);
                    }
                    case "tool_result" -> {
                        assertThat(onlyResults && user).isTrue();
                        results.add(block.get("tool_use_id").asText());
                    }
                    default -> assertThat(type).isEqualTo("thinking");
                }
            }
            assertThat(results).isEqualTo(waiting);
            String end = turn.get("content")
                    .get(turn.get("content").size() - 1)
                    .get("type")
                    .asText();
            assertThat(end).isNotEqualTo("thinking");
            waiting = calls;
            user = !user;
        }
        assertThat(waiting).isEmpty();
        JsonNode last = turns.get(turns.size() - 1);
        JsonNode end = last.get("content").get(last.get("content").size() - 1);
        if (last.get("role").asText().equals("assistant") && end.has("text")) {
            assertThat(end.get("text").asText())
                    .isEqualTo(end.get("text").asText().stripTrailing());
        }
    }
}
