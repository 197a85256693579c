package io.sluice.domain.chat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/**
 * A piece of an answer. Answers that come whole and answers that come in pieces are the same sequence:
 *
 * <pre>
 * Start ( Text | Thinking | ThinkingSignature | HiddenThinking | Refusal | Citation | Logprobs
 *       | ToolCall ToolArguments* | Usage )* Finish+ Usage? End
 * </pre>
 *
 * Events of several choices may be mixed; of one choice they are in order. The arguments of a tool call follow its
 * beginning, mixed perhaps with those of other calls of the choice. {@link Usage} may come anywhere, also several times:
 * each replaces the one before. {@link Failed} may stand in every place and is the last. {@link End} says that the answer
 * is whole; without it the answer was cut.
 */
public sealed interface ChatEvent {
    /**
     * The answer begins.
     *
     * @param id the provider's id for it; empty when it gave none
     * @param model the provider's name of the model; empty when it gave none
     * @param created seconds since 1970; 0 when the provider did not say
     */
    record Start(String id, String model, long created) implements ChatEvent {}

    /**
     * Text.
     *
     * @param choice which answer of several, from 0
     * @param text the next of it
     */
    record Text(int choice, String text) implements ChatEvent {}

    /**
     * Thinking.
     *
     * @param choice which answer
     * @param text the next of it
     */
    record Thinking(int choice, String text) implements ChatEvent {}

    /**
     * The thinking so far is over, and this proves it.
     *
     * @param choice which answer
     * @param proof that the model thought it
     */
    record ThinkingSignature(int choice, Proof proof) implements ChatEvent {}

    /**
     * Thinking that only its provider can read.
     *
     * @param choice which answer
     * @param proof all that there is of it
     */
    record HiddenThinking(int choice, Proof proof) implements ChatEvent {}

    /**
     * The model refuses.
     *
     * @param choice which answer
     * @param text the next of it
     */
    record Refusal(int choice, String text) implements ChatEvent {}

    /**
     * The model begins to call a function.
     *
     * @param choice which answer
     * @param call which call of it, from 0, without gaps
     * @param id id of the call; made up where the provider gives none
     * @param name the function
     * @param proof proof of the thinking before it, as Gemini gives it; null for none
     */
    record ToolCall(
            int choice,
            int call,
            String id,
            String name,
            @Nullable Proof proof) implements ChatEvent {}

    /**
     * Arguments of a call.
     *
     * @param choice which answer
     * @param call which call of it
     * @param json the next of their JSON text
     */
    record ToolArguments(int choice, int call, String json) implements ChatEvent {}

    /**
     * A source of the text before.
     *
     * @param choice which answer
     * @param dialect whose form it has
     * @param json the source
     */
    record Citation(int choice, ChatDialect dialect, JsonNode json) implements ChatEvent {}

    /**
     * Probabilities of the text before.
     *
     * @param choice which answer
     * @param json as OpenAI writes them: an object with {@code content} and perhaps {@code refusal}
     */
    record Logprobs(int choice, JsonNode json) implements ChatEvent {}

    /**
     * An answer of several is over.
     *
     * @param choice which answer
     * @param reason why
     * @param stopText the text that ended it; null when none did or it is not known
     */
    record Finish(int choice, FinishReason reason, @Nullable String stopText) implements ChatEvent {}

    /**
     * What was used until now.
     *
     * @param tokens by kind
     */
    record Usage(TokenUsage tokens) implements ChatEvent {}

    /** The provider is alive and has nothing to say. */
    record Ping() implements ChatEvent {}

    /** The answer is whole. */
    record End() implements ChatEvent {}

    /**
     * There is no whole answer.
     *
     * @param failure why
     */
    record Failed(UpstreamFailure failure) implements ChatEvent {}
}
