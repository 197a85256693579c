package io.sluice.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The span of one attempt at a provider. Used on the lane's event loop. */
public final class AttemptTrace {
    private final RequestTrace request;
    private final Span span;
    private final Context context;
    private final boolean propagates;

    AttemptTrace(RequestTrace request, Span span, Context context, boolean propagates) {
        this.request = request;
        this.span = span;
        this.context = context;
        this.propagates = propagates;
    }

    /** What its provider is told, {@code traceparent} and {@code tracestate}; nothing unless that is configured. */
    public Map<String, String> headers() {
        if (!propagates) {
            return Map.of();
        }
        Map<String, String> headers = new LinkedHashMap<>();
        W3CTraceContextPropagator.getInstance().inject(context, headers, Map::put);
        return headers;
    }

    /**
     * It is over.
     *
     * @param failure what went wrong; null for success
     * @param written when its head was written, monotonic; 0 when it was not
     * @param headNanos from then to the response head; -1 when there was none
     * @param firstNanos from then to the first byte of the answer; -1 when there was none
     * @param now monotonic nanoseconds
     */
    public void over(@Nullable GatewayFailure failure, long written, long headNanos, long firstNanos, long now) {
        if (!isRecorded()) {
            return;
        }
        if (headNanos >= 0) {
            span.setAttribute("sluice.head_ms", headNanos / 1_000_000.0);
        }
        if (firstNanos >= 0) {
            request.streamed(context, written + firstNanos, Math.max(now, written + firstNanos));
        }
        if (failure != null) {
            span.setAttribute("error.type", word(failure));
            span.setStatus(StatusCode.ERROR);
            if (failure instanceof UpstreamFailure upstream && upstream.status() > 0) {
                span.setAttribute("http.response.status_code", upstream.status());
            }
        }
        end(now);
    }

    /** Nothing was sent. */
    void unused(long now) {
        span.setAttribute("sluice.unused", true);
        end(now);
    }

    private void end(long now) {
        request.end(span, now);
        request.forget(this);
    }

    /** Where nothing is recorded the span is the request's. */
    private boolean isRecorded() {
        return span.isRecording();
    }

    private static String word(GatewayFailure failure) {
        return failure instanceof UpstreamFailure upstream
                ? upstream.kind().name().toLowerCase(Locale.ROOT)
                : failure.getClass()
                        .getSimpleName()
                        .replaceAll("(?<=.)([A-Z])", "_$1")
                        .toLowerCase(Locale.ROOT);
    }
}
