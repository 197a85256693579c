package io.sluice.domain.chat;

/** Whether the model calls tools. */
public sealed interface ToolChoice {
    /** As it likes. */
    record Auto() implements ToolChoice {}

    /** Never. */
    record None() implements ToolChoice {}

    /** At least one of them. */
    record Required() implements ToolChoice {}

    /**
     * This one.
     *
     * @param name the function
     */
    record Named(String name) implements ToolChoice {}
}
