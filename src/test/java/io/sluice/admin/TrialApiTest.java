package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.admin.api.KeyServices;
import io.sluice.domain.key.KeyRights;
import io.sluice.domain.key.SideDoor;
import io.sluice.domain.key.SideDoor.Ticket;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.store.NoDatabase;
import io.sluice.testkit.AdminClient;
import io.sluice.testkit.AdminClient.Reply;
import io.sluice.testkit.Admins;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests by the side door: an admin port beside a real lane, and a provider that says what it is told to. */
class TrialApiTest {
    private static final String CHUNK =
            "{\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":"
                    + "[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"finish_reason\":%s}]}";
    private static final String USAGE =
            "{\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[],"
                    + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}";
    private static final String CHAT =
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"temperature\":0.5}";
    private static final Duration SOON = Duration.ofSeconds(10);

    private final FakeUpstream first = FakeUpstream.start();
    private final FakeUpstream second = FakeUpstream.start();
    private TestNode node;
    private AdminClient admin;

    @BeforeEach
    void start() {
        GatewayRevision revision = new RevisionBuilder()
                .channel("a", c -> c.port(first.port()).accounts("one").serves("m"))
                .channel(
                        "b", c -> c.port(second.port()).accounts("two", "three").serves("m", "n"))
                .key("app", "sk-app-0123456789", List.of("m"), null)
                .key("over", "sk-over-0123456789", List.of(), java.time.Instant.EPOCH)
                .keyFrom("elsewhere", "sk-elsewhere-0123456789", "203.0.113.0/24")
                .build();
        StoredKeys stored = new StoredKeys();
        stored.put(new VirtualKey("kept", io.sluice.domain.key.KeyHash.ofKey("sk-kept-0123456789")));
        stored.put(new VirtualKey("off", io.sluice.domain.key.KeyHash.ofKey("sk-off-0123456789"))
                .with(KeyRights.ALL.switchedOff()));
        node = TestNode.of(revision).storedKeys(stored).start();
        AdminVerticle verticle = new AdminVerticle(Admins.setup(
                Nodes.lanes(1),
                revision,
                new NoDatabase(),
                InstantSource.system(),
                new KeyServices(stored, null),
                node.door()));
        TestNode.await(node.vertx().deployVerticle(verticle));
        admin = new AdminClient(verticle.port(), Admins.TOKEN.reveal());
    }

    @AfterEach
    void stop() {
        admin.close();
        node.close();
        first.close();
        second.close();
    }

    private record Event(String name, JsonObject data) {}

    private static List<Event> events(Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.header("content-type")).isEqualTo("text/event-stream");
        List<Event> events = new ArrayList<>();
        for (String event : reply.text().split("\n\n")) {
            String[] lines = event.split("\n");
            if (lines.length == 2) {
                events.add(new Event(
                        lines[0].substring("event: ".length()), new JsonObject(lines[1].substring("data: ".length()))));
            }
        }
        return events;
    }

    private static List<String> names(List<Event> events) {
        return events.stream().map(Event::name).toList();
    }

    private static Script hello() {
        return Script.events()
                .event(CHUNK.formatted("Hel", "null"))
                .event(CHUNK.formatted("lo", "\"stop\""))
                .event(USAGE)
                .event("[DONE]")
                .lastChunk();
    }

    private UsageRecord record() throws InterruptedException {
        UsageRecord record = node.records().poll(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(record).isNotNull();
        return record;
    }

    @Test
    void showsHowAnAccountAnswers() throws InterruptedException {
        second.next(hello());

        List<Event> events = events(admin.post("/pool/b/three/try", "{\"model\":\"m\",\"prompt\":\"Hi there\"}"));

        assertThat(names(events)).containsExactly("plan", "attempt", "text", "text", "usage", "end");
        assertThat(events.get(0).data().getString("place")).isEqualTo("b/three");
        assertThat(events.get(1).data().getString("account")).isEqualTo("b/three");
        assertThat(events.get(2).data().getString("text")).isEqualTo("Hel");
        assertThat(events.get(4).data().getInteger("total_tokens")).isEqualTo(11);
        assertThat(events.get(5).data().getString("finish-reason")).isEqualTo("stop");
        assertThat(events.get(5).data().getLong("first-token-ms")).isNotNegative();
        assertThat(second.take(SOON).text()).contains("Hi there").doesNotContain("admin:try");
        UsageRecord record = record();
        assertThat(record.caller().key()).isEqualTo(SideDoor.NOBODY);
        assertThat(record.outcome().ending()).isEqualTo(Ending.COMPLETED);
    }

    @Test
    void asksNoOtherChannel() throws InterruptedException {
        first.otherwise(hello());
        second.otherwise(Script.json(500, "{\"error\":{\"message\":\"broken pipe dream\"}}"));

        List<Event> events = events(admin.post("/pool/b/try", "{\"model\":\"m\"}"));

        assertThat(names(events)).containsExactly("plan", "error");
        assertThat(events.get(0).data().getInteger("candidates-in-all")).isEqualTo(2);
        assertThat(events.get(1).data().getInteger("status")).isGreaterThanOrEqualTo(500);
        assertThat(events.get(1).data().getString("request-id")).isNotEmpty();
        assertThat(first.connections()).isZero();
        assertThat(record().outcome().ending()).isEqualTo(Ending.FAILED);
    }

    @Test
    void aCutAnswerIsAnError() {
        second.otherwise(Script.events().event(CHUNK.formatted("Hel", "null")).reset());

        List<Event> events = events(admin.post("/pool/b/two/try", "{\"model\":\"n\"}"));

        assertThat(names(events)).containsExactly("plan", "attempt", "text", "error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/pool/x/try", "/pool/b/nobody/try"})
    void knowsNoOtherPlaces(String path) {
        assertThat(admin.post(path, "{\"model\":\"m\"}").status()).isEqualTo(404);
    }

    @Test
    void knowsWhichModelsAreServedThere() {
        assertThat(admin.post("/pool/a/try", "{\"model\":\"n\"}").status()).isEqualTo(400);
        assertThat(admin.post("/pool/a/try", "{\"model\":\"zzz\"}").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"app", "kept"})
    void chatsAsAKey(String key) throws InterruptedException {
        first.otherwise(hello());
        second.otherwise(hello());

        List<Event> events = events(admin.post("/playground", "{\"key\":\"" + key + "\",\"request\":" + CHAT + "}"));

        assertThat(names(events)).containsExactly("plan", "attempt", "text", "text", "usage", "end");
        UsageRecord record = record();
        assertThat(record.caller().key()).isEqualTo(key);
        assertThat(record.outcome().ending()).isEqualTo(Ending.COMPLETED);
    }

    @Test
    void aKeyMayDoNoMoreThanItMay() {
        List<Event> events = events(
                admin.post("/playground", "{\"key\":\"app\",\"request\":" + CHAT.replace("\"m\"", "\"n\"") + "}"));

        assertThat(names(events)).containsExactly("plan", "error");
        assertThat(events.get(1).data().getString("code")).isEqualTo("model_not_allowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"over", "off", "elsewhere"})
    void aKeyThatIsRefusedIsRefusedHereToo(String key) {
        List<Event> events = events(admin.post("/playground", "{\"key\":\"" + key + "\",\"request\":" + CHAT + "}"));

        assertThat(names(events)).containsExactly("plan", "error");
        assertThat(events.get(1).data().getInteger("status")).isIn(401, 403);
        assertThat(first.connections() + second.connections()).isZero();
    }

    @Test
    void aKeyThatIsNotThereIsNamed() {
        Reply reply = admin.post("/playground", "{\"key\":\"nobody\",\"request\":" + CHAT + "}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains("/key");
    }

    @Test
    void takesPictures() throws InterruptedException {
        first.otherwise(hello());
        second.otherwise(hello());
        String url = "data:image/png;base64," + "A".repeat(3_000_000);
        String chat =
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\""
                        + url + "\"}}]}]}";

        List<Event> events = events(admin.post("/playground", "{\"key\":\"app\",\"request\":" + chat + "}"));

        assertThat(names(events)).endsWith("end");
        assertThat(admin.post("/tokens", "{\"name\":\"" + url + "\"}").status()).isEqualTo(413);
    }

    // --- the door itself

    private int knock(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + path))
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(CHAT));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString()).statusCode();
        }
    }

    private String ticket() {
        String text = node.door().issue(new Ticket("app", null, "127.0.0.1"));
        assertThat(text).isNotNull();
        return text;
    }

    @Test
    void aTicketOpensOnce() throws Exception {
        first.otherwise(hello());
        second.otherwise(hello());
        String ticket = ticket();

        assertThat(knock("/v1/chat/completions", SideDoor.HEADER, ticket)).isEqualTo(200);
        assertThat(knock("/v1/chat/completions", SideDoor.HEADER, ticket)).isEqualTo(401);
    }

    @Test
    void nothingElseOpens() throws Exception {
        assertThat(knock("/v1/chat/completions", SideDoor.HEADER, "app")).isEqualTo(401);
        assertThat(knock("/v1/chat/completions", "authorization", "Bearer " + ticket()))
                .isEqualTo(401);
        // Whoever has a good key beside a wrong ticket is refused too: no guess is free.
        assertThat(knock("/v1/chat/completions", SideDoor.HEADER, "x", "authorization", "Bearer sk-app-0123456789"))
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-forwarded-for", "forwarded", "via", "x-real-ip"})
    void aTicketThatCameThroughAProxyIsRefusedAndUsedUp(String header) throws Exception {
        String ticket = ticket();

        assertThat(knock("/v1/chat/completions", SideDoor.HEADER, ticket, header, "127.0.0.1"))
                .isEqualTo(401);
        assertThat(node.door().take(ticket)).isNull();
    }

    @Test
    void aTicketIsForChatsOnly() throws Exception {
        assertThat(knock("/v1/embeddings", SideDoor.HEADER, ticket())).isEqualTo(401);
    }
}
