package io.sluice.provider;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.Timeouts;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.stored.StoredCall;
import io.sluice.message.OpenExchange;
import io.sluice.message.OpenResult;
import io.sluice.message.ParkedConnection;
import io.sluice.message.Upload;
import io.sluice.message.UpstreamExchange;
import io.sluice.provider.UpstreamClients.Way;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.streams.ReadStream;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt, from the wish for a connection to the end of the answer.
 *
 * <pre>
 *  AUTHORIZING (at once where the key goes on the wire as it is)
 *      │
 *      ▼
 *  FETCHING (what the request only names the address of, where the provider needs the bytes)
 *      │
 *      ▼
 *  CONNECTING ─▶ PARKED ─▶ (a new call takes the connection)
 *      │
 *      ▼  head and body written in the turn that looked at the lease's clock
 *   WRITTEN ─▶ READING_ERROR ─▶ ENDED
 *      │
 *      ▼  2xx
 *   OPENED ─claim─▶ CLAIMED ─▶ ENDED
 * </pre>
 *
 * Everything runs on the lane's event loop. {@link #check} is called by the lane's sweep and ends what took too long.
 */
final class UpstreamCall implements UpstreamExchange, ParkedConnection {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamCall.class);
    private static final long AUTHORIZE_NANOS = 10_000_000_000L;
    private static final long CLAIM_NANOS = 1_000_000_000L;
    private static final long ERROR_BODY_NANOS = 5_000_000_000L;
    private static final int MOST_EARLY_HINTS = 16;
    private static final long HTTP2_CANCEL = 8;

    private static final UpstreamFailure BUSY =
            UpstreamFailure.of(Kind.BUSY, "Every connection to the upstream is in use.");
    private static final UpstreamFailure UNREACHED =
            UpstreamFailure.of(Kind.CONNECT, "The upstream could not be reached.");

    private enum Phase {
        AUTHORIZING,
        FETCHING,
        CONNECTING,
        PARKED,
        WRITTEN,
        READING_ERROR,
        OPENED,
        CLAIMED,
        ENDED
    }

    private OpenExchange open;
    private final ProviderAdapter adapter;
    private final CallServices services;
    private final LongSupplier clock;
    private final Promise<OpenResult> result = Promise.promise();
    private final long startNanos;
    private Phase phase = Phase.AUTHORIZING;
    private long phaseSinceNanos;
    private long writtenAtNanos;
    private int earlyHints;
    private @Nullable LateWrite departure;
    private @Nullable Candidate authorized;
    private @Nullable RequestCompletion completion;
    private @Nullable HttpClientRequest request;
    private @Nullable HttpClientResponse response;
    private @Nullable UpstreamBody body;
    private @Nullable UpstreamRequest asked;
    private @Nullable ResponseTap tap;
    private @Nullable RefusedAnswer refusal;
    private @Nullable UploadPump pump;
    private Map<String, String> headers = Map.of();

    /**
     * A call that has not begun.
     *
     * @param open what is asked
     * @param adapter the provider's dialect
     * @param services what the lane's calls share; this one enters them now and leaves at its end
     */
    UpstreamCall(OpenExchange open, ProviderAdapter adapter, CallServices services) {
        this.open = open;
        this.adapter = adapter;
        this.services = services;
        this.clock = services.clock();
        this.startNanos = clock.getAsLong();
        this.phaseSinceNanos = startNanos;
        services.calls().add(this);
    }

    /**
     * Runs the attempt to the response head.
     *
     * @param parked a connection that an earlier call left; null for none
     * @param clients where another comes from
     * @return what became of it; never fails
     */
    Future<OpenResult> run(@Nullable HttpClientRequest parked, UpstreamClients clients) {
        request = parked;
        open.cancellation().onCancel(this::clientLeft);
        services.credentials()
                .authorized(open.candidate(), adapter.grant(open.candidate()))
                .onComplete(candidate -> complete(candidate, clients), this::unauthorized);
        return result.future();
    }

    /** Fetches what the request lacks for this provider; for nearly all there is nothing. */
    private void complete(Candidate candidate, UpstreamClients clients) {
        if (phase != Phase.AUTHORIZING) {
            return;
        }
        try {
            RequestCompletion begun = RequestCompletion.begin(services.media(), adapter, candidate, open);
            if (begun == null) {
                connect(candidate, clients);
                return;
            }
            enter(Phase.FETCHING, clock.getAsLong());
            completion = begun;
            begun.done()
                    .onComplete(
                            whole -> {
                                open = whole;
                                connect(candidate, clients);
                            },
                            this::unauthorized);
        } catch (GatewayException e) {
            fail(e.failure());
        }
    }

    private void connect(Candidate candidate, UpstreamClients clients) {
        if (phase == Phase.AUTHORIZING || phase == Phase.FETCHING) {
            completion = null;
            authorized = candidate;
            enter(Phase.CONNECTING, clock.getAsLong());
            HttpClientRequest parked = request;
            if (parked == null) {
                clients.connect(HttpMethod.POST, open.candidate()).onComplete(this::connected, this::connectFailed);
            } else {
                connected(parked);
            }
        }
    }

    private void unauthorized(Throwable cause) {
        if (phase == Phase.AUTHORIZING || phase == Phase.FETCHING) {
            fail(cause instanceof GatewayException expected ? expected.failure() : new GatewayFailure.Internal());
        }
    }

    /** Hands the parked connection to the next call. */
    HttpClientRequest take() {
        HttpClientRequest taken = Objects.requireNonNull(request);
        request = null;
        end();
        return taken;
    }

    private Channel channel() {
        return open.candidate().channel();
    }

    /** How it connects, as of the revision it began with. */
    Way way() {
        return Way.of(open.candidate());
    }

    /** Whether there is a connection to take. */
    boolean isParked() {
        return phase == Phase.PARKED;
    }

    private void connected(HttpClientRequest connected) {
        // Failures are told by the response's future; without a handler Vert.x logs each reset with its stack trace.
        connected.exceptionHandler(cause -> {});
        if (phase != Phase.CONNECTING) {
            connected.reset(HTTP2_CANCEL);
            return;
        }
        request = connected;
        try {
            AnswerTarget target = new AnswerTarget(
                    open.requestId(),
                    open.candidate().model(),
                    open.scan().includeUsage(),
                    services.wallClock().millis() / 1000,
                    open.scan().head().arrayStream());
            write(connected, adapter.encode(Objects.requireNonNull(authorized), open.scan(), target));
        } catch (GatewayException e) {
            fail(e.failure());
        } catch (RuntimeException e) {
            // Only its class: the text may quote a header, and a header is the credential.
            LOG.error(
                    "request {} cannot be written: {}",
                    open.requestId(),
                    e.getClass().getName());
            fail(new GatewayFailure.Internal());
        }
    }

    /** Looks at the lease's clock after all that takes time, and writes in the same turn. */
    private void write(HttpClientRequest target, UpstreamRequest message) {
        long now = clock.getAsLong();
        if (now - open.expiresAtNanos() >= 0) {
            enter(Phase.PARKED, now);
            result.complete(new OpenResult.LeaseExpired(this));
            return;
        }
        asked = message;
        StoredCall stored = open.scan().head().stored();
        if (stored != null) {
            target.setMethod(HttpMethod.valueOf(stored.method()));
        }
        Outbound added = open.candidate().outbound();
        target.setURI(added.target(channel().baseUrl(), message.uri()));
        RequestHeaders.put(target, added, message, open);
        target.earlyHintsHandler(hints -> {
            if (++earlyHints > MOST_EARLY_HINTS) {
                fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The upstream sent too many interim answers."));
            }
        });
        enter(Phase.WRITTEN, now);
        writtenAtNanos = now;
        LateWrite leaving = new LateWrite(services.bus(), open.candidate(), open.reservation(), now);
        departure = leaving;
        target.response().onComplete(this::answered, this::brokeBeforeHead);
        Upload upload = open.upload();
        Future<Void> sent = stored != null
                ? target.end()
                : upload != null ? send(target, upload) : target.end(Buffer.buffer(message.body()));
        sent.onComplete(left -> leaving.left(clock.getAsLong()));
    }

    /** Sends a form; its beginning in this turn. */
    private Future<Void> send(HttpClientRequest target, Upload upload) {
        UploadPump sending = UploadPump.of(target, upload, open.candidate().upstreamModel(), clock);
        pump = sending;
        sending.start().onComplete(sent -> uploaded(), cause -> fail(UploadPump.failureOf(cause)));
        return sending.firstLeft();
    }

    /** From here on the provider has its time to answer. */
    private void uploaded() {
        if (phase == Phase.WRITTEN) {
            enter(Phase.WRITTEN, clock.getAsLong());
        }
    }

    private boolean isSent() {
        return pump == null || pump.isOver();
    }

    private void connectFailed(Throwable cause) {
        if (phase == Phase.CONNECTING) {
            fail(
                    cause instanceof ConnectionPoolTooBusyException || services.isPoolFull(open.candidate())
                            ? BUSY
                            : UpstreamClients.unreached(cause));
        }
    }

    /** Whose it is. */
    String accountId() {
        return open.candidate().accountId();
    }

    /** Whether it has a connection that a candidate could have. */
    boolean occupies(Candidate candidate) {
        return request != null
                && channel().baseUrl().equals(candidate.channel().baseUrl())
                && way().equals(Way.of(candidate));
    }

    private void brokeBeforeHead(Throwable cause) {
        if (phase == Phase.WRITTEN) {
            fail(TransportFaults.beforeHead(cause, request == null ? TransportFaults.NO_STREAM : request.streamId()));
        }
    }

    private void answered(HttpClientResponse answer) {
        if (phase != Phase.WRITTEN) {
            return;
        }
        response = answer;
        // What breaks after we stopped to listen is nobody's news.
        answer.exceptionHandler(cause -> {});
        int status = answer.statusCode();
        if (status == 200 || status == 201) {
            opened(answer);
        } else if (status >= 400 && status < 600) {
            readError(answer);
        } else {
            fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The upstream answered with status " + status + "."));
        }
    }

    private void opened(HttpClientResponse answer) {
        String coding = answer.getHeader("content-encoding");
        if (coding != null && !coding.equalsIgnoreCase("identity")) {
            fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The upstream compressed its answer without being asked."));
            return;
        }
        UpstreamRequest written = Objects.requireNonNull(asked);
        String contentType = answer.getHeader("content-type");
        ResponseTap reading = written.answer()
                .tap(contentType == null ? "" : contentType.strip().toLowerCase(Locale.ROOT));
        if (reading == null) {
            fail(UpstreamFailure.of(
                    Kind.BAD_RESPONSE, "The upstream answered in a content type that is not its dialect's."));
            return;
        }
        answer.pause();
        services.reports().succeeded(open.candidate(), adapter, answer.headers(), clock.getAsLong());
        headers = ResponseHeaders.forClient(
                answer.headers(), open.candidate().account().key(), reading.contentType(), written.lost());
        Account account = open.candidate().account();
        boolean made = !Objects.requireNonNull(authorized).account().key().equals(account.key());
        tap = new RefusalTap(
                reading,
                error -> adapter.inAnswer(error, services.wallClock().instant()),
                made ? () -> services.credentials().refused(account) : () -> {});
        asked = null;
        body = new UpstreamBody(answer, clock, reading.isOpaque(), this::end);
        enter(Phase.OPENED, clock.getAsLong());
        result.complete(new OpenResult.Opened(this, writtenAtNanos));
    }

    private void readError(HttpClientResponse answer) {
        enter(Phase.READING_ERROR, clock.getAsLong());
        RefusedAnswer reading = new RefusedAnswer(answer, (text, over) -> refused(answer, text, over));
        refusal = reading;
        reading.start();
    }

    /**
     * Says what a refusal means, by as much of it as came.
     *
     * @param over whether nothing more comes, so that the connection may be left as it is
     */
    private void refused(HttpClientResponse answer, byte[] text, boolean over) {
        if (phase == Phase.READING_ERROR) {
            UpstreamFailure failure = MissingEndpoint.or(
                    adapter.classify(
                            answer.statusCode(),
                            answer.headers(),
                            text,
                            services.wallClock().instant()),
                    open.scan());
            services.reports().refused(open.candidate(), adapter, answer.headers(), failure);
            if (failure.kind() == Kind.ACCOUNT_REFUSED) {
                services.credentials().refused(open.candidate().account());
            }
            if (over) {
                end();
                result.complete(new OpenResult.Failed(failure, true, writtenAtNanos));
            } else {
                fail(failure);
            }
        }
    }

    /** Ends the call from our side: says how it failed, then closes what is open. */
    private void fail(GatewayFailure failure) {
        Phase before = phase;
        end();
        if (before == Phase.CLAIMED) {
            Objects.requireNonNull(body).fail(failure);
        } else {
            boolean sent =
                    switch (before) {
                        case AUTHORIZING, FETCHING, CONNECTING, PARKED -> false;
                        case WRITTEN, READING_ERROR, OPENED, CLAIMED, ENDED -> true;
                    };
            result.tryComplete(new OpenResult.Failed(failure, sent, writtenAtNanos));
        }
        reset();
    }

    private void clientLeft() {
        switch (phase) {
            case AUTHORIZING, FETCHING, CONNECTING, WRITTEN, READING_ERROR -> fail(new GatewayFailure.ClientClosed());
            // Whoever holds an opened, claimed or parked handle ends it.
            case OPENED, CLAIMED, PARKED, ENDED -> {}
        }
    }

    private void enter(Phase next, long now) {
        phase = next;
        phaseSinceNanos = now;
    }

    private void end() {
        phase = Phase.ENDED;
        services.calls().remove(this);
        if (departure != null) {
            departure.left(clock.getAsLong());
        }
        if (pump != null && !isSent()) {
            // Whoever answers before the end of an upload gets no more of it, and the connection cannot go on.
            pump.stop();
            reset();
        }
    }

    private void close() {
        if (phase != Phase.ENDED) {
            end();
            reset();
        }
    }

    private void reset() {
        if (completion != null) {
            completion.cancel();
        }
        if (request != null) {
            request.reset(HTTP2_CANCEL);
        }
    }

    /**
     * Ends the call when its phase takes too long.
     *
     * @param now monotonic nanoseconds
     */
    void check(long now) {
        if (departure != null) {
            departure.check(now);
        }
        Timeouts timeouts = open.candidate().timeouts();
        long inPhase = now - phaseSinceNanos;
        switch (phase) {
            case AUTHORIZING -> {
                if (inPhase > AUTHORIZE_NANOS) {
                    fail(UNREACHED);
                }
            }
            // Has a time limit of its own.
            case FETCHING -> {}
            case CONNECTING -> {
                // The client's own connect timeout does not count the time spent waiting for a free connection.
                if (inPhase > timeouts.connect().toNanos()) {
                    fail(services.isPoolFull(open.candidate()) ? BUSY : UNREACHED);
                }
            }
            case PARKED, OPENED -> {
                if (inPhase > CLAIM_NANOS) {
                    close();
                }
            }
            case WRITTEN -> {
                GatewayFailure stuck = pump == null ? null : pump.check(now, startNanos, timeouts);
                if (stuck != null) {
                    fail(stuck);
                } else if (isSent()
                        && inPhase > timeouts.head(open.scan().stream()).toNanos()) {
                    fail(UpstreamFailure.of(Kind.HEAD_TIMEOUT, "The upstream did not answer in time."));
                }
            }
            case READING_ERROR -> {
                if (inPhase > ERROR_BODY_NANOS) {
                    Objects.requireNonNull(refusal).cut();
                }
            }
            case CLAIMED -> checkClaimed(now, timeouts);
            case ENDED -> {}
        }
    }

    private void checkClaimed(long now, Timeouts timeouts) {
        UpstreamBody stream = Objects.requireNonNull(body);
        if (now - stream.silentSinceNanos(now) > timeouts.idle().toNanos()) {
            fail(UpstreamFailure.of(Kind.TRUNCATED, "The upstream fell silent during the answer."));
        } else if (now - startNanos > timeouts.total().toNanos()) {
            fail(new GatewayFailure.DeadlineExceeded("The answer took longer than the gateway allows."));
        }
    }

    @Override
    public void giveUp() {
        if (phase == Phase.PARKED) {
            close();
        }
    }

    @Override
    public int status() {
        return Objects.requireNonNull(response).statusCode();
    }

    @Override
    public Map<String, String> headers() {
        return headers;
    }

    @Override
    public ResponseTap tap() {
        return Objects.requireNonNull(tap);
    }

    @Override
    public ReadStream<Buffer> claim() {
        if (phase != Phase.OPENED) {
            throw new IllegalStateException("an exchange is claimed once and in time; it is " + phase);
        }
        enter(Phase.CLAIMED, clock.getAsLong());
        // The answer may go on for half an hour; what was asked is not needed any more.
        open = open.withoutBody();
        return Objects.requireNonNull(body);
    }

    @Override
    public void cancel(String reason) {
        if (body != null) {
            body.discard();
        }
        close();
    }

    @Override
    public boolean drains() {
        return open.candidate().channel().onClientGone() == Channel.OnClientGone.DRAIN;
    }
}
