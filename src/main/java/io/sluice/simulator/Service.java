package io.sluice.simulator;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/** One path of a simulated provider: who may ask, what may be asked, what is answered. */
abstract class Service {
    private static final String BEARER = "Bearer ";

    private final Wording wording;

    Service(Wording wording) {
        this.wording = wording;
    }

    /** The provider's errors. */
    final Wording wording() {
        return wording;
    }

    /** The method it wants. */
    HttpMethod method() {
        return HttpMethod.POST;
    }

    /** Whether its requests count for the credential's limits and its oracle. */
    boolean counted() {
        return true;
    }

    /** Whether the body is a form with files. */
    boolean takesForm() {
        return false;
    }

    /**
     * The credential that a request presents; null for none.
     *
     * @throws RefusedRequest when it has the wrong form or is over
     */
    @Nullable
    String credential(HttpServerRequest request, Simulation simulation) throws RefusedRequest {
        return bearer(request);
    }

    /**
     * Checks what can be said before the body has come.
     *
     * @throws RefusedRequest with the provider's error
     */
    void checkHead(HttpServerRequest request) throws RefusedRequest {
        String contentType = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (!isJson(contentType)) {
            throw new RefusedRequest(wording.wrongContentType(contentType));
        }
    }

    /**
     * Reads a request and decides about its answer.
     *
     * @throws RefusedRequest with the provider's error
     */
    abstract Planned plan(Asked asked) throws RefusedRequest;

    /** The bearer credential; null when there is none. */
    static @Nullable String bearer(HttpServerRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && header.startsWith(BEARER) && header.length() > BEARER.length()
                ? header.substring(BEARER.length())
                : null;
    }

    /** Whether a content type is JSON. */
    static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().equalsIgnoreCase("application/json");
    }

    /** Refuses models that the script does not list. */
    final void checkModel(Asked asked, String model) throws RefusedRequest {
        if (!asked.script().models().isEmpty() && !asked.script().models().contains(model)) {
            throw new RefusedRequest(wording.noModel(model));
        }
    }
}
