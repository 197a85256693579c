package io.sluice.domain.chat;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Something that the model may call. */
public sealed interface Tool {
    /**
     * A function of the application.
     *
     * @param name its name
     * @param description what it does; null for none
     * @param parameters JSON Schema of its arguments; null for none
     * @param strict whether arguments must follow the schema; null where the client did not say
     * @param cacheControl see {@link Part#cacheControl()}
     */
    record Function(
            String name,
            @Nullable String description,
            @Nullable JsonNode parameters,
            @Nullable Boolean strict,
            @Nullable JsonNode cacheControl)
            implements Tool {}

    /**
     * A tool that the provider runs, or another kind that only one dialect has.
     *
     * @param dialect which
     * @param json the tool
     * @param field what is told as lost where it cannot be written, such as {@code tools[1].type}
     */
    record Foreign(ChatDialect dialect, JsonNode json, String field) implements Tool {}
}
