package io.sluice.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.testkit.Await;
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
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The simulated provider as a process of its own: its clock and its counts are nobody else's. */
final class Provider implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)/v1");
    private static final Duration START = Duration.ofSeconds(30);

    private final HttpClient control =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Child child;
    private final int port;

    /**
     * Starts it; answers when this returns.
     *
     * @param processes of the run
     * @param window of its oracle, and of the limits that it enforces
     * @param script behaviour by credential, YAML
     */
    Provider(Processes processes, Duration window, String script) {
        Path file = processes.directory().resolve("provider.yaml");
        try {
            Files.writeString(file, script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        child = processes.start(
                "provider",
                Map.of(),
                Jvm.command(
                        "simulate", "--port", "0", "--window", window.toMillis() + "ms", "--script", file.toString()));
        Await.until(
                START, () -> !child.isAlive() || ADDRESS.matcher(child.output()).find());
        Matcher address = ADDRESS.matcher(child.output());
        if (!address.find()) {
            throw new IllegalStateException("the provider ended:\n" + child.output());
        }
        port = Integer.parseInt(address.group(1));
    }

    int port() {
        return port;
    }

    /** What it saw, by credential. */
    JsonNode oracle() {
        return ask("GET", "/oracle").path("credentials");
    }

    /** Has it forget all arrivals; limits that it enforces go on. */
    void forget() {
        ask("DELETE", "/oracle");
    }

    private JsonNode ask(String method, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(Duration.ofSeconds(10))
                .build();
        try {
            return JSON.readTree(
                    control.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What is wrong by a pool's limits in what it saw since it last forgot; empty when nothing is. */
    List<String> overshoots(Pool pool) {
        JsonNode seen = oracle();
        return pool.accounts().stream()
                .filter(account -> Largest.of(List.of(account), seen).isOver())
                .map(account -> account + ": " + seen.path(account.credential()))
                .toList();
    }

    @Override
    public void close() {
        child.kill();
        control.close();
    }
}
