package io.sluice.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A node as its users run it: the jar in a process of its own, with files of its own; it just starts quicker. */
public final class NodeProcess implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(2);

    private final Path dir;
    private final int port;
    private final int adminPort;
    private final int simulatorPort;
    private Process process;

    private NodeProcess(Path dir) throws IOException {
        this.dir = dir;
        this.port = FreePort.next();
        this.adminPort = FreePort.next();
        this.simulatorPort = FreePort.next();
    }

    /**
     * Writes the files and starts the node; {@code @SIM@} in the gateway file stands for the built-in simulator's port.
     *
     * @param dir an empty directory
     * @param gatewayYaml text of {@code gateway.yaml}
     * @param more further command line arguments
     */
    public static NodeProcess start(Path dir, String gatewayYaml, String... more) throws Exception {
        return start(dir, gatewayYaml, null, List.of(more));
    }

    /**
     * Starts it with a script for the simulator.
     *
     * @param script text of the script; null for none
     * @param more further command line arguments
     */
    public static NodeProcess start(Path dir, String gatewayYaml, @Nullable String script, List<String> more)
            throws Exception {
        NodeProcess node = new NodeProcess(dir);
        Files.createDirectories(node.config());
        String simulator = "port: " + node.simulatorPort;
        if (script != null) {
            Files.writeString(node.config().resolve("script.yaml"), script);
            simulator += ", script: script.yaml";
        }
        return node.begin(
                "simulator: { " + simulator + " }\nstore: { embedded: false }\ndrain: 10s\n", gatewayYaml, more);
    }

    /** Starts it with the built-in simulator and a PostgreSQL of its own. */
    public static NodeProcess startWithLedger(Path dir, String gatewayYaml) throws Exception {
        NodeProcess node = new NodeProcess(dir);
        Files.createDirectories(node.config());
        return node.begin("simulator: { port: " + node.simulatorPort + " }\ndrain: 1s\n", gatewayYaml, List.of());
    }

    /**
     * Starts it with settings of its own, and no simulator but what they say.
     *
     * @param nodeYaml text of {@code node.yaml}
     */
    public static NodeProcess startWith(Path dir, String nodeYaml, String gatewayYaml) throws Exception {
        NodeProcess node = new NodeProcess(dir);
        Files.createDirectories(node.config());
        return node.begin(nodeYaml, gatewayYaml, List.of());
    }

    private NodeProcess begin(String nodeYaml, String gatewayYaml, List<String> more) throws Exception {
        NodeProcess node = this;
        Files.writeString(node.config().resolve("node.yaml"), nodeYaml);
        node.writeGateway(gatewayYaml);
        node.launch(more.toArray(String[]::new));
        try {
            node.awaitReady();
        } catch (AssertionError e) {
            node.close();
            throw new AssertionError("the node does not start:\n" + node.output(), e);
        }
        return node;
    }

    /** Ends it as nothing can be caught: {@code kill -9}. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Starts any command of the jar; its errors go where its output goes. */
    public static Process java(String... arguments) throws IOException {
        return new ProcessBuilder(QuickStart.command(arguments))
                .redirectErrorStream(true)
                .start();
    }

    /** Starts the process again, on the same files and ports; returns before it is ready. */
    public void launch(String... more) throws IOException {
        List<String> command = QuickStart.command(
                "--config",
                config().toString(),
                "--data",
                dir.resolve("data").toString(),
                "--port",
                Integer.toString(port),
                "--admin-port",
                Integer.toString(adminPort));
        command.addAll(List.of(more));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    /** Waits until the node says that it is ready. */
    public void awaitReady() throws InterruptedException {
        await(START, () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("the node ended with " + process.exitValue() + ":\n" + output());
            }
            return get("/health/ready") == 200;
        });
    }

    /** Replaces {@code gateway.yaml}. */
    public void writeGateway(String yaml) throws IOException {
        Path next = dir.resolve("gateway.next");
        Files.writeString(next, yaml.replace("@SIM@", Integer.toString(simulatorPort)));
        Files.move(next, config().resolve("gateway.yaml"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    public Path config() {
        return dir.resolve("config");
    }

    /** Directory of what it keeps. */
    public Path data() {
        return dir.resolve("data");
    }

    /** The admin token that it made for itself at its first start. */
    public String adminToken() {
        try {
            return Files.readString(data().resolve("admin.token")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path log() {
        return dir.resolve("node.log");
    }

    /** Everything the node printed. */
    public String output() {
        try {
            return Files.readString(log());
        } catch (IOException e) {
            return "";
        }
    }

    public Process process() {
        return process;
    }

    public int port() {
        return port;
    }

    public int adminPort() {
        return adminPort;
    }

    public int simulatorPort() {
        return simulatorPort;
    }

    /** Base URL for an SDK. */
    public String baseUrl() {
        return "http://127.0.0.1:" + port + "/v1";
    }

    private int get(String path) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .timeout(Duration.ofSeconds(2))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Looks every 20 ms whether a condition holds; fails after a time. */
    public static void await(Duration atMost, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("the condition did not hold within " + atMost);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(15, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
