package io.sluice.notify;

import io.sluice.domain.notice.Backoff;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.Telling;
import io.sluice.metrics.NoticeMetrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings messages to one sink, one at a time, each tried a bounded number of times with growing pauses. Says in the log when
 * the sink begins to fail and when it is back, once. Used on one event loop.
 */
final class Courier {
    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
    private static final long NONE = -1;

    private final Vertx vertx;
    private final NoticeSink config;
    private final Sink sink;
    private final NoticeMetrics metrics;
    private final DoubleSupplier dice;
    private boolean failing;
    private boolean retired;
    private boolean testing;
    private @Nullable Consumer<Ending> onEnd;
    private long timer = NONE;

    /** How a message ended. */
    enum Ending {
        /** The sink has it. */
        DELIVERED,
        /** The sink does not have it, and it is tried no more. */
        FAILED,
        /** The sink was changed or taken out meanwhile. */
        RETURNED
    }

    /**
     * Brings nothing yet.
     *
     * @param config what the sink is
     * @param sink where it is; closed by this
     * @param dice at random from 0 to 1
     */
    Courier(Vertx vertx, NoticeSink config, Sink sink, NoticeMetrics metrics, DoubleSupplier dice) {
        this.vertx = vertx;
        this.config = config;
        this.sink = sink;
        this.metrics = metrics;
        this.dice = dice;
    }

    /** What the sink is. */
    NoticeSink config() {
        return config;
    }

    /**
     * Brings a message; not while another is under way.
     *
     * @param end is told once how it ended, later
     */
    void bring(Telling telling, Consumer<Ending> end) {
        onEnd = end;
        attempt(telling, 1);
    }

    private void attempt(Telling telling, int number) {
        once(telling).onSuccess(done -> end(Ending.DELIVERED)).onFailure(cause -> {
            boolean hopeless = cause instanceof Undelivered why && why.isHopeless();
            Duration asked = cause instanceof Undelivered why ? why.after() : Duration.ZERO;
            if (retired) {
                end(Ending.RETURNED);
            } else if (hopeless || number >= config.attempts()) {
                end(Ending.FAILED);
            } else {
                Duration pause = Backoff.pause(number, asked, dice.getAsDouble());
                timer = vertx.setTimer(pause.toMillis(), fired -> {
                    timer = NONE;
                    attempt(telling, number + 1);
                });
            }
        });
    }

    /** Tries a message once, beside any that is under way, but not beside another test. */
    Future<Void> test(Telling telling) {
        if (testing) {
            return Future.failedFuture(Undelivered.forNow("a test of it is under way"));
        }
        testing = true;
        return once(telling).onComplete(done -> testing = false);
    }

    private Future<Void> once(Telling telling) {
        return tried(telling)
                .recover(cause -> Future.failedFuture(cause instanceof Undelivered ? cause : broken(cause)))
                .onSuccess(done -> worked())
                .onFailure(this::failed);
    }

    private Future<Void> tried(Telling telling) {
        try {
            return sink.deliver(telling);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    /** What nobody foresaw may name the address, so its kind must do. */
    private static Undelivered broken(Throwable cause) {
        return Undelivered.forNow("it cannot be tried: " + cause.getClass().getSimpleName());
    }

    private void worked() {
        metrics.sent(config.name());
        if (failing) {
            failing = false;
            LOG.info("notification sink {} takes messages again", config.name());
        }
    }

    private void failed(Throwable cause) {
        metrics.failed(config.name());
        if (!failing) {
            failing = true;
            LOG.warn("notification sink {} takes no messages: {}", config.name(), cause.getMessage());
        }
    }

    private void end(Ending ending) {
        Consumer<Ending> told = onEnd;
        onEnd = null;
        if (told != null) {
            told.accept(ending);
        }
        if (retired) {
            close();
        }
    }

    /** The sink was changed or taken out: an attempt goes on, and no other is made. */
    void retire() {
        retired = true;
        if (timer != NONE) {
            vertx.cancelTimer(timer);
            timer = NONE;
            end(Ending.RETURNED);
        } else if (onEnd == null) {
            close();
        }
    }

    private void close() {
        sink.close().onFailure(cause -> LOG.debug("a sink did not close", cause));
    }
}
