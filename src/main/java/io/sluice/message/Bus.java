package io.sluice.message;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event bus by typed addresses; everything stays on the node but what is announced. Bound to the event loop that uses it: replies come
 * back on the caller's context.
 */
public final class Bus {
    private static final Logger LOG = LoggerFactory.getLogger(Bus.class);

    private final EventBus bus;
    private final DeliveryOptions request;
    private final DeliveryOptions oneWay = new DeliveryOptions().setLocalOnly(true);

    /**
     * Wraps the event bus.
     *
     * @param vertx whose bus
     * @param timeout how long a reply may take; running into it is a defect, for the callee keeps the deadlines
     */
    public Bus(Vertx vertx, Duration timeout) {
        this.bus = vertx.eventBus();
        this.request = new DeliveryOptions().setLocalOnly(true).setSendTimeout(timeout.toMillis());
    }

    /**
     * Sends a request.
     *
     * @return the reply; fails with {@link GatewayException} when there is none
     */
    public <Q, R> Future<R> request(Address<Q, R> address, Q message) {
        return request(address, message, request);
    }

    /**
     * Sends a request whose callee keeps a longer deadline.
     *
     * @param timeout how long the reply may take
     * @return the reply; fails with {@link GatewayException} when there is none
     */
    public <Q, R> Future<R> request(Address<Q, R> address, Q message, Duration timeout) {
        return request(
                address, message, new DeliveryOptions().setLocalOnly(true).setSendTimeout(timeout.toMillis()));
    }

    private <Q, R> Future<R> request(Address<Q, R> address, Q message, DeliveryOptions options) {
        return bus.<R>request(address.name(), message, options)
                .map(Message::body)
                .recover(cause -> Future.failedFuture(new GatewayException(failureOf(cause))));
    }

    /** Sends one way to one consumer. */
    public <Q> void send(Address<Q, Void> address, Q message) {
        bus.send(address.name(), message, oneWay);
    }

    /** Sends one way to every consumer. */
    public <Q> void publish(Address<Q, Void> address, Q message) {
        bus.publish(address.name(), message, oneWay);
    }

    /** Sends one way to every consumer of every node, this one included; without a cluster, of this one. */
    public <Q> void announce(Address<Q, Void> address, Q message) {
        bus.publish(address.name(), message);
    }

    /**
     * Consumes announcements of every node on the current context. One that cannot be read is left out: a later program may
     * say what this one does not know.
     *
     * @return the registration, to be undone at stop
     */
    public <Q> MessageConsumer<Q> hear(Address<Q, Void> address, Consumer<Q> consumer) {
        return bus.consumer(address.name(), message -> {
            Q body;
            try {
                body = message.body();
            } catch (WireReader.WireException e) {
                LOG.warn("an announcement to {} cannot be read: {}", address.name(), e.getMessage());
                return;
            }
            consumer.accept(body);
        });
    }

    /**
     * Consumes one-way messages on the current context.
     *
     * @return the registration, to be undone at stop
     */
    public <Q> MessageConsumer<Q> consume(Address<Q, Void> address, Consumer<Q> consumer) {
        return bus.localConsumer(address.name(), message -> consumer.accept(message.body()));
    }

    /**
     * Consumes requests on the current context.
     *
     * @param handler answers; a failed future is a defect and reaches the caller as an internal failure
     * @return the registration, to be undone at stop
     */
    public <Q, R> MessageConsumer<Q> serve(Address<Q, R> address, Function<Q, Future<R>> handler) {
        return bus.localConsumer(address.name(), message -> answer(message, handler));
    }

    private static <Q, R> void answer(Message<Q> message, Function<Q, Future<R>> handler) {
        Future<R> reply;
        try {
            reply = handler.apply(message.body());
        } catch (RuntimeException e) {
            reply = Future.failedFuture(e);
        }
        reply.onSuccess(message::reply).onFailure(cause -> {
            LOG.error("no answer to {}", message.address(), cause);
            message.fail(1, "defect");
        });
    }

    private static GatewayFailure failureOf(Throwable cause) {
        if (!(cause instanceof ReplyException reply)) {
            return new GatewayFailure.Internal();
        }
        return switch (reply.failureType()) {
            case TIMEOUT -> new GatewayFailure.Overloaded("The gateway could not answer in time.");
            case NO_HANDLERS -> new GatewayFailure.Unavailable("The gateway is starting or stopping.");
            default -> new GatewayFailure.Internal();
        };
    }
}
