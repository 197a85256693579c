package io.sluice.testkit;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Open-loop load of chats over many connections: so many a second, whatever the answers. Prompts, lengths, models and
 * streaming are drawn from a seed.
 */
public final class ChatLoad implements AutoCloseable {
    private static final int CONNECTIONS = 128;
    private static final long TICK_MILLIS = 4;
    private static final String WORDS = "the quick brown fox jumps over a lazy dog and runs home ";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClient http = vertx.createHttpClient(
            new HttpClientOptions(),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(-1));
    private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();
    private final Map<Integer, Integer> statuses = new TreeMap<>();
    private final SplittableRandom random;
    private final String key;
    private final String[] models;
    private int port;

    /**
     * A load.
     *
     * @param port of the node
     * @param key virtual key
     * @param seed of what is drawn
     * @param models one of them is asked for
     */
    public ChatLoad(int port, String key, long seed, String... models) {
        this.port = port;
        this.key = key;
        this.random = new SplittableRandom(seed);
        this.models = models;
    }

    /** One run of load. */
    private final class Run {
        private final Promise<Void> done = Promise.promise();
        private final double perMilli;
        private final long startNanos = System.nanoTime();
        private final long lengthNanos;
        private long sent;
        private long answered;
        private boolean over;

        private Run(double perSecond, Duration length) {
            perMilli = perSecond / 1000;
            lengthNanos = length.toNanos();
        }

        private void tick(long timer) {
            long elapsed = System.nanoTime() - startNanos;
            while (sent < perMilli * Math.min(elapsed, lengthNanos) / 1e6) {
                sent++;
                chat().onComplete(answer -> {
                    answered++;
                    checkDone();
                });
            }
            if (elapsed > lengthNanos) {
                vertx.cancelTimer(timer);
                over = true;
                checkDone();
            }
        }

        private void checkDone() {
            if (over && answered == sent) {
                done.tryComplete();
            }
        }
    }

    /** Offers load for a while; done when every request of it has an answer. */
    public Future<Void> run(double perSecond, Duration length) {
        Promise<Void> result = Promise.promise();
        vertx.runOnContext(v -> {
            Run run = new Run(perSecond, length);
            vertx.setPeriodic(TICK_MILLIS, run::tick);
            run.done.future().onComplete(result);
        });
        return result.future();
    }

    /** Sends what follows to another node. */
    public void turnTo(int newPort) {
        vertx.runOnContext(v -> port = newPort);
    }

    private Future<Integer> chat() {
        boolean stream = random.nextInt(3) == 0;
        String body = "{\"model\":\"" + models[random.nextInt(models.length)] + "\",\"stream\":" + stream
                + ",\"max_tokens\":" + random.nextInt(5, 60) + ",\"messages\":[{\"role\":\"user\",\"content\":\""
                + random.nextInt() + " " + WORDS.repeat(random.nextInt(1, 8)) + "\"}]}";
        return http.request(HttpMethod.POST, port, "127.0.0.1", "/v1/chat/completions")
                .compose(request -> request.putHeader("authorization", "Bearer " + key)
                        .putHeader("x-sluice-max-wait", "1")
                        .putHeader("content-type", "application/json")
                        .send(body))
                .compose(response -> response.body().map(read -> answered(response, read, stream)))
                .onFailure(cause -> count(0, cause.toString()))
                .otherwise(0);
    }

    private int answered(HttpClientResponse response, Buffer body, boolean stream) {
        int status = response.statusCode();
        String text = body.toString();
        boolean whole = status != 200 || (stream ? text.endsWith("data: [DONE]\n\n") : text.endsWith("}"));
        count(whole ? status : -1, text);
        return status;
    }

    private void count(int status, String what) {
        statuses.merge(status, 1, Integer::sum);
        if (status != 200 && status != 429) {
            unexpected.add(status + " " + what);
        }
    }

    /** How many answers had which status; 0 stands for none, -1 for one that was not whole. Read it after the runs. */
    public Map<Integer, Integer> statuses() {
        return statuses;
    }

    /** What came and was neither a whole answer nor a 429. */
    public Queue<String> unexpected() {
        return unexpected;
    }

    @Override
    public void close() {
        TestNode.await(vertx.close());
    }
}
