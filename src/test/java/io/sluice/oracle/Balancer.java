package io.sluice.oracle;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses the node of a request as a load balancer does: by shares, among those whose health check says ready. Confined to
 * the event loop of the load.
 */
final class Balancer {
    private static final long CHECK_MILLIS = 100;
    private static final long PATIENCE_MILLIS = 1_000;

    private final Vertx vertx;
    private final HttpClient http;
    private final List<ClusterNode> nodes;
    private final double[] shares;
    private final boolean[] up;
    private final long timer;

    /**
     * Begins to look after nodes; one counts as up until a check fails.
     *
     * @param nodes behind it
     * @param shares of the requests, by node; those of a node that is down go to the others in proportion
     */
    Balancer(Vertx vertx, HttpClient http, List<ClusterNode> nodes, double[] shares) {
        this.vertx = vertx;
        this.http = http;
        this.nodes = List.copyOf(nodes);
        this.shares = shares.clone();
        this.up = new boolean[nodes.size()];
        Arrays.fill(up, true);
        timer = vertx.setPeriodic(CHECK_MILLIS, tick -> {
            for (int i = 0; i < up.length; i++) {
                check(i);
            }
        });
    }

    /** Looks after the nodes no longer. */
    void stop() {
        vertx.cancelTimer(timer);
    }

    private void check(int node) {
        RequestOptions health = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost("127.0.0.1")
                .setPort(port(node))
                .setURI("/health/ready")
                .setIdleTimeout(PATIENCE_MILLIS);
        http.request(health)
                .compose(request ->
                        request.send().compose(response -> response.body().map(body -> response.statusCode() == 200)))
                .otherwise(false)
                .onSuccess(ready -> up[node] = ready);
    }

    int size() {
        return nodes.size();
    }

    int port(int node) {
        return nodes.get(node).port();
    }

    String name(int node) {
        return nodes.get(node).name();
    }

    /** A node could not be reached: none of the next requests is for it, until a check succeeds. */
    void failed(int node) {
        up[node] = false;
    }

    /**
     * The node of a request.
     *
     * @param draw 0 to less than 1
     */
    int pick(double draw) {
        double all = 0;
        for (int i = 0; i < up.length; i++) {
            all += up[i] ? shares[i] : 0;
        }
        boolean none = all == 0;
        double left = draw * (none ? sum() : all);
        int chosen = 0;
        for (int i = 0; i < up.length; i++) {
            if (shares[i] > 0 && (none || up[i])) {
                chosen = i;
                left -= shares[i];
                if (left < 0) {
                    return chosen;
                }
            }
        }
        return chosen;
    }

    private double sum() {
        double sum = 0;
        for (double share : shares) {
            sum += share;
        }
        return sum;
    }

    /** Where a request goes that could not reach a node: the next one that is up, or simply the next one. */
    int next(int node) {
        for (int i = 1; i < up.length; i++) {
            int other = (node + i) % up.length;
            if (up[other]) {
                return other;
            }
        }
        return (node + 1) % up.length;
    }
}
