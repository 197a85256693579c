package io.sluice.domain.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a message. */
public sealed interface Part {
    /**
     * The cache mark that the client put on it, as Anthropic writes it ({@code {"type":"ephemeral"}}); null for none. A
     * dialect without such marks drops it without a word: it never changes an answer.
     */
    default @Nullable JsonNode cacheControl() {
        return null;
    }

    /**
     * Text.
     *
     * @param text what is said
     * @param cacheControl see {@link Part#cacheControl()}
     * @param citations sources, as the dialect that gave them writes them; null for none
     */
    record Text(
            String text,
            @Nullable JsonNode cacheControl,
            @Nullable JsonNode citations) implements Part {
        /** Nothing but text. */
        public static Text of(String text) {
            return new Text(text, null, null);
        }
    }

    /**
     * A picture.
     *
     * @param source where it is
     * @param detail how closely to look, as OpenAI says it ({@code auto}, {@code low}, {@code high}); null for none
     * @param cacheControl see {@link Part#cacheControl()}
     */
    record Image(
            MediaSource source,
            @Nullable String detail,
            @Nullable JsonNode cacheControl) implements Part {}

    /**
     * Sound.
     *
     * @param source where it is; its media type says the format
     */
    record Audio(MediaSource source) implements Part {}

    /**
     * Moving pictures.
     *
     * @param source where they are
     */
    record Video(MediaSource source) implements Part {}

    /**
     * A document, a PDF for example.
     *
     * @param source where it is
     * @param name its file name or title; null for none
     * @param cacheControl see {@link Part#cacheControl()}
     * @param options what else Anthropic lets one say of it ({@code citations}, {@code context}); null for nothing
     */
    record Document(
            MediaSource source,
            @Nullable String name,
            @Nullable JsonNode cacheControl,
            @Nullable JsonNode options) implements Part {}

    /**
     * The model calls a function.
     *
     * @param id links it with its result; made up where a dialect has none
     * @param name the function
     * @param arguments JSON text as the model wrote it, perhaps not valid; {@code {}} when it wrote none
     * @param proof proof of the thinking before it, as Gemini gives it; null for none
     * @param cacheControl see {@link Part#cacheControl()}
     */
    record ToolCall(
            String id,
            String name,
            String arguments,
            @Nullable Proof proof,
            @Nullable JsonNode cacheControl) implements Part {}

    /**
     * What a function answered.
     *
     * @param callId id of its call
     * @param name the function; null where the dialect does not repeat it
     * @param content text, pictures, documents
     * @param isError whether the function failed
     * @param cacheControl see {@link Part#cacheControl()}
     */
    record ToolResult(
            String callId,
            @Nullable String name,
            List<Part> content,
            boolean isError,
            @Nullable JsonNode cacheControl) implements Part {
        /** Copies the list. */
        public ToolResult {
            content = List.copyOf(content);
        }
    }

    /**
     * What the model thought.
     *
     * @param text may be empty where only the proof was given
     * @param proof that the model thought it; null for none
     */
    record Thinking(String text, @Nullable Proof proof) implements Part {}

    /**
     * What the model thought, readable by its provider only.
     *
     * @param proof all that there is of it
     */
    record HiddenThinking(Proof proof) implements Part {}

    /**
     * The model refuses.
     *
     * @param text why
     */
    record Refusal(String text) implements Part {}

    /**
     * A part that only the dialect it is written in has: it can be written in that one alone.
     *
     * @param dialect which
     * @param json the part
     * @param field what is told as lost where it cannot be written, such as {@code messages[2].content[0].type}
     */
    record Foreign(ChatDialect dialect, JsonNode json, String field) implements Part {}
}
