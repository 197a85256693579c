package io.sluice.provider;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Outbound;
import io.sluice.message.OpenSocket;
import io.sluice.message.SocketResult;
import io.sluice.message.UpstreamSocket;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.WebSocketFrame;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session with a provider, from the wish for a connection to its close.
 *
 * <pre>
 *  AUTHORIZING ─▶ SHAKING ─▶ OPENED ─claim─▶ CLAIMED ─▶ ENDED
 * </pre>
 *
 * Everything runs on the lane's event loop. {@link #check} is called by the lane's sweep and ends what took too long.
 */
final class SocketCall implements UpstreamSocket {
    private static final Logger LOG = LoggerFactory.getLogger(SocketCall.class);

    /** For a credential, and for the answer to a handshake behind the time for its connection. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long CLAIM_NANOS = 1_000_000_000L;
    private static final int REFUSAL_BYTES = 64 * 1024;
    private static final int NORMAL_CLOSURE = 1000;
    private static final int NO_CODE = 1006;

    private static final UpstreamFailure BUSY =
            UpstreamFailure.of(Kind.BUSY, "Every connection to the upstream is in use.");
    private static final UpstreamFailure UNREACHED =
            UpstreamFailure.of(Kind.CONNECT, "The upstream could not be reached.");

    private enum Phase {
        AUTHORIZING,
        SHAKING,
        OPENED,
        CLAIMED,
        ENDED
    }

    private final OpenSocket open;
    private final ProviderAdapter adapter;
    private final CallServices services;
    private final Set<SocketCall> calls;
    private final Promise<SocketResult> result = Promise.promise();
    /** What came before the claim. */
    private final List<WebSocketFrame> early = new ArrayList<>();

    private final List<LateWrite> departures = new ArrayList<>();
    private Phase phase = Phase.AUTHORIZING;
    private long phaseSinceNanos;
    private long writtenAtNanos;
    private boolean connected;
    private @Nullable ClientWebSocket socket;
    private @Nullable Receiver receiver;

    /**
     * A session that has not begun.
     *
     * @param open what is asked
     * @param services what the lane's calls share
     * @param calls the lane's sessions; this one enters them now and leaves at its end
     */
    SocketCall(OpenSocket open, CallServices services, Set<SocketCall> calls) {
        this.open = open;
        this.adapter = ProviderAdapters.of(open.candidate().channel());
        this.services = services;
        this.calls = calls;
        this.phaseSinceNanos = services.clock().getAsLong();
        calls.add(this);
    }

    /**
     * Runs the attempt to the end of the handshake.
     *
     * @param clients where sockets come from
     * @param full whether its channel has as many sessions as it may
     * @return what became of it; never fails
     */
    Future<SocketResult> run(SocketClients clients, boolean full) {
        if (full) {
            fail(BUSY);
            return result.future();
        }
        open.cancellation().onCancel(this::clientLeft);
        services.credentials()
                .authorized(open.candidate(), adapter.grant(open.candidate()))
                .onComplete(
                        candidate -> find(candidate, clients),
                        cause -> fail(
                                cause instanceof GatewayException known
                                        ? known.failure()
                                        : new GatewayFailure.Internal()));
        return result.future();
    }

    /** Whose it is. */
    String accountId() {
        return open.candidate().accountId();
    }

    /** Whether it goes to a channel's provider. */
    boolean isAt(Channel channel) {
        return open.candidate().channel().baseUrl().equals(channel.baseUrl());
    }

    /** How it connects. */
    SocketClients.Way way() {
        return SocketClients.Way.of(open.candidate(), open.maxFrame());
    }

    /**
     * The library writes the handshake, credential and all, as soon as it is connected; so where only public addresses will do
     * it is given one, not a name that may have another by then.
     */
    private void find(Candidate candidate, SocketClients clients) {
        String name = way().name();
        if (name == null) {
            shake(candidate, clients, null);
            return;
        }
        services.media()
                .network()
                .allowed(name)
                .onComplete(address -> shake(candidate, clients, address), cause -> fail(UNREACHED));
    }

    private void shake(Candidate candidate, SocketClients clients, @Nullable InetAddress address) {
        if (phase != Phase.AUTHORIZING) {
            return;
        }
        SocketRequest request = adapter.realtime(candidate, open.beta());
        if (request == null) {
            fail(UpstreamFailure.of(Kind.INEXPRESSIBLE, "This provider has no realtime sessions."));
            return;
        }
        long now = services.clock().getAsLong();
        enter(Phase.SHAKING, now);
        writtenAtNanos = now;
        departures.add(new LateWrite(services.bus(), open.candidate(), open.reservation(), now));
        ClientWebSocket connecting = clients.socket(way());
        socket = connecting;
        connecting.frameHandler(this::received);
        connecting.exceptionHandler(cause -> {});
        connecting.closeHandler(v -> closed());
        connecting.drainHandler(v -> drained());
        connecting.connect(options(request, address)).onComplete(there -> shaken(), this::refused);
    }

    private WebSocketConnectOptions options(SocketRequest request, @Nullable InetAddress address) {
        BaseUrl url = open.candidate().channel().baseUrl();
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setHost(address == null ? url.host() : address.getHostAddress())
                .setPort(url.port())
                .setSsl(url.tls())
                .setURI(open.candidate().outbound().target(url, request.uri()))
                .setAllowOriginHeader(false);
        options.setTimeout(PATIENCE.toMillis());
        if (!open.clientRequestId().isEmpty()) {
            options.addHeader("x-client-request-id", open.clientRequestId());
        }
        options.addHeader("user-agent", "sluice");
        Outbound added = open.candidate().outbound();
        added.headers().forEach((name, value) -> options.putHeader(name, value.reveal()));
        request.headers().forEach(options::putHeader);
        if (address != null) {
            options.putHeader("host", url.authority());
        }
        return options;
    }

    private void shaken() {
        connected = true;
        ClientWebSocket opened = Objects.requireNonNull(socket);
        left();
        if (phase != Phase.SHAKING) {
            opened.close((short) NORMAL_CLOSURE);
            return;
        }
        opened.pause();
        enter(Phase.OPENED, services.clock().getAsLong());
        result.complete(new SocketResult.Opened(this, writtenAtNanos));
    }

    private void refused(Throwable cause) {
        if (phase != Phase.SHAKING) {
            return;
        }
        if (!(cause instanceof UpgradeRejectedException answer)) {
            fail(UpstreamClients.unreached(cause));
            return;
        }
        int status = answer.getStatus();
        if (status < 400 || status > 599) {
            fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The upstream answered with status " + status + "."));
            return;
        }
        Buffer body = answer.getBody() == null ? Buffer.buffer() : answer.getBody();
        UpstreamFailure failure = adapter.classify(
                status,
                answer.getHeaders(),
                body.getBytes(0, Math.min(body.length(), REFUSAL_BYTES)),
                services.wallClock().instant());
        services.reports().refused(open.candidate(), adapter, answer.getHeaders(), failure);
        if (failure.kind() == Kind.ACCOUNT_REFUSED) {
            services.credentials().refused(open.candidate().account());
        }
        fail(failure);
    }

    private void received(WebSocketFrame frame) {
        if (!(frame.isText() || frame.isBinary() || frame.isContinuation())) {
            return;
        }
        if (phase == Phase.CLAIMED) {
            Objects.requireNonNull(receiver).frame(frame);
        } else if (phase == Phase.SHAKING || phase == Phase.OPENED) {
            early.add(frame);
        }
    }

    private void drained() {
        if (phase == Phase.CLAIMED) {
            Objects.requireNonNull(receiver).drained();
        }
    }

    private void closed() {
        Phase before = phase;
        end();
        if (before == Phase.CLAIMED) {
            ClientWebSocket over = Objects.requireNonNull(socket);
            Short code = over.closeStatusCode();
            Objects.requireNonNull(receiver).closed(code == null ? NO_CODE : code & 0xffff, over.closeReason());
        }
    }

    private void clientLeft() {
        if (phase == Phase.AUTHORIZING || phase == Phase.SHAKING) {
            fail(new GatewayFailure.ClientClosed());
        }
    }

    private void fail(GatewayFailure failure) {
        boolean sent = phase == Phase.SHAKING;
        end();
        result.tryComplete(new SocketResult.Failed(failure, sent, writtenAtNanos));
    }

    private void enter(Phase next, long now) {
        phase = next;
        phaseSinceNanos = now;
    }

    private void end() {
        phase = Phase.ENDED;
        calls.remove(this);
        early.clear();
        left();
    }

    private void left() {
        long now = services.clock().getAsLong();
        departures.forEach(departure -> departure.left(now));
        departures.clear();
    }

    /**
     * Ends the session when its phase takes too long.
     *
     * @param now monotonic nanoseconds
     */
    void check(long now) {
        departures.forEach(departure -> departure.check(now));
        long inPhase = now - phaseSinceNanos;
        Duration connect = open.candidate().timeouts().connect();
        switch (phase) {
            case AUTHORIZING -> {
                if (inPhase > PATIENCE.toNanos()) {
                    fail(UNREACHED);
                }
            }
            case SHAKING -> {
                if (inPhase > connect.plus(PATIENCE).toNanos()) {
                    fail(UpstreamFailure.of(Kind.HEAD_TIMEOUT, "The upstream did not answer in time."));
                }
            }
            case OPENED -> {
                if (inPhase > CLAIM_NANOS) {
                    close(NORMAL_CLOSURE, null);
                }
            }
            case CLAIMED, ENDED -> {}
        }
    }

    @Override
    public void claim(Receiver reader) {
        if (phase == Phase.ENDED && receiver == null) {
            reader.closed(NO_CODE, null);
            return;
        }
        if (phase != Phase.OPENED) {
            throw new IllegalStateException("a socket is claimed once; it is " + phase);
        }
        enter(Phase.CLAIMED, services.clock().getAsLong());
        receiver = reader;
        List<WebSocketFrame> first = List.copyOf(early);
        early.clear();
        first.forEach(reader::frame);
        resume();
    }

    @Override
    public void write(WebSocketFrame frame) {
        if (phase == Phase.CLAIMED) {
            Objects.requireNonNull(socket).writeFrame(frame);
        }
    }

    @Override
    public void write(WebSocketFrame frame, long reservation, long now) {
        if (phase == Phase.CLAIMED) {
            LateWrite departure = new LateWrite(services.bus(), open.candidate(), reservation, now);
            departures.add(departure);
            Objects.requireNonNull(socket).writeFrame(frame).onComplete(written -> {
                departure.left(services.clock().getAsLong());
                departures.remove(departure);
            });
        }
    }

    @Override
    public void ping(Buffer data) {
        if (phase == Phase.CLAIMED) {
            Objects.requireNonNull(socket).writePing(data);
        }
    }

    @Override
    public boolean isFull() {
        ClientWebSocket there = Objects.requireNonNull(socket);
        return phase == Phase.CLAIMED && !there.isClosed() && there.writeQueueFull();
    }

    @Override
    public void pause() {
        if (phase == Phase.CLAIMED) {
            Objects.requireNonNull(socket).pause();
        }
    }

    @Override
    public void resume() {
        if (phase == Phase.CLAIMED) {
            Objects.requireNonNull(socket).resume();
        }
    }

    @Override
    public void close(int code, @Nullable String reason) {
        if (phase == Phase.ENDED) {
            return;
        }
        end();
        ClientWebSocket open = socket;
        if (open != null && connected) {
            // What still comes must be read for the close to come behind it.
            open.resume();
            open.close((short) code, reason).onFailure(cause -> LOG.debug("while closing", cause));
        }
    }
}
