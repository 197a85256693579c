package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HttpBounds;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pool.Timeouts;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.simulator.SimulatorOptions;
import io.sluice.testkit.Await;
import io.sluice.testkit.Bounds;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp.Answer;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.RevisionBuilder.ChannelBuilder;
import io.sluice.testkit.SimulatedProvider;
import io.sluice.testkit.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forms on their way through one lane: what is read of them, what is sent, and what becomes of those that stop. */
class UploadFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final Duration LATER = Duration.ofSeconds(30);
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String B = "b0undary";
    private static final String TRANSCRIPT =
            "{\"text\":\"Hi there\",\"usage\":{\"type\":\"tokens\",\"input_tokens\":14,\"output_tokens\":3,\"total_tokens\":17}}";
    private static final int MIB = 1024 * 1024;

    private FakeUpstream upstream;
    private TestNode node;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
    }

    @AfterEach
    void stop() {
        Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
        Await.until(() -> node.meter("sluice.streams.open") == 0);
        node.close();
        upstream.close();
    }

    private void node(UnaryOperator<ChannelBuilder> channel) {
        node(HttpBounds.DEFAULT, channel);
    }

    private void node(HttpBounds bounds, UnaryOperator<ChannelBuilder> channel) {
        GatewayRevision revision = new RevisionBuilder()
                .channel("one", c -> channel.apply(c.port(upstream.port()).accounts("a")))
                .key("app", KEY)
                .policy(Strategy.FILL, false, 3, LATER)
                .build();
        node = TestNode.of(revision).bounds(bounds).start();
    }

    private static String field(String name, String value) {
        return "--" + B + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }

    private static String file(String content) {
        return fileHead() + content + "\r\n";
    }

    private static String fileHead() {
        return "--" + B + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n"
                + "Content-Type: audio/mpeg\r\n\r\n";
    }

    private static final String END = "--" + B + "--\r\n";

    private static String head(String path, long length, String more) {
        return "POST " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                + "\r\nContent-Type: multipart/form-data; boundary=" + B + "\r\n" + more
                + (length < 0 ? "Transfer-Encoding: chunked" : "Content-Length: " + length) + "\r\n\r\n";
    }

    private Answer ask(String path, String form, String more) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection
                    .send(head(path, form.length(), more) + form)
                    .read(LATER, 1)
                    .last();
        }
    }

    private Answer transcribe(String form) {
        return ask("/v1/audio/transcriptions", form, "");
    }

    private UsageRecord recorded() throws InterruptedException {
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(usage).as("a usage record").isNotNull();
        return usage;
    }

    @Test
    void aFormGoesOnAsItCame() throws Exception {
        node(c -> c.serves("whisper-1"));
        upstream.otherwise(Script.json(200, TRANSCRIPT));
        String form = field("model", "whisper-1") + file("ID3\r\n--b0\0\377") + field("language", "en") + END;

        Answer answer = transcribe(form);

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo(TRANSCRIPT);
        FakeUpstream.Request sent = upstream.take(SOON);
        assertThat(new String(sent.body(), StandardCharsets.ISO_8859_1)).isEqualTo(form);
        assertThat(sent.line()).startsWith("POST /v1/audio/transcriptions ");
        assertThat(sent.header("content-type")).containsExactly("multipart/form-data; boundary=\"" + B + "\"");
        assertThat(sent.header("content-length")).containsExactly(Integer.toString(form.length()));
        assertThat(sent.header("authorization")).containsExactly("Bearer CANARY-one-a");
        assertThat(recorded())
                .returns(14L, u -> u.used().tokens().input())
                .returns(3L, u -> u.used().tokens().output())
                .returns(false, usage -> usage.used().isEstimated());
    }

    @Test
    void theModelIsReplacedAndTheLengthFits() throws Exception {
        node(c -> c.redirect("pub", "a-much-longer-name"));
        upstream.otherwise(Script.json(200, TRANSCRIPT));
        String form = field("model", "pub") + file("ID3") + END;

        assertThat(transcribe(form).status()).isEqualTo(200);
        assertThat(upstream.take(SOON).text()).isEqualTo(form.replace("pub", "a-much-longer-name"));
    }

    @Test
    void theHeaderNamesAModelThatTheFormHasLateOrNever() throws Exception {
        node(c -> c.redirect("pub", "up"));
        upstream.otherwise(Script.json(200, TRANSCRIPT));
        String header = "x-sluice-model: pub\r\n";

        assertThat(ask("/v1/audio/transcriptions", file("ID3") + END, header).status())
                .isEqualTo(200);
        assertThat(upstream.take(SOON).text()).isEqualTo(file("ID3") + field("model", "up") + END);

        String large = "x".repeat(MIB);
        String late = file(large) + field("model", "anything") + END;
        assertThat(ask("/v1/audio/transcriptions", late, header).status()).isEqualTo(200);
        FakeUpstream.Request sent = upstream.take(SOON);
        assertThat(sent.text()).isEqualTo(file(large) + field("model", "up") + END);
        assertThat(sent.header("transfer-encoding")).containsExactly("chunked");
    }

    @Test
    void aModelBehindALargeFileIsAskedForInFront() {
        node(c -> c.serves("whisper-1"));

        Answer answer = transcribe(file("x".repeat(MIB)) + field("model", "whisper-1") + END);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text())
                .contains("put the model field before the file, or send the header x-sluice-model")
                .contains("\"param\":\"model\"");
        assertThat(upstream.connections()).isZero();
    }

    @Test
    void aModelBehindASmallFileIsFound() {
        node(c -> c.serves("whisper-1"));
        upstream.otherwise(Script.json(200, TRANSCRIPT));

        assertThat(transcribe(file("x".repeat(10_000)) + field("model", "whisper-1") + END)
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST|multipart/form-data|400",
                "POST|application/json|415",
                "POST|multipart/form-data; boundary=other|400"
            })
    void whatIsNoFormIsRefused(String method, String type, int status) {
        node(c -> c.serves("whisper-1"));
        String form = field("model", "whisper-1") + file("ID3") + END;
        try (RawHttp connection = RawHttp.clear(node.port())) {
            Answer answer = connection
                    .send(head("/v1/audio/transcriptions", form.length(), "")
                                    .replace("multipart/form-data; boundary=" + B, type)
                            + form)
                    .read(SOON, 1)
                    .last();
            assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        }
    }

    @Test
    void anUnknownModelInTheHeaderIsRefusedBeforeTheBodyComes() {
        node(c -> c.serves("whisper-1"));
        try (RawHttp connection = RawHttp.clear(node.port())) {
            Answer answer = connection
                    .send(head("/v1/audio/transcriptions", 20L * MIB, "x-sluice-model: nobody\r\n"))
                    .read(SOON, 1)
                    .last();
            assertThat(answer.status()).isEqualTo(404);
        }
    }

    @Test
    void whatIsKeptIsSentToTheNext() throws Exception {
        node(c -> c.accounts("b").serves("whisper-1"));
        upstream.next(
                Script.json(500, "{\"error\":{\"message\":\"no\",\"type\":\"server_error\"}}"),
                Script.json(200, TRANSCRIPT));
        String form = field("model", "whisper-1") + file("x".repeat(50_000)) + END;

        assertThat(transcribe(form).status()).isEqualTo(200);
        assertThat(upstream.take(SOON).text()).isEqualTo(form);
        assertThat(upstream.take(SOON).text()).isEqualTo(form);
        assertThat(recorded()).returns(2, usage -> usage.served().attempts());
    }

    @Test
    void whatHasGoneOnIsNotSentAgain() throws Exception {
        node(c -> c.accounts("b").serves("whisper-1"));
        upstream.otherwise(Script.json(500, "{\"error\":{\"message\":\"no\",\"type\":\"server_error\"}}"));

        Answer answer = transcribe(field("model", "whisper-1") + file("x".repeat(2 * MIB)) + END);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).contains("not sent again");
        assertThat(recorded()).returns(1, usage -> usage.served().attempts());
    }

    @ParameterizedTest
    @CsvSource({"text/plain; charset=utf-8", "application/x-subrip", "text/vtt"})
    void textPasses(String type) throws Exception {
        node(c -> c.serves("whisper-1"));
        String text = "1\n00:00:00,000 --> 00:00:01,000\nHi there\n\n";
        upstream.otherwise(Script.bytes("HTTP/1.1 200 OK\r\ncontent-type: " + type + "\r\ncontent-length: "
                + text.length() + "\r\n\r\n" + text));

        Answer answer = transcribe(
                field("model", "whisper-1") + field("response_format", "srt") + file("x".repeat(32_000)) + END);

        assertThat(answer.text()).isEqualTo(text);
        assertThat(answer.whole()).isTrue();
        assertThat(recorded())
                .returns(true, usage -> usage.used().isEstimated())
                .returns(20L, u -> u.used().tokens().input())
                .satisfies(u -> assertThat(u.used().tokens().output()).isPositive());
    }

    @Test
    void aDurationCountsAsTokens() throws Exception {
        node(c -> c.serves("whisper-1"));
        upstream.otherwise(Script.json(200, "{\"text\":\"Hi\",\"usage\":{\"type\":\"duration\",\"seconds\":9}}"));

        transcribe(field("model", "whisper-1") + file("ID3") + END);

        assertThat(recorded()).returns(90L, u -> u.used().tokens().input()).returns(false, usage -> usage.used()
                .isEstimated());
    }

    @Test
    void editsChargeTheirImages() throws Exception {
        node(c -> c.serves("gpt-image-1"));
        upstream.otherwise(Script.json(200, "{\"created\":1,\"data\":[{\"b64_json\":\"QUJD\"}]}"));
        String image = file("x".repeat(MIB)).replace("\"file\"", "\"image\"");

        String form = field("model", "gpt-image-1") + field("prompt", "a cat") + image + field("n", "3") + END;
        assertThat(ask("/v1/images/edits", form, "").status()).isEqualTo(200);
        assertThat(ask("/v1/images/variations", form, "").status()).isEqualTo(200);

        assertThat(node.settlements()
                        .poll(Await.MOST_SECONDS, TimeUnit.SECONDS)
                        .actual()
                        .images())
                .isEqualTo(3);
    }

    @Test
    void aSecondModelBehindTheFileStopsTheUpload() throws Exception {
        node(c -> c.serves("whisper-1"));
        upstream.otherwise(Script.json(200, TRANSCRIPT));

        Answer answer =
                transcribe(field("model", "whisper-1") + file("x".repeat(MIB)) + field("model", "forbidden") + END);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("'model'").contains("duplicate_parameter");
        Await.until(() -> upstream.openConnections() == 0);
        while (upstream.untaken() > 0) {
            // What came before the connection was closed.
            assertThat(upstream.take(SOON).text()).doesNotContain("forbidden").doesNotContain(END);
        }
    }

    /** A form that nobody reads must not take the window of its connection from the other requests on it. */
    @Test
    void aRefusedUploadLeavesAnHttp2ConnectionUsable(@TempDir Path directory) throws Exception {
        Certificates certificates = Certificates.in(directory);
        GatewayRevision revision = new RevisionBuilder()
                .channel("one", c -> c.port(upstream.port()).accounts("a").serves("whisper-1"))
                .key("app", KEY)
                .build();
        node = TestNode.of(revision).tls(certificates.tls()).start();
        upstream.otherwise(Script.json(200, TRANSCRIPT));
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(certificates.trusting()).build()) {
            for (int i = 0; i < 4; i++) {
                HttpResponse<String> refused = client.send(
                        post(file("x".repeat(3 * MIB)) + field("model", "whisper-1") + END),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(refused.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(refused.statusCode()).isEqualTo(400);
            }

            HttpResponse<String> served = client.send(
                    post(field("model", "whisper-1") + file("x".repeat(3 * MIB)) + END),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(served.statusCode()).isEqualTo(200);
        }
    }

    private HttpRequest post(String form) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + node.port() + "/v1/audio/transcriptions"))
                .header("authorization", "Bearer " + KEY)
                .header("content-type", "multipart/form-data; boundary=" + B)
                .timeout(LATER)
                .POST(HttpRequest.BodyPublishers.ofString(form, StandardCharsets.ISO_8859_1))
                .build();
    }

    @Test
    void moreThanTheBoundIsRefused() {
        node(Bounds.defaults().upload(MIB).build(), c -> c.serves("whisper-1"));
        String form = field("model", "whisper-1") + file("x".repeat(2 * MIB)) + END;

        assertThat(transcribe(form).status()).isEqualTo(413);

        try (RawHttp connection = RawHttp.clear(node.port())) {
            Answer answer = connection
                    .send(head("/v1/audio/transcriptions", -1, "") + Integer.toHexString(form.length()) + "\r\n" + form
                            + "\r\n0\r\n\r\n")
                    .read(LATER, 1)
                    .last();
            assertThat(answer.status()).isEqualTo(413);
        }
    }

    @Test
    void aClientThatStopsToSendIsNotWaitedFor() throws Exception {
        node(Bounds.defaults().bodyPace(Duration.ofMillis(300), 128).build(), c -> c.serves("whisper-1"));
        String form = field("model", "whisper-1") + fileHead() + "x".repeat(MIB);
        try (RawHttp connection = RawHttp.clear(node.port())) {
            Answer answer = connection
                    .send(head("/v1/audio/transcriptions", 20L * MIB, "") + form)
                    .read(LATER, 1)
                    .last();

            assertThat(answer.status()).isEqualTo(408);
        }
        Await.until(() -> upstream.openConnections() == 0);
        assertThat(recorded()).returns(Ending.FAILED, usage -> usage.outcome().ending());
    }

    @Test
    void aClientThatLeavesTakesTheUpstreamWithIt() throws Exception {
        node(c -> c.serves("whisper-1"));
        String form = field("model", "whisper-1") + fileHead() + "x".repeat(MIB);
        try (RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(head("/v1/audio/transcriptions", 20L * MIB, "") + form);
            Await.until(() -> upstream.openConnections() == 1);
        }

        Await.until(() -> upstream.openConnections() == 0);
        assertThat(recorded())
                .returns(Ending.CANCELLED, usage -> usage.outcome().ending());
    }

    @Test
    void aSlowProviderHoldsTheClientBack() throws Exception {
        try (SlowReader provider = new SlowReader()) {
            node(c -> c.port(provider.port())
                    .serves("whisper-1")
                    .timeouts(new Timeouts(LATER, LATER, LATER, LATER, Duration.ofMinutes(5))));
            String before = field("model", "whisper-1") + fileHead();
            long length = before.length() + 20L * MIB + 2 + END.length();
            AtomicLong written = new AtomicLong();
            try (Socket client = new Socket()) {
                client.setSendBufferSize(32 * 1024);
                client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()));
                Thread sender = Thread.ofVirtual().start(() -> sendSlowly(client, before, length, written));
                provider.arrived.await();

                // What is under way fits into the buffers of the sockets; the gateway holds next to nothing of it.
                Await.until(() -> stands(written));
                assertThat(written.get()).isLessThan(16L * MIB);
                provider.goOn.countDown();
                sender.join();
                byte[] answer = client.getInputStream().readNBytes(15);

                assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200 OK");
                assertThat(provider.read.get()).isEqualTo(length);
            }
        }
    }

    private static boolean stands(AtomicLong written) {
        long before = written.get();
        CountDownLatch never = new CountDownLatch(1);
        try {
            never.await(400, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return before > 0 && written.get() == before;
    }

    private static void sendSlowly(Socket client, String before, long length, AtomicLong written) {
        byte[] piece = new byte[64 * 1024];
        try {
            var out = client.getOutputStream();
            out.write(head("/v1/audio/transcriptions", length, "").getBytes(StandardCharsets.US_ASCII));
            out.write(before.getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 20 * 16; i++) {
                out.write(piece);
                written.addAndGet(piece.length);
            }
            out.write(("\r\n" + END).getBytes(StandardCharsets.US_ASCII));
            out.flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A provider that reads a request's head, waits to be told, and reads the body then. */
    private static final class SlowReader implements AutoCloseable {
        private final ServerSocket server = new ServerSocket();
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private final AtomicLong read = new AtomicLong();

        SlowReader() throws IOException {
            server.setReceiveBufferSize(32 * 1024);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Thread.ofVirtual().start(this::serve);
        }

        int port() {
            return server.getLocalPort();
        }

        private void serve() {
            try (Socket socket = server.accept()) {
                InputStream in = socket.getInputStream();
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    head.append((char) in.read());
                }
                arrived.countDown();
                goOn.await();
                long length = Long.parseLong(head.toString()
                        .lines()
                        .filter(line -> line.startsWith("content-length:"))
                        .findFirst()
                        .orElseThrow()
                        .substring("content-length:".length())
                        .strip());
                byte[] piece = new byte[64 * 1024];
                while (read.get() < length) {
                    read.addAndGet(in.read(piece));
                }
                socket.getOutputStream()
                        .write(("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
                                        + TRANSCRIPT.length() + "\r\n\r\n" + TRANSCRIPT)
                                .getBytes(StandardCharsets.US_ASCII));
                in.read();
            } catch (IOException | InterruptedException e) {
                // The gateway has gone, or the test is over.
            }
        }

        @Override
        public void close() throws IOException {
            goOn.countDown();
            server.close();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/audio/transcriptions|gpt-4o-transcribe|stream|true|transcript.text.done",
                "/v1/audio/transcriptions|gpt-4o-transcribe|response_format|json|Transcript of 400000 bytes",
                "/v1/audio/transcriptions|whisper-1|response_format|srt|00:00:00,000",
                "/v1/audio/translations|whisper-1|response_format|verbose_json|Translation of 400000 bytes"
            })
    void reachesTheSimulatedProvider(String path, String model, String name, String value, String expected)
            throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(SimulatorOptions.onPort(0))) {
            node(c -> c.port(provider.port()).serves(model));

            Answer answer = ask(path, field("model", model) + field(name, value) + file("x".repeat(400_000)) + END, "");

            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            assertThat(answer.whole()).isTrue();
            assertThat(answer.text()).contains(expected);
            assertThat(recorded())
                    .returns(Ending.COMPLETED, usage -> usage.outcome().ending());
        }
    }
}
