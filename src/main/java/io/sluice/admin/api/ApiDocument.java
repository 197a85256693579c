package io.sluice.admin.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The OpenAPI document, put together from one file for each area. What all operations have in common is added here: the
 * path's beginning, the usual failures, {@code If-Match} and {@code Idempotency-Key}.
 */
public final class ApiDocument {
    /** Where the API begins. */
    public static final String BASE = "/admin/v1";

    /** The files, each {@code openapi/AREA.yaml} on the class path. */
    static final List<String> AREAS =
            List.of("admin", "overview", "budgets", "forms", "history", "keys", "resources", "trials", "usage");

    /** Entries of a page when nobody says how many. */
    static final int USUAL_LIMIT = 100;

    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
    private static final Set<String> EXTENSIONS =
            Set.of("x-role", "x-if-match", "x-idempotent", "x-team", "x-large-body");

    private final JsonObject document;
    private final Map<String, Operation> operations;

    /**
     * What the document says about one operation beside OpenAPI.
     *
     * @param id its {@code operationId}
     * @param method in capitals
     * @param path as in the document, with {@code {names}}
     * @param role the least that may do it
     * @param ifMatch whether {@code If-Match} must be given
     * @param idempotent whether {@code Idempotency-Key} may be given
     * @param forTeams whether callers with a team may do it
     * @param takesBody whether it has a body
     * @param largeBody whether that may have 8 MiB, and not 1 MiB
     * @param query names of the parameters of the query, each with whether it may be repeated
     */
    record Operation(
            String id,
            String method,
            String path,
            Role role,
            boolean ifMatch,
            boolean idempotent,
            boolean forTeams,
            boolean takesBody,
            boolean largeBody,
            Map<String, Boolean> query) {}

    private ApiDocument(JsonObject document, Map<String, Operation> operations) {
        this.document = document;
        this.operations = operations;
    }

    /**
     * Reads all areas. Blocks for a few milliseconds on the class path.
     *
     * @throws IllegalStateException when the files contradict one another, or an operation lacks what it needs
     */
    static ApiDocument load() {
        List<JsonObject> areas = new ArrayList<>();
        AREAS.forEach(area -> areas.add(read("openapi/" + area + ".yaml")));
        return of(areas);
    }

    static ApiDocument of(List<JsonObject> areas) {
        JsonObject paths = new JsonObject();
        JsonObject components = new JsonObject();
        for (JsonObject area : areas) {
            merge(paths, area.getJsonObject("paths", new JsonObject()), "path");
            for (String kind :
                    area.getJsonObject("components", new JsonObject()).fieldNames()) {
                if (!components.containsKey(kind)) {
                    components.put(kind, new JsonObject());
                }
                merge(
                        components.getJsonObject(kind),
                        area.getJsonObject("components").getJsonObject(kind),
                        "component");
            }
        }
        JsonObject whole = new JsonObject()
                .put("openapi", "3.1.0")
                .put("info", areas.getFirst().getJsonObject("info"))
                .put("paths", new JsonObject())
                .put("components", components);
        Map<String, Operation> operations = new TreeMap<>();
        for (String path : new TreeSet<>(paths.fieldNames())) {
            JsonObject item = paths.getJsonObject(path);
            whole.getJsonObject("paths").put(BASE + path, item);
            item.fieldNames().stream().filter(METHODS::contains).forEach(method -> {
                Operation operation = operation(BASE + path, method, item.getJsonObject(method), components);
                if (operations.put(operation.id(), operation) != null) {
                    throw new IllegalStateException("two operations are called " + operation.id());
                }
            });
        }
        return new ApiDocument(whole, operations);
    }

    private static void merge(JsonObject into, JsonObject from, String what) {
        for (String name : from.fieldNames()) {
            if (into.containsKey(name)) {
                throw new IllegalStateException("two areas have the " + what + " " + name);
            }
            into.put(name, from.getValue(name));
        }
    }

    private static Operation operation(String path, String method, JsonObject json, JsonObject components) {
        String id = json.getString("operationId");
        if (id == null) {
            throw new IllegalStateException(method + " " + path + " has no operationId");
        }
        for (String field : json.fieldNames()) {
            if (field.startsWith("x-") && !EXTENSIONS.contains(field)) {
                throw new IllegalStateException(id + ": there is no " + field);
            }
        }
        Role role = Role.of(json.getString("x-role", ""))
                .orElseThrow(() -> new IllegalStateException(id + " has no x-role: viewer, operator or owner"));
        boolean ifMatch = json.getBoolean("x-if-match", false);
        boolean idempotent = json.getBoolean("x-idempotent", false);
        addFailures(json, path, method, ifMatch);
        Map<String, Boolean> query = new TreeMap<>();
        for (Object each : json.getJsonArray("parameters", new JsonArray())) {
            JsonObject parameter = resolved((JsonObject) each, components);
            if (parameter.getString("in").equals("query")) {
                query.put(
                        parameter.getString("name"),
                        "array".equals(parameter.getJsonObject("schema").getString("type")));
            }
        }
        return new Operation(
                id,
                method.toUpperCase(Locale.ROOT),
                path,
                role,
                ifMatch,
                idempotent,
                json.getBoolean("x-team", false),
                json.containsKey("requestBody"),
                json.getBoolean("x-large-body", false),
                query);
    }

    private static JsonObject resolved(JsonObject parameter, JsonObject components) {
        String reference = parameter.getString("$ref");
        return reference == null
                ? parameter
                : components
                        .getJsonObject("parameters")
                        .getJsonObject(reference.substring(reference.lastIndexOf('/') + 1));
    }

    private static void addHeaders(JsonObject json, boolean ifMatch, boolean idempotent) {
        JsonArray parameters = json.getJsonArray("parameters", new JsonArray());
        if (ifMatch) {
            parameters.add(reference("parameters/IfMatch"));
        }
        if (idempotent) {
            parameters.add(reference("parameters/IdempotencyKey"));
        }
        if (!parameters.isEmpty()) {
            json.put("parameters", parameters);
        }
    }

    private static void addFailures(JsonObject json, String path, String method, boolean ifMatch) {
        List<String> statuses = new ArrayList<>(List.of("400", "401", "403", "429", "500", "503"));
        if (path.indexOf('{') >= 0) {
            statuses.add("404");
        }
        if (!method.equals("get")) {
            statuses.addAll(List.of("409", "413", "415", "422"));
        }
        if (ifMatch) {
            statuses.addAll(List.of("412", "428"));
        }
        JsonObject responses = json.getJsonObject("responses");
        statuses.stream()
                .filter(status -> !responses.containsKey(status))
                .forEach(status -> responses.put(status, reference("responses/Problem")));
    }

    private static JsonObject reference(String component) {
        return new JsonObject().put("$ref", "#/components/" + component);
    }

    /** Everything that can be asked, by {@code operationId}. */
    Map<String, Operation> operations() {
        return operations;
    }

    /**
     * Everything that can be asked with its handler.
     *
     * @throws IllegalStateException when the document and the areas do not match
     */
    Map<String, ApiHandler> handlers(List<ApiArea> areas) {
        Map<String, ApiHandler> handlers = new HashMap<>();
        handlers.put("getDocument", request -> Future.succeededFuture(ApiAnswer.ok(published())));
        areas.forEach(area -> area.operations().forEach((id, handler) -> {
            if (!operations.containsKey(id)) {
                throw new IllegalStateException("the document has no operation " + id);
            }
            if (handlers.put(id, handler) != null) {
                throw new IllegalStateException("two handlers for " + id);
            }
        }));
        TreeSet<String> without = new TreeSet<>(operations.keySet());
        without.removeAll(handlers.keySet());
        if (!without.isEmpty()) {
            throw new IllegalStateException("no handler for " + without);
        }
        return handlers;
    }

    /** What requests are checked against: without answers, for the library knows few content types. */
    JsonObject contract() {
        JsonObject contract = document.copy();
        operations.values().forEach(operation -> at(contract, operation)
                .put("responses", new JsonObject().put("200", new JsonObject().put("description", "any answer"))));
        return contract;
    }

    private static JsonObject at(JsonObject document, Operation operation) {
        return document.getJsonObject("paths")
                .getJsonObject(operation.path())
                .getJsonObject(operation.method().toLowerCase(Locale.ROOT));
    }

    /** What is shown to clients: with the headers that are looked at here, and with the token. */
    public JsonObject published() {
        JsonObject shown =
                document.copy().put("security", new JsonArray().add(new JsonObject().put("token", new JsonArray())));
        operations
                .values()
                .forEach(operation -> addHeaders(at(shown, operation), operation.ifMatch(), operation.idempotent()));
        JsonObject token = new JsonObject().put("type", "http").put("scheme", "bearer");
        shown.getJsonObject("components").put("securitySchemes", new JsonObject().put("token", token));
        return shown;
    }

    private static JsonObject read(String name) {
        try (InputStream file = ApiDocument.class.getClassLoader().getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(name + " is not on the class path");
            }
            Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
            Map<String, Object> map = yaml.load(new String(file.readAllBytes(), UTF_8));
            // Through text, so that everything is a JsonObject and nothing a YAML date.
            return new JsonObject(new JsonObject(map).encode());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
