package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Channel.Responses;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Strategy;
import io.sluice.message.AttemptFinished;
import io.sluice.message.ReserveQuota;
import io.sluice.message.SettleQuota;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.Standings;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Accounts that go out of service between the plan of a request and its attempts. */
class PoolHealthFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String BODY =
            "{\"id\":\"c\",\"model\":\"up-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}";

    private final BlockingQueue<ReserveQuota> questions = new LinkedBlockingQueue<>();
    private FakeUpstream upstream;
    private GatewayRevision revision;
    private TestNode node;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
        upstream.otherwise(Script.json(200, BODY));
        revision = new RevisionBuilder()
                .channel("one", c -> c.url(new BaseUrl(false, "127.0.0.1", upstream.port(), "/v1"))
                        .responses(Responses.NATIVE)
                        .accounts("a", "b")
                        .redirect("pub", "up-1"))
                .key("app", KEY)
                .secrets("a-secret-of-the-installation-32-bytes")
                .policy(Strategy.FILL, false, 3, Duration.ofSeconds(10))
                .build();
        node = TestNode.of(revision);
        node.quota(request -> {
            questions.add(request);
            return node.grantFirst(request);
        });
    }

    @AfterEach
    void stop() {
        Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
        node.close();
        upstream.close();
    }

    private RawHttp.Answer ask(String method, String path, String body) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection
                    .send(method + " " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body)
                    .read(SOON, 1)
                    .last();
        }
    }

    private RawHttp.Answer chat() {
        return ask(
                "POST",
                "/v1/chat/completions",
                "{\"model\":\"pub\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}");
    }

    private static <T> T taken(BlockingQueue<T> from) throws InterruptedException {
        T next = from.poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    /** Also before anybody has told how the pool stands. */
    @ParameterizedTest
    @EnumSource(value = AccountState.class, names = "ENABLED", mode = EnumSource.Mode.EXCLUDE)
    void anAccountThatIsOutByTheFilesIsNotAsked(AccountState state) throws Exception {
        GatewayRevision files = new RevisionBuilder()
                .channel("one", c -> c.url(new BaseUrl(false, "127.0.0.1", upstream.port(), "/v1"))
                        .accounts("a", "b")
                        .state("a", state)
                        .redirect("pub", "up-1"))
                .key("app", KEY)
                .policy(Strategy.FILL, false, 3, Duration.ofSeconds(10))
                .build();
        node = TestNode.of(files);
        node.start();

        assertThat(chat().status()).isEqualTo(200);

        assertThat(upstream.take(SOON).header("authorization")).containsExactly("Bearer CANARY-one-b");
    }

    @ParameterizedTest
    @ValueSource(
            bytes = {
                PoolSnapshot.COOLING,
                PoolSnapshot.DEAD,
                PoolSnapshot.BROKEN,
                PoolSnapshot.DRAINING,
                PoolSnapshot.DISABLED
            })
    void asksAgainWhenTheCandidateStoppedWhileItWaited(byte standing) throws Exception {
        node.quota(request -> {
            questions.add(request);
            if (request.replaces() == 0) {
                node.health(Standings.of(revision)
                        .cools("one/a", System.nanoTime() + SOON.toNanos())
                        .is("one/a", standing)
                        .picture());
            }
            return node.grantFirst(request);
        });
        node.start();

        assertThat(chat().status()).isEqualTo(200);

        assertThat(upstream.take(SOON).head()).contains("CANARY-one-b");
        assertThat(upstream.untaken()).isZero();
        assertThat(taken(questions).candidates()).hasSize(2);
        ReserveQuota again = taken(questions);
        assertThat(again.replaces()).isEqualTo(1);
        assertThat(again.candidates()).hasSize(1).allMatch(c -> c.accountId().equals("one/b"));
        assertThat(taken(node.settlements()).reservation()).isEqualTo(2);
        assertThat(node.settlements()).isEmpty();
        assertThat(taken(node.attempts()).candidate().accountId()).isEqualTo("one/b");
        assertThat(node.attempts()).isEmpty();
        assertThat(taken(node.records())).returns(1, usage -> usage.served().attempts());
    }

    @Test
    void firstByteOfTheBodyIsTimed() throws Exception {
        node.start();
        upstream.next(Script.begin()
                .write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + BODY.length()
                        + "\r\n\r\n")
                .pause(Duration.ofMillis(150))
                .write(BODY));

        chat();

        AttemptFinished told = taken(node.attempts());
        assertThat(told.headNanos()).isNotNegative();
        assertThat(told.firstNanos() - told.headNanos()).isGreaterThan(100_000_000L);
    }

    @Test
    void isHonestWhenEverybodyStoppedWhileItWaited() throws Exception {
        node.quota(request -> {
            node.health(Standings.of(revision)
                    .is("one/a", PoolSnapshot.DISABLED)
                    .is("one/b", PoolSnapshot.DEAD)
                    .picture());
            return node.grantFirst(request);
        });
        node.start();

        RawHttp.Answer answer = chat();

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).contains("no_candidate");
        SettleQuota released = taken(node.settlements());
        assertThat(released).returns(false, SettleQuota::sent).returns(false, SettleQuota::keepKey);
        assertThat(node.settlements()).isEmpty();
        assertThat(node.attempts()).isEmpty();
        assertThat(taken(node.records())).returns(0, usage -> usage.served().attempts());
        assertThat(upstream.connections()).isZero();
    }

    @Test
    void givesACandidateThatIsOutItsTrial() throws Exception {
        node.quota(request -> {
            node.health(Standings.of(revision)
                    .is("one/a", PoolSnapshot.BROKEN)
                    .is("one/b", PoolSnapshot.BROKEN)
                    .trial("one/a", 0)
                    .picture());
            return node.grantFirst(request);
        });
        node.start();
        node.health(Standings.of(revision)
                .is("one/b", PoolSnapshot.BROKEN)
                .is("one/a", PoolSnapshot.BROKEN)
                .trial("one/a", 0)
                .picture());

        assertThat(chat().status()).isEqualTo(200);
        assertThat(upstream.take(SOON).head()).contains("CANARY-one-a");
    }

    @Test
    void anAccountThatRunsDryServesWhatOnlyItKeeps() throws Exception {
        String id = stored();
        node.health(Standings.of(revision).is("one/a", PoolSnapshot.DRAINING).picture());
        upstream.next(Script.json(200, "{\"id\":\"resp_1\",\"object\":\"response\",\"model\":\"up-1\"}"));

        assertThat(ask("GET", "/v1/responses/" + id, "").status()).isEqualTo(200);
        assertThat(upstream.take(SOON).head()).contains("CANARY-one-a");
    }

    /** Also while the account is out: nobody else could serve it. */
    @Test
    void whatOnlyOneAccountKeepsMakesItsTrial() throws Exception {
        String id = stored();
        node.health(Standings.of(revision)
                .is("one/a", PoolSnapshot.BROKEN)
                .trial("one/a", 0)
                .picture());

        RawHttp.Answer answer = ask(
                "POST",
                "/v1/responses",
                "{\"model\":\"pub\",\"store\":false,\"input\":\"Hi\",\"previous_response_id\":\"" + id + "\"}");

        assertThat(upstream.take(SOON).head()).as(answer.text()).contains("CANARY-one-a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "true"})
    void aTrialIsMadeByARequestThatCouldFallBack(boolean stored) throws Exception {
        node.start();
        node.health(Standings.of(revision)
                .is("one/a", PoolSnapshot.BROKEN)
                .trial("one/a", 0)
                .picture());
        upstream.otherwise(Script.json(
                200,
                "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"up-1\",\"output\":[],"
                        + "\"usage\":{\"input_tokens\":1,\"output_tokens\":1,\"total_tokens\":2}}"));

        ask("POST", "/v1/responses", "{\"model\":\"pub\",\"input\":\"Hi\",\"store\":" + stored + "}");

        assertThat(upstream.take(SOON).head()).contains(stored ? "CANARY-one-b" : "CANARY-one-a");
    }

    @ParameterizedTest
    @ValueSource(bytes = {PoolSnapshot.DEAD, PoolSnapshot.DISABLED})
    void saysThatTheKeeperIsOutOfService(byte standing) throws Exception {
        String id = stored();
        node.health(Standings.of(revision).is("one/a", standing).picture());

        RawHttp.Answer looked = ask("GET", "/v1/responses/" + id, "");
        RawHttp.Answer wentOn = ask(
                "POST",
                "/v1/responses",
                "{\"model\":\"pub\",\"input\":\"Hi\",\"previous_response_id\":\"" + id + "\"}");

        for (RawHttp.Answer answer : List.of(looked, wentOn)) {
            assertThat(answer.status()).as(answer.text()).isEqualTo(503);
            assertThat(answer.text()).contains("no_candidate");
        }
        assertThat(upstream.untaken()).isZero();
    }

    private String stored() throws InterruptedException {
        node.start();
        upstream.next(Script.json(
                200,
                "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"up-1\",\"output\":[],"
                        + "\"usage\":{\"input_tokens\":1,\"output_tokens\":1,\"total_tokens\":2}}"));
        String made = ask("POST", "/v1/responses", "{\"model\":\"pub\",\"input\":\"Hi\"}")
                .text();
        upstream.take(SOON);
        Matcher id = Pattern.compile("\"id\":\"(resp_[^\"]*)\"").matcher(made);
        assertThat(id.find()).as(made).isTrue();
        return id.group(1);
    }

    @Test
    void knowsNothingOfAnotherRevisionsPicture() throws Exception {
        node.start();
        GatewayRevision other = new RevisionBuilder()
                .id("other")
                .channel("one", c -> c.accounts("a", "b").redirect("pub", "up-1"))
                .key("app", KEY)
                .build();
        node.health(Standings.of(other).is("one/a", PoolSnapshot.DISABLED).picture());

        assertThat(chat().status()).isEqualTo(200);
        assertThat(upstream.take(SOON).head()).contains("CANARY-one-a");
    }
}
