package io.sluice.admin.api;

import io.vertx.core.Future;

/** Answers one operation. Called on the admin verticle's context. */
@FunctionalInterface
public interface ApiHandler {
    /**
     * Answers.
     *
     * @param request of the form that the document says, by a caller whose role is enough
     * @return the answer; fails with {@link Problem} when it is the request's fault
     * @throws Problem in the same case
     */
    Future<ApiAnswer> handle(ApiRequest request);
}
