package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.domain.Secret;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Channel.Responses;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.stored.StoredId;
import io.sluice.domain.stored.StoredIds;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.UsageRecord;
import io.sluice.simulator.SimulatorOptions;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.SimulatedProvider;
import io.sluice.testkit.Standings;
import io.sluice.testkit.TestNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses that a provider stores, through a lane: whose they are, and where they are found again. */
class StoredResponsesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Await.MOST;
    private static final String APP = "sk-test-0123456789abcdef";
    private static final String STRANGER = "sk-test-stranger-0123456";
    private static final String SECRET = "a-secret-of-the-installation-32-bytes";
    private static final String NEWER = "a-newer-secret-of-the-installation-32";
    private static final Pattern ID = Pattern.compile("\"(?:id|response_id)\":\"(resp_[^\"]*)\"");

    private final HttpClient client = HttpClient.newHttpClient();
    private SimulatedProvider provider;
    private FakeUpstream upstream;
    private TestNode node;

    @AfterEach
    void stop() {
        if (node != null) {
            Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
            node.close();
        }
        if (provider != null) {
            provider.close();
        }
        if (upstream != null) {
            upstream.close();
        }
        client.close();
    }

    private RevisionBuilder revision(int port, String... accounts) {
        return new RevisionBuilder()
                .channel("c", c -> c.url(new BaseUrl(false, "127.0.0.1", port, "/v1"))
                        .responses(Responses.NATIVE)
                        .accounts(accounts)
                        .serves("gpt-4o-mini", "gpt-4o"))
                .key("app", APP)
                .key("stranger", STRANGER);
    }

    /** Two accounts of a strict provider. */
    private void simulated(UnaryOperator<RevisionBuilder> how) {
        provider = fast();
        node = TestNode.of(how.apply(revision(provider.port(), "a", "b")).build())
                .start();
    }

    private static SimulatedProvider fast() {
        return SimulatedProvider.start(SimulatorOptions.onPort(0))
                .script("CANARY-c-a", "{\"tokens-per-second\":0,\"first-token\":\"0s\"}")
                .script("CANARY-c-b", "{\"tokens-per-second\":0,\"first-token\":\"0s\"}");
    }

    private void simulated() {
        simulated(revision -> revision.secrets(SECRET));
    }

    private HttpResponse<String> send(String key, String method, String target, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + target))
                .header("authorization", "Bearer " + key)
                .timeout(Duration.ofSeconds(20))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("content-type", "application/json");
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(target, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> create(String fields) {
        return send(APP, "POST", "/v1/responses", "{\"model\":\"gpt-4o-mini\"," + fields + "}");
    }

    private JsonNode created(String fields) {
        HttpResponse<String> answer = create(fields);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError(answer.body(), e);
        }
    }

    private UsageRecord recorded() throws InterruptedException {
        return Objects.requireNonNull(node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS));
    }

    private static String after(String id) {
        return "\"input\":\"And then?\",\"previous_response_id\":\"" + id + "\"";
    }

    @Test
    void theNextTurnGoesToTheAccountThatMadeTheLast() throws Exception {
        simulated();
        Set<String> accounts = new HashSet<>();
        for (int talk = 0; talk < 12; talk++) {
            JsonNode first = created("\"input\":\"Say " + talk + "\",\"user\":\"u" + talk + "\"");
            String account = recorded().served().account();
            String before = first.path("id").asText();
            accounts.add(account);
            for (int turn = 0; turn < 3; turn++) {
                JsonNode next = created(after(before) + ",\"user\":\"" + talk + "/" + turn + "\"");
                assertThat(recorded().served().account()).isEqualTo(account);
                assertThat(next.path("previous_response_id").asText()).isEqualTo(before);
                before = next.path("id").asText();
            }
        }
        // Both were chosen, so that it was no chance.
        assertThat(accounts).containsExactlyInAnyOrder("c/a", "c/b");
    }

    @Test
    void aStoredResponseIsLookedAtListedAndDeleted() throws Exception {
        simulated();
        JsonNode first = created("\"input\":\"Say hello\"");
        JsonNode second = created(after(first.path("id").asText()));
        recorded();
        String account = recorded().served().account();
        String path = "/v1/responses/" + second.path("id").asText();

        JsonNode again = json(send(APP, "GET", path + "?include[]=message.output_text.logprobs", ""));
        assertThat(again.path("id")).isEqualTo(second.path("id"));
        assertThat(again.path("previous_response_id")).isEqualTo(first.path("id"));
        assertThat(again.path("output")).isEqualTo(second.path("output"));
        UsageRecord record = recorded();
        assertThat(record.asked().endpoint()).isEqualTo(Endpoint.STORED_RESPONSES);
        assertThat(record.served().account()).isEqualTo(account);
        assertThat(record.asked().model()).isEqualTo("-");
        assertThat(record.used().tokens()).isEqualTo(new TokenUsage(0, 0, 0, 0));
        assertThat(record.used().isEstimated()).isFalse();

        HttpResponse<String> items = send(APP, "GET", path + "/input_items?limit=5&order=asc", "");
        assertThat(items.statusCode()).isEqualTo(200);
        assertThat(items.body()).contains("Say hello", "And then?");

        HttpResponse<String> deleted = send(APP, "DELETE", path, "");
        assertThat(json(deleted).path("id")).isEqualTo(second.path("id"));
        assertThat(json(deleted).path("deleted").asBoolean()).isTrue();
        assertThat(send(APP, "GET", path, "").statusCode()).isEqualTo(404);
        assertThat(create(after(second.path("id").asText())).statusCode()).isEqualTo(400);
    }

    @Test
    void everyEventOfAStreamNamesTheSameIdAndItIsFoundAgain() {
        simulated();
        String first = created("\"input\":\"Say hello\"").path("id").asText();

        HttpResponse<String> stream = create(after(first) + ",\"stream\":true");

        Set<String> ids = new HashSet<>();
        Matcher matcher = ID.matcher(stream.body());
        while (matcher.find()) {
            ids.add(matcher.group(1));
        }
        assertThat(ids).hasSize(1);
        assertThat(stream.body()).contains("event: response.completed", "\"previous_response_id\":\"" + first + "\"");
        String id = ids.iterator().next();
        JsonNode again = json(send(APP, "GET", "/v1/responses/" + id, ""));
        assertThat(again.path("id").asText()).isEqualTo(id);
        assertThat(created(after(id)).path("previous_response_id").asText()).isEqualTo(id);
    }

    /** What tells a stranger's attempt from any unknown id would tell that there is something. */
    @ParameterizedTest
    @CsvSource({"GET, ''", "GET, /input_items", "DELETE, ''", "POST, /cancel"})
    void toStrangersAResponseDoesNotExist(String method, String action) throws Exception {
        simulated();
        String id = created("\"input\":\"Say hello\"").path("id").asText();
        recorded();
        String forged = id.substring(0, id.length() - 3) + "AAA";
        String elsewhere = new StoredIds(List.of(Secret.of(NEWER))).seal("app", new StoredId("c/a", "resp_1"));
        String unknown = "resp_0123456789abcdef0123456789abcdef0123456789abcdef";

        HttpResponse<String> none = send(STRANGER, method, "/v1/responses/" + unknown + action, "");
        for (String each : List.of(id, forged, elsewhere)) {
            HttpResponse<String> answer = send(STRANGER, method, "/v1/responses/" + each + action, "");
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).isEqualTo(none.body().replace(unknown, each));
            assertThat(answer.headers().map().keySet())
                    .isEqualTo(none.headers().map().keySet());
        }
        // Nor does the owner learn another thing of one that is gone at the provider.
        assertThat(send(APP, "DELETE", "/v1/responses/" + id, "").statusCode()).isEqualTo(200);
        HttpResponse<String> gone = send(APP, method, "/v1/responses/" + id + action, "");
        assertThat(gone.statusCode()).isEqualTo(404);
        assertThat(gone.body()).isEqualTo(none.body().replace(unknown, id));
    }

    @Test
    void strangersCannotGoOnFromAResponse() {
        simulated();
        String id = created("\"input\":\"Say hello\"").path("id").asText();
        String body = "{\"model\":\"gpt-4o-mini\"," + after("@") + "}";

        HttpResponse<String> none = send(STRANGER, "POST", "/v1/responses", body.replace("@", "resp_unknown"));
        HttpResponse<String> others = send(STRANGER, "POST", "/v1/responses", body.replace("@", id));

        assertThat(none.statusCode()).isEqualTo(400);
        assertThat(json(none).path("error").path("code").asText()).isEqualTo("previous_response_not_found");
        assertThat(others.statusCode()).isEqualTo(400);
        assertThat(others.body()).isEqualTo(none.body().replace("resp_unknown", id));
        // As of one that is gone at the provider.
        send(APP, "DELETE", "/v1/responses/" + id, "");
        HttpResponse<String> gone = send(APP, "POST", "/v1/responses", body.replace("@", id));
        assertThat(gone.body()).isEqualTo(others.body());
    }

    @Test
    void idsOfProvidersAreUnknown() {
        upstream = FakeUpstream.start();
        node = TestNode.of(revision(upstream.port(), "a").secrets(SECRET).build())
                .start();

        assertThat(send(APP, "GET", "/v1/responses/resp_up", "").statusCode()).isEqualTo(404);
        assertThat(create(after("resp_up")).statusCode()).isEqualTo(400);
        assertThat(upstream.untaken()).isZero();
    }

    /** Where the model itself stores nothing, its fallback may. */
    @Test
    void idsOfProvidersDoNotReachAFallback() {
        upstream = FakeUpstream.start();
        node = TestNode.of(revision(upstream.port(), "a")
                        .channel("plain", c -> c.port(9).serves("m"))
                        .fallbacks("m", "gpt-4o-mini")
                        .secrets(SECRET)
                        .build())
                .start();

        HttpResponse<String> answer = send(APP, "POST", "/v1/responses", "{\"model\":\"m\"," + after("resp_up") + "}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(upstream.untaken()).isZero();
    }

    @Test
    void afterANewSecretTheOldIdsAreGood() throws Exception {
        simulated();
        String id = created("\"input\":\"Say hello\"").path("id").asText();

        node.revision(revision(provider.port(), "a", "b").secrets(NEWER, SECRET).build());

        // The node takes the revision at its leisure; until then a new id begins as the old one does.
        JsonNode next = created(after(id));
        assertThat(next.path("previous_response_id").asText()).isEqualTo(id);
        assertThat(json(send(APP, "GET", "/v1/responses/" + id, "")).path("id").asText())
                .isEqualTo(id);

        node.revision(revision(provider.port(), "a", "b").secrets(NEWER).build());
        Await.until(() -> send(APP, "GET", "/v1/responses/" + id, "").statusCode() == 404);
    }

    @Test
    void anAccountOutOfServiceIsSaidAndNobodyElseIsAsked() {
        simulated();
        String id = created("\"input\":\"Say hello\",\"user\":\"x\"").path("id").asText();
        StoredId known = Objects.requireNonNull(new StoredIds(List.of(Secret.of(SECRET))).open("app", id));
        String other = known.account().equals("c/a") ? "b" : "a";
        node.revision(revision(provider.port(), other).secrets(SECRET).build());

        Await.until(() -> create(after(id)).statusCode() == 503);
        HttpResponse<String> answer = create(after(id));
        assertThat(json(answer).path("error").path("code").asText()).isEqualTo("no_candidate");
        assertThat(answer.body()).contains("keeps this response").doesNotContain("c/", known.upstream());
        assertThat(send(APP, "GET", "/v1/responses/" + id, "").statusCode()).isEqualTo(503);
    }

    @Test
    void anAccountThatFailsIsNotReplaced() throws Exception {
        upstream = FakeUpstream.start();
        String made = "{\"id\":\"resp_up\",\"object\":\"response\",\"model\":\"gpt-4o-mini\",\"output\":[]}";
        upstream.next(Script.json(200, made))
                .otherwise(Script.json(
                        401, "{\"error\":{\"message\":\"Incorrect API key\",\"code\":\"invalid_api_key\"}}"));
        GatewayRevision revision =
                revision(upstream.port(), "a", "b").secrets(SECRET).build();
        node = TestNode.of(revision).start();
        String id = created("\"input\":\"x\"").path("id").asText();
        String credential = upstream.take(SOON).header("authorization").getFirst();

        assertThat(create(after(id)).statusCode()).isEqualTo(503);
        FakeUpstream.Request second = upstream.take(SOON);
        assertThat(second.header("authorization")).containsExactly(credential);
        assertThat(second.text()).contains("\"previous_response_id\":\"resp_up\"");
        assertThat(upstream.untaken()).isZero();
        // Now it is known to be dead; that is said, and the other one has never heard of it.
        node.health(Standings.of(revision)
                .is(credential.replace("Bearer CANARY-c-", "c/"), PoolSnapshot.DEAD)
                .picture());
        assertThat(create(after(id)).statusCode()).isEqualTo(503);
        assertThat(upstream.untaken()).isZero();
    }

    @Test
    void aModelThatItsAccountDoesNotServeIsRefusedByName() {
        simulated(revision -> revision.channel(
                        "other", c -> c.port(9).responses(Responses.NATIVE).serves("o4"))
                .secrets(SECRET));
        String id = created("\"input\":\"Say hello\"").path("id").asText();

        HttpResponse<String> answer = send(APP, "POST", "/v1/responses", "{\"model\":\"o4\"," + after(id) + "}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("error").path("param").asText()).isEqualTo("model");
        // Another model of the same account can go on.
        assertThat(send(APP, "POST", "/v1/responses", "{\"model\":\"gpt-4o\"," + after(id) + "}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void onlyWhatTheApiKnowsGoesOn() throws Exception {
        upstream = FakeUpstream.start();
        upstream.otherwise(Script.json(200, "{\"id\":\"resp_up\",\"object\":\"response\",\"output\":[]}"));
        node = TestNode.of(revision(upstream.port(), "a").secrets(SECRET).build())
                .start();
        String id = created("\"input\":\"x\",\"stream\":false").path("id").asText();
        upstream.take(SOON);

        send(APP, "GET", "/v1/responses/" + id + "?include%5B%5D=x.y&key=leak&starting_after=7&limit=a%20b&other", "");
        FakeUpstream.Request look = upstream.take(SOON);
        assertThat(look.line())
                .isEqualTo("GET /v1/responses/resp_up?include%5B%5D=x.y&starting_after=7&limit=a%20b HTTP/1.1");
        assertThat(look.header("authorization")).containsExactly("Bearer CANARY-c-a");
        assertThat(look.header("content-type")).isEmpty();
        assertThat(look.header("transfer-encoding")).isEmpty();
        assertThat(look.body()).isEmpty();

        send(APP, "POST", "/v1/responses/" + id + "/cancel", "{}");
        FakeUpstream.Request cancel = upstream.take(SOON);
        assertThat(cancel.line()).isEqualTo("POST /v1/responses/resp_up/cancel HTTP/1.1");
        assertThat(cancel.header("content-length")).containsExactly("0");
        assertThat(cancel.body()).isEmpty();

        send(APP, "GET", "/v1/responses/" + id + "/input_items?after=msg_1&before=msg_2&order=desc", "");
        assertThat(upstream.take(SOON).line())
                .isEqualTo("GET /v1/responses/resp_up/input_items?after=msg_1&before=msg_2&order=desc HTTP/1.1");
    }

    @Test
    void aResponseInTheBackgroundIsCancelled() {
        simulated();
        JsonNode queued = created("\"input\":\"Say hello\",\"background\":true");
        String path = "/v1/responses/" + queued.path("id").asText();

        JsonNode cancelled = json(send(APP, "POST", path + "/cancel", ""));

        assertThat(queued.path("status").asText()).isEqualTo("queued");
        assertThat(cancelled.path("status").asText()).isEqualTo("cancelled");
        assertThat(cancelled.path("id")).isEqualTo(queued.path("id"));
        assertThat(json(send(APP, "GET", path, ""))).isEqualTo(cancelled);
        // What cannot be cancelled is said in the provider's words.
        String other = created("\"input\":\"Say hello\"").path("id").asText();
        HttpResponse<String> refused = send(APP, "POST", "/v1/responses/" + other + "/cancel", "");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("Cannot cancel a synchronous response.");
    }

    @Test
    void aResponseInTheBackgroundIsStreamedAgain() {
        simulated();
        HttpResponse<String> first = create("\"input\":\"Say hello\",\"background\":true,\"stream\":true");
        Matcher matcher = ID.matcher(first.body());
        assertThat(matcher.find()).isTrue();

        HttpResponse<String> again =
                send(APP, "GET", "/v1/responses/" + matcher.group(1) + "?stream=true&starting_after=3", "");

        assertThat(again.headers().firstValue("content-type").orElse("")).startsWith("text/event-stream");
        assertThat(again.body()).isNotEmpty();
        assertThat(first.body()).endsWith(again.body());
    }

    @Test
    void aStoredFailureIsAnAnswer() {
        upstream = FakeUpstream.start();
        upstream.next(Script.json(
                        200, "{\"id\":\"resp_up\",\"object\":\"response\",\"status\":\"queued\",\"output\":[]}"))
                .otherwise(Script.json(
                        200,
                        "{\"id\":\"resp_up\",\"object\":\"response\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\","
                                + "\"message\":\"no\"},\"output\":[]}"));
        node = TestNode.of(revision(upstream.port(), "a").secrets(SECRET).build())
                .start();
        String id = created("\"input\":\"x\",\"background\":true").path("id").asText();

        HttpResponse<String> answer = send(APP, "GET", "/v1/responses/" + id, "");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).path("error").path("code").asText()).isEqualTo("server_error");
        assertThat(json(answer).path("id").asText()).isEqualTo(id);
    }

    /** What it will cost is not known when the answer comes, and nobody tells later. */
    @Test
    void aResponseInTheBackgroundCostsWhatWasEstimated() throws Exception {
        upstream = FakeUpstream.start();
        upstream.otherwise(Script.json(
                200,
                "{\"id\":\"resp_up\",\"object\":\"response\",\"status\":\"queued\",\"output\":[],\"usage\":null}"));
        node = TestNode.of(revision(upstream.port(), "a").secrets(SECRET).build())
                .start();

        created("\"input\":\"x\",\"background\":true,\"max_output_tokens\":321");

        UsageRecord record = recorded();
        assertThat(record.used().tokens().output()).isEqualTo(321);
        assertThat(record.used().isEstimated()).isTrue();
        assertThat(node.settlements().take().actual().outputTokens()).isEqualTo(321);
    }

    /** The provider goes by the last one, and what runs in the background tells no usage. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"background\":false,\"background\":true | background",
                "\"background\":false,\"b\\u0061ckground\":true | background",
                "\"store\":false,\"store\":true | store"
            })
    void whatIsSaidTwiceIsRefused(String fields, String name) {
        upstream = FakeUpstream.start();
        upstream.otherwise(Script.json(200, "{\"id\":\"resp_up\",\"object\":\"response\",\"output\":[]}"));
        node = TestNode.of(revision(upstream.port(), "a").secrets(SECRET).build())
                .start();

        HttpResponse<String> answer = create("\"input\":\"x\"," + fields);

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode error = json(answer).path("error");
        assertThat(error.path("code").asText()).isEqualTo("duplicate_parameter");
        assertThat(error.path("param").asText()).isEqualTo(name);
        assertThat(upstream.untaken()).isZero();
    }

    @Test
    void aLookIsOneRequestOfTheKeyAndNothingOfTheAccount() throws Exception {
        provider = fast();
        LimitSet three = new LimitSet(List.of(new Limit(Dimension.REQUESTS, 3, Duration.ofMinutes(1), null)), 0);
        node = TestNode.of(new RevisionBuilder()
                        .channel("c", c -> c.port(provider.port())
                                .responses(Responses.NATIVE)
                                .account(
                                        "a",
                                        new LimitSet(
                                                List.of(new Limit(Dimension.REQUESTS, 1, Duration.ofMinutes(1), null)),
                                                0))
                                .serves("gpt-4o-mini"))
                        .limitedKey("app", APP, three)
                        .secrets(SECRET)
                        .build())
                .keepsQuota(java.nio.file.Files.createTempDirectory("stored"))
                .start();
        String id = created("\"input\":\"Say hello\"").path("id").asText();

        assertThat(send(APP, "GET", "/v1/responses/" + id, "").statusCode()).isEqualTo(200);
        assertThat(send(APP, "DELETE", "/v1/responses/" + id, "").statusCode()).isEqualTo(200);
        HttpRequest fourth = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + node.port() + "/v1/responses/" + id))
                .header("authorization", "Bearer " + APP)
                .header("x-sluice-max-wait", "0")
                .build();
        HttpResponse<String> refused = client.send(fourth, BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(json(refused).path("error").path("code").asText()).isEqualTo("rate_limit_exceeded");
    }

    @Test
    void withoutASecretNothingIsStored() throws Exception {
        upstream = FakeUpstream.start();
        upstream.otherwise(Script.json(200, "{\"id\":\"resp_up\",\"object\":\"response\",\"output\":[]}"));
        node = TestNode.of(revision(upstream.port(), "a").build()).start();

        create("\"input\":\"x\"");
        assertThat(upstream.take(SOON).text()).isEqualTo("{\"store\":false,\"model\":\"gpt-4o-mini\",\"input\":\"x\"}");
        create("\"input\":\"x\",\"store\":null");
        assertThat(upstream.take(SOON).text()).isEqualTo("{\"model\":\"gpt-4o-mini\",\"input\":\"x\",\"store\":false}");
        create("\"input\":\"x\",\"store\":false");
        assertThat(upstream.take(SOON).text()).isEqualTo("{\"model\":\"gpt-4o-mini\",\"input\":\"x\",\"store\":false}");

        for (String field : List.of("\"store\":true", "\"background\":true", "\"previous_response_id\":\"resp_1\"")) {
            HttpResponse<String> answer = create("\"input\":\"x\"," + field);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("'secrets'", "stored_responses_unavailable");
            assertThat(json(answer).path("error").path("param").asText())
                    .isEqualTo(field.substring(1, field.indexOf(':') - 1));
        }
        assertThat(send(APP, "GET", "/v1/responses/resp_1", "").body()).contains("'secrets'");
        assertThat(upstream.untaken()).isZero();
    }

    @Test
    void aNodeAloneHasASecretOfItsOwn() {
        provider = fast();
        node = TestNode.of(revision(provider.port(), "a", "b").build())
                .ownIds(new StoredIds(List.of(Secret.of(NEWER))))
                .start();
        String id = created("\"input\":\"Say hello\"").path("id").asText();

        assertThat(new StoredIds(List.of(Secret.of(NEWER))).open("app", id)).isNotNull();
        assertThat(send(APP, "GET", "/v1/responses/" + id, "").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"conversation\":\"conv_1\"",
                "\"conversation\":{\"id\":\"conv_1\"}",
                "\"input\":[{\"type\":\"item_reference\",\"id\":\"msg_1\"}]",
                "\"input\":[{\"type\":\"item\\u005freference\",\"id\":\"msg_1\"}]"
            })
    void whatNobodyCanOwnIsRefusedByName(String field) {
        upstream = FakeUpstream.start();
        node = TestNode.of(revision(upstream.port(), "a").secrets(SECRET).build())
                .start();

        HttpResponse<String> answer = create(field.startsWith("\"input") ? field : "\"input\":\"x\"," + field);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("error").path("param").asText()).isIn("conversation", "input.item_reference");
        assertThat(upstream.untaken()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/responses/resp_1, 404",
        "POST, /v1/responses/input_tokens, 404",
        "GET, /v1/responses/a/b, 404",
        "GET, /v1/responses/, 404",
        "PUT, /v1/responses/resp_1, 405",
        "DELETE, /v1/responses/resp_1/cancel, 404"
    })
    void otherPathsAreNotServed(String method, String target, int status) {
        upstream = FakeUpstream.start();
        node = TestNode.of(revision(upstream.port(), "a").secrets(SECRET).build())
                .start();

        assertThat(send(APP, method, target, "").statusCode()).isEqualTo(status);
        assertThat(send("sk-nobody-0123456789abc", method, target, "").statusCode())
                .isEqualTo(401);
    }
}
