package io.sluice.domain.chat;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** The form that an answer must have. */
public sealed interface AnswerFormat {
    /** Any. */
    record Text() implements AnswerFormat {}

    /** Some JSON. */
    record Json() implements AnswerFormat {}

    /**
     * JSON after a schema.
     *
     * @param name of the schema; empty where the dialect gives none
     * @param description what it is for; null for none
     * @param schema JSON Schema
     * @param strict whether the provider must enforce it; null where the client did not say
     */
    record Schema(
            String name,
            @Nullable String description,
            JsonNode schema,
            @Nullable Boolean strict) implements AnswerFormat {}
}
