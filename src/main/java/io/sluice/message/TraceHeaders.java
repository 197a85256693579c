package io.sluice.message;

import org.jspecify.annotations.Nullable;

/**
 * What a provider is told of the trace that its request belongs to, as W3C Trace Context has it.
 *
 * @param parent value of {@code traceparent}; null tells nothing
 * @param state value of {@code tracestate}; null for none
 */
public record TraceHeaders(
        @Nullable String parent, @Nullable String state) {
    /** Nothing. */
    public static final TraceHeaders NONE = new TraceHeaders(null, null);
}
