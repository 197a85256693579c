package io.sluice.domain.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request for the next message of a chat.
 *
 * @param model the name that the client wrote
 * @param stream whether the answer is to come in pieces
 * @param messages the chat so far, system messages among them, in the order written
 * @param tools what the model may call, in the order written
 * @param toolChoice null where the client left it to the provider
 * @param parallelToolCalls whether several calls may come at once; null where the client did not say
 * @param sampling how the answer is drawn, and how long it may be
 * @param reasoning how much the model may think; null where the client did not say
 * @param format the form that the answer must have
 * @param user the client's name for its own user; null for none
 * @param serviceTier the client's wish; null for none
 * @param extras fields without a meaning here, by the name that the client's dialect gives them, in the order written:
 *     a dialect may carry those it knows, and must lose the others aloud
 */
public record ChatRequest(
        String model,
        boolean stream,
        List<ChatMessage> messages,
        List<Tool> tools,
        @Nullable ToolChoice toolChoice,
        @Nullable Boolean parallelToolCalls,
        Sampling sampling,
        @Nullable Reasoning reasoning,
        AnswerFormat format,
        @Nullable String user,
        @Nullable String serviceTier,
        Map<String, JsonNode> extras) {
    /** Copies the collections. */
    public ChatRequest {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        extras = Collections.unmodifiableMap(new LinkedHashMap<>(extras));
    }

    /**
     * The same request with a system message before all others.
     *
     * @param systemPrompt its text; null for none
     */
    public ChatRequest after(@Nullable String systemPrompt) {
        if (systemPrompt == null) {
            return this;
        }
        List<ChatMessage> all = new ArrayList<>(messages.size() + 1);
        all.add(ChatMessage.of(ChatMessage.Role.SYSTEM, List.of(Part.Text.of(systemPrompt))));
        all.addAll(messages);
        return new ChatRequest(
                model,
                stream,
                all,
                tools,
                toolChoice,
                parallelToolCalls,
                sampling,
                reasoning,
                format,
                user,
                serviceTier,
                extras);
    }
}
