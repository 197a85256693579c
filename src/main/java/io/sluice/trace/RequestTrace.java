package io.sluice.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The trace of one request. Instants are the node's monotonic nanoseconds. Used on the lane's event loop.
 *
 * <pre>
 *  chat gpt-4o                     the request, from its head to its end
 *   ├─ plan                        who could serve it
 *   ├─ reserve ── wait             room for it, and the wait for room
 *   └─ chat gpt-4o-2024-11-20      an attempt at a provider, with its stream
 *       └─ stream
 * </pre>
 */
public final class RequestTrace {
    private static final String OPERATION = "gen_ai.operation.name";

    private final Tracer tracer;
    private final Span root;
    private final Context context;
    private final long offset;
    private final boolean propagates;
    private final List<AttemptTrace> open = new ArrayList<>(1);
    private String operation = "";

    RequestTrace(Tracer tracer, Span root, long offset, boolean propagates) {
        this.tracer = tracer;
        this.root = root;
        this.context = root.storeInContext(Context.root());
        this.offset = offset;
        this.propagates = propagates;
    }

    /**
     * What is asked, and by whom.
     *
     * @param word operation in the words of the GenAI conventions
     * @param model public name
     * @param stream whether a stream is asked for
     */
    public void asks(String word, String model, boolean stream) {
        operation = word;
        if (root.isRecording()) {
            root.setAttribute(OPERATION, word);
            root.setAttribute("gen_ai.request.model", model);
            root.setAttribute("gen_ai.request.stream", stream);
        }
    }

    /** The router has said who could serve it. */
    public void planned(long from, long to, int candidates) {
        if (root.isRecording()) {
            Span span = child("plan", SpanKind.INTERNAL, from).startSpan();
            span.setAttribute("sluice.candidates", candidates);
            end(span, to);
        }
    }

    /**
     * There is room for it, or none.
     *
     * @param waited how much of the time it stood in the queue, nanoseconds
     * @param granted whether there is room
     */
    public void reserved(long from, long to, long waited, boolean granted) {
        if (!root.isRecording()) {
            return;
        }
        Span span = child("reserve", SpanKind.INTERNAL, from).startSpan();
        span.setAttribute("sluice.granted", granted);
        if (waited > 0) {
            Span wait = tracer.spanBuilder("wait")
                    .setParent(span.storeInContext(Context.root()))
                    .setStartTimestamp(epoch(to - waited), TimeUnit.NANOSECONDS)
                    .startSpan();
            end(wait, to);
        }
        end(span, to);
    }

    /** A provider is asked. */
    public AttemptTrace attempt(Candidate candidate, long from) {
        if (!root.isRecording()) {
            return new AttemptTrace(this, root, context, propagates);
        }
        BaseUrl url = candidate.channel().baseUrl();
        Span span = child(operation + " " + candidate.upstreamModel(), SpanKind.CLIENT, from)
                .setAttribute(OPERATION, operation)
                .setAttribute(
                        "gen_ai.provider.name",
                        candidate.channel().type().name().toLowerCase(Locale.ROOT))
                .setAttribute("gen_ai.request.model", candidate.upstreamModel())
                .setAttribute("server.address", url.host())
                .setAttribute("server.port", url.port())
                .setAttribute("sluice.channel", candidate.channel().name())
                .setAttribute("sluice.account", candidate.account().name())
                .startSpan();
        AttemptTrace attempt = new AttemptTrace(this, span, span.storeInContext(Context.root()), propagates);
        open.add(attempt);
        return attempt;
    }

    /** It is over. */
    public void over(UsageRecord record, long now) {
        if (!root.isRecording()) {
            return;
        }
        for (AttemptTrace attempt : List.copyOf(open)) {
            attempt.unused(now);
        }
        root.setAttribute("sluice.request.id", record.requestId());
        root.setAttribute("sluice.key", record.caller().key());
        put("sluice.team", record.caller().team());
        put("gen_ai.response.model", record.served().upstreamModel());
        put("sluice.channel", record.served().channel());
        root.setAttribute("gen_ai.usage.input_tokens", record.used().tokens().input());
        root.setAttribute("gen_ai.usage.output_tokens", record.used().tokens().output());
        root.setAttribute(
                "gen_ai.usage.cache_read.input_tokens", record.used().tokens().cachedInput());
        root.setAttribute("http.response.status_code", record.outcome().status());
        root.setAttribute("sluice.attempts", record.served().attempts());
        root.setAttribute("sluice.ending", record.outcome().ending().name().toLowerCase(Locale.ROOT));
        if (record.outcome().ending() != Ending.COMPLETED) {
            String code = record.outcome().error();
            root.setAttribute("error.type", code == null ? "_OTHER" : code);
            root.setStatus(StatusCode.ERROR);
        }
        end(root, now);
    }

    private void put(String name, @Nullable String value) {
        if (value != null) {
            root.setAttribute(name, value);
        }
    }

    private SpanBuilder child(String name, SpanKind kind, long from) {
        return tracer.spanBuilder(name)
                .setSpanKind(kind)
                .setParent(context)
                .setStartTimestamp(epoch(from), TimeUnit.NANOSECONDS);
    }

    /** The part of an attempt in which its answer came. */
    void streamed(Context attempt, long from, long to) {
        Span span = tracer.spanBuilder("stream")
                .setParent(attempt)
                .setStartTimestamp(epoch(from), TimeUnit.NANOSECONDS)
                .startSpan();
        end(span, to);
    }

    void end(Span span, long at) {
        span.end(epoch(at), TimeUnit.NANOSECONDS);
    }

    void forget(AttemptTrace attempt) {
        open.remove(attempt);
    }

    private long epoch(long nanos) {
        return nanos + offset;
    }
}
