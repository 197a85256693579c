package io.sluice.ingress;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.Forbidden;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
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
import java.time.Instant;
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
        client.start(new ClientSide());
        guarded(() -> upstream.claim(this));
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
            finish(new GatewayFailure.Internal(), Ending.CUT, CloseCodes.INTERNAL_ERROR, null);
        }
    }

    // --- the client's side

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
            finish(new GatewayFailure.ClientClosed(), Ending.CANCELLED, CloseCodes.POLICY, "too many pings");
        }

        @Override
        public void closed(int code, @Nullable String reason) {
            endpoint.connections().closed(incoming.request().connection());
            guarded(() -> {
                if (code == CloseCodes.NONE) {
                    finish(new GatewayFailure.ClientClosed(), Ending.CANCELLED, code, null);
                } else {
                    finish(null, Ending.COMPLETED, code, reason);
                }
            });
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
            if (type.equals(UPDATE)) {
                update(event, text, frames);
            } else if (draining) {
                say(new GatewayFailure.Unavailable("The gateway is stopping."), event.id());
            } else {
                create(event, frames);
            }
        }

        @Override
        public void tooLarge() {
            finish(tooLargeMessage(), Ending.CUT, CloseCodes.TOO_BIG, null);
        }
    }

    private InvalidRequest tooLargeMessage() {
        return new InvalidRequest(
                InvalidRequest.Kind.BODY_TOO_LARGE,
                "A message is larger than " + endpoint.config().message()
                        + " bytes, or than what the gateway can hold now.",
                null,
                "message_too_large");
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
            say(
                    new InvalidRequest(
                            InvalidRequest.Kind.MALFORMED,
                            "The model of a session cannot be changed; open another session for it.",
                            "session.model",
                            "model_not_allowed"),
                    event.id());
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

    // --- the provider's side

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
        guarded(() -> {
            if (code == CloseCodes.NORMAL) {
                finish(null, Ending.COMPLETED, code, reason);
            } else {
                UpstreamFailure failure =
                        UpstreamFailure.of(Kind.TRUNCATED, "The upstream ended the session with code " + code + ".");
                finish(failure, Ending.CUT, CloseCodes.isAllowed(code) ? code : CloseCodes.INTERNAL_ERROR, reason);
            }
        });
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
                        finish(
                                UpstreamFailure.of(Kind.BAD_RESPONSE, "The upstream makes too many responses."),
                                Ending.CUT,
                                CloseCodes.INTERNAL_ERROR,
                                null);
                        return;
                    }
                    frames.forEach(toClient::pass);
                }
                case "response.done" -> {
                    turns().done(event, text);
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
            finish(
                    UpstreamFailure.of(Kind.BAD_RESPONSE, "The upstream sent a message that is too large."),
                    Ending.CUT,
                    CloseCodes.INTERNAL_ERROR,
                    null);
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

    // --- time

    @Override
    public void check(long now) {
        guarded(() -> {
            Duration stall = services.bounds().writeStall();
            Duration ping = services.bounds().ping();
            if (isOver(now, client.fullSince(), stall) || client.isSilent(now, stall.plus(ping))) {
                finish(new GatewayFailure.ClientClosed(), Ending.CANCELLED, CloseCodes.POLICY, "nothing is taken");
            } else if (isOver(now, providerFullNanos, stall)) {
                finish(
                        UpstreamFailure.of(Kind.TRUNCATED, "The upstream takes nothing any more."),
                        Ending.CUT,
                        CloseCodes.INTERNAL_ERROR,
                        null);
            } else if (isOver(now, startNanos, endpoint.config().session())) {
                expire("The session has lasted as long as the gateway allows.", "session_expired");
            } else if (isOver(now, activeNanos, endpoint.config().idle())) {
                expire("Nothing was said in the session for too long.", "session_idle");
            } else if (turns().isLate(now)) {
                finish(
                        new GatewayFailure.DeadlineExceeded("The response took longer than the gateway allows."),
                        Ending.CUT,
                        CloseCodes.INTERNAL_ERROR,
                        null);
            } else if (isOver(now, pingedNanos, ping)) {
                pingedNanos = now;
                client.ping();
                upstream.ping(Buffer.buffer());
            }
        });
    }

    private static boolean isOver(long now, long since, Duration most) {
        return since != 0 && now - since > most.toNanos();
    }

    private void expire(String message, String code) {
        finish(
                new InvalidRequest(InvalidRequest.Kind.MALFORMED, message, null, code),
                Ending.CUT,
                CloseCodes.NORMAL,
                code);
    }

    /**
     * The files have changed.
     *
     * @param revision what counts now
     * @param now wall clock
     */
    void revision(GatewayRevision revision, Instant now) {
        VirtualKey key = revision.keys().find(incoming.key().hash()).orElse(null);
        boolean expired = key != null && key.expires() != null && !now.isBefore(key.expires());
        if (key == null || key.disabled() || expired || !key.allows(model.name())) {
            guarded(() -> finish(
                    new Forbidden("This API key may not be used for the session any more.", "key_revoked"),
                    Ending.CUT,
                    CloseCodes.POLICY,
                    "key revoked"));
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
        guarded(() -> finish(
                new GatewayFailure.Unavailable("The gateway is stopping; open the session anew."),
                Ending.CUT,
                CloseCodes.GOING_AWAY,
                null));
    }

    // --- the end

    /**
     * The one end of every session: settles what is open, records the usage, and then lets the client see the end.
     *
     * @param failure what the client is told; null when a side wanted the end
     * @param ending for the record
     * @param code close code for both sides
     * @param reason for both sides; null for none
     */
    private void finish(@Nullable GatewayFailure failure, Ending ending, int code, @Nullable String reason) {
        if (over) {
            return;
        }
        over = true;
        services.timed().remove(this);
        endpoint.closed(this);
        fromClient.release();
        fromProvider.release();
        turns().end(failure);
        String words = CloseCodes.reason(reason);
        int allowed = CloseCodes.isAllowed(code) ? code : CloseCodes.GOING_AWAY;
        upstream.close(ending == Ending.CUT ? CloseCodes.GOING_AWAY : allowed, ending == Ending.CUT ? null : words);
        meter.record(turns().usage(), turns().isEstimated(), ending, failure, firstEventNanos)
                .onComplete(done -> {
                    if (done.failed()) {
                        LOG.error("usage of session {} was not taken: {}", incoming.id(), String.valueOf(done.cause()));
                    }
                    String last = failure == null || toClient.isInMessage()
                            ? null
                            : RealtimeWords.error(nextId(), failure, null);
                    client.close(last, allowed, words);
                    services.open().remove(this);
                    endpoint.leave();
                });
    }
}
