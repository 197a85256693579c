package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.chat.FetchedMedia;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.json.RequestHead;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.message.Address;
import io.sluice.message.MessageCodecs;
import io.sluice.message.OpenExchange;
import io.sluice.message.OpenResult;
import io.sluice.message.ParkedConnection;
import io.sluice.message.TraceHeaders;
import io.sluice.message.UpstreamExchange;
import io.sluice.testkit.Await;
import io.sluice.testkit.RevisionBuilder;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One attempt against a provider client that answers late, never, or when nobody waits any more. */
class SendingTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final ExchangeServices services = RouteTable.services(vertx);
    private final Candidate candidate = candidate();
    private final Heard heard = new Heard();
    private final Promise<OpenResult> reply = Promise.promise();
    private final AtomicReference<OpenExchange> asked = new AtomicReference<>();
    private final AtomicInteger cancelled = new AtomicInteger();

    private static Candidate candidate() {
        GatewayRevision revision =
                new RevisionBuilder().channel("c", c -> c.serves("m")).build();
        return revision.models().get("m").candidates().getFirst();
    }

    @BeforeEach
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        services.bus().serve(Address.providerOpen(services.lane()), open -> {
            asked.set(open);
            open.cancellation().onCancel(cancelled::incrementAndGet);
            return reply.future();
        });
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private Sending send(Duration timeout) {
        return send(timeout, null);
    }

    private Sending send(Duration timeout, @Nullable Duration atMost) {
        Sending sending = new Sending(services, new Attempt(candidate, 1, Estimate.NONE, 0), heard);
        RequestScan scan = RequestScan.ofHead(Endpoint.CHAT_COMPLETIONS, RequestHead.NONE, "m");
        sending.send(
                new OpenExchange(
                        "r",
                        candidate,
                        scan,
                        "",
                        1,
                        Long.MAX_VALUE,
                        null,
                        new FetchedMedia(),
                        null,
                        TraceHeaders.NONE,
                        sending),
                timeout,
                atMost);
        return sending;
    }

    @Test
    void endsWhatMayStillRunWhenNoReplyComes() {
        Sending sending = send(SHORT);

        Await.until(() -> heard.failure.get() != null);
        assertThat(heard.failure.get()).isInstanceOf(GatewayFailure.Overloaded.class);
        assertThat(cancelled).hasValue(1);
        assertThat(sending.isCancelled()).isTrue();
    }

    @Test
    void tellsWhoeverListensLateThatNobodyWaits() {
        Sending sending = send(SHORT);
        Await.until(() -> heard.failure.get() != null);

        AtomicInteger late = new AtomicInteger();
        sending.onCancel(late::incrementAndGet);

        assertThat(late).hasValue(1);
    }

    @Test
    void waitsForTheWordWhetherItWasSentWhenItIsCancelled() {
        Sending sending = send(LONG);
        Await.until(() -> asked.get() != null);

        sending.cancel(new GatewayFailure.Unavailable("stop"));

        assertThat(cancelled).hasValue(1);
        assertThat(heard.failure.get()).isNull();
        reply.complete(new OpenResult.Failed(new GatewayFailure.ClientClosed(), true, 5));
        Await.until(() -> heard.failure.get() != null);
        assertThat(heard.failure.get()).isInstanceOf(GatewayFailure.Unavailable.class);
    }

    @Test
    void closesAnAnswerThatComesWhenNobodyWaits() {
        Sending sending = send(LONG);
        Await.until(() -> asked.get() != null);
        Upstream upstream = new Upstream();

        sending.cancel(new GatewayFailure.ClientClosed());
        reply.complete(new OpenResult.Opened(upstream, 5));

        Await.until(() -> heard.failure.get() != null);
        assertThat(upstream.cancelled).hasValue(1);
    }

    @Test
    void closesAnAnswerThatADefectKeepsFromBeingRead() {
        send(LONG);
        Upstream upstream = new Upstream();

        // The party of this test throws when it is to read.
        reply.complete(new OpenResult.Opened(upstream, 5));

        Await.until(() -> heard.failure.get() != null);
        assertThat(heard.failure.get()).isInstanceOf(GatewayFailure.Internal.class);
        assertThat(upstream.cancelled).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({"true,HEAD_TIMEOUT", "false,CONNECT"})
    void whatTookTooLongFailsByWhetherItWasSent(boolean sent, Kind kind) {
        send(LONG, SHORT);
        Await.until(() -> cancelled.get() == 1);

        reply.complete(new OpenResult.Failed(new GatewayFailure.ClientClosed(), sent, 5));

        Await.until(() -> heard.failure.get() != null);
        assertThat(heard.failure.get()).isInstanceOfSatisfying(UpstreamFailure.class, f -> assertThat(f.kind())
                .isEqualTo(kind));
    }

    /** What the attempt told. */
    private static final class Heard implements Sending.Party {
        private final AtomicReference<@Nullable GatewayFailure> failure = new AtomicReference<>();

        @Override
        public Answer answer(Sending sending, OpenResult.Opened opened) {
            throw new IllegalStateException("a defect");
        }

        @Override
        public void leaseExpired(Sending sending, ParkedConnection connection) {
            throw new AssertionError("no lease expires here");
        }

        @Override
        public void failed(Sending sending, GatewayFailure how) {
            assertThat(failure.getAndSet(how)).as("told once").isNull();
        }

        @Override
        public void answered(Sending sending, @Nullable GatewayFailure how) {
            throw new AssertionError("nothing is read here");
        }
    }

    /** An answer that is only cancelled. */
    private static final class Upstream implements UpstreamExchange {
        private final AtomicInteger cancelled = new AtomicInteger();

        @Override
        public int status() {
            return 200;
        }

        @Override
        public Map<String, String> headers() {
            return Map.of();
        }

        @Override
        public ResponseTap tap() {
            throw new AssertionError("nobody reads");
        }

        @Override
        public ReadStream<Buffer> claim() {
            throw new AssertionError("nobody reads");
        }

        @Override
        public void cancel(String reason) {
            cancelled.incrementAndGet();
        }

        @Override
        public boolean drains() {
            return false;
        }
    }
}
