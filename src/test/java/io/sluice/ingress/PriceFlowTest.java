package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.pricing.Rates;
import io.sluice.domain.pricing.Tariff;
import io.sluice.domain.pricing.Unpriced;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each way of a request costs, and whom: its key, or the operator. */
class PriceFlowTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final String KEY = "sk-test-0123456789abcdef";

    private FakeUpstream upstream;
    private TestNode node;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
    }

    @AfterEach
    void stop() {
        Await.until(() -> node.audit().open() == 0);
        assertThat(node.audit().faults()).isEmpty();
        node.close();
        upstream.close();
    }

    private static Price price(long input, long cached, long output) {
        return new Price(
                new Tariff("USD", new Rates(input, cached, input, output, output, input, output)),
                1_000_000,
                "test",
                "here");
    }

    private void node(UnaryOperator<RevisionBuilder> more) {
        node = TestNode.of(more.apply(new RevisionBuilder()
                        .channel("one", c -> c.port(upstream.port())
                                .accounts("a", "b")
                                .redirect("pub", "up")
                                .redirect("other", "up-other"))
                        .key("app", KEY)
                        .policy(Strategy.FILL, false, 3, Duration.ofSeconds(10)))
                .build());
        node.quota(node::grantFirst);
        node.start();
    }

    private static String request(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String chat(String model, boolean stream) {
        return request(
                "/v1/chat/completions",
                "{\"model\":\"" + model + "\",\"stream\":" + stream
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}");
    }

    private RawHttp.Answer ask(String text) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection.send(text).read(SOON, 1).last();
        }
    }

    private UsageRecord recorded() throws InterruptedException {
        UsageRecord usage = node.records().poll(5, TimeUnit.SECONDS);
        assertThat(usage).isNotNull();
        assertThat(node.records()).isEmpty();
        return usage;
    }

    @Test
    void refusesWhatHasNoPriceInTheCallersDialect() throws Exception {
        node(revision -> revision.unpriced(Unpriced.REFUSE).price("other", price(1, 1, 1)));

        RawHttp.Answer answer = ask(chat("pub", false));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text())
                .contains("\"code\":\"model_not_priced\"")
                .contains("The model 'pub' has no price")
                .contains("operator must set one");
        assertThat(upstream.connections()).isZero();
        assertThat(recorded())
                .returns(Ending.FAILED, UsageRecord::ending)
                .returns("model_not_priced", UsageRecord::error)
                .returns(List.of(), UsageRecord::otherAttempts);
    }
}
