package io.sluice.bench;

import io.vertx.core.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Requests at a fixed rate, whether earlier ones are answered or not. A latency is counted from the instant at which
 * its request was due, so that a slow answer is not hidden by the requests it delays (coordinated omission). The targets
 * take turns, and are warmed up by the same load first.
 *
 * <p>Prints a line {@code result target p50 p99 max failures} in milliseconds for each target, over all its turns.
 */
@Command(name = "open")
final class OpenLoad implements Callable<Integer> {
    @Option(names = "--targets", required = true)
    private Path targets;

    @Option(names = "--target", required = true, split = ",")
    private List<String> names;

    @Option(names = "--rate", description = "requests a second")
    private int rate = 200;

    @Option(names = "--connections", description = "used in turn, so that every lane and worker has its share")
    private int connections = 16;

    @Option(names = "--rounds")
    private int rounds = 3;

    @Option(names = "--seconds", description = "of one turn")
    private int seconds = 6;

    @Option(names = "--warm-up", description = "seconds of the first turn of each target, not counted")
    private int warmUp = 4;

    @Override
    public Integer call() throws Exception {
        Map<Target, Tally> tallies = new LinkedHashMap<>();
        for (String name : names) {
            tallies.put(Target.read(targets, name), new Tally());
        }
        try (Loop loop = new Loop()) {
            for (Target target : tallies.keySet()) {
                turn(loop, target, warmUp);
            }
            for (int round = 0; round < rounds; round++) {
                for (Map.Entry<Target, Tally> entry : tallies.entrySet()) {
                    entry.getValue().add(turn(loop, entry.getKey(), seconds));
                }
            }
        }
        tallies.forEach((target, tally) ->
                System.out.printf("result\t%s\t%s\t%d%n", target.name(), tally.percentiles(), tally.failures()));
        return tallies.values().stream().anyMatch(tally -> tally.count() == 0) ? 1 : 0;
    }

    private Tally turn(Loop loop, Target target, int length) throws InterruptedException {
        List<HttpClient> clients = new ArrayList<>(connections);
        for (int i = 0; i < connections; i++) {
            clients.add(loop.client(1));
        }
        Tally tally = new Tally();
        int requests = length * rate;
        CountDownLatch answered = new CountDownLatch(requests);
        long begin = System.nanoTime();
        for (int i = 0; i < requests; i++) {
            HttpClient client = clients.get(i % connections);
            long due = begin + i * 1_000_000_000L / rate;
            waitUntil(due);
            loop.execute(() -> Requests.send(client, target)
                    .onSuccess(done -> tally.took(System.nanoTime() - due))
                    .onFailure(cause -> tally.failed())
                    .onComplete(any -> answered.countDown()));
        }
        if (!answered.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException(answered.getCount() + " requests to " + target.name() + " had no answer");
        }
        clients.forEach(HttpClient::close);
        return tally;
    }

    private static void waitUntil(long instant) {
        for (long left = instant - System.nanoTime(); left > 0; left = instant - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
