package io.sluice.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;

/** A collector of traces on loopback: OTLP with HTTP and protobuf. Keeps all it gets. */
public final class OtlpReceiver implements AutoCloseable {
    private final HttpServer server;
    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final Map<String, String> resource = new ConcurrentHashMap<>();
    private final Map<String, String> headers = new ConcurrentHashMap<>();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile int status = 200;

    private OtlpReceiver(HttpServer server) {
        this.server = server;
    }

    /** Listens on a free port. */
    public static OtlpReceiver start() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            OtlpReceiver receiver = new OtlpReceiver(server);
            server.createContext("/v1/traces", receiver::take);
            server.start();
            return receiver;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange;
                InputStream body = exchange.getRequestBody()) {
            requests.incrementAndGet();
            boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("content-encoding"));
            byte[] bytes = (packed ? new GZIPInputStream(body) : body).readAllBytes();
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(), values.getFirst()));
            if (status == 200) {
                ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(bytes);
                texts.add(request.toString());
                request.getResourceSpansList().forEach(of -> {
                    of.getResource().getAttributesList().forEach(a -> resource.put(a.getKey(), text(a.getValue())));
                    of.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()));
                });
            }
            exchange.getResponseHeaders().add("content-type", "application/x-protobuf");
            exchange.sendResponseHeaders(status, -1);
        }
    }

    /** Answers so from now on. */
    public void answers(int newStatus) {
        status = newStatus;
    }

    /** Where it is. */
    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces";
    }

    /** What came, in order. */
    public List<Span> spans() {
        return spans;
    }

    /** Everything that came, as text. */
    public String everything() {
        return String.join("\n", texts);
    }

    /** Who sent it. */
    public Map<String, String> resource() {
        return resource;
    }

    /** Headers of the last message, by lower-case name. */
    public Map<String, String> headers() {
        return headers;
    }

    /** Messages that came. */
    public int requests() {
        return requests.get();
    }

    /** The first span of a name. */
    public Optional<Span> named(String name) {
        return spans.stream().filter(span -> span.getName().equals(name)).findFirst();
    }

    /** An attribute as text; empty when there is none. */
    public static String attribute(Span span, String name) {
        return span.getAttributesList().stream()
                .filter(a -> a.getKey().equals(name))
                .map(KeyValue::getValue)
                .map(OtlpReceiver::text)
                .findFirst()
                .orElse("");
    }

    /** An id in hexadecimal. */
    public static String hex(com.google.protobuf.ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    private static String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case INT_VALUE -> Long.toString(value.getIntValue());
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
            default -> value.getStringValue();
        };
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
