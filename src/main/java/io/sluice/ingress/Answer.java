package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.message.UpstreamExchange;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One provider answer on its way to the client: claimed, read by a tap, written as it comes. The end is held: {@link
 * #end} sends it when the usage record is safe. Used on the lane's event loop.
 */
final class Answer implements Timed {
    private static final Logger LOG = LoggerFactory.getLogger(Answer.class);

    /** How long an upstream may stay open behind the last piece of its answer. */
    private static final long LINGER_NANOS = 500_000_000L;

    private final ExchangeServices services;
    private final AnswerWriter writer;
    private final UpstreamExchange exchange;
    private final ReadStream<Buffer> stream;
    private final ResponseTap tap;
    private final boolean events;
    private final boolean pieces;
    private final Runnable whenBegun;
    private final Consumer<@Nullable GatewayFailure> whenOver;
    private boolean begun;
    private @Nullable Buffer held;
    private long lastPieceNanos;
    private boolean clientGone;
    private boolean over;

    /**
     * Claims an answer.
     *
     * @param services what the lane's exchanges share
     * @param writer the client's side
     * @param exchange the provider's side
     * @param tap reads it
     * @param whenBegun told once, before the first byte goes to the client's side
     * @param whenOver told once: null for a whole answer, else why it is not
     */
    Answer(
            ExchangeServices services,
            AnswerWriter writer,
            UpstreamExchange exchange,
            ResponseTap tap,
            Runnable whenBegun,
            Consumer<@Nullable GatewayFailure> whenOver) {
        this.services = services;
        this.writer = writer;
        this.exchange = exchange;
        this.whenBegun = whenBegun;
        this.whenOver = whenOver;
        this.stream = exchange.claim();
        String contentType = exchange.headers().getOrDefault("content-type", "");
        this.events = contentType.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
        this.tap = tap;
        this.pieces = events || writer.isArrayStream() || tap.isOpaque();
    }

    ResponseTap tap() {
        return tap;
    }

    /** Begins to read. */
    void start() {
        if (pieces) {
            services.metrics().streamsOpen(1);
        }
        services.timed().add(this);
        stream.handler(piece -> guarded(() -> received(piece)));
        stream.endHandler(v -> guarded(this::ended));
        stream.exceptionHandler(cause -> guarded(() -> broke(cause)));
        stream.resume();
    }

    /** A step that throws ends the answer; without this nothing else would. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException defect) {
            LOG.error("an answer failed by a defect", defect);
            exchange.cancel("a defect");
            over(new GatewayFailure.Internal());
        }
    }

    private void received(Buffer piece) {
        if (over) {
            return;
        }
        byte[] bytes = piece.getBytes();
        AnswerWriter.Collector out = new AnswerWriter.Collector(piece, bytes);
        tap.feed(bytes, out);
        UpstreamFailure error = tap.error();
        Buffer result = out.result();
        if (result != null && !clientGone && (error == null || writer.isCommitted())) {
            send(result);
        }
        if (error != null) {
            exchange.cancel("error in the answer");
            over(error);
        }
    }

    /**
     * Sends a piece on. Two kinds wait: the first piece of a body that is not a stream, of which half is of no use to
     * anyone, so that an answer cut there can still fall back; and everything behind which only the last piece follows,
     * until the usage record is safe, to go out in one write.
     */
    private void send(Buffer piece) {
        begin();
        boolean last = tap.last().length > 0;
        if (last) {
            lastPieceNanos = services.clock().getAsLong();
        }
        boolean first = !pieces && !writer.isCommitted() && held == null;
        Buffer joined = held == null ? piece : held.appendBuffer(piece);
        if (last || first) {
            held = joined;
            return;
        }
        held = null;
        writer.write(joined);
        if (writer.isFull(stream::resume)) {
            stream.pause();
        }
    }

    private void begin() {
        if (!begun) {
            begun = true;
            whenBegun.run();
            if (!clientGone) {
                writer.prepare(exchange.headers(), events);
            }
        }
    }

    private void ended() {
        if (over) {
            return;
        }
        Buffer nothing = Buffer.buffer();
        AnswerWriter.Collector out = new AnswerWriter.Collector(nothing, new byte[0]);
        tap.end(out);
        UpstreamFailure error = tap.error();
        Buffer rest = out.result();
        if (rest != null && !clientGone && error == null) {
            held = held == null ? rest : held.appendBuffer(rest);
        }
        if (error != null) {
            over(error);
        } else if (tap.complete()) {
            begin();
            over(null);
        } else {
            over(UpstreamFailure.of(
                    UpstreamFailure.Kind.TRUNCATED, "The upstream ended its answer before it was whole."));
        }
    }

    private void broke(Throwable cause) {
        over(
                cause instanceof GatewayException known
                        ? known.failure()
                        : UpstreamFailure.of(UpstreamFailure.Kind.TRUNCATED, "The upstream broke off its answer."));
    }

    /** The client has gone: the upstream is closed, or read on to learn the true usage. */
    void clientLeft() {
        clientGone = true;
        if (over) {
            return;
        }
        if (exchange.drains()) {
            stream.resume();
        } else {
            exchange.cancel("client gone");
            over(new GatewayFailure.ClientClosed());
        }
    }

    /** Ends the answer from our side. */
    void cut(GatewayFailure reason) {
        if (!over) {
            exchange.cancel("the node stops");
            over(reason);
        }
    }

    @Override
    public void check(long now) {
        if (lastPieceNanos != 0 && now - lastPieceNanos > LINGER_NANOS) {
            exchange.cancel("nothing follows the last piece");
            over(null);
        } else if (!clientGone
                && writer.stalledNanos(now) > services.bounds().writeStall().toNanos()) {
            exchange.cancel("the client takes nothing");
            writer.drop();
            clientGone = true;
            over(new GatewayFailure.ClientClosed());
        } else if (!clientGone && lastPieceNanos == 0) {
            writer.pingIfSilent(now);
        }
    }

    private void over(@Nullable GatewayFailure failure) {
        if (over) {
            return;
        }
        over = true;
        services.timed().remove(this);
        if (pieces) {
            services.metrics().streamsOpen(-1);
        }
        if (begun && failure != null && !writer.isCommitted()) {
            writer.unprepare(exchange.headers());
        }
        whenOver.accept(failure);
    }

    /** Sends what was held and ends the client's answer. */
    void end() {
        Buffer last = Buffer.buffer(tap.last());
        writer.end(held == null ? last : held.appendBuffer(last));
    }
}
