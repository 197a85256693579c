package io.sluice.store.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of the server: from its start until its process is gone. Its log lines go to the node's log. */
final class ServerProcess {
    private static final Logger LOG = LoggerFactory.getLogger("postgres");
    private static final int LINES_KEPT = 20;
    private static final int STATUS_LINE = 7;
    private static final long LOOK_AGAIN_MILLIS = 20;

    private final Process process;
    private final Path pidFile;
    private final Deque<String> last = new ArrayDeque<>();
    private final Thread reader;

    private ServerProcess(Process process, Path cluster) {
        this.process = process;
        this.pidFile = cluster.resolve("postmaster.pid");
        this.reader =
                Thread.startVirtualThread(() -> process.inputReader().lines().forEach(this::log));
    }

    static ServerProcess start(ServerCommands commands, Path cluster, int port, List<String> settings)
            throws IOException {
        List<String> fixed = List.of("-D", cluster.toString(), "-p", Integer.toString(port));
        Process process = commands.start("postgres", Unprivileged.join(fixed, settings));
        return new ServerProcess(process, cluster);
    }

    /**
     * Waits until it takes connections.
     *
     * @throws IOException with its own reason, when it ended instead
     */
    void awaitReady(Duration atMost) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!isReady()) {
            if (process.waitFor(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                reader.join(Duration.ofSeconds(1));
                throw new IOException(ServerCommands.reason(lastLines()));
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("it is not ready after " + atMost.toSeconds() + " s");
            }
        }
    }

    /** Its second line of status: "ready" once it takes connections; the first lines are of the process itself. */
    private boolean isReady() throws IOException {
        try {
            List<String> lines = Files.readAllLines(pidFile);
            return lines.size() > STATUS_LINE
                    && lines.get(STATUS_LINE).strip().equals("ready")
                    && lines.getFirst().strip().equals(Long.toString(process.pid()));
        } catch (NoSuchFileException notYet) {
            return false;
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    void kill() {
        process.destroyForcibly();
    }

    private void log(String line) {
        synchronized (last) {
            last.add(line);
            if (last.size() > LINES_KEPT) {
                last.remove();
            }
        }
        // What a statement did wrong is told by whoever sent it.
        if (line.contains("FATAL:") || line.contains("PANIC:")) {
            LOG.warn("{}", line);
        } else {
            LOG.debug("{}", line);
        }
    }

    private String lastLines() {
        synchronized (last) {
            return String.join("\n", last);
        }
    }
}
