package io.sluice.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.simulator.Route.Dialect;
import io.sluice.simulator.Route.Endpoint;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes requests in the providers' dialects: path, credential, head, body. Belongs to its event loop. */
final class ProviderHandler {
    private static final int MAX_BODY = 64 * 1024 * 1024;
    private static final String BEARER = "Bearer ";
    private static final long MODEL_CREATED = 1_715_367_049;
    private static final byte[] NO_BODY = {};
    private static final List<String> USUAL_MODELS = List.of(
            "gpt-4o", "gpt-4o-mini", "gpt-3.5-turbo-instruct", "text-embedding-3-small", "text-embedding-3-large");
    private static final Set<String> AZURE_VERSIONS = Set.of(
            "2024-02-01",
            "2024-06-01",
            "2024-10-21",
            "2024-12-01-preview",
            "2025-01-01-preview",
            "2025-03-01-preview",
            "2025-04-01-preview");

    private final Simulation simulation;
    private final Pacer pacer;

    ProviderHandler(Simulation simulation, Pacer pacer) {
        this.simulation = simulation;
        this.pacer = pacer;
    }

    /** Takes a request whose head is complete. */
    void handle(HttpServerRequest request) {
        String path = request.path() == null ? "" : request.path();
        Route route = Route.of(path);
        if (route == null) {
            answer(request, ProviderError.noSuchPath(request.method().name(), path));
            return;
        }
        if (!request.method().equals(route.endpoint().method())) {
            answer(request, ProviderError.wrongMethod(route, request.method().name(), path));
            return;
        }
        String name = credential(route.dialect(), request);
        Credential credential = name == null ? null : simulation.accepted(name);
        if (name == null || credential == null) {
            answer(request, ProviderError.unauthenticated(route.dialect(), name));
        } else if (request.method().equals(HttpMethod.GET)) {
            simulation.captures().add(name, request, NO_BODY);
            models(route, credential.script(), request);
        } else {
            Exchange exchange = new Exchange(simulation, pacer, route, credential.arrive(), request);
            take(route, name, request, exchange);
        }
    }

    private void take(Route route, String name, HttpServerRequest request, Exchange exchange) {
        if (route.dialect() == Dialect.AZURE_DATED && !AZURE_VERSIONS.contains(version(request))) {
            exchange.refuse(ProviderError.resourceNotFound());
            return;
        }
        String contentType = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (contentType == null || !isJson(contentType)) {
            exchange.refuse(ProviderError.of(
                    415,
                    "Unsupported content type: '" + contentType + "'. This API method only accepts 'application/json'"
                            + " requests.",
                    "invalid_request_error",
                    null,
                    "unsupported_content_type"));
            return;
        }
        Body body = new Body();
        request.handler(chunk -> {
            if (!body.add(chunk)) {
                request.handler(null);
                request.endHandler(null);
                exchange.refuse(
                        ProviderError.of(413, "Request body is too large.", "invalid_request_error", null, null));
            }
        });
        request.endHandler(end -> {
            byte[] bytes = body.bytes();
            simulation.captures().add(name, request, bytes);
            exchange.answer(bytes);
        });
    }

    /** A body as it comes in; usually one chunk, which is not copied together. */
    private static final class Body {
        private @Nullable Buffer received;
        private boolean own;

        boolean add(Buffer chunk) {
            Buffer before = received;
            if (before == null) {
                received = chunk;
                return true;
            }
            Buffer joined = own ? before : Buffer.buffer(before.length() * 4).appendBuffer(before);
            own = true;
            received = joined.appendBuffer(chunk);
            return joined.length() <= MAX_BODY;
        }

        byte[] bytes() {
            return received == null ? NO_BODY : received.getBytes();
        }
    }

    private static String version(HttpServerRequest request) {
        String version = request.getParam("api-version");
        return version == null ? "" : version;
    }

    private static boolean isJson(String contentType) {
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().equalsIgnoreCase("application/json");
    }

    /** Bearer at OpenAI, {@code api-key} at Azure, whose form without version takes both. */
    private static @Nullable String credential(Dialect dialect, HttpServerRequest request) {
        if (dialect.azure()) {
            String key = request.getHeader("api-key");
            if (key != null || dialect == Dialect.AZURE_DATED) {
                return key == null || key.isEmpty() ? null : key;
            }
        }
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && header.startsWith(BEARER) && header.length() > BEARER.length()
                ? header.substring(BEARER.length())
                : null;
    }

    private void models(Route route, CredentialScript script, HttpServerRequest request) {
        List<String> names = script.models().isEmpty() ? USUAL_MODELS : script.models();
        ObjectNode body;
        if (route.endpoint() == Endpoint.MODELS) {
            body = Json.object().put("object", "list");
            ArrayNode data = body.putArray("data");
            names.forEach(name -> data.add(model(name)));
        } else if (names.contains(route.name()) || script.models().isEmpty()) {
            body = model(route.name());
        } else {
            answer(request, ProviderError.noSuchModel(route.dialect(), route.name()));
            return;
        }
        ResponseHeaders.put(request.response(), route, ResponseHeaders.JSON, simulation.nextNumber(), 0, null);
        request.response().end(body.toString());
    }

    private static ObjectNode model(String name) {
        return Json.object()
                .put("id", name)
                .put("object", "model")
                .put("created", MODEL_CREATED)
                .put("owned_by", "simulator");
    }

    private void answer(HttpServerRequest request, ProviderError error) {
        request.response()
                .setStatusCode(error.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, ResponseHeaders.JSON)
                .putHeader("x-request-id", "req_" + Long.toHexString(simulation.nextNumber()));
        error.headers().forEach(request.response()::putHeader);
        request.response().end(error.body());
    }
}
