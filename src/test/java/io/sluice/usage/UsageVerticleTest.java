package io.sluice.usage;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.domain.key.AccessLines;
import io.sluice.domain.key.KeyHandling;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.Accepted;
import io.sluice.message.Address;
import io.sluice.message.BilledAttempt;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.Notice;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.message.UsageRecord.Served;
import io.sluice.message.UsageRecord.Used;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.testkit.Await;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.Revisions;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class UsageVerticleTest {
    private static final StoredKeys STORED = new StoredKeys();

    private final Vertx vertx = Vertx.vertx();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Logger access = (Logger) LoggerFactory.getLogger("access");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        MessageCodecs.registerAll(vertx.eventBus());
        lines.start();
        access.addAppender(lines);
        access.setLevel(Level.INFO);
        access.setAdditive(false);
    }

    @AfterEach
    void close() throws Exception {
        access.detachAppender(lines);
        access.setAdditive(true);
        access.setLevel(null);
        await(vertx.close());
    }

    @Test
    void acceptsCountsAndWritesOneLine() throws Exception {
        await(vertx.deployVerticle(new UsageVerticle(
                new GatewayMetrics(registry), revision("app", AccessLines.USUAL), STORED, null, null)));

        Accepted accepted = await(new Bus(vertx, Duration.ofSeconds(1))
                .request(Address.USAGE_RECORDED, Revisions.usage("gpt-4o", 200, Ending.COMPLETED, null)));

        assertThat(accepted).isSameAs(Accepted.INSTANCE);
        assertThat(registry.scrape()).contains("sluice_key_requests_total");
        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getFormattedMessage()).isEqualTo("chat_completions");
            assertThat(line.getKeyValuePairs().stream().map(p -> p.key + "=" + p.value))
                    .containsExactlyElementsOf(List.of(
                            "id=0192-id",
                            "status=200",
                            "ending=completed",
                            "key=app",
                            "model=gpt-4o",
                            "served_model=gpt-4o",
                            "channel=openai",
                            "account=openai/a0",
                            "stream=true",
                            "attempts=1",
                            "input_tokens=10",
                            "cached_input_tokens=4",
                            "output_tokens=5",
                            "reasoning_tokens=0",
                            "cost_micros=60",
                            "currency=USD",
                            "queue_ms=1.2",
                            "first_byte_ms=20.0",
                            "total_ms=120.0",
                            "client=10.0.0.1"));
        });
    }

    @Test
    void aQuietKeyIsWrittenWhenItsRequestDoesNotEndWell() {
        AccessLog log = new AccessLog(revision("app", AccessLines.QUIET), STORED, null);

        log.write(Revisions.usage("gpt-4o", 200, Ending.COMPLETED, null));
        log.write(Revisions.usage("gpt-4o", 502, Ending.FAILED, "upstream_error"));

        assertThat(lines.list).hasSize(1);
    }

    @Test
    void aRevisionSaysAnewWhoIsWritten() {
        AccessLog log = new AccessLog(revision("app", AccessLines.OFF), STORED, null);
        log.write(Revisions.usage("gpt-4o", 502, Ending.FAILED, "upstream_error"));
        assertThat(lines.list).isEmpty();

        log.revision(revision("other", AccessLines.OFF));
        log.write(Revisions.usage("gpt-4o", 200, Ending.COMPLETED, null));

        assertThat(lines.list).hasSize(1);
    }

    @Test
    void aStoredKeySaysItTheSameWay() {
        StoredKeys stored = new StoredKeys();
        stored.put(new VirtualKey("app", KeyHash.ofKey("sk-stored-0123456789"))
                .with(KeyHandling.USUAL.logging(AccessLines.OFF)));
        AccessLog log = new AccessLog(revision("other", AccessLines.USUAL), stored, null);

        log.write(Revisions.usage("gpt-4o", 200, Ending.COMPLETED, null));

        assertThat(lines.list).isEmpty();
    }

    private static GatewayRevision revision(String key, AccessLines lines) {
        return new RevisionBuilder()
                .key(new VirtualKey(key, KeyHash.ofKey("sk-0123456789abcdef")).with(KeyHandling.USUAL.logging(lines)))
                .build();
    }

    @Test
    void aFailureNamesItsCode() {
        assertThat(AccessLog.fields(Revisions.usage("gpt-4o", 502, Ending.FAILED, "upstream_error"), "USD"))
                .containsEntry("error", "upstream_error")
                .containsEntry("status", 502)
                .containsEntry("cost_micros", 0L)
                .doesNotContainKeys("served_model", "currency", "unpriced");
    }

    private static UsageRecord costing(String model, Charge charge, BilledAttempt... others) {
        UsageRecord usage = Revisions.usage(model, 200, Ending.COMPLETED, null);
        Served served = usage.served();
        Used used = usage.used();
        return new UsageRecord(
                usage.requestId(),
                usage.caller(),
                usage.asked(),
                new Served(
                        served.model(),
                        served.upstreamModel(),
                        served.channel(),
                        served.account(),
                        served.attempts(),
                        List.of(others)),
                new Used(used.tokens(), used.images(), used.isEstimated(), charge, used.leases()),
                usage.timing(),
                usage.outcome());
    }

    @Test
    void anotherCurrencyIsNamedBesideTheLedgers() {
        assertThat(AccessLog.fields(costing("m", new Charge(true, 14, "CNY", 100, 140_000, "r")), "USD"))
                .containsEntry("cost_micros", 14L)
                .containsEntry("currency", "USD")
                .containsEntry("original_micros", 100L)
                .containsEntry("original_currency", "CNY");
    }

    @Test
    void whatNoKeyPaysForIsSaidApart() {
        BilledAttempt lost = new BilledAttempt(
                "openai",
                "openai/a1",
                "m",
                "m",
                new TokenUsage(10, 0, 5, 0),
                true,
                new Charge(true, 25, "USD", 25, 1_000_000, "r"),
                "hedge_lost");

        assertThat(AccessLog.fields(costing("m", Charge.NOTHING, lost, lost), "USD"))
                .containsEntry("other_attempts", 2)
                .containsEntry("other_micros", 50L);
        assertThat(AccessLog.fields(costing("m", Charge.NOTHING), "USD")).doesNotContainKey("other_attempts");
    }

    @Test
    void whatNobodyCanPriceIsSaid() {
        assertThat(AccessLog.fields(costing("m", Charge.UNPRICED), "USD"))
                .containsEntry("unpriced", true)
                .doesNotContainKeys("cost_micros", "currency");
    }

    @Test
    void operatorsAreToldOnceADayForEachModel() {
        AtomicLong now = new AtomicLong(1_000);
        List<Notice> raised = new ArrayList<>();
        UnpricedWatch watch = new UnpricedWatch(() -> Instant.ofEpochMilli(now.get()), raised::add);

        watch.seen(costing("a", new Charge(true, 1, "USD", 1, 1_000_000, "r")));
        watch.seen(costing("a", Charge.NOTHING));
        assertThat(raised).isEmpty();
        watch.seen(costing("a", Charge.UNPRICED));
        watch.seen(costing("a", Charge.UNPRICED));
        watch.seen(costing("b", Charge.UNPRICED));
        assertThat(raised).extracting(Notice::subject).containsExactly("a", "b");
        assertThat(raised.getFirst())
                .returns(NoticeEvent.MODEL_UNPRICED, Notice::event)
                .matches(notice -> notice.text().contains("a at the channel openai has no price"));

        now.addAndGet(Duration.ofDays(1).toMillis() - 1);
        watch.seen(costing("a", Charge.UNPRICED));
        assertThat(raised).hasSize(2);
        now.incrementAndGet();
        watch.seen(costing("a", Charge.UNPRICED));
        assertThat(raised).extracting(Notice::subject).containsExactly("a", "b", "a");
    }

    @Test
    void aModelWithoutAPriceIsRaisedOnTheBus() throws Exception {
        await(vertx.deployVerticle(new UsageVerticle(
                new GatewayMetrics(registry), revision("app", AccessLines.USUAL), new StoredKeys(), null, null)));
        Bus bus = new Bus(vertx, Duration.ofSeconds(1));
        BlockingQueue<Notice> raised = new LinkedBlockingQueue<>();
        bus.consume(Address.NOTICE_RAISED, raised::add);

        await(bus.request(Address.USAGE_RECORDED, costing("m", Charge.UNPRICED)));

        assertThat(raised.poll(Await.MOST_SECONDS, TimeUnit.SECONDS)).returns("m", Notice::subject);
    }

    private static <T> T await(io.vertx.core.Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(Await.MOST_SECONDS, TimeUnit.SECONDS);
    }
}
