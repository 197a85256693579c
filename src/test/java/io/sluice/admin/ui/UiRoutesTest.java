package io.sluice.admin.ui;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.admin.AdminVerticle;
import io.sluice.message.MessageCodecs;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.Revisions;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The console's files over the wire; HARDENING rows UI-01 and UI-02. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UiRoutesTest {
    private final Vertx vertx = Vertx.vertx();
    private int port;

    @BeforeAll
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        AdminVerticle admin = new AdminVerticle(Admins.setup(Nodes.lanes(1), Revisions.of("r1", 1, "gpt-4o")));
        TestNode.await(vertx.deployVerticle(admin));
        port = admin.port();
    }

    @AfterAll
    void stop() {
        TestNode.await(vertx.close());
    }

    private RawHttp.Answer ask(String method, String path, String... headers) {
        StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nhost: localhost\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            request.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        try (RawHttp http = RawHttp.clear(port)) {
            http.send(request.append("connection: close\r\n\r\n").toString());
            return http.readToEnd(Duration.ofSeconds(20)).last();
        }
    }

    private String script() {
        Matcher found = Pattern.compile("src=\"(/ui/[0-9a-f]{16}/app/main\\.js)\"")
                .matcher(ask("GET", "/ui/").text());
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    @Test
    void thePageAllowsNothingThatIsNotItsOwn() {
        RawHttp.Answer page = ask("GET", "/ui/");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.header("cache-control")).isEqualTo("no-cache");
        assertThat(page.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(page.header("x-frame-options")).isEqualTo("DENY");
        assertThat(page.header("content-security-policy"))
                .contains("default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'")
                .doesNotContain("unsafe");
        assertThat(page.headers().get("content-security-policy")).hasSize(1);
    }

    @Test
    void thePageIsSentAgainOnlyWhenItHasChanged() {
        String tag = ask("GET", "/ui/").header("etag");

        assertThat(ask("GET", "/ui/", "if-none-match", tag).status()).isEqualTo(304);
        assertThat(ask("GET", "/ui/", "if-none-match", "\"other\"").status()).isEqualTo(200);
    }

    @Test
    void filesAreKeptForEverAndCompressed() throws IOException {
        String script = script();
        RawHttp.Answer plain = ask("GET", script);
        RawHttp.Answer gzip = ask("GET", script, "accept-encoding", "br, gzip;q=0.8");

        assertThat(plain.header("cache-control")).contains("immutable");
        assertThat(plain.header("content-type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(plain.header("vary")).isEqualTo("accept-encoding");
        assertThat(gzip.header("content-encoding")).isEqualTo("gzip");
        assertThat(new String(new GZIPInputStream(new ByteArrayInputStream(gzip.body())).readAllBytes(), UTF_8))
                .isEqualTo(plain.text());
        assertThat(ask("GET", script, "accept-encoding", "gzip;q=0").header("content-encoding"))
                .isNull();
    }

    @Test
    void otherWaysLeadToThePage() {
        assertThat(ask("GET", "/").header("location")).isEqualTo("/ui/");
        assertThat(ask("GET", "/ui").header("location")).isEqualTo("/ui/");
        assertThat(ask("GET", "/ui/?signed-in").status()).isEqualTo(200);
        assertThat(ask("HEAD", "/ui/").status()).isEqualTo(200);
        assertThat(ask("POST", "/ui/").status()).isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/ui/../config/gateway.yaml",
                "/ui/..%2f..%2fconfig/gateway.yaml",
                "/ui/%2e%2e/config/gateway.yaml",
                "/ui/..%5cconfig%5cgateway.yaml",
                "/ui/.git/HEAD",
                "/ui/index.html",
                "/ui/libraries.properties",
                "/ui/bar%2F..%2Findex.html",
                "/ui/openapi/admin.yaml",
                "/ui//",
                "/ui/./",
                "/ui/app/",
                "/ui/pool",
                "/ui/%00",
                "/ui/0123456789abcdef/app/main.js"
            })
    void nothingElseIsThere(String path) {
        RawHttp.Answer answer = ask("GET", path);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text()).doesNotContain("<sl-app>", "channels:");
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(ask("GET", script()).status()).isEqualTo(200);
        assertThat(ask("GET", "/ui/").status()).isEqualTo(200);
    }

    @Test
    void aFolderIsNotListed() {
        String script = script();
        String folder = script.substring(0, script.lastIndexOf('/') + 1);

        assertThat(ask("GET", folder).status()).isEqualTo(404);
        assertThat(ask("GET", folder.substring(0, folder.length() - 1)).status())
                .isEqualTo(404);
        assertThat(ask("GET", script + "/").status()).isEqualTo(404);
        assertThat(ask("GET", script.replace("/app/", "/app/../app/")).status()).isEqualTo(404);
    }
}
