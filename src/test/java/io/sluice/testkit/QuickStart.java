package io.sluice.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Command lines of the jar for processes that live for seconds: the quick compiler alone, and classes from an archive
 * that the first such process of a build leaves. A start takes a third of the usual time, and nothing else changes.
 */
public final class QuickStart {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final Path JAR = Path.of(System.getProperty("sluice.jar", "target/sluice.jar"));
    private static final Duration TRAINING = Duration.ofMinutes(1);
    private static final String KEY = "sk-quick-start-0123456789";

    private QuickStart() {}

    private static final class Archive {
        private static final List<String> ARGUMENTS = arguments();

        private static List<String> arguments() {
            Path archive = JAR.resolveSibling(JAR.getFileName() + ".jsa");
            try {
                if (!isNewer(archive)) {
                    train(archive);
                }
                return List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        private static boolean isNewer(Path archive) throws IOException {
            return Files.exists(archive)
                    && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(JAR)) > 0;
        }
    }

    /** A command line of the jar with a heap of 256 MiB. */
    public static List<String> command(String... arguments) {
        List<String> command = jvm();
        command.addAll(Archive.ARGUMENTS);
        command.addAll(List.of("-Xmx256m", "-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> jvm() {
        return new ArrayList<>(List.of(JAVA, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    }

    /** Runs a node until it has answered once; its classes are archived when it ends. */
    private static void train(Path archive) throws IOException, InterruptedException {
        Path dir = Files.createTempDirectory("sluice-training");
        Path written = dir.resolve("classes.jsa");
        int port = FreePort.next();
        int simulator = FreePort.next();
        Files.writeString(
                dir.resolve("node.yaml"), "simulator: { port: " + simulator + " }\nstore: { embedded: false }\n");
        Files.writeString(dir.resolve("gateway.yaml"), """
                channels:
                  - name: sim
                    type: openai
                    base-url: http://127.0.0.1:%d/v1
                    accounts: [{ name: a, key: upstream-0123456789 }]
                    models: { m: {} }
                keys:
                  - { name: app, key: %s }
                """.formatted(simulator, KEY));
        List<String> command = jvm();
        command.addAll(List.of("-XX:ArchiveClassesAtExit=" + written, "-Xmx256m", "-jar", JAR.toString()));
        command.addAll(List.of(
                "--config", dir.toString(), "--data", dir.resolve("data").toString()));
        command.addAll(List.of("--port", Integer.toString(port), "--admin-port", "0"));
        File log = dir.resolve("log").toFile();
        Process node = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        try {
            String base = "http://127.0.0.1:" + port;
            Await.until(TRAINING, () -> !node.isAlive() || isReady(base + "/health/ready"));
            if (node.isAlive()) {
                chat(base + "/v1");
            }
            node.destroy();
            if (!node.waitFor(TRAINING.toSeconds(), TimeUnit.SECONDS) || !Files.exists(written)) {
                throw new IllegalStateException("no archive of classes:\n" + Files.readString(log.toPath()));
            }
            Files.move(written, archive, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            node.destroyForcibly().waitFor();
            delete(dir);
        }
    }

    private static boolean isReady(String url) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void chat(String baseUrl) {
        try {
            new ChatClient(baseUrl, KEY).chat("m", 3);
        } catch (Exception e) {
            throw new IllegalStateException("the node that leaves the archive does not answer", e);
        }
    }

    private static void delete(Path dir) throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
