package io.sluice.admin.api;

import io.vertx.core.Future;
import io.vertx.core.json.Json;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RequestExtractor;
import io.vertx.json.schema.common.dsl.SchemaType;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import io.vertx.openapi.validation.RequestParameter;
import io.vertx.openapi.validation.RequestUtils;
import io.vertx.openapi.validation.ValidatableRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a request's check looks at. The library's own reader decodes a text twice, and its check takes a text for JSON when it
 * looks like it: so texts are decoded here, and handed over as JSON.
 */
final class RequestReader implements RequestExtractor {
    /** Of the texts of the query in the context. */
    private static final String QUERY = "sluice-query";

    /**
     * Texts of the query.
     *
     * @throws Problem when it cannot be decoded
     */
    static Map<String, List<String>> query(RoutingContext context) {
        Map<String, List<String>> read = context.get(QUERY);
        if (read == null) {
            read = Texts.ofQuery(context.request().query());
            context.put(QUERY, read);
        }
        return read;
    }

    /** A value as it came. */
    private record Given(@Nullable Object value) implements RequestParameter {
        @Override
        public @Nullable Object get() {
            return value;
        }
    }

    /** What came. */
    private record Read(
            Map<Location, Map<String, RequestParameter>> parameters,
            RequestParameter body,
            @Nullable String contentType)
            implements ValidatableRequest {
        private Map<String, RequestParameter> of(Location location) {
            return parameters.getOrDefault(location, Map.of());
        }

        @Override
        public Map<String, RequestParameter> getCookies() {
            return of(Location.COOKIE);
        }

        @Override
        public Map<String, RequestParameter> getPathParameters() {
            return of(Location.PATH);
        }

        @Override
        public Map<String, RequestParameter> getQuery() {
            return of(Location.QUERY);
        }

        @Override
        public Map<String, RequestParameter> getHeaders() {
            return of(Location.HEADER);
        }

        @Override
        public RequestParameter getBody() {
            return body;
        }

        @Override
        public @Nullable String getContentType() {
            return contentType;
        }
    }

    @Override
    public Future<ValidatableRequest> extractValidatableRequest(RoutingContext context, Operation operation) {
        Map<Location, Map<String, RequestParameter>> parameters = new HashMap<>();
        try {
            for (Parameter parameter : operation.getParameters()) {
                parameters
                        .computeIfAbsent(parameter.getIn(), in -> new HashMap<>())
                        .put(parameter.getName(), new Given(value(context, operation, parameter)));
            }
        } catch (Problem e) {
            return Future.failedFuture(e);
        }
        return Future.succeededFuture(new Read(
                parameters,
                new Given(context.body().buffer()),
                context.request().getHeader("content-type")));
    }

    private static @Nullable String value(RoutingContext context, Operation operation, Parameter parameter) {
        String name = parameter.getName();
        return switch (parameter.getIn()) {
            case QUERY -> ofQuery(query(context).getOrDefault(name, List.of()), parameter);
            case PATH -> {
                int segment = RequestUtils.findPathSegment(operation.getAbsoluteOpenAPIPath(), name);
                yield json(Texts.ofPath(context.request().path().split("/", -1)[segment], name), parameter);
            }
            case HEADER -> {
                String header = context.request().getHeader(name);
                yield header == null ? null : json(header, parameter);
            }
            case COOKIE -> null;
        };
    }

    /** A list's values are parted by its name. */
    private static @Nullable String ofQuery(List<String> texts, Parameter parameter) {
        if (texts.isEmpty()) {
            return null;
        }
        return parameter.getSchemaType() == SchemaType.ARRAY
                ? texts.stream()
                        .map(text -> parameter.getName() + "=" + json(text, parameter))
                        .collect(Collectors.joining("&"))
                : json(texts.getFirst(), parameter);
    }

    /** Where a text is wanted, everything is one; else what looks like a number or a truth value is what it looks like. */
    private static String json(String text, Parameter parameter) {
        boolean plain = text.matches("-?[0-9]{1,18}|true|false") && !wantsText(parameter);
        // The next value of a list begins behind an ampersand.
        return plain ? text : Json.encode(text).replace("&", "\\u0026");
    }

    private static boolean wantsText(Parameter parameter) {
        if (parameter.getSchemaType() != SchemaType.ARRAY) {
            return parameter.getSchemaType() == SchemaType.STRING;
        }
        Object items = parameter.getSchema().get("items");
        return !(items instanceof io.vertx.core.json.JsonObject schema) || "string".equals(schema.getString("type"));
    }
}
