package io.sluice.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds requests for chats: of model {@code m}, not streamed, with nothing said but what a test says. */
public final class ChatRequests {
    private final List<ChatMessage> messages = new ArrayList<>();
    private List<Tool> tools = List.of();
    private boolean stream;
    private @Nullable ToolChoice choice;
    private @Nullable Boolean parallel;
    private Sampling sampling = Sampling.DEFAULT;
    private @Nullable Reasoning reasoning;
    private AnswerFormat format = new AnswerFormat.Text();
    private @Nullable String tier;
    private Map<String, JsonNode> extras = Map.of();

    /** Adds a message. */
    public ChatRequests say(ChatMessage.Role role, Part... parts) {
        messages.add(ChatMessage.of(role, List.of(parts)));
        return this;
    }

    /** Adds a message of somebody with a name. */
    public ChatRequests name(ChatMessage.Role role, String name, Part... parts) {
        messages.add(new ChatMessage(role, name, List.of(parts)));
        return this;
    }

    public ChatRequests stream() {
        stream = true;
        return this;
    }

    public ChatRequests tools(Tool... newTools) {
        tools = List.of(newTools);
        return this;
    }

    public ChatRequests choice(ToolChoice newChoice) {
        choice = newChoice;
        return this;
    }

    public ChatRequests parallel(boolean may) {
        parallel = may;
        return this;
    }

    public ChatRequests sampling(Sampling newSampling) {
        sampling = newSampling;
        return this;
    }

    public ChatRequests reasoning(Reasoning newReasoning) {
        reasoning = newReasoning;
        return this;
    }

    public ChatRequests format(AnswerFormat newFormat) {
        format = newFormat;
        return this;
    }

    public ChatRequests tier(String newTier) {
        tier = newTier;
        return this;
    }

    public ChatRequests extras(Map<String, JsonNode> newExtras) {
        extras = newExtras;
        return this;
    }

    /** The request so far. */
    public ChatRequest build() {
        return new ChatRequest(
                "m", stream, messages, tools, choice, parallel, sampling, reasoning, format, null, tier, extras);
    }

    /** Nothing said but the most output tokens. */
    public static Sampling most(long tokens) {
        return new Sampling(tokens, null, null, null, List.of(), null, null, null, null, null, null, null);
    }
}
