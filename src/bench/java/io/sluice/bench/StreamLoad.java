package io.sluice.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Many streams at once. They are opened at a fixed rate; when all are open, the gaps between the events of each are
 * recorded for a while; then they are read to their end.
 *
 * <p>Prints {@code open} when all are open, {@code measured} when the gaps are recorded, and at the end {@code result
 * p50 p99 max stalls events failures}: gaps in milliseconds, gaps over a second, gaps recorded, streams that were
 * refused or ended without {@code [DONE]}.
 */
@Command(name = "streams")
final class StreamLoad implements Callable<Integer> {
    private static final long STALL_NANOS = 1_000_000_000L;

    @Option(names = "--targets", required = true)
    private Path targets;

    @Option(names = "--target", required = true)
    private String name;

    @Option(names = "--streams")
    private int streams = 2000;

    @Option(names = "--opened-per-second")
    private int openedPerSecond = 500;

    @Option(names = "--settle", description = "seconds between the last opened stream and the first recorded gap")
    private int settle = 3;

    @Option(names = "--seconds", description = "for which gaps are recorded")
    private int seconds = 15;

    private final Tally gaps = new Tally();
    private int opened;
    private int failures;
    private boolean recording;

    @Override
    public Integer call() throws Exception {
        Target target = Target.read(targets, name);
        try (Loop loop = new Loop()) {
            HttpClient client = loop.client(streams);
            loop.await(() -> openAll(loop, client, target));
        }
        System.out.printf(
                "result\t%s\t%d\t%d\t%d%n", gaps.percentiles(), gaps.longerThan(STALL_NANOS), gaps.count(), failures);
        return gaps.count() == 0 ? 1 : 0;
    }

    /** Completes when the last stream has ended. */
    private Future<Void> openAll(Loop loop, HttpClient client, Target target) {
        Promise<Void> done = Promise.promise();
        List<Future<Void>> all = new ArrayList<>(streams);
        long begin = System.nanoTime();
        loop.vertx().setPeriodic(1, timer -> {
            long due = Math.min(streams, (System.nanoTime() - begin) * openedPerSecond / 1_000_000_000L);
            while (all.size() < due) {
                all.add(stream(loop, client, target));
            }
            if (all.size() == streams) {
                loop.vertx().cancelTimer(timer);
                Future.join(all).<Void>mapEmpty().onComplete(done);
            }
        });
        return done.future();
    }

    /** Never fails: what goes wrong is counted. */
    private Future<Void> stream(Loop loop, HttpClient client, Target target) {
        EventGaps events = new EventGaps(gaps);
        return Requests.open(client, target)
                .onComplete(head -> opened(loop))
                .compose(response -> read(response, events))
                .transform(end -> {
                    if (end.failed() || !events.complete()) {
                        failures++;
                    }
                    return Future.succeededFuture();
                });
    }

    private Future<Void> read(HttpClientResponse response, EventGaps events) {
        response.handler(piece -> events.take(piece, System.nanoTime(), recording));
        return response.end();
    }

    private void opened(Loop loop) {
        if (++opened < streams) {
            return;
        }
        say("open");
        loop.vertx().setTimer(1 + settle * 1000L, begin -> {
            recording = true;
            loop.vertx().setTimer(seconds * 1000L, end -> {
                recording = false;
                say("measured");
            });
        });
    }

    private static void say(String word) {
        System.out.println(word);
        System.out.flush();
    }
}
