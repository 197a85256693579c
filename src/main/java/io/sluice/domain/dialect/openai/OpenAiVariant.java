package io.sluice.domain.dialect.openai;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * How a server's chat completions differ from OpenAI's own.
 *
 * @param maxTokens which field bounds the answer
 * @param extensions what the server takes beyond OpenAI's fields, whatever the client's dialect; a client of OpenAI's
 *     dialect that writes such a field itself has it carried in any case
 */
public record OpenAiVariant(MaxTokens maxTokens, Set<Extension> extensions) {
    /** OpenAI itself, and a server of which nothing else is known. */
    public static final OpenAiVariant DEFAULT = new OpenAiVariant(MaxTokens.BY_MODEL, Set.of());

    /** Models of OpenAI that refuse {@code max_tokens}: o1 and its successors, GPT-5 and later, fine-tuned ones too. */
    private static final Pattern NEWER = Pattern.compile(
            "(?:^|[/:])(?:o[1-9][0-9]?(?:$|[-:])|gpt-(?:[5-9]|[1-9][0-9])(?:$|[-.:])|codex|computer-use)");

    /** Copies the set. */
    public OpenAiVariant {
        extensions = Set.copyOf(extensions);
    }

    /** Which field bounds the answer. */
    public enum MaxTokens {
        /** {@code max_completion_tokens} for names of OpenAI's reasoning models, {@code max_tokens} for all others. */
        BY_MODEL,
        /** {@code max_tokens}, OpenAI's older field and the only one of many servers. */
        OLDER,
        /** {@code max_completion_tokens}, always. */
        NEWER
    }

    /** Something beyond OpenAI's fields. */
    public enum Extension {
        /** {@code top_k}. */
        TOP_K,
        /** {@code cache_control} on parts and tools, as Anthropic has it. */
        CACHE_MARKS,
        /** {@code reasoning_details} with signatures in the history, and the {@code reasoning} object, as OpenRouter has them. */
        REASONING_DETAILS,
        /** {@code extra_content} of calls with Gemini's signatures, as Google's own service of this dialect has them. */
        THOUGHT_SIGNATURES,
        /** {@code enable_thinking}, instead of an effort. */
        ENABLE_THINKING,
        /** {@code thinking} with a {@code type}, instead of an effort. */
        THINKING_TYPE,
        /** {@code video_url} parts. */
        VIDEO
    }

    /** Whether the server takes something. */
    public boolean has(Extension extension) {
        return extensions.contains(extension);
    }

    /**
     * The field that bounds the answer.
     *
     * @param model the provider's name of the model
     */
    String maxTokensField(String model) {
        boolean newer =
                switch (maxTokens) {
                    case BY_MODEL -> NEWER.matcher(model).find();
                    case OLDER -> false;
                    case NEWER -> true;
                };
        return newer ? "max_completion_tokens" : "max_tokens";
    }
}
