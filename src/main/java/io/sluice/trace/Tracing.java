package io.sluice.trace;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.sluice.config.TracingConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes traces and sends them, over OTLP with HTTP and protobuf. A request is traced when whoever asks traces it, else by
 * chance. Safe on any thread.
 */
public final class Tracing implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final int MOST_TEXT = 1_024;

    // Its own lines would come with every failure, past the node's log; and it is forgotten when nobody holds it.
    private static final Logger EXPORTER_LOG = Logger.getLogger("io.opentelemetry.exporter");

    private static final TextMapGetter<UnaryOperator<@Nullable String>> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(UnaryOperator<@Nullable String> headers) {
            return List.of();
        }

        @Override
        public @Nullable String get(@Nullable UnaryOperator<@Nullable String> headers, String name) {
            return headers == null ? null : headers.apply(name);
        }
    };

    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private final boolean propagates;

    /**
     * Begins.
     *
     * @param config where traces go, and how many
     * @param node name of the node
     * @param version of the gateway
     * @param dropped is told how many spans are lost, on any thread
     */
    public Tracing(TracingConfig config, String node, String version, LongConsumer dropped) {
        EXPORTER_LOG.setLevel(Level.OFF);
        OtlpHttpSpanExporterBuilder exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(config.endpoint())
                .setTimeout(TIMEOUT)
                .setConnectTimeout(CONNECT)
                .setRetryPolicy(null)
                .setCompression("gzip");
        config.headers().forEach((name, value) -> exporter.addHeader(name, value.reveal()));
        AttributesBuilder resource = Attributes.builder()
                .put("service.name", "sluice")
                .put("service.instance.id", node)
                .put("service.version", version);
        config.attributes().forEach(resource::put);
        propagates = config.propagate();
        provider = SdkTracerProvider.builder()
                .setResource(Resource.create(resource.build()))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.sample())))
                .setSpanLimits(SpanLimits.builder()
                        .setMaxAttributeValueLength(MOST_TEXT)
                        .build())
                .addSpanProcessor(new SpanQueue(exporter.build(), dropped, config.delay()))
                .build();
        tracer = provider.get("io.sluice", version);
    }

    /**
     * A request begins.
     *
     * @param headers the client's, by name
     * @param name of the request in traces
     * @param startNanos of its head, monotonic
     * @param startMillis of its head, wall clock
     */
    public RequestTrace begin(UnaryOperator<@Nullable String> headers, String name, long startNanos, long startMillis) {
        // Baggage is not looked at: it is the client's, and nobody else's business.
        Context parent = W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS);
        long offset = TimeUnit.MILLISECONDS.toNanos(startMillis) - startNanos;
        Span root = tracer.spanBuilder(name)
                .setSpanKind(SpanKind.SERVER)
                .setParent(parent)
                .setStartTimestamp(startNanos + offset, TimeUnit.NANOSECONDS)
                .startSpan();
        return new RequestTrace(tracer, root, offset, propagates);
    }

    /** Sends what waits, for some seconds at most. Blocks. */
    @Override
    public void close() {
        provider.close();
    }
}
