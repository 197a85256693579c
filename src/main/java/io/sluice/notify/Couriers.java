package io.sluice.notify;

import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Chat;
import io.sluice.domain.notice.NoticeSink.Mail;
import io.sluice.domain.notice.NoticeSink.Webhook;
import io.sluice.domain.notice.Occurrence;
import io.sluice.domain.notice.Telling;
import io.sluice.domain.notice.Telling.Group;
import io.sluice.domain.notice.Telling.State;
import io.sluice.message.NoticeTested;
import io.sluice.message.NoticeTested.Result;
import io.sluice.message.TestNotice;
import io.sluice.metrics.NoticeMetrics;
import io.sluice.notify.Courier.Ending;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The couriers of all sinks. Used on one event loop. */
final class Couriers {
    private static final Logger LOG = LoggerFactory.getLogger(Couriers.class);

    private static final long TEST_SECONDS = 50;

    private final Vertx vertx;
    private final String node;
    private final InstantSource clock;
    private final NoticeMetrics metrics;
    private final DoubleSupplier dice;
    private final Map<String, Courier> bySink = new LinkedHashMap<>();
    private Endings endings = (sink, id, ending) -> {};

    /** Hears how messages ended. */
    interface Endings {
        /**
         * A message ended.
         *
         * @param sink name of its sink, which may be another sink's by now
         * @param id of the message
         */
        void ended(String sink, String id, Ending ending);
    }

    /**
     * None yet.
     *
     * @param node name of this node, for tests of sinks
     * @param clock for messages and signatures
     * @param dice at random from 0 to 1
     */
    Couriers(Vertx vertx, String node, InstantSource clock, NoticeMetrics metrics, DoubleSupplier dice) {
        this.vertx = vertx;
        this.node = node;
        this.clock = clock;
        this.metrics = metrics;
        this.dice = dice;
    }

    /** Who hears, later, how each message ended. */
    void endings(Endings told) {
        endings = told;
    }

    /** These are the sinks from now on; one that did not change keeps its courier. */
    void take(List<NoticeSink> sinks) {
        Map<String, Courier> before = new LinkedHashMap<>(bySink);
        bySink.clear();
        for (NoticeSink sink : sinks) {
            Courier known = before.get(sink.name());
            if (known != null && known.config().equals(sink)) {
                before.remove(sink.name());
                bySink.put(sink.name(), known);
            } else {
                bySink.put(sink.name(), new Courier(vertx, sink, open(sink), metrics, dice));
            }
        }
        before.values().forEach(Courier::retire);
        metrics.sinks(sinks.stream().map(NoticeSink::name).toList());
    }

    private Sink open(NoticeSink sink) {
        return switch (sink.way()) {
            case Webhook hook -> new HookSink(vertx, sink, hook.url(), HookForm.of(sink, hook), clock);
            case Chat chat -> new HookSink(vertx, sink, chat.url(), HookForm.of(sink, chat), clock);
            case Mail mail -> new MailSink(vertx, sink, mail);
        };
    }

    /** Brings a message to a sink. */
    void bring(String sink, Telling telling) {
        Courier courier = bySink.get(sink);
        if (courier != null) {
            courier.bring(telling, ending -> endings.ended(sink, telling.id(), ending));
        }
    }

    /** So many occurrences will not be told. */
    void lost(String sink, int count) {
        metrics.dropped(sink, count);
        LOG.warn("notification sink {}: {} occurrences are left out", sink, count);
    }

    /** Tells one sink or all, once, that this is a test; not one that is at a test. */
    Future<NoticeTested> test(TestNotice asked) {
        Occurrence test = new Occurrence(
                NoticeEvent.TEST,
                node,
                false,
                0,
                "This is a test: notices of this gateway arrive here.",
                List.of(),
                clock.millis());
        Group group = new Group(NoticeEvent.TEST, NoticeEvent.TEST.severity(), State.BEGUN, List.of(test));
        Telling telling = new Telling("test-" + node + "-" + clock.millis(), List.of(group), 0, node, clock.millis());
        List<Future<Result>> results = bySink.values().stream()
                .filter(courier ->
                        asked.sink().isEmpty() || courier.config().name().equals(asked.sink()))
                .map(courier -> result(courier, telling))
                .toList();
        List<String> names = List.copyOf(bySink.keySet());
        return Future.all(results)
                .map(all ->
                        new NoticeTested(results.stream().map(Future::result).toList(), names));
    }

    private static Future<Result> result(Courier courier, Telling telling) {
        String name = courier.config().name();
        return courier.test(telling)
                .timeout(TEST_SECONDS, TimeUnit.SECONDS)
                .map(done -> new Result(name, true, ""))
                .otherwise(cause -> new Result(
                        name,
                        false,
                        cause instanceof TimeoutException
                                ? "it did not answer in time"
                                : String.valueOf(cause.getMessage())));
    }
}
