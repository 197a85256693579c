package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.chat.FetchedMedia;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.json.JsonText;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.message.Cancellation;
import io.sluice.message.OpenExchange;
import io.sluice.message.OpenResult;
import io.sluice.message.ProbeAccount;
import io.sluice.message.ProbeResult;
import io.sluice.message.TraceHeaders;
import io.sluice.message.UpstreamExchange;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A chat request for one token, sent as any request is, its answer read to the end. It is written in Anthropic's dialect,
 * which every adapter puts into its provider's own words: the field that bounds the answer has another name in each. Used
 * on the lane's event loop.
 */
final class ProbeRequest {
    private static final int MOST_BYTES = 1 << 20;
    private static final int DEPTH = 8;

    private static final ResponseTap.Sink NOWHERE = new ResponseTap.Sink() {
        @Override
        public void pass(int offset, int length) {}

        @Override
        public void write(byte[] bytes) {}
    };

    private final Vertx vertx;
    private final ProbeAccount asked;
    private final CallServices services;
    private final UpstreamClients clients;
    private final LongSupplier clock;
    private final Promise<ProbeResult> result = Promise.promise();
    private final Patience patience = new Patience();

    /**
     * A request that is not sent.
     *
     * @param vertx for its time limit
     * @param asked whom, and by which reservation
     * @param services what the lane's calls share
     * @param clients the lane's
     */
    ProbeRequest(Vertx vertx, ProbeAccount asked, CallServices services, UpstreamClients clients) {
        this.vertx = vertx;
        this.asked = asked;
        this.services = services;
        this.clients = clients;
        this.clock = services.clock();
    }

    /** Sends it; never fails. */
    Future<ProbeResult> run() {
        Candidate candidate = asked.candidate();
        OpenExchange open = new OpenExchange(
                "probe-" + Long.toHexString(clock.getAsLong()),
                candidate,
                question(candidate),
                "",
                asked.reservation(),
                asked.expiresAtNanos(),
                null,
                new FetchedMedia(),
                null,
                TraceHeaders.NONE,
                patience);
        new UpstreamCall(open, ProviderAdapters.of(candidate.channel()), services)
                .run(null, clients)
                .onSuccess(this::answered);
        long timer = vertx.setTimer(ProbeDesk.patience(candidate.timeouts()).toMillis(), fired -> patience.end());
        return result.future().andThen(over -> vertx.cancelTimer(timer));
    }

    /** What is asked. */
    static RequestScan question(Candidate candidate) {
        String body = "{\"model\":" + new String(JsonText.quote(candidate.model()), UTF_8)
                + ",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
        return RequestScanner.scan(body.getBytes(UTF_8), Endpoint.MESSAGES, DEPTH);
    }

    private void answered(OpenResult opened) {
        switch (opened) {
            case OpenResult.Opened answer -> new Reading(answer.exchange(), answer.writtenAtNanos()).start();
            case OpenResult.LeaseExpired late -> {
                late.connection().giveUp();
                result.complete(new ProbeResult(
                        new GatewayFailure.Overloaded("The probe's reservation ran out before it could be sent."),
                        false,
                        0,
                        0,
                        null));
            }
            case OpenResult.Failed failed ->
                result.complete(new ProbeResult(
                        patience.isOver ? ProbeDesk.LATE : ProbeDesk.told(ProbeDesk.upstream(failed.failure())),
                        failed.sent(),
                        failed.writtenAtNanos(),
                        0,
                        null));
        }
    }

    /** Gives up as a client would that leaves. */
    private static final class Patience implements Cancellation {
        private Runnable listener = () -> {};
        private boolean isOver;

        void end() {
            isOver = true;
            listener.run();
        }

        @Override
        public boolean isCancelled() {
            return isOver;
        }

        @Override
        public void onCancel(Runnable whenOver) {
            listener = whenOver;
        }
    }

    /** Reads the answer and keeps nothing of it. */
    private final class Reading {
        private final UpstreamExchange exchange;
        private final ResponseTap tap;
        private final long writtenAtNanos;
        private final long firstByteNanos;
        private int bytes;
        private boolean over;

        Reading(UpstreamExchange exchange, long writtenAtNanos) {
            this.exchange = exchange;
            this.tap = exchange.tap();
            this.writtenAtNanos = writtenAtNanos;
            this.firstByteNanos = Math.max(1, clock.getAsLong() - writtenAtNanos);
        }

        void start() {
            patience.onCancel(() -> {
                exchange.cancel("a probe is over");
                over(ProbeDesk.LATE);
            });
            ReadStream<Buffer> stream = exchange.claim();
            stream.handler(this::piece);
            stream.endHandler(end -> ended());
            stream.exceptionHandler(cause -> over(ProbeDesk.upstream(cause)));
            stream.resume();
        }

        private void piece(Buffer piece) {
            if (over) {
                return;
            }
            bytes += piece.length();
            tap.feed(piece.getBytes(), NOWHERE);
            UpstreamFailure error = tap.error();
            if (error == null && bytes > MOST_BYTES) {
                error = UpstreamFailure.of(Kind.BAD_RESPONSE, "The upstream's answer of one token has no end.");
            }
            if (error != null) {
                exchange.cancel("a probe has its answer");
                over(error);
            }
        }

        private void ended() {
            if (!over) {
                tap.end(NOWHERE);
                UpstreamFailure error = tap.error();
                over(
                        error != null || tap.complete()
                                ? error
                                : UpstreamFailure.of(
                                        Kind.TRUNCATED, "The upstream ended its answer before it was whole."));
            }
        }

        private void over(@Nullable UpstreamFailure failure) {
            if (!over) {
                over = true;
                result.complete(new ProbeResult(failure, true, writtenAtNanos, firstByteNanos, tap.usage()));
            }
        }
    }
}
