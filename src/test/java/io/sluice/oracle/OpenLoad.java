package io.sluice.oracle;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clients behind a load balancer: chats at random instants, so many a second on average, whatever the answers. Nodes, keys,
 * lengths and streaming are drawn from a seed. One event loop.
 *
 * <p>Input has a fixed length, so that the gateway's estimate of it, corrected by what the provider reports, is never too
 * low; output is exactly as long as the request allows.
 */
final class OpenLoad implements AutoCloseable {
    /** Tokens of the prompt by the simulated provider's rule: four a message, one for every four characters. */
    static final int INPUT_TOKENS = 14;

    static final int LEAST_OUTPUT = 22;
    static final int MOST_OUTPUT = 150;

    /** Applications; the first one floods. */
    static final List<Key> KEYS = List.of(
            new Key("flood", "sk-oracle-flood-0123456789", 70),
            new Key("steady", "sk-oracle-steady-0123456789", 20),
            new Key("small", "sk-oracle-small-0123456789", 10));

    private static final int CONNECTIONS = 2_048;
    private static final long TICK_MILLIS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final Pattern CODE = Pattern.compile("\"code\":\"([a-z_]+)\"");
    private static final String PROMPT = "{\"model\":\"%s\",\"stream\":%s%s,\"messages\":[{\"role\":\"user\","
            + "\"content\":\"%08x tell me how rivers keep a level\"}]}";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClient http = vertx.createHttpClient(
            new HttpClientOptions().setConnectTimeout(1_000),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(-1));
    private final Shape shape;
    private final Balancer balancer;
    private final SplittableRandom random;

    /**
     * A virtual key.
     *
     * @param name as configured
     * @param credential what clients send
     * @param percent its share of the requests
     */
    record Key(String name, String credential, int percent) {}

    /**
     * What is offered.
     *
     * @param model the model that is asked for
     * @param perSecond requests a second on average
     * @param leastWaitSeconds least of what a client is ready to wait; drawn for each request
     * @param mostWaitSeconds most of it
     * @param tellsOutput whether requests name the length of their answer; without, the gateway must guess
     */
    record Shape(String model, double perSecond, int leastWaitSeconds, int mostWaitSeconds, boolean tellsOutput) {}

    /**
     * Clients that have not begun.
     *
     * @param nodes where they are sent
     * @param shares of the nodes; more or less together than 1 is fine
     * @param random of everything that is drawn
     */
    OpenLoad(Shape shape, List<ClusterNode> nodes, double[] shares, SplittableRandom random) {
        this.shape = shape;
        this.random = random;
        this.balancer = new Balancer(vertx, http, nodes, shares);
    }

    /** One stretch of load. */
    private final class Stretch {
        private final Promise<Tally> done = Promise.promise();
        private final Tally tally = new Tally();
        private final long end;
        private long due = System.nanoTime();
        private long open;
        private boolean over;

        private Stretch(Duration length) {
            end = due + length.toNanos();
        }

        private void tick(long timer) {
            long now = System.nanoTime();
            while (due - Math.min(now, end) < 0) {
                begin(due);
                due += (long) (-Math.log(1 - random.nextDouble()) / shape.perSecond * 1e9);
            }
            if (now - end >= 0) {
                vertx.cancelTimer(timer);
                over = true;
                checkDone();
            }
        }

        private void begin(long dueNanos) {
            open++;
            tally.offered();
            new Chat(tally, dueNanos, random)
                    .send(balancer.pick(random.nextDouble()), 0)
                    .onComplete(any -> {
                        open--;
                        checkDone();
                    });
        }

        private void checkDone() {
            if (over && open == 0) {
                done.tryComplete(tally);
            }
        }
    }

    /** One request. */
    private final class Chat {
        private final Tally tally;
        private final long dueNanos;
        private final boolean stream;
        private final String credential;
        private final String body;
        private final int waitSeconds;

        private Chat(Tally tally, long dueNanos, SplittableRandom random) {
            this.tally = tally;
            this.dueNanos = dueNanos;
            this.stream = random.nextInt(3) == 0;
            this.credential = key(random.nextInt(100)).credential;
            this.waitSeconds = random.nextInt(shape.leastWaitSeconds, shape.mostWaitSeconds + 1);
            String maxTokens =
                    shape.tellsOutput ? ",\"max_tokens\":" + random.nextInt(LEAST_OUTPUT, MOST_OUTPUT + 1) : "";
            this.body = String.format(PROMPT, shape.model, stream, maxTokens, random.nextInt());
        }

        private Future<Void> send(int node, int tried) {
            return http.request(options(node)).compose(request -> exchange(request, balancer.name(node)), refused -> {
                balancer.failed(node);
                if (tried + 1 == balancer.size()) {
                    tally.count("refused");
                    return Future.succeededFuture();
                }
                return send(balancer.next(node), tried + 1);
            });
        }

        private RequestOptions options(int node) {
            return new RequestOptions()
                    .setMethod(HttpMethod.POST)
                    .setHost("127.0.0.1")
                    .setPort(balancer.port(node))
                    .setURI("/v1/chat/completions")
                    .setIdleTimeout(PATIENCE.toMillis());
        }

        private Future<Void> exchange(HttpClientRequest request, String node) {
            return request.putHeader("authorization", "Bearer " + credential)
                    .putHeader("content-type", "application/json")
                    .putHeader("x-sluice-max-wait", Integer.toString(waitSeconds))
                    .send(body)
                    .compose(response -> response.body().map(read -> {
                        answered(response, read, node);
                        return (Void) null;
                    }))
                    .otherwise(cause -> {
                        boolean late = cause instanceof TimeoutException;
                        tally.count(late ? "timeout" : "reset");
                        return null;
                    });
        }

        private void answered(HttpClientResponse response, Buffer read, String node) {
            String text = read.toString();
            if (response.statusCode() != 200) {
                Matcher code = CODE.matcher(text);
                tally.count(response.statusCode() + (code.find() ? " " + code.group(1) : ""));
            } else if (stream ? text.endsWith("data: [DONE]\n\n") : text.endsWith("}")) {
                String waited = response.getHeader("x-sluice-queued-ms");
                tally.admitted(
                        node,
                        waited == null ? 0 : Long.parseLong(waited),
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - dueNanos));
            } else {
                tally.count("cut");
            }
        }
    }

    private static Key key(int percent) {
        int left = percent;
        for (Key key : KEYS) {
            left -= key.percent;
            if (left < 0) {
                return key;
            }
        }
        return KEYS.getLast();
    }

    /** Offers load for a while; done when every request has an ending. */
    Future<Tally> run(Duration length) {
        Promise<Tally> result = Promise.promise();
        vertx.runOnContext(v -> {
            Stretch stretch = new Stretch(length);
            vertx.setPeriodic(TICK_MILLIS, stretch::tick);
            stretch.done.future().onComplete(result);
        });
        return result.future();
    }

    @Override
    public void close() {
        Promise<Void> stopped = Promise.promise();
        vertx.runOnContext(v -> {
            balancer.stop();
            stopped.complete();
        });
        stopped.future().await();
        vertx.close().await();
    }
}
