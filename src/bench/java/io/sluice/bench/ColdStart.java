package io.sluice.bench;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Starts a process again and again, and prints for each start {@code result ready end}: the milliseconds from the call of {@code exec} to the
 * first 200 at a URL, and from SIGTERM to the end.
 */
@Command(name = "start")
final class ColdStart implements Callable<Integer> {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    @Option(names = "--url", required = true)
    private URI ready;

    @Option(names = "--runs")
    private int runs = 5;

    @Option(names = "--log", required = true, description = "takes the process's output")
    private Path log;

    @Parameters(description = "the command and its arguments, after --")
    private List<String> command;

    @Override
    public Integer call() throws Exception {
        for (int run = 0; run < runs; run++) {
            run();
        }
        return 0;
    }

    private void run() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .start();
        Thread end = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(end);
        try {
            awaitReady(process, begin);
            long readyAt = System.nanoTime();
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the process did not end within 30 s of SIGTERM");
            }
            System.out.printf(
                    Locale.ROOT, "result\t%.0f\t%.0f%n", (readyAt - begin) / 1e6, (System.nanoTime() - readyAt) / 1e6);
        } finally {
            process.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(end);
        }
    }

    private void awaitReady(Process process, long begin) throws IOException {
        URL url = ready.toURL();
        while (!isReady(url)) {
            if (!process.isAlive() || System.nanoTime() - begin > PATIENCE_NANOS) {
                throw new IllegalStateException("the process did not become ready, see " + log);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static boolean isReady(URL url) {
        try {
            HttpURLConnection connection = (HttpURLConnection) url.openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(1000);
            return connection.getResponseCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }
}
