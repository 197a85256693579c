/**
 * Traces: one of a request, with what the gateway did for it, to an OpenTelemetry collector. Off unless it is configured. Nothing
 * of a request's or an answer's content is in a trace.
 */
@NullMarked
package io.sluice.trace;

import org.jspecify.annotations.NullMarked;
