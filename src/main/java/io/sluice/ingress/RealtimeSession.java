package io.sluice.ingress;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.pool.Model;
import io.sluice.domain.realtime.RealtimeEvent;
import io.sluice.ingress.ClientSocket.Hold;
import io.sluice.message.KeyLimits;
import io.sluice.message.UpstreamSocket;
import io.sluice.message.UsageRecord.Ending;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open session: frames go both ways as they came, as fast as the slower side takes them. What limits and usage have to
 * know is read from a few kinds of events; see {@link RealtimeTurns}.
 *
 * <p>Every way ends in {@link #finish}, once. Runs on the lane's event loop.
 */
final class RealtimeSession implements InFlight, Timed, UpstreamSocket.Receiver, RealtimeTurns.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(RealtimeSession.class);

    private static final String CREATE = "response.create";
    private static final String UPDATE = "session.update";
    private static final String APPEND = "input_audio_buffer.append";
    private static final Set<String> OF_CLIENT = Set.of(CREATE, UPDATE);
    private static final Set<String> OF_PROVIDER = Set.of(
            "session.created", "session.updated", "response.created", "response.done", "rate_limits.updated", "error");
    private static final int MOST_OWN_EVENTS = 64;

    private final RealtimeEndpoint endpoint;
    private final ExchangeServices services;
    private final Incoming incoming;
    private final Model model;
    private final UsageMeter meter;
    private final ClientSocket client;
    private final UpstreamSocket upstream;
    private final MessageOrder toClient;
    private final MessageOrder toProvider;
    private final MessageGate fromClient;
    private final MessageGate fromProvider;
    private final long startNanos;
    private @Nullable RealtimeTurns turns;
    private @Nullable RealtimeNames names;
    private long activeNanos;
    private long pingedNanos;
    private long providerFullNanos;
    private long firstEventNanos = -1;
    private long ownEvents;
    private boolean draining;
    private boolean over;

    /**
     * A session whose both sides are open.
     *
     * @param endpoint keeps the sessions
     * @param services what the lane's exchanges share
     * @param incoming the session's request
     * @param model the model that was asked for
     * @param meter writes the usage record
     * @param client the client's side
     * @param upstream the provider's side, not claimed
     */
    RealtimeSession(
            RealtimeEndpoint endpoint,
            ExchangeServices services,
            Incoming incoming,
            Model model,
            UsageMeter meter,
            ServerWebSocket client,
            UpstreamSocket upstream) {
        this.endpoint = endpoint;
        this.services = services;
        this.incoming = incoming;
        this.model = model;
        this.meter = meter;
        this.client = new ClientSocket(client, services.clock(), upstream::pause);
        this.upstream = upstream;
        this.toClient = new MessageOrder(this.client::write);
        this.toProvider = new MessageOrder(upstream::write);
        int most = endpoint.config().message();
        this.fromClient = new MessageGate(OF_CLIENT, most, services.limits(), new ClientSide());
        this.fromProvider = new MessageGate(OF_PROVIDER, most, services.limits(), new ProviderSide());
        this.startNanos = services.clock().getAsLong();
        this.activeNanos = startNanos;
        this.pingedNanos = startNanos;
    }

    /**
     * Begins; everything after happens by itself.
     *
     * @param opened the attempt that opened it
     * @param maxWait how long a response may wait for room
     */
    void start(Attempt opened, Duration maxWait) {
        names = new RealtimeNames(model.name(), opened.candidate());
        turns = new RealtimeTurns(services, incoming, model, opened, maxWait, this);
        endpoint.opened(this);
        services.timed().add(this);
        guarded(() -> client.start(new ClientSide()));
        guarded(() -> upstream.claim(this));
        checkKey();
    }

    private RealtimeTurns turns() {
        return Objects.requireNonNull(turns);
    }

    private RealtimeNames names() {
        return Objects.requireNonNull(names);
    }

    /** A step that throws ends the session; without this nothing else would. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException defect) {
            LOG.error("session {} failed by a defect", incoming.id(), defect);
            finish(SessionEnd.defect());
        }
    }

    /** What the client says. */
    private final class ClientSide implements MessageGate.Side, ClientSocket.Listener {
        @Override
        public void frame(WebSocketFrame frame) {
            guarded(() -> {
                if (!over) {
                    activeNanos = services.clock().getAsLong();
                    fromClient.take(frame);
                    if (!over && upstream.isFull() && providerFullNanos == 0) {
                        providerFullNanos = activeNanos;
                        client.hold(Hold.PROVIDER_FULL);
                    }
                }
            });
        }

        @Override
        public void drained() {
            upstream.resume();
        }

        @Override
        public void flooded() {
            finish(SessionEnd.clientStuck("too many pings"));
        }

        @Override
        public void closed(int code, @Nullable String reason) {
            endpoint.connections().closed(incoming.request().connection());
            guarded(() -> finish(SessionEnd.byClient(code, reason)));
        }

        @Override
        public void pass(WebSocketFrame frame, @Nullable String type) {
            int bytes = frame.binaryData().length();
            if (APPEND.equals(type)) {
                turns().estimate().heardSound(bytes);
            } else {
                turns().estimate().heard(bytes);
            }
            toProvider.pass(frame);
        }

        @Override
        public void message(String type, byte[] text, List<WebSocketFrame> frames) {
            RealtimeEvent event = RealtimeEvent.read(text);
            checkKey();
            if (type.equals(UPDATE)) {
                update(event, text, frames);
            } else if (draining) {
                say(new GatewayFailure.Unavailable("The gateway is stopping."), event.id());
            } else if (!over) {
                create(event, frames);
            }
        }

        @Override
        public void tooLarge() {
            finish(SessionEnd.clientTooLarge(endpoint.config().message()));
        }
    }

    /** The response waits for room; what the client says behind it waits too. */
    private void create(RealtimeEvent event, List<WebSocketFrame> frames) {
        client.hold(Hold.ASKING);
        turns().ask(
                        turn -> guarded(() -> {
                            for (int i = 0; i < frames.size() - 1; i++) {
                                toProvider.pass(frames.get(i));
                            }
                            upstream.write(
                                    frames.getLast(),
                                    turn.reservation(),
                                    services.clock().getAsLong());
                            toProvider.ended();
                            asked();
                        }),
                        failure -> guarded(() -> {
                            say(failure, event.id());
                            asked();
                        }));
    }

    private void asked() {
        activeNanos = services.clock().getAsLong();
        client.letGo(Hold.ASKING);
        endIfDrained();
    }

    private void update(RealtimeEvent event, byte[] text, List<WebSocketFrame> frames) {
        if (names().keepsModel(event, text)) {
            toProvider.pass(names().forProvider(event, text), frames);
        } else {
            say(RealtimeNames.MODEL_STAYS, event.id());
        }
    }

    private void say(GatewayFailure failure, @Nullable String about) {
        if (!over && toClient.waiting() < MOST_OWN_EVENTS) {
            toClient.say(RealtimeWords.error(nextId(), failure, about));
        }
    }

    private String nextId() {
        return "event_" + incoming.id() + "_" + ++ownEvents;
    }

    @Override
    public void frame(WebSocketFrame frame) {
        guarded(() -> {
            if (!over) {
                activeNanos = services.clock().getAsLong();
                firstEventNanos = firstEventNanos < 0 ? activeNanos : firstEventNanos;
                fromProvider.take(frame);
            }
        });
    }

    @Override
    public void drained() {
        guarded(() -> {
            providerFullNanos = 0;
            client.letGo(Hold.PROVIDER_FULL);
        });
    }

    @Override
    public void closed(int code, @Nullable String reason) {
        guarded(() -> finish(SessionEnd.byProvider(code, reason)));
    }

    /** What the provider says. */
    private final class ProviderSide implements MessageGate.Side {
        @Override
        public void pass(WebSocketFrame frame, @Nullable String type) {
            toClient.pass(frame);
        }

        @Override
        public void message(String type, byte[] text, List<WebSocketFrame> frames) {
            RealtimeEvent event = RealtimeEvent.read(text);
            switch (type) {
                case "response.created" -> {
                    if (!turns().created(event.responseId())) {
                        finish(SessionEnd.providerWrong(Kind.BAD_RESPONSE, "The upstream makes too many responses."));
                        return;
                    }
                    frames.forEach(toClient::pass);
                }
                case "response.done" -> {
                    turns().done(event, text);
                    meter.stands(turns().usage());
                    toClient.pass(names().forClient(event, text), frames);
                    endIfDrained();
                }
                case "error" -> {
                    turns().error(UpstreamErrors.inAnswer(event.errorStart() < 0 ? text : event.error(text)));
                    toClient.pass(names().forClient(event, text), frames);
                }
                // The account's limits are not the client's; the key's are said where they change.
                case "rate_limits.updated" -> {}
                default -> toClient.pass(names().forClient(event, text), frames);
            }
        }

        @Override
        public void tooLarge() {
            finish(SessionEnd.providerWrong(Kind.BAD_RESPONSE, "The upstream sent a message that is too large."));
        }
    }

    @Override
    public void refused(String responseId, GatewayFailure failure) {
        guarded(() -> {
            if (!over && toProvider.waiting() < MOST_OWN_EVENTS) {
                toProvider.say(RealtimeWords.cancel(responseId));
                say(failure, null);
            }
        });
    }

    @Override
    public void limits(KeyLimits limits) {
        if (!over && toClient.waiting() < MOST_OWN_EVENTS) {
            toClient.say(RealtimeWords.limits(nextId(), limits));
        }
    }

    @Override
    public void check(long now) {
        guarded(() -> {
            Duration stall = services.bounds().writeStall();
            Duration ping = services.bounds().ping();
            if (isOver(now, client.fullSince(), stall) || client.isSilent(now, stall.plus(ping))) {
                finish(SessionEnd.clientStuck("nothing is taken"));
            } else if (isOver(now, providerFullNanos, stall)) {
                finish(SessionEnd.providerWrong(Kind.TRUNCATED, "The upstream takes nothing any more."));
            } else if (isOver(now, startNanos, endpoint.config().session())) {
                finish(SessionEnd.expired("The session has lasted as long as the gateway allows.", "session_expired"));
            } else if (isOver(now, activeNanos, endpoint.config().idle())) {
                finish(SessionEnd.expired("Nothing was said in the session for too long.", "session_idle"));
            } else if (turns().isLate(now)) {
                finish(SessionEnd.late());
            } else if (isOver(now, pingedNanos, ping)) {
                pingedNanos = now;
                client.ping();
                upstream.ping(Buffer.buffer());
                // A key may expire while only sound comes, and responses that the provider makes by itself.
                checkKey();
            }
        });
    }

    private static boolean isOver(long now, long since, Duration most) {
        return since != 0 && now - since > most.toNanos();
    }

    /** Ends the session when its key may not be used any more. */
    void checkKey() {
        if (!endpoint.stillAllows(incoming, model)) {
            guarded(() -> finish(SessionEnd.revoked()));
        }
    }

    @Override
    public void drain() {
        draining = true;
        endIfDrained();
    }

    private void endIfDrained() {
        if (draining && !over && turns().isQuiet()) {
            cut();
        }
    }

    @Override
    public void cut() {
        guarded(() -> finish(SessionEnd.stopping()));
    }

    /** The one end of every session: settles what is open, records the usage, and then lets the client see the end. */
    private void finish(SessionEnd end) {
        if (over) {
            return;
        }
        over = true;
        services.timed().remove(this);
        endpoint.closed(this);
        fromClient.release();
        fromProvider.release();
        turns().end(end.failure());
        String reason = CloseCodes.reason(end.reason());
        upstream.close(end.providerCode(), end.ending() == Ending.CUT ? null : reason);
        meter.record(turns().usage(), end.ending(), end.failure(), firstEventNanos)
                .onComplete(done -> {
                    if (done.failed()) {
                        LOG.error("usage of session {} was not taken: {}", incoming.id(), String.valueOf(done.cause()));
                    }
                    GatewayFailure failure = end.failure();
                    String last = failure == null || toClient.isInMessage()
                            ? null
                            : RealtimeWords.error(nextId(), failure, null);
                    try {
                        client.close(last, end.clientCode(), reason);
                    } finally {
                        services.open().remove(this);
                        services.leave();
                    }
                });
    }
}
