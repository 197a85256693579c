package io.sluice.ingress;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;

/** Writes whole JSON answers, with the headers that every one of them carries. */
final class Answers {
    /** What is still read of a refused body, so that the client sees the answer before the connection closes. */
    static final int MOST_DISCARDED = 1024 * 1024;

    private Answers() {}

    /** Answers with JSON. */
    static void json(Incoming incoming, int status, Buffer body) {
        HttpServerResponse response = incoming.response();
        response.setStatusCode(status).putHeader("content-type", "application/json");
        hygiene(response);
        finish(incoming.request(), body);
    }

    /** Answers with an error. */
    static void refuse(Incoming incoming, ErrorAnswer error) {
        HttpServerResponse response = incoming.response();
        if (response.closed() || response.ended() || response.headWritten()) {
            return;
        }
        if (error.retryAfter().isPositive()) {
            retryAfter(response, error.retryAfter());
        }
        EdgeDialect dialect = incoming.dialect();
        json(incoming, dialect.status(error), dialect.body(error, incoming.id()));
    }

    /** Headers of every answer that is not a stream. */
    static void hygiene(HttpServerResponse response) {
        response.putHeader("cache-control", "no-store").putHeader("x-content-type-options", "nosniff");
    }

    /** Whole seconds for everyone, milliseconds for SDKs that read them; both rounded up. */
    private static void retryAfter(HttpServerResponse response, Duration wait) {
        long millis = (wait.toNanos() + 999_999) / 1_000_000;
        response.putHeader("retry-after", Long.toString((millis + 999) / 1000))
                .putHeader("retry-after-ms", Long.toString(millis));
    }

    /**
     * Ends the response. When the body was not read to its end, HTTP/1 cannot go on with the connection: it is closed
     * after a bounded rest was read, for closing with unread bytes would reset it under the answer.
     */
    private static void finish(HttpServerRequest request, Buffer body) {
        boolean cutsBody = request.version() != HttpVersion.HTTP_2 && hasBody(request) && !request.isEnded();
        if (!cutsBody) {
            request.response().end(body);
            return;
        }
        request.response().putHeader("connection", "close");
        Future<Void> written = request.response().end(body);
        int[] discarded = {0};
        request.handler(piece -> {
            discarded[0] += piece.length();
            if (discarded[0] > MOST_DISCARDED) {
                request.connection().close();
            }
        });
        request.endHandler(v -> written.onComplete(done -> request.connection().close()));
        request.resume();
    }

    /** Whether an HTTP/1 head announces a body; without one a request has not ended either while its head is handled. */
    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader("content-length");
        return length == null ? request.headers().contains("transfer-encoding") : !length.equals("0");
    }
}
