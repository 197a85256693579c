package io.sluice.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.StoreUnavailable;
import io.sluice.testkit.TestNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The frame of the API, over an area of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiRouterTest {
    private static final JsonObject AREA = new JsonObject("""
            {"info": {"title": "t", "version": "1"},
             "paths": {
               "/openapi.json": {"get": {"operationId": "getDocument", "x-role": "viewer", "responses": {"200": {"description": "ok"}}}},
               "/things": {
                 "get": {"operationId": "list", "x-role": "viewer", "responses": {"200": {"description": "ok"}},
                   "parameters": [
                     {"name": "state", "in": "query", "schema": {"type": "string", "enum": ["up", "down"]}},
                     {"name": "tag", "in": "query", "schema": {"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 5}}},
                     {"name": "cursor", "in": "query", "schema": {"type": "string", "maxLength": 4000}},
                     {"name": "search", "in": "query", "schema": {"type": "string", "maxLength": 8}},
                     {"name": "number", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}},
                     {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}}]},
                 "post": {"operationId": "create", "x-role": "operator", "x-idempotent": true,
                   "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                   "responses": {"201": {"description": "ok"}}}},
               "/things/{name}": {
                 "parameters": [{"name": "name", "in": "path", "required": true, "schema": {"type": "string", "maxLength": 8, "pattern": "^[a-z0-9 .+%/]+$"}}],
                 "get": {"operationId": "read", "x-role": "viewer", "x-team": true, "responses": {"200": {"description": "ok"}}},
                 "delete": {"operationId": "remove", "x-role": "owner", "x-if-match": true, "responses": {"204": {"description": "ok"}}}},
               "/export": {"get": {"operationId": "export", "x-role": "viewer", "responses": {"200": {"description": "ok"}}}},
               "/broken": {"get": {"operationId": "broken", "x-role": "viewer", "responses": {"200": {"description": "ok"}},
                   "parameters": [{"name": "how", "in": "query", "schema": {"type": "string", "maxLength": 10}}]}}},
             "components": {
               "parameters": {"IfMatch": {"name": "If-Match", "in": "header", "schema": {"type": "string", "maxLength": 200}},
                 "IdempotencyKey": {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 300}}},
               "responses": {"Problem": {"description": "no"}},
               "schemas": {"Thing": {"type": "object", "additionalProperties": false, "required": ["name"], "properties": {
                 "name": {"type": "string", "maxLength": 8, "pattern": "^[a-z]+$"},
                 "amount": {"type": "integer", "minimum": 0, "maximum": 9007199254740991},
                 "limits": {"type": "object", "additionalProperties": false, "properties": {"rpm": {"type": "integer", "minimum": 1, "maximum": 1000}}},
                 "parts": {"type": "array", "maxItems": 2, "items": {"type": "string", "maxLength": 3}}}}}}}
            """);

    private final Vertx vertx = Vertx.vertx(new VertxOptions()
            .setFileSystemOptions(
                    new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private volatile boolean readOnWorker;
    private HttpResponse<String> stranger;
    private int readsForStranger;
    private int port;

    /** The token says the role and, behind a slash, the team. */
    private static Future<Caller> caller(String header) {
        String[] said = header.substring("Bearer ".length()).split("/");
        return Future.succeededFuture(new Caller(
                "somebody", Role.of(said[0]).orElseThrow(), said.length > 1 ? said[1] : null, null, "127.0.0.1"));
    }

    private Future<ApiAnswer> list(ApiRequest request) {
        int from = request.position() == null ? 0 : Integer.parseInt(request.position());
        int to = Math.min(5, from + request.limit());
        JsonArray page = new JsonArray();
        for (int i = from; i < to; i++) {
            page.add(i);
        }
        if (request.query("search") != null || !request.queryList("tag").isEmpty()) {
            return Future.succeededFuture(ApiAnswer.ok(
                    new JsonObject().put("search", request.query("search")).put("tags", request.queryList("tag"))));
        }
        return Future.succeededFuture(request.page("things", page, to < 5 ? Integer.toString(to) : null));
    }

    private Future<ApiAnswer> broken(ApiRequest request) {
        return switch (request.query("how", "")) {
            case "store" -> Future.failedFuture(new StoreUnavailable("jdbc://secret@host"));
            case "throw" -> throw new IllegalStateException("secret");
            default -> Future.failedFuture(new IllegalStateException("secret"));
        };
    }

    private Map<String, ApiHandler> handlers() {
        return Map.of(
                "list", this::list,
                "create",
                        request -> {
                            done.incrementAndGet();
                            return Future.succeededFuture(
                                    ApiAnswer.created("/things", request.body().getString("name"), request.body())
                                            .etag(7));
                        },
                "read",
                        request ->
                                Future.succeededFuture(ApiAnswer.ok(new JsonObject().put("name", request.path("name")))
                                        .etag(7)),
                "remove",
                        request -> {
                            request.requireMatch(7);
                            done.incrementAndGet();
                            return Future.succeededFuture(ApiAnswer.done());
                        },
                "export",
                        request -> Future.succeededFuture(
                                ApiAnswer.stream(new ApiAnswer.Stream("text/csv", "things.csv", ApiRouterTest::rows))),
                "broken", this::broken);
    }

    private static Future<Void> rows(BodySink sink) {
        AtomicInteger number = new AtomicInteger();
        return sink.write(() -> {
            int now = number.getAndIncrement();
            return Future.succeededFuture(
                    now == 20_000
                            ? Optional.empty()
                            : Optional.of(Buffer.buffer(Csv.row(List.of(now, "=1+1", "a,\"b\"")))));
        });
    }

    @BeforeAll
    void start() {
        Supplier<ApiDocument> document = () -> {
            readOnWorker = !Context.isOnEventLoopThread();
            reads.incrementAndGet();
            return ApiDocument.of(List.of(AREA));
        };
        ApiRouter api = new ApiRouter(document, List.of(this::handlers), context -> {
            String header = context.request().getHeader("authorization");
            return header == null
                    ? Future.failedFuture(Problem.of(401, "unauthenticated", "no"))
                    // Later, as it is when a database is asked.
                    : context.vertx().timer(1).compose(later -> caller(header));
        });
        Router router = Router.router(vertx);
        api.mount(router);
        HttpServer server = vertx.createHttpServer().requestHandler(router);
        port = TestNode.await(server.listen(0)).actualPort();
        stranger = ask("GET", "/things", null);
        readsForStranger = reads.get();
    }

    @AfterAll
    void stop() {
        client.close();
        TestNode.await(vertx.close());
    }

    private HttpResponse<String> ask(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + "/admin/v1" + path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(20));
        if (body != null) {
            request.header("content-type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theDocumentIsReadOnceOffTheEventLoopAndNotForStrangers() {
        assertThat(stranger.statusCode()).isEqualTo(401);
        assertThat(readsForStranger).isZero();

        assertThat(as("viewer", "GET", "/things", null).statusCode()).isEqualTo(200);
        assertThat(as("viewer", "GET", "/things", null).statusCode()).isEqualTo(200);

        assertThat(reads).hasValue(1);
        assertThat(readOnWorker).isTrue();
    }

    private HttpResponse<String> as(String role, String method, String path, String body, String... headers) {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "authorization";
        all[headers.length + 1] = "Bearer " + role;
        return ask(method, path, body, all);
    }

    private static Set<String> faults(HttpResponse<String> answer) {
        return new JsonObject(answer.body())
                .getJsonArray("errors", new JsonArray()).stream()
                        .map(JsonObject.class::cast)
                        .map(fault ->
                                fault.getString("in") + " " + fault.getString("field") + " " + fault.getString("rule"))
                        .collect(Collectors.toSet());
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String kind) {
        assertThat(answer.body()).as("status").contains("\"status\" : " + status);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
        assertThat(new JsonObject(answer.body()).getString("type")).isEqualTo("urn:sluice:problem:" + kind);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                            | body /name required",
                "{'name':5}                                    | body /name type",
                "{'name':'toolongname'}                        | body /name maxLength",
                "{'name':'a','role':'owner'}                   | body /role additionalProperties",
                "{'name':'a','amount':-1}                      | body /amount minimum",
                "{'name':'a','amount':18446744073709551617}    | body /amount maximum",
                "{'name':'a','amount':1e400}                   | body /amount maximum",
                "{'name':'a','amount':1.5}                     | body /amount type",
                "{'name':'a','limits':{'rpm':0}}               | body /limits/rpm minimum",
                "{'name':'a','limits':{'tpm':1}}               | body /limits/tpm additionalProperties",
                "{'name':'a','limits':[]}                      | body /limits type",
                "{'name':null}                                 | body /name type",
                "{'name':'a','parts':['a','b','c']}            | body /parts maxItems",
                "{'name':'a','parts':['a','bbbb']}             | body /parts/1 maxLength",
                "[]                                            | body  type",
                "null                                          | body  type",
                "{'name':                                      | body  syntax",
            })
    void aBodyThatBreaksARuleIsNamed(String body, String fault) {
        int before = done.get();

        HttpResponse<String> answer = as("operator", "POST", "/things", body.replace('\'', '"'));

        assertProblem(answer, 400, "invalid-request");
        assertThat(faults(answer)).contains(fault);
        assertThat(done).hasValue(before);
    }

    @Test
    void onlyWhatIsWrongIsNamed() {
        HttpResponse<String> answer =
                as("operator", "POST", "/things", "{\"name\":\"a\",\"amount\":-1,\"limits\":{\"rpm\":5},\"zz\":1}");

        assertThat(faults(answer)).containsExactlyInAnyOrder("body /amount minimum", "body /zz additionalProperties");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/things?limit=0                 | query limit minimum",
                "/things?limit=1000000000        | query limit maximum",
                "/things?limit=ten               | query limit type",
                "/things?limit=1&limit=2         | query limit once",
                "/things?state=sideways          | query state enum",
                "/things?sort=id%3BDROP           | query sort unknown",
                "/things?cursor=forged           | query cursor cursor",
                "/things?tag=a&tag=b&tag=c&tag=d | query tag maxItems",
                "/things?search=123456789        | query search maxLength",
                "/things?number=1&number=x       | query number/1 type",
                "/things?number=1.5              | query number/0 type",
                "/things/UPPER                   | path name pattern",
                "/things/waytoolongname          | path name maxLength",
            })
    void aParameterThatBreaksARuleIsNamed(String path, String fault) {
        HttpResponse<String> answer = as("viewer", "GET", path, null);

        assertProblem(answer, 400, "invalid-request");
        assertThat(faults(answer)).contains(fault);
    }

    /** Whatever it looks like: an escape, JSON, a number, the next parameter. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "%25|%", "%25zz|%zz", "%2525|%25", "a;b|a;b", "a%3Bb|a;b", "a+b|a b", "a%2Bb|a+b",
                        "%F0%9F%98%80|\uD83D\uDE00",
                "1|1", "-5|-5", "1.5|1.5", "true|true", "null|null", "%22a%22|\"a\"", "%7B%7D|{}", "%5B1%5D|[1]",
                "a%26b|a&b", "a=b|a=b", "%5C|\\",
            })
    void aTextIsWhatWasSent(String sent, String meant) {
        JsonObject answer = new JsonObject(raw(200, "/things?search=" + sent + "&tag=" + sent + "&tag=x"));

        assertThat(answer.getString("search")).isEqualTo(meant);
        assertThat(answer.getJsonArray("tags")).containsExactly(meant, "x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "search=%zz|search",
                "search=%2|search",
                "search=%|search",
                "search=a%00|search",
                "search=%ff|search",
                "search=%C3|search",
                "%zz=1|''",
                "tag=a&tag=%u0041|tag",
            })
    void whatCannotBeDecodedIsNamed(String query, String field) {
        JsonObject fault = new JsonObject(raw(400, "/things?" + query))
                .getJsonArray("errors")
                .getJsonObject(0);

        assertThat(fault.getString("in")).isEqualTo("query");
        assertThat(fault.getString("field")).isEqualTo(field);
        assertThat(fault.getString("rule")).isEqualTo("syntax");
    }

    /** The JDK's client sends no broken escape. */
    private String raw(int status, String target) {
        return TestNode.await(vertx.createHttpClient()
                .request(new io.vertx.core.http.RequestOptions()
                        .setPort(port)
                        .setURI("/admin/v1" + target)
                        .putHeader("authorization", "Bearer viewer"))
                .compose(request -> request.send())
                .compose(answer -> answer.body().map(body -> {
                    assertThat(answer.statusCode()).as(body.toString()).isEqualTo(status);
                    return body.toString();
                })));
    }

    @Test
    void noValueOfAListBecomesTwo() {
        JsonObject answer = new JsonObject(raw(200, "/things?tag=%26tag="));

        assertThat(answer.getJsonArray("tags")).containsExactly("&tag=");
    }

    @Test
    void aBodyMustBeJsonAndSmall() {
        assertProblem(
                as("operator", "POST", "/things", "{\"name\":\"a\"}", "content-type", "text/plain"), 415, "not-json");
        assertProblem(as("operator", "POST", "/things", "[" + " ".repeat(1_100_000) + "]"), 413, "too-large");
        assertProblem(as("owner", "DELETE", "/things/a", "{\"x\":1}", "if-match", "\"7\""), 400, "invalid-request");
        assertProblem(as("operator", "POST", "/things", null), 400, "invalid-request");
    }

    @Test
    void whoMayNotAskLearnsNothingOfTheForm() {
        assertProblem(ask("POST", "/things", "{}"), 401, "unauthenticated");
        assertProblem(as("viewer", "POST", "/things", "{}"), 403, "forbidden");
        assertProblem(as("viewer", "POST", "/things/", "{}"), 403, "forbidden");
        assertProblem(as("operator", "DELETE", "/things/a", null), 403, "forbidden");
        assertProblem(as("owner/red", "GET", "/things", null), 403, "forbidden");
        assertThat(as("viewer/red", "GET", "/things/a", null).statusCode()).isEqualTo(200);
        assertThat(as("owner", "POST", "/things", "{\"name\":\"a\"}").statusCode())
                .isEqualTo(201);
    }

    @Test
    void aChangeNeedsTheStateThatWasSeen() {
        int before = done.get();

        assertProblem(as("owner", "DELETE", "/things/a", null), 428, "if-match-required");
        assertProblem(as("owner", "DELETE", "/things/a", null, "if-match", "\"6\""), 412, "stale");
        assertProblem(as("owner", "DELETE", "/things/a", null, "if-match", "7"), 412, "stale");
        assertThat(done).hasValue(before);
        assertThat(as("owner", "DELETE", "/things/a", null, "if-match", "\"6\", \"7\"")
                        .statusCode())
                .isEqualTo(204);
        assertThat(as("owner", "DELETE", "/things/a", null, "if-match", "*").statusCode())
                .isEqualTo(204);
    }

    @Test
    void namesInPathsAreDecodedOnce() {
        Map<String, String> names = Map.of(
                "a%2525b",
                "a%25b", "a%20b", "a b", "a+b", "a+b", "a%2Bb", "a+b", "1.5", "1.5", "12", "12", "a%2Fb", "a/b");
        names.forEach((path, name) -> assertThat(new JsonObject(
                                as("viewer", "GET", "/things/" + path, null).body())
                        .getString("name"))
                .isEqualTo(name));
        assertThat(as("viewer", "GET", "/things/a", null).headers().firstValue("etag"))
                .contains("\"7\"");
    }

    @Test
    void pagesGoOnWhereTheyEndedAndOnlyThere() {
        JsonObject first = new JsonObject(
                as("viewer", "GET", "/things?limit=2&state=up", null).body());
        String cursor = first.getString("next-cursor");
        JsonObject second = new JsonObject(as("viewer", "GET", "/things?limit=3&state=up&cursor=" + cursor, null)
                .body());

        assertThat(first.getJsonArray("things")).isEqualTo(JsonArray.of(0, 1));
        assertThat(second.getJsonArray("things")).isEqualTo(JsonArray.of(2, 3, 4));
        assertThat(second.containsKey("next-cursor")).isFalse();
        assertProblem(as("viewer", "GET", "/things?state=down&cursor=" + cursor, null), 400, "invalid-request");
    }

    @Test
    void keysAreForCreatesOnly() {
        assertThat(faults(as("owner", "DELETE", "/things/a", null, "if-match", "*", "idempotency-key", "k")))
                .containsExactly("header Idempotency-Key unknown");
        assertThat(faults(as("owner", "POST", "/things", "{\"name\":\"a\"}", "idempotency-key", "x".repeat(256))))
                .containsExactly("header Idempotency-Key pattern");
    }

    @Test
    void pagesOfOtherServersChangeNothing() {
        assertProblem(
                as("owner", "POST", "/things", "{\"name\":\"a\"}", "origin", "https://evil.example"), 403, "forbidden");
        assertThat(as("owner", "POST", "/things", "{\"name\":\"a\"}", "origin", "http://localhost:" + port)
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void unknownPathsAndMethodsAreProblemsToo() {
        assertProblem(as("viewer", "GET", "/nothing", null), 404, "no-such-path");
        HttpResponse<String> answer = as("viewer", "PATCH", "/things", null);
        assertProblem(answer, 405, "method-not-allowed");
        assertThat(answer.headers().firstValue("allow")).contains("GET, POST");
        assertProblem(ask("GET", "/nothing", null), 401, "unauthenticated");
    }

    @Test
    void failuresSayNothingOfTheirInside() {
        for (String how : List.of("", "?how=throw")) {
            HttpResponse<String> answer = as("viewer", "GET", "/broken" + how, null);
            assertProblem(answer, 500, "internal");
            assertThat(answer.body()).doesNotContain("secret", "Exception");
        }
        HttpResponse<String> down = as("viewer", "GET", "/broken?how=store", null);
        assertProblem(down, 503, "store-unavailable");
        assertThat(down.body()).doesNotContain("secret");
        assertThat(down.headers().firstValue("retry-after")).isPresent();
    }

    @Test
    void exportsAreWholeAndHoldNoFormulas() {
        HttpResponse<String> answer = as("viewer", "GET", "/export", null);

        assertThat(answer.headers().firstValue("content-disposition")).contains("attachment; filename=\"things.csv\"");
        assertThat(answer.body().lines()).hasSize(20_000).allSatisfy(line -> assertThat(line)
                .matches("[0-9]+,'=1\\+1,\"a,\"\"b\"\"\""));
    }

    @Test
    void theDocumentIsShown() {
        JsonObject shown =
                new JsonObject(as("viewer", "GET", "/openapi.json", null).body());

        assertThat(shown.getString("openapi")).isEqualTo("3.1.0");
        assertThat(shown.getJsonObject("paths").fieldNames()).contains("/admin/v1/things/{name}");
        assertThat(shown.getJsonObject("paths")
                        .getJsonObject("/admin/v1/things")
                        .getJsonObject("post")
                        .getJsonObject("responses")
                        .fieldNames())
                .contains("400", "401", "403", "409", "422");
    }
}
