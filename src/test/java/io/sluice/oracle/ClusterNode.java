package io.sluice.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One node: its files, and its process, which may be started again and again. */
final class ClusterNode {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration START = Duration.ofSeconds(90);
    private static final int PATIENCE_MILLIS = 2_000;

    private final String name;
    private final int port;
    private final int adminPort;
    private final Processes.Place place;
    private @Nullable Child child;

    /**
     * A node that is not started; its files are below the directory of the run.
     *
     * @param place of its files and its process
     * @param nodeYaml text of {@code node.yaml}
     */
    ClusterNode(String name, int port, int adminPort, Processes.Place place, String nodeYaml) {
        this.name = name;
        this.port = port;
        this.adminPort = adminPort;
        this.place = place;
        write("node.yaml", nodeYaml);
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    /** Replaces {@code gateway.yaml} at once. */
    void writeGateway(String yaml) {
        write("gateway.yaml", yaml);
    }

    private void write(String file, String text) {
        Path config = place.home().resolve("config");
        try {
            Files.createDirectories(config);
            Path next = place.home().resolve(file);
            Files.writeString(next, text);
            Files.move(next, config.resolve(file), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the process, on the files and ports it always has; returns before it is ready. */
    void start() {
        child = place.start(Jvm.command(
                "--config",
                place.home().resolve("config").toString(),
                "--data",
                place.home().resolve("data").toString()));
    }

    /** The process that was started last. */
    Child child() {
        if (child == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return child;
    }

    /** Whether it says that it should be sent traffic. */
    boolean isReady() {
        try {
            return open("/health/ready").getResponseCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Returns when it is ready; fails when its process ends before, with what it printed. */
    void awaitReady() {
        try {
            Await.until(START, () -> !child().isAlive() || isReady());
        } catch (AssertionError late) {
            throw new IllegalStateException(name + " is not ready after " + START + ":\n" + child().output(), late);
        }
        if (!child().isAlive()) {
            throw new IllegalStateException(
                    name + " ended with " + child().process().exitValue() + ":\n" + child().output());
        }
    }

    /** What an admin path answers; a missing node when it does not. */
    JsonNode admin(String path) {
        try (var answer = open(path).getInputStream()) {
            return JSON.readTree(answer);
        } catch (IOException none) {
            return JSON.missingNode();
        }
    }

    private HttpURLConnection open(String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + adminPort + path).toURL().openConnection();
        Path token = place.home().resolve("data/admin.token");
        if (Files.exists(token)) {
            connection.setRequestProperty(
                    "authorization", "Bearer " + Files.readString(token).strip());
        }
        connection.setConnectTimeout(PATIENCE_MILLIS);
        connection.setReadTimeout(PATIENCE_MILLIS);
        return connection;
    }

    /** Id of the configuration revision that is live; empty while it cannot be asked. */
    String revision() {
        return admin("/admin/v1/config").path("revision").asText();
    }
}
