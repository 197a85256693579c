package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.message.MessageCodecs;
import io.sluice.store.PgDatabase;
import io.sluice.testkit.AdminClient;
import io.sluice.testkit.AdminClient.Reply;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.Revisions;
import io.sluice.testkit.TestNode;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bad input to every operation that the document has, made from the document itself: what an area adds is tested here without
 * another line. After each test the database is as it was.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiContractTest {
    private static final List<String> ROLES = List.of("viewer", "operator", "owner");
    private static final String NO_UUID = "01900000-0000-7000-8000-000000000000";
    private static final int UUID_LENGTH = NO_UUID.length();
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    /** Not rows of the API: who came, and answers that are kept. */
    private static final Set<String> OTHERS = Set.of("audit", "idempotency", "schema_version");

    private final Vertx vertx = Vertx.vertx();
    private PgDatabase database;
    private JsonObject document;
    private AdminClient owner;
    private AdminClient nobody;
    private final Map<String, AdminClient> byRole = new LinkedHashMap<>();
    private Map<String, String> before = Map.of();

    /** One operation. */
    private record Operation(String method, String path, JsonObject json, JsonArray shared) {
        String role() {
            return json.getString("x-role");
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    @BeforeAll
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        database = TestPostgres.open(vertx);
        AdminVerticle admin = new AdminVerticle(Admins.setup(
                Nodes.lanes(1),
                Revisions.of("r1", 1, "gpt-4o"),
                database,
                () -> Instant.parse("2026-11-28T00:00:00Z")));
        TestNode.await(vertx.deployVerticle(admin));
        owner = new AdminClient(admin.port(), Admins.TOKEN.reveal());
        document = owner.get("/openapi.json").json();
        for (String role : ROLES) {
            String body = "{\"name\":\"" + role + "\",\"role\":\"" + role + "\"}";
            byRole.put(role, owner.as(owner.post("/tokens", body).json().getString("token")));
        }
        byRole.put(
                "of a team",
                owner.as(owner.post("/tokens", "{\"name\":\"red\",\"role\":\"owner\",\"team\":\"red\"}")
                        .json()
                        .getString("token")));
        nobody = owner.as("");
    }

    @AfterAll
    void stop() {
        owner.close();
        database.close();
        TestNode.await(vertx.close());
    }

    @BeforeEach
    void remember() {
        before = state();
    }

    @AfterEach
    void nothingHasChanged() {
        assertThat(state()).isEqualTo(before);
    }

    /** A digest of every table. */
    private Map<String, String> state() {
        return TestNode.await(database.use(connection -> connection
                .query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
                .execute()
                .compose(rows -> {
                    List<String> tables = new ArrayList<>();
                    rows.forEach(row -> tables.add(row.getString(0)));
                    tables.removeAll(OTHERS);
                    Future<Map<String, String>> all = Future.succeededFuture(new TreeMap<>());
                    for (String table : tables) {
                        all = all.compose(known -> digest(connection, table).map(digest -> {
                            known.put(table, digest);
                            return known;
                        }));
                    }
                    return all;
                })));
    }

    /** The last use of a token is told later, so it is left out. */
    private static Future<String> digest(SqlConnection connection, String table) {
        return connection
                .query(
                        "SELECT coalesce(md5(string_agg(t, '|' ORDER BY t)), '') FROM (SELECT (to_jsonb(x) - 'last_used')::text"
                                + " AS t FROM " + table + " x) y")
                .execute()
                .map(rows -> rows.iterator().next().getString(0));
    }

    Stream<Operation> operations() {
        return document.getJsonObject("paths").stream().flatMap(path -> {
            JsonObject item = (JsonObject) path.getValue();
            return item.fieldNames().stream()
                    .filter(METHODS::contains)
                    .map(method -> new Operation(
                            method.toUpperCase(java.util.Locale.ROOT),
                            path.getKey().substring("/admin/v1".length()),
                            item.getJsonObject(method),
                            item.getJsonArray("parameters", new JsonArray())));
        });
    }

    Stream<Operation> withBody() {
        return operations().filter(operation -> operation.json.containsKey("requestBody"));
    }

    Stream<Operation> withMatch() {
        return operations().filter(operation -> operation.json.getBoolean("x-if-match", false));
    }

    private List<JsonObject> parameters(Operation operation, String in) {
        return Stream.concat(
                        operation.shared.stream(), operation.json.getJsonArray("parameters", new JsonArray()).stream())
                .map(each -> resolve((JsonObject) each))
                .filter(each -> each.getString("in").equals(in))
                .toList();
    }

    private JsonObject resolve(JsonObject given) {
        String reference = given.getString("$ref");
        if (reference == null) {
            return given;
        }
        JsonObject found = document;
        for (String step : reference.substring(2).split("/")) {
            found = found.getJsonObject(step);
        }
        JsonObject whole = resolve(found).copy();
        given.forEach(each -> whole.put(each.getKey(), each.getValue()));
        whole.remove("$ref");
        return whole;
    }

    private JsonObject body(Operation operation) {
        return resolve(resolve(operation.json.getJsonObject("requestBody"))
                .getJsonObject("content")
                .getJsonObject("application/json")
                .getJsonObject("schema"));
    }

    /** A path of nothing that is there. */
    private String path(Operation operation) {
        String path = operation.path;
        for (JsonObject parameter : parameters(operation, "path")) {
            JsonObject schema = resolve(parameter.getJsonObject("schema"));
            String value = schema.containsKey("enum")
                    ? schema.getJsonArray("enum").getString(0)
                    : schema.getInteger("minLength", 0) == UUID_LENGTH ? NO_UUID : "nobody-knows-it";
            path = path.replace("{" + parameter.getString("name") + "}", value);
        }
        return path;
    }

    private Reply send(AdminClient client, Operation operation, String query, Object body) {
        String[] match =
                operation.json.getBoolean("x-if-match", false) ? new String[] {"if-match", "*"} : new String[0];
        return client.send(
                operation.method,
                path(operation) + query,
                body == null ? null : body instanceof JsonObject object ? object.encode() : String.valueOf(body),
                match);
    }

    private static Set<String> faults(Reply reply) {
        return reply.json().getJsonArray("errors", new JsonArray()).stream()
                .map(JsonObject.class::cast)
                .map(fault -> fault.getString("in") + " " + fault.getString("field"))
                .collect(Collectors.toSet());
    }

    private static void assertProblem(Reply reply, int... statuses) {
        assertThat(statuses).as(reply.text()).contains(reply.status());
        assertThat(reply.header("content-type")).isEqualTo("application/problem+json");
        assertThat(reply.json().getInteger("status")).isEqualTo(reply.status());
        assertThat(reply.json().getString("detail")).isNotEmpty();
        assertThat(reply.text()).doesNotContain("Exception", "io.sluice", "io.vertx");
    }

    @ParameterizedTest
    @MethodSource("operations")
    void needsAToken(Operation operation) {
        assertProblem(send(nobody, operation, "", null), 401);
    }

    /** What the role is enough for gets as far as the question's form, which is wrong. */
    @ParameterizedTest
    @MethodSource("operations")
    void needsTheRoleThatTheDocumentSays(Operation operation) {
        assertThat(ROLES).contains(operation.role());
        for (String role : ROLES) {
            boolean enough = ROLES.indexOf(role) >= ROLES.indexOf(operation.role());
            Reply reply = send(byRole.get(role), operation, "?no-such-parameter=1", null);
            assertProblem(reply, enough ? 400 : 403);
        }
        boolean forTeams = operation.json.getBoolean("x-team", false);
        assertProblem(send(byRole.get("of a team"), operation, "?no-such-parameter=1", null), forTeams ? 400 : 403);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void namesAParameterThatItDoesNotHaveOrThatIsWrong(Operation operation) {
        Object body = operation.json.containsKey("requestBody") ? new JsonObject() : null;
        // The body is looked at first, so that it must be right here; where it cannot be, the next test looks at it.
        if (body != null
                && (body(operation).getInteger("minProperties", 0) > 0
                        || !body(operation)
                                .getJsonArray("required", new JsonArray())
                                .isEmpty())) {
            return;
        }
        assertThat(faults(send(owner, operation, "?no-such-parameter=1", body))).contains("query no-such-parameter");
        for (JsonObject parameter : parameters(operation, "query")) {
            JsonObject schema = resolve(parameter.getJsonObject("schema"));
            for (String wrong : wrongTexts(schema)) {
                Reply reply = send(owner, operation, "?" + parameter.getString("name") + "=" + wrong, body);
                assertProblem(reply, 400);
                assertThat(faults(reply))
                        .as(wrong)
                        .anyMatch(fault -> fault.startsWith("query " + parameter.getString("name")));
            }
        }
    }

    /** Texts of a query that break a rule of their parameter. */
    private static List<String> wrongTexts(JsonObject schema) {
        if (schema.containsKey("enum")) {
            return List.of("no-such-word");
        }
        return switch (schema.getString("type")) {
            case "integer" -> List.of("x", "1.5", "-1", "1000000000000000000000", "1e400", "%27%20OR%201=1");
            case "boolean" -> List.of("2", "yes");
            case "array" -> List.of();
            default ->
                schema.containsKey("maxLength") ? List.of("x".repeat(schema.getInteger("maxLength") + 1)) : List.of();
        };
    }

    @ParameterizedTest
    @MethodSource("withBody")
    void namesAFieldThatItDoesNotHave(Operation operation) {
        JsonObject schema = body(operation);
        if (!Boolean.FALSE.equals(schema.getValue("additionalProperties"))) {
            return;
        }
        for (String field : List.of("no-such-field", "id", "hash", "spent", "__proto__")) {
            if (!schema.getJsonObject("properties", new JsonObject()).containsKey(field)) {
                Reply reply = send(owner, operation, "", new JsonObject().put(field, 1));
                assertProblem(reply, 400);
                assertThat(faults(reply)).contains("body /" + field);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("withBody")
    void namesAFieldOfAWrongType(Operation operation) {
        body(operation).getJsonObject("properties", new JsonObject()).forEach(property -> {
            JsonObject schema = resolve((JsonObject) property.getValue());
            for (Object wrong : wrongValues(schema)) {
                Reply reply = send(owner, operation, "", new JsonObject().put(property.getKey(), wrong));
                assertProblem(reply, 400);
                assertThat(faults(reply))
                        .as(property.getKey() + ": " + wrong)
                        .anyMatch(fault -> fault.startsWith("body /" + property.getKey()));
            }
        });
    }

    private static List<Object> wrongValues(JsonObject schema) {
        Object type = schema.getValue("type");
        List<?> types = type instanceof JsonArray list ? list.getList() : List.of(String.valueOf(type));
        List<Object> wrong = new ArrayList<>();
        if (type == null) {
            return wrong;
        }
        if (!types.contains("string")) {
            wrong.add("text");
        } else if (schema.containsKey("maxLength")) {
            wrong.add("x".repeat(schema.getInteger("maxLength") + 1));
        }
        if (!types.contains("integer") && !types.contains("number")) {
            wrong.add(7);
        } else {
            wrong.add(-9_007_199_254_740_993L);
            wrong.add(1e300);
        }
        if (!types.contains("boolean")) {
            wrong.add(true);
        }
        if (!types.contains("array")) {
            wrong.add(new JsonArray().add(1));
        }
        if (!types.contains("object")) {
            wrong.add(new JsonObject().put("a", 1));
        }
        return wrong;
    }

    @ParameterizedTest
    @MethodSource("withBody")
    void aBodyIsAnObjectOfJson(Operation operation) {
        for (String body : List.of("[]", "7", "\"text\"", "null", "{", "{\"a\":}", "\u0000", "[".repeat(5_000))) {
            assertProblem(send(owner, operation, "", body), 400);
        }
    }

    @ParameterizedTest
    @MethodSource("withMatch")
    void aChangeNeedsWhatWasSeen(Operation operation) {
        assertProblem(owner.send(operation.method, path(operation), null), 400, 428);
    }

    /** Where a path names a thing, one that is not there is 404, whatever its name looks like. */
    @ParameterizedTest
    @MethodSource("operations")
    void knowsNothingOfWhatIsNotThere(Operation operation) {
        if (parameters(operation, "path").isEmpty() || operation.json.containsKey("requestBody")) {
            return;
        }
        assertProblem(send(owner, operation, "", null), 404, 503);
        for (String name : List.of("%27;DROP%20TABLE%20audit;--", "..%2F..%2Fetc", "%25%25%25", "x".repeat(400))) {
            String path = path(operation).replace("nobody-knows-it", name);
            assertProblem(owner.send(operation.method, path, null, "if-match", "*"), 400, 404, 405, 503);
        }
    }
}
