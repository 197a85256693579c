package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;

/** Fields of a chat completion that have no place in the canonical model, and what other dialects may do with them. */
public final class OpenAiExtras {
    private OpenAiExtras() {}

    /**
     * Whether another dialect may leave a field out without a word, because no answer differs for it: it says where
     * something is stored or counted, or asks for what happens anyway.
     *
     * @param field its name
     * @param value what it says
     */
    public static boolean isHarmless(String field, JsonNode value) {
        return switch (field) {
            case "stream_options",
                    "metadata",
                    "safety_identifier",
                    "prompt_cache_key",
                    "prompt_cache_retention",
                    "prompt_cache_options" -> true;
            case "store" -> !value.asBoolean();
            case "verbosity" -> "medium".equals(value.textValue());
            case "modalities" -> value.size() == 1 && "text".equals(value.get(0).textValue());
            // A guess of the answer makes it faster, not another.
            case "prediction" -> true;
            default -> false;
        };
    }
}
