package io.sluice.provider.fetch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Glob;
import io.sluice.domain.media.FetchRules;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Strategy;
import io.sluice.message.AttemptFinished;
import io.sluice.testkit.Await;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.JvmTrust;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A lane before a scripted Ollama, which takes pictures as bytes alone, and a scripted server of pictures. Names are the
 * test's own, and of all addresses 127.0.0.1 counts as public: the guard is asked as in earnest, only its answer is another.
 */
class MediaFetchFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String PNG = "\u0089PNG\r\n\u001a\npixels";
    private static final String PNG64 = Base64.getEncoder().encodeToString(PNG.getBytes(ISO_8859_1));
    private static final Script ANSWER = Script.json(
            200,
            "{\"model\":\"u\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},"
                    + "\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":2,\"eval_count\":1}");

    private final FakeUpstream upstream = FakeUpstream.start().otherwise(ANSWER);
    private final FakeUpstream pictures = FakeUpstream.start();
    private final Names names = new Names();
    private TestNode node;

    /** Names of the test. */
    private static final class Names implements MediaNetwork {
        private final Map<String, Queue<String>> addresses = new ConcurrentHashMap<>();
        private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> looked = new LinkedBlockingQueue<>();

        /** A name and what each question for it answers, the last one for ever; several addresses by a comma. */
        private void put(String name, String... answers) {
            addresses.put(name, new ConcurrentLinkedQueue<>(List.of(answers)));
        }

        @Override
        public Future<List<InetAddress>> resolve(String host) {
            asked.add(host);
            Queue<String> answers = addresses.getOrDefault(host, new ConcurrentLinkedQueue<>());
            String answer = answers.size() > 1 ? answers.poll() : answers.peek();
            if (answer == null) {
                return Future.failedFuture(new UnknownHostException(host));
            }
            List<InetAddress> all = new ArrayList<>();
            for (String literal : answer.split(",")) {
                all.add(address(literal));
            }
            return Future.succeededFuture(all);
        }

        private static InetAddress address(String literal) {
            try {
                return InetAddress.getByName(literal);
            } catch (UnknownHostException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public boolean isAllowed(InetAddress address) {
            looked.add(address.getHostAddress());
            return address.getHostAddress().equals("127.0.0.1");
        }

        @Override
        public Future<?> close() {
            return Future.succeededFuture();
        }
    }

    private FetchRules rules() {
        return new FetchRules(true, List.of(), Set.of(pictures.port()), 1_000, Duration.ofSeconds(5));
    }

    private void node(FetchRules rules) {
        names.put("pictures.test", "127.0.0.1");
        node = TestNode.of(new RevisionBuilder()
                        .channel("one", c -> c.type(ProviderType.OLLAMA)
                                .url(new BaseUrl(false, "127.0.0.1", upstream.port(), ""))
                                .fetch(rules)
                                .redirect("m", "upstream-m"))
                        .key("app", KEY)
                        .policy(Strategy.FILL, false, 1, SOON)
                        .build())
                .network(names)
                .start();
    }

    @AfterEach
    void stop() {
        node.close();
        upstream.close();
        pictures.close();
    }

    private static String body(String... urls) {
        StringBuilder parts = new StringBuilder("{\"type\":\"text\",\"text\":\"What is it?\"}");
        for (String url : urls) {
            parts.append(",{\"type\":\"image_url\",\"image_url\":{\"url\":\"")
                    .append(url)
                    .append("\"}}");
        }
        return "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[" + parts + "]}]}";
    }

    private RawHttp send(String body) {
        return RawHttp.clear(node.port())
                .send("POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private RawHttp.Answer ask(String... urls) {
        try (RawHttp client = send(body(urls))) {
            return client.read(SOON, 1).last();
        }
    }

    private String at(String host, String path) {
        return "http://" + host + ":" + pictures.port() + path;
    }

    private static Script picture(String contentType, String bytes, String... headerLines) {
        StringBuilder head = new StringBuilder("HTTP/1.1 200 OK\r\n");
        if (!contentType.isEmpty()) {
            head.append("content-type: ").append(contentType).append("\r\n");
        }
        for (String line : headerLines) {
            head.append(line).append("\r\n");
        }
        return Script.bytes(head + "content-length: " + bytes.length() + "\r\n\r\n" + bytes);
    }

    private static Script redirect(int status, String location) {
        return Script.bytes("HTTP/1.1 " + status + " X\r\nlocation: " + location + "\r\ncontent-length: 0\r\n\r\n");
    }

    private static void refused(RawHttp.Answer answer, String reason) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text())
                .contains(
                        "\"message\":\"'messages.content.image_url.url' " + reason,
                        "\"param\":\"messages.content.image_url.url\"",
                        "\"code\":\"media_not_fetched\"");
    }

    @Test
    void pictureReachesTheProviderAsBytes() throws Exception {
        node(rules());
        pictures.next(picture("image/png", PNG));

        RawHttp.Answer answer = ask(at("pictures.test", "/a.png?x=1"));

        FakeUpstream.Request asked = pictures.take(SOON);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(asked.line()).isEqualTo("GET /a.png?x=1 HTTP/1.1");
        assertThat(asked.header("host")).containsExactly("pictures.test:" + pictures.port());
        assertThat(asked.header("accept")).containsExactly("image/gif, image/jpeg, image/png, image/webp");
        assertThat(asked.head().toLowerCase(java.util.Locale.ROOT)).doesNotContain("cookie", "authorization", KEY);
        assertThat(upstream.take(SOON).text()).contains("\"images\":[\"" + PNG64 + "\"]");
        Await.until(() -> pictures.openConnections() == 0);
    }

    @Test
    void nothingIsFetchedByDefault() {
        node(FetchRules.OFF);

        RawHttp.Answer answer = ask(at("pictures.test", "/a.png"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text())
                .contains("\"code\":\"unsupported_parameter\"", "\"param\":\"messages.content.image_url.url\"");
        assertThat(names.asked).isEmpty();
        assertThat(pictures.connections()).isZero();
    }

    @Test
    void eachAddressIsFetchedOnce() throws Exception {
        node(rules());
        pictures.otherwise(picture("image/png", PNG));

        RawHttp.Answer answer = ask(at("pictures.test", "/a"), at("pictures.test", "/b"), at("pictures.test", "/a"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(upstream.take(SOON).text())
                .contains("\"images\":[\"" + PNG64 + "\",\"" + PNG64 + "\",\"" + PNG64 + "\"]");
        assertThat(pictures.connections()).isEqualTo(2);
    }

    /** What one candidate was given the next one is given too, without another download. */
    @Test
    void failoverKeepsWhatWasFetched() throws Exception {
        names.put("pictures.test", "127.0.0.1");
        FakeUpstream second = FakeUpstream.start().otherwise(ANSWER);
        upstream.otherwise(Script.json(500, "{\"error\":\"broken\"}"));
        pictures.otherwise(picture("image/png", PNG));
        node = TestNode.of(new RevisionBuilder()
                        .channel("one", c -> c.type(ProviderType.OLLAMA)
                                .url(new BaseUrl(false, "127.0.0.1", upstream.port(), ""))
                                .priority(2)
                                .fetch(rules())
                                .serves("m"))
                        .channel("two", c -> c.type(ProviderType.OLLAMA)
                                .url(new BaseUrl(false, "127.0.0.1", second.port(), ""))
                                .fetch(rules())
                                .serves("m"))
                        .key("app", KEY)
                        .policy(Strategy.FILL, false, 2, SOON)
                        .build())
                .network(names)
                .start();

        RawHttp.Answer answer = ask(at("pictures.test", "/a"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(upstream.take(SOON).text()).contains(PNG64);
        assertThat(second.take(SOON).text()).contains(PNG64);
        assertThat(pictures.connections()).isEqualTo(1);
        second.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "127.0.0.2",
                "::1",
                "fe80::1",
                "fd00::1",
                "10.0.0.1,192.168.0.1"
            })
    void addressThatTheGuardRefusesIsNotConnected(String literal) {
        node(rules());
        names.put("inside.test", literal);

        refused(ask(at("inside.test", "/")), "could not be fetched.");

        assertThat(names.looked).isNotEmpty().doesNotContain("127.0.0.1");
        assertThat(pictures.connections()).isZero();
    }

    @Test
    void ofSeveralAddressesAnAllowedOneIsChosen() {
        node(rules());
        names.put("mixed.test", "10.0.0.1,127.0.0.1");
        pictures.next(picture("image/png", PNG));

        assertThat(ask(at("mixed.test", "/")).status()).isEqualTo(200);
    }

    /** The name answers well once, and with an inner address from then on: it is not asked a second time. */
    @Test
    void nameThatChangesItsMindIsAskedOnce() {
        node(rules());
        names.put("rebinding.test", "127.0.0.1", "10.0.0.1");
        pictures.next(picture("image/png", PNG));

        assertThat(ask(at("rebinding.test", "/")).status()).isEqualTo(200);
        assertThat(names.asked).containsExactly("rebinding.test");

        refused(ask(at("rebinding.test", "/")), "could not be fetched.");
        assertThat(pictures.connections()).isEqualTo(1);
    }

    @Test
    void redirectIsFollowedAndLookedAtAnew() throws Exception {
        node(rules());
        names.put("other.test", "127.0.0.1");
        pictures.next(redirect(302, "/moved"), redirect(307, at("other.test", "/b")), picture("image/png", PNG));

        assertThat(ask(at("pictures.test", "/a")).status()).isEqualTo(200);

        assertThat(names.asked).containsExactly("pictures.test", "pictures.test", "other.test");
        assertThat(names.looked).hasSize(3);
        assertThat(pictures.take(SOON).line()).startsWith("GET /a ");
        assertThat(pictures.take(SOON).line()).startsWith("GET /moved ");
        assertThat(pictures.take(SOON).header("host")).containsExactly("other.test:" + pictures.port());
    }

    @Test
    void redirectToAnInnerAddressIsNotFollowed() {
        node(rules());
        names.put("inside.test", "10.0.0.1");
        pictures.next(redirect(302, at("inside.test", "/latest/meta-data")));

        refused(ask(at("pictures.test", "/")), "could not be fetched.");

        assertThat(names.looked).containsExactly("127.0.0.1", "10.0.0.1");
        assertThat(pictures.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://pictures.test:22/",
                "file:///etc/passwd",
                "ftp://pictures.test/",
                "http://u@pictures.test/"
            })
    void redirectElsewhereIsNotFollowed(String location) {
        node(rules());
        pictures.next(redirect(301, location));

        refused(ask(at("pictures.test", "/")), "could not be fetched.");
        assertThat(pictures.connections()).isEqualTo(1);
    }

    @Test
    void redirectsEndSometime() {
        node(rules());
        pictures.otherwise(redirect(302, "/again"));

        refused(ask(at("pictures.test", "/")), "could not be fetched.");
        assertThat(pictures.connections()).isEqualTo(4);
    }

    /** Nothing in the answer tells one from the other. */
    @Test
    void whatFailsOnTheNetworkLooksTheSame() {
        node(rules());
        names.put("inside.test", "10.0.0.1");
        pictures.next(
                Script.json(404, "{}"),
                Script.json(500, "secret of an inner service"),
                Script.begin().reset());
        pictures.otherwise(Script.bytes("SSH-2.0-OpenSSH_9.6\r\n").fin());

        List<String> told = new ArrayList<>();
        for (String host : List.of(
                "unknown.test", "inside.test", "pictures.test", "pictures.test", "pictures.test", "pictures.test")) {
            RawHttp.Answer answer = ask(at(host, "/x"));
            refused(answer, "could not be fetched.");
            told.add(answer.text());
        }

        assertThat(told.stream().distinct()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "text/html, '<html>'",
        "image/png, '<html>'",
        "image/svg+xml, <svg/>",
        "application/octet-stream, '\u0089PNG\r\n\u001a\n'",
        "'', '\u0089PNG\r\n\u001a\n'",
        "image/jpeg, '\u0089PNG\r\n\u001a\n'"
    })
    void whatIsNoPictureIsRefused(String contentType, String bytes) {
        node(rules());
        pictures.next(picture(contentType, bytes));

        refused(ask(at("pictures.test", "/a.png")), "is of a type that does not belong here");
    }

    @Test
    void compressedAnswersAreRefused() {
        node(rules());
        pictures.next(picture("image/png", PNG, "content-encoding: gzip"));

        refused(ask(at("pictures.test", "/a.png")), "could not be fetched.");
    }

    /** Stops at the limit, whatever the length in the head says, and counts all of a request's pictures together. */
    @Test
    void tooLargeIsCutOff() {
        node(rules());
        Script endless =
                Script.bytes("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ntransfer-encoding: chunked\r\n\r\n");
        for (int i = 0; i < 3; i++) {
            endless = endless.write("190\r\n" + "x".repeat(400) + "\r\n");
        }
        pictures.next(endless.silence());

        refused(ask(at("pictures.test", "/a.png")), "is larger, alone or with the others of the request,");
        Await.until(() -> pictures.openConnections() == 0);

        String half = PNG + "x".repeat(600);
        pictures.otherwise(picture("image/png", half));
        RawHttp.Answer answer = ask(at("pictures.test", "/a"), at("pictures.test", "/b"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("of the request) is larger, alone or with the others");
        assertThat(ask(at("pictures.test", "/a")).status()).isEqualTo(200);
    }

    /** The provider's request would hold it as often as it is named, whatever was fetched. */
    @Test
    void largeIsCountedAsOftenAsItIsNamed() {
        node(rules());
        pictures.otherwise(picture("image/png", PNG + "x".repeat(600)));

        RawHttp.Answer answer = ask(at("pictures.test", "/a"), at("pictures.test", "/a"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("(address 1 of the request) is larger, alone or with the others");
        assertThat(ask(at("pictures.test", "/a")).status()).isEqualTo(200);
    }

    @Test
    void slowDripIsCutOff() {
        node(new FetchRules(true, List.of(), Set.of(pictures.port()), 1_000, Duration.ofMillis(400)));
        Script drip = Script.bytes("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 1000\r\n\r\n");
        for (int i = 0; i < 100; i++) {
            drip = drip.write("x").pause(Duration.ofMillis(100));
        }
        pictures.next(drip);

        refused(ask(at("pictures.test", "/a.png")), "could not be fetched.");
        Await.until(() -> pictures.openConnections() == 0);
    }

    @Test
    void silentServerIsGivenUp() {
        node(new FetchRules(true, List.of(), Set.of(pictures.port()), 1_000, Duration.ofMillis(300)));
        pictures.next(Script.begin().silence());

        refused(ask(at("pictures.test", "/a.png")), "could not be fetched.");
        Await.until(() -> pictures.openConnections() == 0);
    }

    @ParameterizedTest
    @CsvSource({
        "http://u:p@pictures.test/, is not an http or https address",
        "http://pictures.test:22/, is at a host or port that the gateway does not fetch from"
    })
    void addressIsLookedAtBeforeAnythingIsAsked(String url, String reason) {
        node(rules());

        refused(ask(url), reason);
        assertThat(names.asked).isEmpty();
    }

    /** A download that was begun behind the refusal would have no time limit, and its bytes would stay counted. */
    @Test
    void nothingIsFetchedBehindAnAddressThatIsRefused() {
        node(new FetchRules(true, List.of(), Set.of(pictures.port()), 1_000, Duration.ofMillis(300)));
        pictures.otherwise(Script.begin().silence());

        RawHttp.Answer answer = ask("http://pictures.test:22/", at("pictures.test", "/a.png"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("(address 1 of the request) is at a host or port");
        assertThat(names.asked).isEmpty();
        assertThat(pictures.connections()).isZero();
    }

    @Test
    void hostsOutsideTheListAreNotAsked() {
        node(new FetchRules(
                true, List.of(new Glob("*.good.test")), Set.of(pictures.port()), 1_000, Duration.ofSeconds(5)));
        names.put("a.good.test", "127.0.0.1");
        pictures.next(picture("image/png", PNG));

        refused(ask(at("pictures.test", "/")), "is at a host or port that the gateway does not fetch from");
        assertThat(ask(at("a.good.test", "/")).status()).isEqualTo(200);
        assertThat(names.asked).containsExactly("a.good.test");
    }

    @Test
    void tooManyAddressesAreRefused() {
        node(rules());
        String[] urls = new String[33];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = at("pictures.test", "/" + i);
        }

        RawHttp.Answer answer = ask(urls);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("(address 33 of the request) is one of more addresses than");
        assertThat(names.asked).isEmpty();
    }

    @Test
    void clientThatLeavesEndsTheDownload() throws Exception {
        node(rules());
        pictures.next(Script.begin().silence());

        RawHttp client = send(body(at("pictures.test", "/a.png")));
        pictures.take(SOON);
        client.close();

        Await.until(() -> pictures.openConnections() == 0);
        AttemptFinished attempt = node.attempts().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(attempt).isNotNull();
        assertThat(attempt.sent()).isFalse();
        assertThat(upstream.connections()).isZero();
    }

    /** A download that outlives its reservation is done once all the same. */
    @Test
    void slowPictureOutlivesTheReservation() throws Exception {
        node(rules());
        pictures.next(Script.begin()
                .pause(Duration.ofMillis(800))
                .write("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: " + PNG.length() + "\r\n\r\n"
                        + PNG));

        assertThat(ask(at("pictures.test", "/a.png")).status()).isEqualTo(200);
        assertThat(upstream.take(SOON).text()).contains(PNG64);
        assertThat(pictures.connections()).isEqualTo(1);
        assertThat(node.reservations()).isEqualTo(2);
    }

    @Test
    void textDocumentGoesAsText() throws Exception {
        node(rules());
        pictures.next(picture("text/markdown; charset=utf-8", new String("# Käse".getBytes(UTF_8), ISO_8859_1)));

        assertThat(askAnthropic("/a.md").status()).isEqualTo(200);

        assertThat(upstream.take(SOON).text()).contains("\"content\":\"# Käse\"");
    }

    /** Chat completions have no addresses for documents. */
    @Test
    void documentOfAnotherDialectReachesOpenAi() throws Exception {
        names.put("pictures.test", "127.0.0.1");
        upstream.otherwise(Script.json(
                200,
                "{\"id\":\"x\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
                        + "\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}"));
        pictures.next(picture("application/pdf", "%PDF-1.7"));
        node = TestNode.of(new RevisionBuilder()
                        .channel("one", c -> c.type(ProviderType.OPENAI)
                                .url(new BaseUrl(false, "127.0.0.1", upstream.port(), "/v1"))
                                .fetch(rules())
                                .serves("m"))
                        .key("app", KEY)
                        .policy(Strategy.FILL, false, 1, SOON)
                        .build())
                .network(names)
                .start();

        assertThat(askAnthropic("/a.pdf").status()).isEqualTo(200);

        assertThat(upstream.take(SOON).text())
                .contains("\"file_data\":\"data:application/pdf;base64,"
                        + Base64.getEncoder().encodeToString("%PDF-1.7".getBytes(UTF_8)));
    }

    private RawHttp.Answer askAnthropic(String path) {
        String body =
                "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"document\","
                        + "\"source\":{\"type\":\"url\",\"url\":\"" + at("pictures.test", path) + "\"}}]}]}";
        try (RawHttp client = RawHttp.clear(node.port())) {
            return client.send("POST /v1/messages HTTP/1.1\r\nHost: h\r\nx-api-key: " + KEY
                            + "\r\nanthropic-version: 2023-06-01\r\nContent-Type: application/json\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body)
                    .read(SOON, 1)
                    .last();
        }
    }

    /** HARDENING S-02, with the guard that a node has: however this machine is written, it is not connected. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "localhost",
                "LOCALHOST.",
                "2130706433",
                "0x7f000001",
                "0x7f.1",
                "017700000001",
                "127.1",
                "0.0.0.0",
                "[::1]",
                "[::]",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "[64:ff9b::7f00:1]",
                "[2002:7f00:1::]"
            })
    void publicInternetIsNotInside(String host) {
        node = TestNode.of(new RevisionBuilder()
                        .channel("one", c -> c.type(ProviderType.OLLAMA)
                                .url(new BaseUrl(false, "127.0.0.1", upstream.port(), ""))
                                .fetch(rules())
                                .redirect("m", "upstream-m"))
                        .key("app", KEY)
                        .policy(Strategy.FILL, false, 1, SOON)
                        .build())
                .start();
        pictures.otherwise(picture("image/png", PNG));

        RawHttp.Answer answer = ask(at(host, "/a.png"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("media_not_fetched");
        assertThat(pictures.connections()).isZero();
    }

    /** The name, not the address that is connected, is what the certificate must be for and what SNI says. */
    @Test
    void certificateIsForTheName(@TempDir Path directory) throws Exception {
        Certificates certificates = Certificates.in(directory);
        names.put("localhost", "127.0.0.1");
        names.put("pictures.test", "127.0.0.1");
        try (JvmTrust trust = JvmTrust.only(directory.resolve("store.p12"))) {
            node(new FetchRules(true, List.of(), Set.of(pictures.port()), 1_000, Duration.ofSeconds(5)));
            HttpServer server = TestNode.await(node.vertx()
                    .createHttpServer(new HttpServerOptions()
                            .setSsl(true)
                            .setKeyCertOptions(new PemKeyCertOptions()
                                    .addCertPath(certificates.tls().cert().toString())
                                    .addKeyPath(certificates.tls().key().toString())))
                    .requestHandler(request -> request.response()
                            .putHeader("content-type", "image/png")
                            .end(io.vertx.core.buffer.Buffer.buffer(PNG.getBytes(ISO_8859_1))))
                    .listen(0, "127.0.0.1"));
            node.revision(new RevisionBuilder()
                    .id("next")
                    .channel("one", c -> c.type(ProviderType.OLLAMA)
                            .url(new BaseUrl(false, "127.0.0.1", upstream.port(), ""))
                            .fetch(new FetchRules(
                                    true, List.of(), Set.of(server.actualPort()), 1_000, Duration.ofSeconds(5)))
                            .redirect("m", "upstream-m"))
                    .key("app", KEY)
                    .policy(Strategy.FILL, false, 1, SOON)
                    .build());

            Await.until(
                    () -> ask("https://localhost:" + server.actualPort() + "/").status() == 200);
            refused(ask("https://pictures.test:" + server.actualPort() + "/"), "could not be fetched.");
            assertThat(trust).isNotNull();
        }
    }
}
