package io.sluice.admin.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the document must say, in every area. */
class ApiDocumentTest {
    private final JsonObject document = ApiDocument.load().contract();

    @Test
    void itIsAnOpenApiDocument() {
        Vertx vertx = Vertx.vertx();
        try {
            OpenAPIContract contract = TestNode.await(OpenAPIContract.from(CallingThread.over(vertx), document));

            assertThat(contract.operations())
                    .hasSameSizeAs(ApiDocument.load().operations().keySet());
        } finally {
            TestNode.await(vertx.close());
        }
    }

    @Test
    void everyBodyIsBounded() {
        List<String> loose = new ArrayList<>();
        document.getJsonObject("paths").forEach(path -> ((JsonObject) path.getValue()).forEach(each -> {
            if (each.getValue() instanceof JsonObject operation && operation.containsKey("requestBody")) {
                JsonObject content =
                        resolve(operation.getJsonObject("requestBody")).getJsonObject("content");
                assertThat(content.fieldNames())
                        .as(each.getKey() + " " + path.getKey())
                        .containsExactly("application/json");
                check(
                        content.getJsonObject("application/json").getJsonObject("schema"),
                        each.getKey() + " " + path.getKey(),
                        loose,
                        0);
            }
        }));

        assertThat(loose).isEmpty();
    }

    @Test
    void everyParameterIsBounded() {
        List<String> loose = new ArrayList<>();
        document.getJsonObject("paths").forEach(path -> {
            JsonObject item = (JsonObject) path.getValue();
            parameters(item, path.getKey(), loose);
            item.forEach(each -> {
                if (each.getValue() instanceof JsonObject operation) {
                    parameters(operation, each.getKey() + " " + path.getKey(), loose);
                }
            });
        });

        assertThat(loose).isEmpty();
    }

    private void parameters(JsonObject of, String place, List<String> loose) {
        for (Object each : of.getJsonArray("parameters", new JsonArray())) {
            JsonObject parameter = resolve((JsonObject) each);
            check(parameter.getJsonObject("schema"), place + " ?" + parameter.getString("name"), loose, 0);
        }
    }

    /** Notes what could be of any size. */
    private void check(JsonObject given, String place, List<String> loose, int depth) {
        assertThat(depth).as("depth of " + place).isLessThan(20);
        JsonObject schema = resolve(given);
        for (String keyword : List.of("oneOf", "anyOf", "allOf")) {
            for (Object each : schema.getJsonArray(keyword, new JsonArray())) {
                check((JsonObject) each, place, loose, depth + 1);
            }
        }
        Object type = schema.getValue("type");
        List<?> types = type instanceof JsonArray list ? list.getList() : List.of(String.valueOf(type));
        if (types.contains("object")) {
            Object more = schema.getValue("additionalProperties");
            if (!(Boolean.FALSE.equals(more) || (more instanceof JsonObject && schema.containsKey("maxProperties")))) {
                loose.add(place + ": additionalProperties");
            }
            if (more instanceof JsonObject others) {
                check(others, place + "/*", loose, depth + 1);
            }
            schema.getJsonObject("properties", new JsonObject())
                    .forEach(
                            each -> check((JsonObject) each.getValue(), place + "/" + each.getKey(), loose, depth + 1));
        }
        if (types.contains("array")) {
            if (!schema.containsKey("maxItems")) {
                loose.add(place + ": maxItems");
            }
            check(schema.getJsonObject("items"), place + "[]", loose, depth + 1);
        }
        if (types.contains("string") && !schema.containsKey("maxLength") && !schema.containsKey("enum")) {
            loose.add(place + ": maxLength");
        }
        if ((types.contains("integer") || types.contains("number"))
                && !(schema.containsKey("minimum") && schema.containsKey("maximum"))) {
            loose.add(place + ": minimum and maximum");
        }
        if (type == null
                && !schema.containsKey("enum")
                && !schema.containsKey("const")
                && !schema.containsKey("oneOf")
                && !schema.containsKey("anyOf")
                && !schema.containsKey("allOf")) {
            loose.add(place + ": type");
        }
    }

    /** A reference with what stands beside it. */
    private JsonObject resolve(JsonObject given) {
        String reference = given.getString("$ref");
        if (reference == null) {
            return given;
        }
        JsonObject found = document;
        for (String step : reference.substring(2).split("/")) {
            found = found.getJsonObject(step);
            assertThat(found).as(reference).isNotNull();
        }
        JsonObject whole = resolve(found).copy();
        given.forEach(each -> whole.put(each.getKey(), each.getValue()));
        whole.remove("$ref");
        return whole;
    }

    @Test
    void anOperationNeedsARole() {
        JsonObject operation = new JsonObject().put("operationId", "a").put("responses", new JsonObject());

        assertThatIllegalStateException()
                .isThrownBy(() -> ApiDocument.of(List.of(area("/a", operation))))
                .withMessageContaining("a has no x-role");
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> ApiDocument.of(List.of(area("/a", operation.copy().put("x-role", "god")))))
                .withMessageContaining("x-role");
    }

    @Test
    void everyOperationNeedsAHandlerAndEveryHandlerAnOperation() {
        JsonObject operation =
                new JsonObject().put("operationId", "a").put("x-role", "viewer").put("responses", new JsonObject());
        JsonObject shown = operation.copy().put("operationId", "getDocument");
        ApiDocument document = ApiDocument.of(List.of(area("/a", operation), area("/openapi.json", shown)));

        assertThatIllegalStateException()
                .isThrownBy(() -> document.handlers(List.of()))
                .withMessageContaining("no handler for [a]");
        assertThatIllegalStateException()
                .isThrownBy(() -> document.handlers(List.of(() -> Map.of("a", request -> null, "b", request -> null))))
                .withMessageContaining("no operation b");
    }

    @Test
    void areasDoNotOverwriteOneAnother() {
        JsonObject operation =
                new JsonObject().put("operationId", "a").put("x-role", "viewer").put("responses", new JsonObject());

        assertThatIllegalStateException()
                .isThrownBy(() -> ApiDocument.of(List.of(
                        area("/a", operation), area("/a", operation.copy().put("operationId", "b")))))
                .withMessageContaining("/a");
    }

    private static JsonObject area(String path, JsonObject get) {
        return new JsonObject()
                .put("info", new JsonObject().put("title", "t").put("version", "1"))
                .put("paths", new JsonObject().put(path, new JsonObject().put("get", get.copy())));
    }
}
