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
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Accepted;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.Revisions;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class UsageVerticleTest {
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
        await(vertx.deployVerticle(
                new UsageVerticle(new GatewayMetrics(registry), revision("app", AccessLines.USUAL), null)));

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
                            "queue_ms=1.2",
                            "first_byte_ms=20.0",
                            "total_ms=120.0",
                            "client=10.0.0.1"));
        });
    }

    @Test
    void aQuietKeyIsWrittenWhenItsRequestDoesNotEndWell() {
        AccessLog log = new AccessLog(revision("app", AccessLines.QUIET));

        log.write(Revisions.usage("gpt-4o", 200, Ending.COMPLETED, null));
        log.write(Revisions.usage("gpt-4o", 502, Ending.FAILED, "upstream_error"));

        assertThat(lines.list).hasSize(1);
    }

    @Test
    void aRevisionSaysAnewWhoIsWritten() {
        AccessLog log = new AccessLog(revision("app", AccessLines.OFF));
        log.write(Revisions.usage("gpt-4o", 502, Ending.FAILED, "upstream_error"));
        assertThat(lines.list).isEmpty();

        log.revision(revision("other", AccessLines.OFF));
        log.write(Revisions.usage("gpt-4o", 200, Ending.COMPLETED, null));

        assertThat(lines.list).hasSize(1);
    }

    private static GatewayRevision revision(String key, AccessLines lines) {
        return new RevisionBuilder()
                .key(new VirtualKey(key, KeyHash.ofKey("sk-0123456789abcdef")).with(KeyHandling.USUAL.logging(lines)))
                .build();
    }

    @Test
    void aFailureNamesItsCode() {
        assertThat(AccessLog.fields(Revisions.usage("gpt-4o", 502, Ending.FAILED, "upstream_error")))
                .containsEntry("error", "upstream_error")
                .containsEntry("status", 502)
                .doesNotContainKey("served_model");
    }

    private static <T> T await(io.vertx.core.Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
}
