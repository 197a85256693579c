package io.sluice.ingress;

import static io.sluice.testkit.RawHttp2.ACK;
import static io.sluice.testkit.RawHttp2.CONTINUATION;
import static io.sluice.testkit.RawHttp2.DATA;
import static io.sluice.testkit.RawHttp2.END_HEADERS;
import static io.sluice.testkit.RawHttp2.END_STREAM;
import static io.sluice.testkit.RawHttp2.ENHANCE_YOUR_CALM;
import static io.sluice.testkit.RawHttp2.GOAWAY;
import static io.sluice.testkit.RawHttp2.HEADERS;
import static io.sluice.testkit.RawHttp2.PING;
import static io.sluice.testkit.RawHttp2.RST_STREAM;
import static io.sluice.testkit.RawHttp2.SETTINGS;
import static io.sluice.testkit.RawHttp2.WINDOW_UPDATE;
import static io.sluice.testkit.RawHttp2.frame;
import static io.sluice.testkit.RawHttp2.number;
import static io.sluice.testkit.RawHttp2.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Headers;
import io.sluice.testkit.Await;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp2;
import io.sluice.testkit.RawHttp2.Conversation;
import io.sluice.testkit.RawHttp2.Frame;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The traffic port over TLS and HTTP/2: served, and flooded with frames that cost the sender nothing. */
class HostileHttp2Test {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final int CLOSE = END_STREAM | END_HEADERS;

    @TempDir
    static Path directory;

    private static FakeUpstream upstream;
    private static Certificates certificates;
    private static TestNode node;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        certificates = Certificates.in(directory);
        node = TestNode.of(new RevisionBuilder()
                        .channel("openai", c -> c.port(upstream.port()).serves("gpt-4o"))
                        .key("app", KEY)
                        .build())
                .tls(certificates.tls())
                .start();
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

    private static RawHttp2 connect() {
        return RawHttp2.connect(node.port(), certificates.trusting());
    }

    private static byte[] chat(String... more) {
        String[] fields = new String[4 + more.length];
        System.arraycopy(
                new String[] {"authorization", "Bearer " + KEY, "content-type", "application/json"}, 0, fields, 0, 4);
        System.arraycopy(more, 0, fields, 4, more.length);
        return request("POST", "/v1/chat/completions", fields);
    }

    private static byte[] flood(int count, IntFunction<byte[]> piece) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(piece.apply(i));
        }
        return all.toByteArray();
    }

    private static int statusOf(RawHttp2 connection, int stream) {
        Conversation conversation = connection.readUntil(
                SOON, f -> f.stream() == stream && (f.type() == HEADERS || f.type() == RST_STREAM));
        Frame last = conversation.frames().getLast();
        assertThat(last.type()).isEqualTo(HEADERS);
        Http2Headers headers = connection.decode(last);
        return Integer.parseInt(headers.status().toString());
    }

    private static void assertCalmed(Conversation conversation) {
        assertThat(conversation.of(GOAWAY)).extracting(Frame::errorCode).contains(ENHANCE_YOUR_CALM);
        assertThat(conversation.closed()).isTrue();
    }

    @Test
    void servesHttp2AndHttp1OverTls() {
        try (RawHttp2 second = connect();
                RawHttp first = RawHttp.tls(node.port(), certificates.trusting())) {
            second.send(HEADERS, CLOSE, 1, request("GET", "/v1/models", "x-api-key", KEY));
            first.send("GET /v1/models HTTP/1.1\r\nHost: x\r\nx-api-key: " + KEY + "\r\n\r\n");

            assertThat(statusOf(second, 1)).isEqualTo(200);
            assertThat(first.read(SOON, 1).statuses()).containsExactly(200);
        }
    }

    @Test
    void everyAnswerCarriesARequestId() {
        try (RawHttp2 connection = connect()) {
            connection.send(HEADERS, CLOSE, 1, request("GET", "/nowhere"));

            Conversation conversation = connection.readUntil(SOON, f -> f.type() == HEADERS);

            Http2Headers headers = connection.decode(conversation.frames().getLast());
            assertThat(headers.status()).hasToString("401");
            assertThat(headers.get("x-request-id")).hasSize(36);
        }
    }

    static Stream<Arguments> badHeads() {
        return Stream.of(
                Arguments.of("dot segment", request("GET", "/v1/../admin", "x-api-key", KEY)),
                Arguments.of("escaped dot segment", request("GET", "/v1/%2e%2e/admin", "x-api-key", KEY)),
                Arguments.of("foreign target", request("GET", "http://evil/admin", "x-api-key", KEY)),
                Arguments.of("two paths in one", request("GET", "//v1/models", "x-api-key", KEY)),
                Arguments.of("transfer coding", chat("transfer-encoding", "chunked")),
                Arguments.of(
                        "no authority",
                        RawHttp2.block(":method", "GET", ":scheme", "https", ":path", "/v1/models", "x-api-key", KEY)),
                Arguments.of(
                        "authority with a path",
                        RawHttp2.block(
                                ":method",
                                "GET",
                                ":scheme",
                                "https",
                                ":authority",
                                "x/../admin?a=",
                                ":path",
                                "/v1/models",
                                "x-api-key",
                                KEY)),
                Arguments.of(
                        "authority with user info",
                        RawHttp2.block(
                                ":method",
                                "GET",
                                ":scheme",
                                "https",
                                ":authority",
                                "x@y",
                                ":path",
                                "/v1/models",
                                "x-api-key",
                                KEY)),
                Arguments.of("two hosts", request("GET", "/v1/models", "host", "a", "host", "b", "x-api-key", KEY)),
                Arguments.of("another host", request("GET", "/v1/models", "host", "evil", "x-api-key", KEY)),
                Arguments.of("connection field", request("GET", "/v1/models", "connection", "close", "x-api-key", KEY)),
                Arguments.of("field in capitals", request("GET", "/v1/models", "X-Api-Key", KEY)),
                Arguments.of("line feed in a value", request("GET", "/v1/models", "a", "b\r\nc: d", "x-api-key", KEY)),
                Arguments.of("unknown pseudo field", request("GET", "/v1/models", ":x", "y")),
                Arguments.of("no path", RawHttp2.block(":method", "GET", ":scheme", "https", ":authority", "x")),
                Arguments.of(
                        "connect", RawHttp2.block(":method", "CONNECT", ":authority", "evil:443", "x-api-key", KEY)),
                Arguments.of("too many fields", tooManyFields()),
                Arguments.of("too large", request("GET", "/v1/models", "a", "b".repeat(9_000))));
    }

    private static byte[] tooManyFields() {
        String[] fields = new String[202];
        for (int i = 0; i < fields.length; i += 2) {
            fields[i] = "a" + i;
            fields[i + 1] = "b";
        }
        return request("GET", "/v1/models", fields);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badHeads")
    void badHeadIsRefused(String name, byte[] block) {
        try (RawHttp2 connection = connect()) {
            connection.send(HEADERS, CLOSE, 1, block);

            Conversation conversation = connection.readUntil(
                    SOON,
                    f -> f.type() == GOAWAY || f.stream() == 1 && (f.type() == HEADERS || f.type() == RST_STREAM));

            Frame last = conversation.frames().getLast();
            if (last.type() == HEADERS) {
                assertThat(connection.decode(last).status().toString()).isIn("400", "431", "501");
            } else {
                assertThat(last.errorCode()).isPositive();
            }
        }
    }

    /** rapid reset. */
    @Test
    void rapidResetIsEnded() {
        try (RawHttp2 connection = connect()) {
            connection.sendBytes(flood(
                    2_000,
                    i -> join(
                            frame(HEADERS, END_HEADERS, 2 * i + 1, chat()),
                            frame(RST_STREAM, 0, 2 * i + 1, number(8)))));

            assertCalmed(connection.readToEnd(SOON));
        }
    }

    /** resets that the server is made to send. */
    @Test
    void madeResetsAreEnded() {
        try (RawHttp2 connection = connect()) {
            connection.sendBytes(flood(
                    2_000,
                    i -> join(
                            frame(HEADERS, END_HEADERS, 2 * i + 1, chat()),
                            frame(WINDOW_UPDATE, 0, 2 * i + 1, number(0)))));

            assertCalmed(connection.readToEnd(SOON));
        }
    }

    /** */
    @Test
    void emptyContinuationsAreEnded() {
        try (RawHttp2 connection = connect()) {
            connection.send(HEADERS, END_STREAM, 1, request("GET", "/v1/models"));
            connection.sendBytes(flood(100_000, i -> frame(CONTINUATION, 0, 1)));

            assertCalmed(connection.readToEnd(SOON));
        }
    }

    /** */
    @Test
    void endlessHeaderBlockIsEnded() {
        try (RawHttp2 connection = connect()) {
            byte[] more = RawHttp2.block("a", "b".repeat(8_000));
            connection.send(HEADERS, END_STREAM, 1, request("GET", "/v1/models"));
            connection.sendBytes(flood(200, i -> frame(CONTINUATION, 0, 1, more)));

            Conversation conversation = connection.readToEnd(SOON);

            assertThat(conversation.closed()).isTrue();
        }
    }

    @Test
    void emptyDataIsEnded() {
        try (RawHttp2 connection = connect()) {
            connection.send(HEADERS, END_HEADERS, 1, chat());
            connection.sendBytes(flood(100_000, i -> frame(DATA, 0, 1)));

            assertCalmed(connection.readToEnd(SOON));
        }
    }

    @Test
    void pingsAreEnded() {
        try (RawHttp2 connection = connect()) {
            connection.sendBytes(flood(20_000, i -> frame(PING, 0, 0, new byte[8])));

            Conversation conversation = connection.readToEnd(SOON);

            assertThat(conversation.closed()).isTrue();
            assertThat(conversation.of(PING)).hasSizeLessThan(5_000);
        }
    }

    @Test
    void settingsAreEnded() {
        try (RawHttp2 connection = connect()) {
            connection.sendBytes(flood(20_000, i -> frame(SETTINGS, 0, 0)));

            Conversation conversation = connection.readToEnd(SOON);

            assertThat(conversation.closed()).isTrue();
            assertThat(conversation.of(SETTINGS)).hasSizeLessThan(5_000);
        }
    }

    @Test
    void aFewPingsAreAnswered() {
        try (RawHttp2 connection = connect()) {
            connection.sendBytes(flood(20, i -> frame(PING, 0, 0, new byte[8])));

            int[] pongs = {0};
            Conversation conversation =
                    connection.readUntil(SOON, f -> f.type() == PING && f.is(ACK) && ++pongs[0] == 20);

            assertThat(conversation.of(PING)).hasSize(20);
        }
    }

    /** The client never acknowledges the settings that limit its streams. */
    @Test
    void streamsBeyondTheBoundAreRefused() {
        try (RawHttp2 connection = connect()) {
            connection.sendBytes(flood(150, i -> frame(HEADERS, END_HEADERS, 2 * i + 1, chat())));

            int[] refused = {0};
            Conversation conversation = connection.readUntil(SOON, f -> f.type() == RST_STREAM && ++refused[0] == 50);

            assertThat(conversation.of(RST_STREAM)).hasSize(50);
            assertThat(node.meter("sluice.requests.in.flight")).isEqualTo(100);
        }
    }

    @Test
    void bodyThatIsCutByAResetLeavesNothing() {
        try (RawHttp2 connection = connect()) {
            connection.send(HEADERS, END_HEADERS, 1, chat());
            connection.send(DATA, 0, 1, new byte[1000]);
            Await.until(() -> node.meter("sluice.requests.in.flight") == 1);

            connection.send(RST_STREAM, 0, 1, number(8));

            Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
        }
    }

    private static byte[] join(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }
}
