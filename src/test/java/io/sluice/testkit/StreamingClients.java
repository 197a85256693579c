package io.sluice.testkit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that ask for one chat after the other, every second one as a stream, and remember how each one ended. Each request
 * has an id of its own in {@code x-client-request-id}. They go on while the node is away.
 */
public final class StreamingClients implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 20;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> finished = ConcurrentHashMap.newKeySet();
    private final Set<String> broken = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger numbers = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private final String url;
    private final String key;
    private final String model;
    private volatile boolean stopping;

    /**
     * Begins.
     *
     * @param port of the node
     * @param key virtual key
     * @param model what is asked for
     * @param clients how many
     */
    public StreamingClients(int port, String key, String model, int clients) {
        this.url = "http://127.0.0.1:" + port + "/v1/chat/completions";
        this.key = key;
        this.model = model;
        for (int i = 0; i < clients; i++) {
            threads.add(Thread.ofVirtual().start(this::run));
        }
    }

    private void run() {
        while (!stopping) {
            int number = numbers.incrementAndGet();
            ask("c-" + number, number % 2 == 0);
        }
    }

    private void ask(String id, boolean stream) {
        String body = "{\"model\":\"" + model + "\",\"stream\":" + stream
                + ",\"max_tokens\":40,\"messages\":[{\"role\":\"user\",\"content\":\"count to forty\"}]}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .header("x-client-request-id", id)
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        sent.add(id);
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            boolean whole = !stream || answer.body().endsWith("data: [DONE]\n\n");
            if (answer.statusCode() == 200 && whole) {
                finished.add(id);
            } else if (answer.statusCode() == 200) {
                broken.add(id);
            } else {
                refused.incrementAndGet();
                // It has a record all the same, if it was its key's.
                pause();
            }
        } catch (IOException e) {
            broken.add(id);
            pause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ids of all requests, also of those that never reached the node. */
    public Set<String> sent() {
        return sent;
    }

    /** Ids of requests whose whole answer came. */
    public Set<String> finished() {
        return finished;
    }

    /** Ids of requests without an answer, or with part of one. */
    public Set<String> broken() {
        return broken;
    }

    /** How many requests were answered with an error. */
    public int refused() {
        return refused.get();
    }

    /** Ends, each client after its present request. */
    @Override
    public void close() {
        stopping = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }
}
