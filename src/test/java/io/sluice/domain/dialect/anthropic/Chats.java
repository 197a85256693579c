package io.sluice.domain.dialect.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.Json;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Requests and answers for the tests of this package. */
final class Chats {
    static final AnthropicCodec CODEC = new AnthropicCodec();

    private Chats() {}

    /** JSON with single quotes. */
    static JsonNode json(String text) {
        return Objects.requireNonNull(Json.read(text.replace('\'', '"')), text);
    }

    static ObjectNode object(String text) {
        return (ObjectNode) json(text);
    }

    /** A request under construction. */
    static final class Asked {
        String model = "m";
        boolean stream;
        List<ChatMessage> messages = new ArrayList<>();
        List<Tool> tools = new ArrayList<>();

        @Nullable
        ToolChoice choice;

        @Nullable
        Boolean parallel;

        Sampling sampling = Sampling.DEFAULT;

        @Nullable
        Reasoning reasoning;

        AnswerFormat format = new AnswerFormat.Text();

        @Nullable
        String user;

        @Nullable
        String tier;

        Map<String, JsonNode> extras = new LinkedHashMap<>();

        Asked say(Role role, Part... parts) {
            messages.add(ChatMessage.of(role, List.of(parts)));
            return this;
        }

        Asked say(Role role, String text) {
            return say(role, Part.Text.of(text));
        }

        ChatRequest request() {
            return new ChatRequest(
                    model, stream, messages, tools, choice, parallel, sampling, reasoning, format, user, tier, extras);
        }
    }

    static Part.ToolCall call(String id, String name, String arguments) {
        return new Part.ToolCall(id, name, arguments, null, null);
    }

    static Part.ToolResult result(String id, String text) {
        return new Part.ToolResult(id, null, List.of(Part.Text.of(text)), false, null);
    }

    static Tool.Function function(String name) {
        return new Tool.Function(name, null, null, null, null);
    }

    static Reasoning effort(String word) {
        return new Reasoning(null, word, null, null);
    }

    /** What an answer says, fed in these pieces. */
    static List<ChatEvent> decode(String contentType, boolean stream, byte[]... pieces) {
        AnswerDecoder decoder = Objects.requireNonNull(CODEC.answerDecoder(contentType, stream));
        List<ChatEvent> events = new ArrayList<>();
        for (byte[] piece : pieces) {
            byte[] own = piece.clone();
            decoder.feed(own, events::add);
            Arrays.fill(own, (byte) '#');
        }
        decoder.end(events::add);
        return events;
    }

    static List<ChatEvent> decodeStream(String text) {
        return decode("text/event-stream", true, text.getBytes(UTF_8));
    }

    static List<ChatEvent> decodeWhole(String text) {
        return decode("application/json", false, text.getBytes(UTF_8));
    }

    /** What an encoder writes of these events, its last piece included. */
    static String encode(AnswerEncoder encoder, List<ChatEvent> events) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        events.forEach(event -> encoder.encode(event, out::writeBytes));
        out.writeBytes(encoder.last());
        return out.toString(UTF_8);
    }

    /** The events with neighbours of one kind joined, as pieces of text say nothing by where they are cut. */
    static List<ChatEvent> joined(List<ChatEvent> events) {
        List<ChatEvent> joined = new ArrayList<>();
        for (ChatEvent event : events) {
            ChatEvent before = joined.isEmpty() ? null : joined.getLast();
            ChatEvent merged = before == null ? null : merged(before, event);
            if (merged != null) {
                joined.removeLast();
            }
            joined.add(merged == null ? event : merged);
        }
        return joined;
    }

    private static @Nullable ChatEvent merged(ChatEvent before, ChatEvent event) {
        if (before instanceof ChatEvent.Text a && event instanceof ChatEvent.Text b) {
            return new ChatEvent.Text(0, a.text() + b.text());
        }
        if (before instanceof ChatEvent.Thinking a && event instanceof ChatEvent.Thinking b) {
            return new ChatEvent.Thinking(0, a.text() + b.text());
        }
        if (before instanceof ChatEvent.ToolArguments a
                && event instanceof ChatEvent.ToolArguments b
                && a.call() == b.call()) {
            return new ChatEvent.ToolArguments(0, a.call(), a.json() + b.json());
        }
        return null;
    }
}
