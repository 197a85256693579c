package io.sluice.admin.api;

import io.sluice.domain.failure.GatewayException;
import io.sluice.store.KeyReused;
import io.sluice.store.NoStore;
import io.sluice.store.StoreUnavailable;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import io.vertx.openapi.validation.ValidatorException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers with problems. Nothing that fails reaches a client as it is. */
public final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final String TYPE = "application/problem+json";

    private Problems() {}

    /** Answers with a problem, unless there is an answer already. */
    public static void answer(RoutingContext context, Problem problem) {
        HttpServerResponse response = context.response();
        if (response.headWritten() || response.closed()) {
            return;
        }
        if (problem.retryAfterSeconds() >= 0) {
            response.putHeader("retry-after", Long.toString(problem.retryAfterSeconds()));
        }
        if (problem.status() == 401) {
            response.putHeader("www-authenticate", "Bearer");
        }
        response.setStatusCode(problem.status())
                .putHeader("content-type", TYPE)
                .end(problem.toJson().encodePrettily() + "\n");
    }

    /** What a failure is to the client. */
    static Problem of(@Nullable Throwable failure, int status) {
        Throwable cause = failure instanceof HttpException && failure.getCause() != null ? failure.getCause() : failure;
        return switch (cause) {
            case Problem problem -> problem;
            case ValidatorException invalid -> SchemaFaults.of(invalid);
            case NoStore none -> Problem.of(503, "no-store", String.valueOf(none.getMessage()));
            case StoreUnavailable down ->
                Problem.of(
                                503,
                                "store-unavailable",
                                "The database does not answer. Whether a change has happened is not known: look, or ask"
                                        + " again with the same Idempotency-Key or If-Match.")
                        .retryAfter(2);
            case KeyReused reused ->
                Problem.of(
                        422,
                        "idempotency-key-reused",
                        "This Idempotency-Key belongs to another request; take a new one for a new request.");
            case GatewayException busy ->
                Problem.of(503, "not-now", "The node cannot answer that at the moment.")
                        .retryAfter(1);
            case null, default -> ofStatus(cause, cause instanceof HttpException http ? http.getStatusCode() : status);
        };
    }

    private static Problem ofStatus(@Nullable Throwable cause, int status) {
        switch (status) {
            case 400:
                return Problem.of(400, "malformed", "The request is malformed.");
            case 404:
                return Problem.of(404, "no-such-path", "There is nothing at this path.");
            case 413:
                return Problem.of(413, "too-large", "The body is too large.");
            case 415:
                return Problem.of(415, "not-json", "The body must be application/json, and the header say so.");
            default:
                LOG.error("an admin request failed", cause);
                return Problem.of(500, "internal", "The node had an internal error; its log says more.");
        }
    }
}
