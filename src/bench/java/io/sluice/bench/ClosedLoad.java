package io.sluice.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClient;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * As many requests as a number of connections can carry, each sent when the one before it on its connection has its
 * answer. Stands in for {@code wrk}. Prints {@code result rate p50 p99 max failures}: requests a second, milliseconds.
 */
@Command(name = "closed")
final class ClosedLoad implements Callable<Integer> {
    @Option(names = "--targets", required = true)
    private Path targets;

    @Option(names = "--target", required = true)
    private String name;

    @Option(names = "--connections")
    private int connections = 32;

    @Option(names = "--seconds")
    private int seconds = 8;

    @Option(names = "--warm-up", description = "seconds before these, not counted: this JVM is cold")
    private int warmUp = 3;

    private final Tally tally = new Tally();

    @Override
    public Integer call() throws Exception {
        Target target = Target.read(targets, name);
        try (Loop loop = new Loop()) {
            HttpClient client = loop.client(connections);
            run(loop, client, target, new Tally(), warmUp);
            long begin = System.nanoTime();
            run(loop, client, target, tally, seconds);
            double elapsed = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                    Locale.ROOT, "result\t%.1f\t%s\t%d%n", tally.count() / elapsed, tally.percentiles(), tally.failures());
        }
        return tally.count() == 0 ? 1 : 0;
    }

    private void run(Loop loop, HttpClient client, Target target, Tally to, int length) throws Exception {
        long end = System.nanoTime() + length * 1_000_000_000L;
        loop.await(() -> Future.join(IntStream.range(0, connections)
                .mapToObj(i -> {
                    Promise<Void> done = Promise.promise();
                    repeat(client, target, to, end, done);
                    return done.future();
                })
                .toList()));
    }

    /** One promise for the whole chain of requests: a future composed of all of them would grow with their number. */
    private static void repeat(HttpClient client, Target target, Tally to, long end, Promise<Void> done) {
        long begin = System.nanoTime();
        if (begin - end >= 0) {
            done.complete();
            return;
        }
        Requests.send(client, target)
                .onSuccess(answer -> to.took(System.nanoTime() - begin))
                .onFailure(cause -> to.failed())
                .onComplete(any -> repeat(client, target, to, end, done));
    }
}
