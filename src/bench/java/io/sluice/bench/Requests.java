package io.sluice.bench;

import io.vertx.core.Future;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;

/** Sends a target's request. */
final class Requests {
    private Requests() {}

    /** Completes when the whole answer was read; fails unless its status is 200. */
    static Future<Void> send(HttpClient client, Target target) {
        return open(client, target).compose(HttpClientResponse::end);
    }

    /** Completes at the head of the answer; fails unless its status is 200. */
    static Future<HttpClientResponse> open(HttpClient client, Target target) {
        return client.request(target.options())
                .compose(request -> request.send(target.body()))
                .compose(response -> response.statusCode() == 200
                        ? Future.succeededFuture(response)
                        : response.end().compose(read -> Future.failedFuture("status " + response.statusCode())));
    }
}
