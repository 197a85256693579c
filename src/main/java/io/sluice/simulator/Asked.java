package io.sluice.simulator;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;

/**
 * A request that is complete.
 *
 * @param request its head
 * @param body its bytes; empty for a form, whose files are only counted
 * @param form fields of a form; empty for other bodies
 * @param files bytes of each file of a form, by the field's name
 * @param script what its credential follows
 * @param arrival its arrival
 * @param simulation what all requests share
 * @param number a number that no other answer has
 * @param created seconds since 1970
 */
record Asked(
        HttpServerRequest request,
        byte[] body,
        MultiMap form,
        Map<String, Long> files,
        CredentialScript script,
        Credential.Arrival arrival,
        Simulation simulation,
        long number,
        long created) {
    /** A query parameter; empty when there is none. */
    String query(String name) {
        String value = request.getParam(name);
        return value == null ? "" : value;
    }

    /** A header; empty when there is none. */
    String header(String name) {
        String value = request.getHeader(name);
        return value == null ? "" : value;
    }

    /** Whether the answer leaves usage out. */
    boolean withoutUsage() {
        Fault fault = arrival.fault();
        return fault != null && fault.kind() == Fault.Kind.NO_USAGE;
    }
}
