package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HttpBounds;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.testkit.Await;
import io.sluice.testkit.Bounds;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp.Conversation;
import io.sluice.testkit.RawHttp.Ending;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that proxies and servers read in different ways, by raw bytes over HTTP/1. Each gets exactly one refusal or
 * the end of the connection, and what is smuggled behind it is never served.
 */
class HostileHttpTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String AUTH = "Authorization: Bearer " + KEY + "\r\n";
    private static final String POST = "POST /v1/chat/completions HTTP/1.1\r\n";
    private static final String JSON = "Content-Type: application/json\r\n";

    /** Would be answered with 200 if it were read as a request. */
    private static final String SMUGGLED = "GET /health/live HTTP/1.1\r\nHost: smuggled\r\n\r\n";

    private static FakeUpstream upstream;
    private static TestNode node;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        GatewayRevision revision = new RevisionBuilder()
                .channel("openai", c -> c.port(upstream.port()).serves("gpt-4o"))
                .key("app", KEY)
                .key("old", "sk-test-expired-0123456789", List.of(), Instant.EPOCH)
                .disabledKey("off", "sk-test-disabled-0123456789")
                .keyFrom("elsewhere", "sk-test-elsewhere-0123456789", "10.0.0.0/8")
                .build();
        node = TestNode.of(revision).start();
    }

    @AfterAll
    static void stop() {
        node.close();
        upstream.close();
    }

    @AfterEach
    void nothingWentUpstreamAndNothingIsLeft() {
        Await.until(() -> node.meter("sluice.requests.in.flight") == 0 && node.meter("sluice.connections.open") == 0);
        assertThat(upstream.connections()).isZero();
        assertThat(node.reservations()).isZero();
    }

    private static Conversation exchange(String bytes) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection.send(bytes).readToEnd(SOON);
        }
    }

    /** For refusals behind which the server still takes the rest of a body. */
    private static Conversation answer(String bytes) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection.send(bytes).read(SOON, 1);
        }
    }

    private static void assertRefused(Conversation conversation, Integer... statuses) {
        assertThat(conversation.ending()).as(conversation.toString()).isNotEqualTo(Ending.OPEN);
        assertThat(conversation.statuses())
                .as(conversation.toString())
                .hasSize(1)
                .first()
                .isIn((Object[]) statuses);
        assertJsonError(conversation.last());
    }

    private static void assertRefusedOrClosed(Conversation conversation, Integer... statuses) {
        if (conversation.raw().length == 0) {
            assertThat(conversation.ending()).isNotEqualTo(Ending.OPEN);
        } else {
            assertRefused(conversation, statuses);
        }
    }

    private static void assertJsonError(RawHttp.Answer answer) {
        assertThat(answer.whole()).isTrue();
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.header("x-request-id")).hasSize(36);
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.text()).startsWith("{\"error\":{\"message\":\"").endsWith("}}");
    }

    static Stream<Arguments> ambiguousLengths() {
        return Stream.of(
                Arguments.of("both, 1.1", "1.1", "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n"),
                Arguments.of("both, turned round", "1.1", "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n"),
                Arguments.of("both, 1.0", "1.0", "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n"),
                Arguments.of("chunked, 1.0", "1.0", "Transfer-Encoding: chunked\r\n"),
                Arguments.of("unknown", "1.1", "Transfer-Encoding: xchunked\r\n"),
                Arguments.of("chunked first", "1.1", "Transfer-Encoding: chunked, xchunked\r\n"),
                Arguments.of("chunked, identity", "1.1", "Transfer-Encoding: chunked, identity\r\n"),
                Arguments.of("identity and length", "1.1", "Transfer-Encoding: identity\r\nContent-Length: 6\r\n"),
                Arguments.of("gzip, chunked", "1.1", "Transfer-Encoding: gzip, chunked\r\n"),
                Arguments.of("two lines", "1.1", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
                Arguments.of("two codings", "1.1", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
                Arguments.of("control byte", "1.1", "Transfer-Encoding: \u000bchunked\r\n"),
                Arguments.of("fold before", "1.1", "Transfer-Encoding:\r\n chunked\r\n"),
                Arguments.of("fold with tab", "1.1", "Transfer-Encoding:\r\n\tchunked\r\n"),
                Arguments.of("fold behind", "1.1", "Transfer-Encoding: chunked\r\n , gzip\r\n"),
                Arguments.of("quoted", "1.1", "Transfer-Encoding: \"chunked\"\r\n"),
                Arguments.of("empty member", "1.1", "Transfer-Encoding: ,chunked\r\n"));
    }

    /** H-01. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("ambiguousLengths")
    void ambiguousLengthIsRefusedOnce(String name, String version, String framing) {
        Conversation conversation = exchange("POST /v1/chat/completions HTTP/" + version + "\r\nHost: x\r\n" + AUTH
                + JSON + framing + "\r\n0\r\n\r\n" + SMUGGLED);

        assertRefused(conversation, 400, 501);
    }

    /** H-03. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 2\r\nContent-Length: 3",
                "Content-Length: 2\r\nContent-Length: 2",
                "Content-Length: 2, 2",
                "Content-Length: +2",
                "Content-Length: -1",
                "Content-Length: 0x2",
                "Content-Length: 2 5",
                "Content-Length: 18446744073709551618",
                "Content-Length: ",
                "Content-Length : 2",
                "Content-Length\t: 2",
                "Content-Length: 2\r\n 3",
                "Content-Length: \u00b2"
            })
    void lengthThatIsNotOneNumberIsRefusedOnce(String framing) {
        Conversation conversation = exchange(POST + "Host: x\r\n" + AUTH + JSON + framing + "\r\n\r\n{}" + SMUGGLED);

        assertRefused(conversation, 400);
    }

    /** H-06. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2;x\n{}\r\n0\r\n\r\n",
                "2\n{}\r\n0\r\n\r\n",
                "2;a=\"\r\n{}\r\n0\r\n\r\n",
                "2;a=\"\n{}\"\r\n{}\r\n0\r\n\r\n",
                "2 \r\n{}\r\n0\r\n\r\n",
                "0x2\r\n{}\r\n0\r\n\r\n",
                "-2\r\n{}\r\n0\r\n\r\n",
                "100000002\r\n{}\r\n0\r\n\r\n",
                "\r\n{}\r\n0\r\n\r\n",
                "2\r\n{}X\r\n0\r\n\r\n"
            })
    void brokenChunksAreNeverReadOn(String chunks) {
        Conversation conversation =
                exchange(POST + "Host: x\r\n" + AUTH + JSON + "Transfer-Encoding: chunked\r\n\r\n" + chunks + SMUGGLED);

        assertRefusedOrClosed(conversation, 400);
    }

    /** H-06. */
    @Test
    void longChunkExtensionIsRefused() {
        Conversation conversation = exchange(POST + "Host: x\r\n" + AUTH + JSON + "Transfer-Encoding: chunked\r\n\r\n2;"
                + "x".repeat(64 * 1024) + "\r\n{}\r\n0\r\n\r\n" + SMUGGLED);

        assertRefusedOrClosed(conversation, 400);
    }

    /** H-07. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/models HTTP/1.1\nHost: x\n\n",
                "GET /v1/models HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\nHost: x\r\nA: b\u0000c\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\nHost: x\r\n: c\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\nHost: x\r\n : c\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\n Host: x\r\n\r\n",
                "\u0001GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n",
                "G\u0001T /v1/models HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /v1/models\r\n\r\n",
                "GET /v1/mo dels HTTP/1.1\r\nHost: x\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n"
            })
    void whatIsNotHttpIsRefusedOrClosed(String bytes) {
        Conversation conversation = exchange(bytes);

        assertRefusedOrClosed(conversation, 400, 401, 501, 505);
    }

    /** H-07. Vert.x answers these itself, before anyone else sees them. */
    @ParameterizedTest
    @ValueSource(strings = {"HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/3.0"})
    void foreignVersionIsRefused(String version) {
        Conversation conversation =
                exchange("GET /v1/models " + version + "\r\nHost: x\r\n" + AUTH + "\r\n" + SMUGGLED);

        assertThat(conversation.ending()).isNotEqualTo(Ending.OPEN);
        assertThat(conversation.statuses()).containsExactly(501);
    }

    /** H-07. Lenient as RFC 9112, 3 allows; it moves no boundary between requests. */
    @Test
    void moreBlanksInTheRequestLineAreOne() {
        Conversation conversation = answer("GET  /v1/models  HTTP/1.1\r\nHost: x\r\n" + AUTH + "\r\n");

        assertThat(conversation.statuses()).containsExactly(200);
    }

    /** H-07. */
    @Test
    void clearTextHttp2IsRefused() {
        Conversation conversation = exchange("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

        assertThat(conversation.ending()).isNotEqualTo(Ending.OPEN);
        assertThat(conversation.statuses()).containsExactly(501);
    }

    /** H-07. */
    @Test
    void endlessEmptyLinesBeforeTheMethodAreEnded() {
        Conversation conversation = exchange("\r\n".repeat(512 * 1024) + SMUGGLED);

        assertThat(conversation.statuses()).hasSizeLessThanOrEqualTo(1);
    }

    static Stream<Arguments> tooLarge() {
        String cookie = "Cookie: " + "c".repeat(100 * 1024) + "\r\n";
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 101; i++) {
            fields.append("a").append(i).append(": b\r\n");
        }
        return Stream.of(
                Arguments.of("line", 414, "GET /" + "a".repeat(4 * 1024) + " HTTP/1.1\r\nHost: x\r\n\r\n"),
                Arguments.of("block", 431, "GET / HTTP/1.1\r\nHost: x\r\nA: " + "b".repeat(8 * 1024) + "\r\n\r\n"),
                Arguments.of("cookie", 431, "GET / HTTP/1.1\r\nHost: x\r\n" + cookie + "\r\n"),
                Arguments.of("fields", 431, "GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n"));
    }

    /** H-09. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("tooLarge")
    void tooLargeHeadIsRefused(String name, int status, String head) {
        Conversation conversation = exchange(head);

        assertRefused(conversation, status);
    }

    /** H-10. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET http://evil/admin",
                "GET http://evil/v1/models",
                "GET //v1/models",
                "GET /v1//models",
                "GET /v1/../admin",
                "GET /v1/./models",
                "GET /v1/%2e%2e/admin",
                "GET /v1/.%2E/admin",
                "GET /v1/..%2fadmin",
                "GET /v1/models/%2e%2e%2fadmin",
                "GET /v1/models%00",
                "GET /v1/models/%0d%0aX:%20y",
                "GET /v1/models/%zz",
                "GET /v1/models/%2",
                "GET /v1/models;x=1",
                "GET /v1\\models",
                "GET /v1/models/a%5cb",
                "GET /v1/models/a%252e",
                "GET /v1/models#x",
                "GET v1/models",
                "GET ?",
                "OPTIONS *",
                "CONNECT evil:443",
                "TRACE /v1/models",
                "CONNECT /v1/models"
            })
    void foreignOrUnnormalTargetIsRefused(String target) {
        Conversation conversation = exchange(target + " HTTP/1.1\r\nHost: x\r\n" + AUTH + "\r\n");

        assertRefused(conversation, 400, 501);
    }

    /** H-14. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Host:\r\n",
                "Host: x\r\nHost: x\r\n",
                "Host: x\r\nHost: y\r\n",
                "Host: x/../admin?a=\r\n",
                "Host: x@y\r\n",
                "Host: x y\r\n",
                "Host: x,y\r\n",
                "Host: x:\r\n",
                "Host: x:99999\r\n",
                "Host: x:80:80\r\n",
                "Host: [::1]:99999\r\n",
                "Host: [::1\r\n",
                "Host: -x\r\n"
            })
    void hostThatIsNotOneHostIsRefused(String host) {
        Conversation conversation = exchange("GET /v1/models HTTP/1.1\r\n" + host + AUTH + "\r\n");

        assertRefused(conversation, 400);
    }

    /** H-14. */
    @Test
    void longHostIsRefused() {
        assertRefused(exchange("GET /v1/models HTTP/1.1\r\nHost: " + "h".repeat(300) + "\r\n" + AUTH + "\r\n"), 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "x:8080", "api.example.com", "127.0.0.1:8080", "[::1]:8080", "[::ffff:127.0.0.1]", "a_b"})
    void properHostIsServed(String host) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            Conversation conversation = connection
                    .send("GET /v1/models HTTP/1.1\r\nHost: " + host + "\r\n" + AUTH + "\r\n")
                    .read(SOON, 1);

            assertThat(conversation.statuses()).containsExactly(200);
            assertThat(conversation.ending()).isEqualTo(Ending.OPEN);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET /health/live", "GET /v1/models", "GET /nowhere", "POST /v1/models", "DELETE /v1/models/x"})
    void connectionOfARequestWithoutABodyIsKept(String target) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            String request = target + " HTTP/1.1\r\nHost: x\r\n" + AUTH + "\r\n";
            connection.send(request).read(SOON, 1);

            Conversation conversation = connection.send(request).read(SOON, 2);

            assertThat(conversation.statuses()).hasSize(2);
            assertThat(conversation.answers())
                    .allSatisfy(a -> assertThat(a.header("connection")).isNull());
        }
    }

    @Test
    void requestsInOneWriteAreAnsweredInOrderOnOneConnection() {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            String live = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
            String models = "GET /v1/models/no-such HTTP/1.1\r\nHost: x\r\n" + AUTH + "\r\n";

            Conversation conversation = connection.send(live + models + live).read(SOON, 3);

            assertThat(conversation.statuses()).containsExactly(200, 404, 200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            })
    void upgradeIsNotTaken(String upgrade) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            Conversation conversation = connection
                    .send("GET /health/live HTTP/1.1\r\nHost: x\r\n" + upgrade + "\r\n")
                    .read(SOON, 1);

            assertThat(conversation.answers())
                    .extracting(RawHttp.Answer::status)
                    .containsExactly(200);
        }
    }

    static Stream<Arguments> codings() {
        return Stream.of("gzip", "gzip, gzip", "br", "zstd", "deflate", "identity, gzip")
                .map(Arguments::of);
    }

    /** H-19. */
    @ParameterizedTest
    @MethodSource("codings")
    void compressedBodyIsRefused(String coding) {
        Conversation conversation = exchange(POST + "Host: x\r\n" + AUTH + JSON + "Content-Encoding: " + coding
                + "\r\nContent-Length: 4\r\n\r\n\u001f\u008b\u0008\u0000");

        assertThat(conversation.statuses()).containsExactly(415);
        assertThat(conversation.last().text()).contains("unsupported_content_encoding");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Content-Type: text/plain\r\n",
                "Content-Type: multipart/form-data; boundary=x\r\n",
                "Content-Type: application/jsonp\r\n"
            })
    void bodyThatIsNotJsonIsRefused(String type) {
        Conversation conversation = exchange(POST + "Host: x\r\n" + AUTH + type + "Content-Length: 2\r\n\r\n{}");

        assertThat(conversation.statuses()).containsExactly(415);
    }

    /** H-20. */
    @Test
    void announcedGiantIsRefusedBeforeItIsSent() {
        Conversation conversation = answer(POST + "Host: x\r\n" + AUTH + JSON + "Content-Length: 10737418240\r\n\r\n");

        assertThat(conversation.statuses()).containsExactly(413);
        assertThat(conversation.last().header("connection")).isEqualTo("close");
    }

    /** H-20. */
    @Test
    void endlessChunksAreRefusedAtTheBound() {
        int bound = 64 * 1024;
        HttpBounds bounds = bodyOf(bound);
        try (TestNode small = TestNode.of(new RevisionBuilder().key("app", KEY).build())
                        .bounds(bounds)
                        .start();
                RawHttp connection = RawHttp.clear(small.port())) {
            String chunk = "1000\r\n" + " ".repeat(4096) + "\r\n";

            Conversation conversation = connection
                    .send(POST + "Host: x\r\n" + AUTH + JSON + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(20))
                    .read(SOON, 1);

            assertThat(conversation.statuses()).containsExactly(413);
        }
    }

    private static HttpBounds bodyOf(int bytes) {
        return Bounds.defaults().body(bytes).build();
    }

    /** H-20. */
    @Test
    void goodKeyIsToldToContinueBeforeItsBody() {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(POST + "Host: x\r\n" + AUTH + JSON + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");

            Conversation conversation = connection.read(Duration.ofMillis(300), 1);

            assertThat(conversation.answers())
                    .extracting(RawHttp.Answer::status)
                    .containsExactly(100);
        }
    }

    /** H-20. */
    @Test
    void wrongKeyIsRefusedWithoutContinue() {
        Conversation conversation = answer(POST + "Host: x\r\nAuthorization: Bearer sk-wrong-0123456789\r\n" + JSON
                + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");

        assertThat(conversation.answers()).extracting(RawHttp.Answer::status).containsExactly(401);
    }

    /** H-20. */
    @Test
    void unknownExpectationIsRefused() {
        Conversation conversation =
                answer(POST + "Host: x\r\n" + AUTH + JSON + "Expect: 200-ok\r\nContent-Length: 2\r\n\r\n");

        assertThat(conversation.answers()).extracting(RawHttp.Answer::status).containsExactly(417);
    }

    /** */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Authorization:\r\n",
                "Authorization: Bearer\r\n",
                "Authorization: Bearer \r\n",
                "Authorization: Bearer  " + KEY + "\r\n",
                "Authorization: " + KEY + "\r\n",
                "Authorization: Basic c2s6eA==\r\n",
                "Authorization: Bearer " + KEY + "\r\nAuthorization: Bearer sk-other-0123456789\r\n",
                "Authorization: Bearer " + KEY + "\r\nx-api-key: sk-other-0123456789\r\n",
                "x-api-key: sk-other-0123456789\r\nAuthorization: Bearer " + KEY + "\r\n",
                "x-api-key: " + KEY + "\r\nx-api-key: sk-other-0123456789\r\n",
                "x-api-key: " + KEY + "\r\nAuthorization: Basic c2s6eA==\r\n",
                "x-api-key: " + KEY + ", " + KEY + "\r\n",
                "Authorization: Bearer " + KEY + "1\r\n",
                "Authorization: Bearer SK-TEST-0123456789ABCDEF\r\n",
                "Authorization: Bearer sk-test-0123456789abcde\r\n",
                "Authorization: Bearer ' OR 1=1--\r\n",
                "Authorization: Bearer %'UNION\r\n",
                "Authorization: Bearer sk-test-expired-0123456789\r\n",
                "Authorization: Bearer sk-test-disabled-0123456789\r\n",
                "x-api-key: \u00e9\u00e9\u00e9\u00e9\r\n",
                "Cookie: key=" + KEY + "\r\n"
            })
    void badCredentialIsUnauthenticated(String credential) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            Conversation conversation = connection
                    .send("GET /v1/models HTTP/1.1\r\nHost: x\r\n" + credential + "\r\n")
                    .read(SOON, 1);

            assertThat(conversation.statuses()).containsExactly(401);
            assertThat(conversation.last().text())
                    .contains("\"code\":\"invalid_api_key\"")
                    .doesNotContain("sk-");
            assertJsonError(conversation.last());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization: Bearer " + KEY,
                "authorization: bearer " + KEY,
                "x-api-key: " + KEY,
                "api-key: " + KEY,
                "x-goog-api-key: " + KEY,
                "x-api-key: " + KEY + "\r\nAuthorization: Bearer " + KEY
            })
    void goodCredentialIsServed(String credential) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            Conversation conversation = connection
                    .send("GET /v1/models HTTP/1.1\r\nHost: x\r\n" + credential + "\r\n\r\n")
                    .read(SOON, 1);

            assertThat(conversation.statuses()).containsExactly(200);
            assertThat(conversation.last().text()).contains("\"gpt-4o\"");
        }
    }

    /** Only Google's clients put keys into queries. */
    @Test
    void keyInTheQueryIsNotOneWhereOthersAskToo() {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            Conversation conversation = connection
                    .send("GET /v1/models?key=" + KEY + " HTTP/1.1\r\nHost: x\r\n\r\n")
                    .read(SOON, 1);

            assertThat(conversation.statuses()).containsExactly(401);
        }
    }

    @Test
    void keyFromAnotherNetworkIsForbidden() {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            Conversation conversation = connection
                    .send("GET /v1/models HTTP/1.1\r\nHost: x\r\nx-api-key: sk-test-elsewhere-0123456789\r\n"
                            + "X-Forwarded-For: 10.1.2.3\r\n\r\n")
                    .read(SOON, 1);

            assertThat(conversation.statuses()).containsExactly(403);
            assertThat(conversation.last().text()).contains("address_not_allowed");
        }
    }

    static Stream<Arguments> everyRouteAndMethod() {
        List<String> paths = Stream.concat(
                        RouteTable.paths().stream().map(p -> p.endsWith("/") ? p + "gpt-4o" : p),
                        Stream.of("/", "/admin/v1/config", "/metrics", "/v1", "/v1/files"))
                .toList();
        List<String> methods = List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS");
        List<String> keys =
                List.of("", "x-api-key: sk-test-expired-0123456789\r\n", "x-api-key: sk-test-disabled-0123456789\r\n");
        return paths.stream()
                .flatMap(p -> methods.stream().flatMap(m -> keys.stream().map(k -> Arguments.of(m, p, k))));
    }

    /** */
    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("everyRouteAndMethod")
    void nothingButHealthIsServedWithoutAKey(String method, String path, String key) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            String request = method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + key;
            Conversation conversation = method.equals("HEAD")
                    ? connection.send(request + "\r\n").readToEnd(SOON)
                    : connection.send(request + "Content-Length: 0\r\n\r\n").read(SOON, 1);

            int status = conversation.answers().getFirst().status();
            if (path.startsWith("/health/")) {
                assertThat(status).isEqualTo(method.equals("GET") ? 200 : 405);
            } else {
                assertThat(status).isEqualTo(401);
            }
        }
    }
}
