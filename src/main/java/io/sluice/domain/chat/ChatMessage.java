package io.sluice.domain.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message of a chat.
 *
 * @param role who speaks
 * @param name name of the speaker; null for none
 * @param parts what is said, in order; results of tools are parts of a message of role {@link Role#TOOL} or
 *     {@link Role#USER}
 */
public record ChatMessage(Role role, @Nullable String name, List<Part> parts) {
    /** Copies the list. */
    public ChatMessage {
        parts = List.copyOf(parts);
    }

    /** A message without a name. */
    public static ChatMessage of(Role role, List<Part> parts) {
        return new ChatMessage(role, null, parts);
    }

    /** Who speaks. */
    public enum Role {
        /** The operator of the application. */
        SYSTEM,
        /** The same, as newer OpenAI models call it; the same as {@link #SYSTEM} wherever there is no such difference. */
        DEVELOPER,
        /** The person, or the application for them. */
        USER,
        /** The model. */
        ASSISTANT,
        /** A tool: nothing but results. */
        TOOL
    }
}
