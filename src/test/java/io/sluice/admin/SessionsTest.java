package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.stored.StoredIds;
import io.sluice.message.MessageCodecs;
import io.sluice.store.PgDatabase;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Await;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.Revisions;
import io.sluice.testkit.TestNode;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Signing in with a browser: the cookie, how long it is good, and who else could use it. */
class SessionsTest {
    private static final Instant START = Instant.parse("2026-11-28T00:00:00Z");
    private static final StoredIds SECRET = new StoredIds(List.of(Secret.of("one-secret-of-two-nodes-0123456789")));

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private PgDatabase database;
    private Instant now = START;
    private int port;

    @BeforeEach
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        database = TestPostgres.open(vertx);
        port = node(SECRET);
    }

    @AfterEach
    void stop() {
        http.close();
        database.close();
        TestNode.await(vertx.close());
    }

    private int node(StoredIds secret) {
        AdminVerticle admin = new AdminVerticle(Admins.setup(
                Nodes.lanes(1), Revisions.of("r1", 1, "gpt-4o"), database, () -> now, new StoredKeys(), secret));
        TestNode.await(vertx.deployVerticle(admin));
        return admin.port();
    }

    private HttpResponse<String> send(int to, String method, String path, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to + "/admin/v1" + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            all.addAll(List.of("content-type", "application/json"));
        }
        if (!all.isEmpty()) {
            request.headers(all.toArray(String[]::new));
        }
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(path, e);
        }
    }

    /** Somebody who has signed in. */
    private record Browser(String cookie, String csrf) {}

    private Browser signIn(String token) {
        HttpResponse<String> answer = send(port, "POST", "/session", "", "authorization", "Bearer " + token);
        assertThat(answer.statusCode()).isEqualTo(200);
        return new Browser(cookie(answer), new JsonObject(answer.body()).getString("csrf"));
    }

    private Browser owner() {
        return signIn(Admins.TOKEN.reveal());
    }

    private static String cookie(HttpResponse<String> answer) {
        return answer.headers().firstValue("set-cookie").orElseThrow().replaceFirst(";.*", "");
    }

    private int status(Browser browser, String method, String path, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.addAll(List.of("cookie", browser.cookie));
        return send(port, method, path, body, all.toArray(String[]::new)).statusCode();
    }

    private String token(String name, String role) {
        return new JsonObject(send(
                                port,
                                "POST",
                                "/tokens",
                                "{\"name\":\"" + name + "\",\"role\":\"" + role + "\"}",
                                "authorization",
                                "Bearer " + Admins.TOKEN.reveal())
                        .body())
                .getString("token");
    }

    @Test
    void aTokenBecomesACookieThatPagesCannotRead() {
        HttpResponse<String> answer =
                send(port, "POST", "/session", "", "authorization", "Bearer " + Admins.TOKEN.reveal());

        assertThat(answer.headers().firstValue("set-cookie").orElseThrow())
                .startsWith("sluice-session=")
                .endsWith("; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200")
                .doesNotContain(Admins.TOKEN.reveal());
        JsonObject session = new JsonObject(answer.body());
        assertThat(session.getString("role")).isEqualTo("owner");
        assertThat(session.getString("expires-at")).isEqualTo("2026-11-28T12:00:00Z");
        assertThat(session.getInteger("idle-seconds")).isEqualTo(1800);
        Browser browser = new Browser(cookie(answer), session.getString("csrf"));
        assertThat(status(browser, "GET", "/config", "")).isEqualTo(200);
        assertThat(send(port, "GET", "/audit", "", "cookie", browser.cookie).body())
                .contains("log-in");
    }

    @Test
    void whoHasNoTokenIsNotSignedIn() {
        assertThat(send(port, "POST", "/session", "").statusCode()).isEqualTo(401);
        assertThat(send(port, "POST", "/session", "", "authorization", "Bearer wrong")
                        .statusCode())
                .isEqualTo(401);
        // Its own cookie does not make a session last longer.
        Browser browser = owner();
        assertThat(status(browser, "POST", "/session", "", "x-sluice-csrf", browser.csrf))
                .isEqualTo(401);
    }

    @Test
    void guessesWaitAsTheyDoForTheApi() {
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            statuses.add(send(port, "POST", "/session", "", "authorization", "Bearer wrong-" + i)
                    .statusCode());
        }

        assertThat(statuses).startsWith(401).endsWith(429);
    }

    @Test
    void aChangeNeedsWhatOnlyOurPageKnows() {
        Browser browser = owner();
        Browser other = owner();
        String body = "{\"name\":\"ci\",\"role\":\"viewer\"}";

        assertThat(status(browser, "POST", "/tokens", body)).isEqualTo(403);
        assertThat(status(browser, "POST", "/tokens", body, "x-sluice-csrf", ""))
                .isEqualTo(403);
        assertThat(status(browser, "POST", "/tokens", body, "x-sluice-csrf", other.csrf))
                .isEqualTo(403);
        assertThat(status(
                        browser,
                        "POST",
                        "/tokens",
                        body,
                        "x-sluice-csrf",
                        browser.csrf,
                        "origin",
                        "http://evil.example"))
                .isEqualTo(403);
        assertThat(status(
                        browser, "POST", "/tokens", body, "x-sluice-csrf", browser.csrf, "sec-fetch-site", "same-site"))
                .isEqualTo(403);
        assertThat(status(browser, "GET", "/tokens", "", "sec-fetch-site", "cross-site"))
                .isEqualTo(403);
        assertThat(status(browser, "GET", "/tokens/ci", "")).isEqualTo(404);
        assertThat(status(
                        browser,
                        "POST",
                        "/tokens",
                        body,
                        "x-sluice-csrf",
                        browser.csrf,
                        "origin",
                        "http://127.0.0.1:" + port,
                        "sec-fetch-site",
                        "same-origin"))
                .isEqualTo(201);
    }

    @Test
    void whoDoesNothingIsSignedOut() {
        Browser browser = owner();
        now = now.plus(Duration.ofMinutes(29));
        HttpResponse<String> used = send(port, "GET", "/config", "", "cookie", browser.cookie);
        assertThat(used.statusCode()).isEqualTo(200);
        Browser renewed = new Browser(cookie(used), browser.csrf);

        now = now.plus(Duration.ofMinutes(29));

        assertThat(status(browser, "GET", "/config", "")).isEqualTo(401);
        assertThat(status(renewed, "GET", "/config", "")).isEqualTo(200);
        assertThat(status(renewed, "DELETE", "/session", "", "x-sluice-csrf", browser.csrf))
                .isEqualTo(204);
    }

    @Test
    void whatAPageAsksByItselfKeepsNobodySignedIn() {
        Browser browser = owner();
        now = now.plus(Duration.ofMinutes(10));

        HttpResponse<String> answer =
                send(port, "GET", "/config", "", "cookie", browser.cookie, "x-sluice-background", "1");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("set-cookie")).isEmpty();
    }

    @Test
    void everybodySignsInAgainAtLast() {
        Browser browser = owner();
        for (int i = 0; i < 12 * 3; i++) {
            now = now.plus(Duration.ofMinutes(20));
            HttpResponse<String> answer = send(port, "GET", "/session", "", "cookie", browser.cookie);
            if (answer.statusCode() == 401) {
                assertThat(now).isEqualTo(START.plus(Duration.ofHours(12)));
                assertThat(new JsonObject(answer.body()).getString("type")).endsWith(":session-ended");
                return;
            }
            browser = new Browser(cookie(answer), browser.csrf);
        }
        throw new AssertionError("signed in for ever");
    }

    @Test
    void itEndsWithItsToken() {
        Browser ci = signIn(token("ci", "viewer"));
        assertThat(status(ci, "GET", "/config", "")).isEqualTo(200);
        assertThat(status(ci, "GET", "/tokens", "")).isEqualTo(403);

        send(port, "DELETE", "/tokens/ci", "", "authorization", "Bearer " + Admins.TOKEN.reveal(), "if-match", "*");

        Await.until(() -> status(ci, "GET", "/config", "") == 401);
    }

    @Test
    void signingOutEndsIt() {
        Browser browser = owner();

        HttpResponse<String> out =
                send(port, "DELETE", "/session", "", "cookie", browser.cookie, "x-sluice-csrf", browser.csrf);

        assertThat(out.statusCode()).isEqualTo(204);
        assertThat(out.headers().firstValue("set-cookie").orElseThrow())
                .startsWith("sluice-session=; ")
                .contains("Max-Age=0");
        assertThat(status(browser, "GET", "/config", "")).isEqualTo(401);
    }

    @Test
    void nodesOfOneInstallationKnowItAndOthersDoNot() {
        Browser browser = owner();
        int same = node(SECRET);
        int other = node(new StoredIds(List.of(Secret.of("the-secret-of-another-installation"))));

        assertThat(send(same, "GET", "/config", "", "cookie", browser.cookie).statusCode())
                .isEqualTo(200);
        assertThat(send(other, "GET", "/config", "", "cookie", browser.cookie).statusCode())
                .isEqualTo(401);
    }

    @Test
    void whatWasChangedIsNoCookie() {
        Browser browser = owner();
        String value = browser.cookie;
        for (int i = value.indexOf('=') + 1; i < value.length(); i += 7) {
            char changed = value.charAt(i) == 'A' ? 'B' : 'A';
            String forged = value.substring(0, i) + changed + value.substring(i + 1);
            assertThat(send(port, "GET", "/config", "", "cookie", forged).statusCode())
                    .isEqualTo(401);
        }
        for (String nonsense :
                List.of("sluice-session=", "sluice-session=%00", "sluice-session=" + "A".repeat(4_000))) {
            assertThat(send(port, "GET", "/config", "", "cookie", nonsense).statusCode())
                    .isEqualTo(401);
        }
    }
}
