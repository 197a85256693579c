package io.sluice.admin.oidc;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What a provider says of itself.
 *
 * @param keys where its keys are
 * @param authorize where a browser logs in; null when it says nothing of that
 * @param token where the code of a log-in is exchanged; null when it says nothing of that
 * @param secretInForm whether a client's secret goes into the form, for it takes none in a header
 */
record Discovered(
        Endpoint keys,
        @Nullable Endpoint authorize,
        @Nullable Endpoint token,
        boolean secretInForm) {
    /**
     * Reads the document.
     *
     * @param issuer as it is configured
     * @throws ProviderFailure when it is of another issuer, or names no keys
     */
    static Discovered of(JsonObject document, String issuer) throws ProviderFailure {
        if (!issuer.equals(document.getValue("issuer"))) {
            throw new ProviderFailure("it calls itself " + shown(document.getValue("issuer"))
                    + ", and admin.oidc.issuer must be the same to the letter");
        }
        Endpoint keys = Endpoint.of(document, "jwks_uri", issuer);
        if (keys == null) {
            throw new ProviderFailure("it does not say where its keys are (jwks_uri)");
        }
        JsonArray methods = document.getValue("token_endpoint_auth_methods_supported") instanceof JsonArray list
                ? list
                : new JsonArray();
        return new Discovered(
                keys,
                Endpoint.of(document, "authorization_endpoint", issuer),
                Endpoint.of(document, "token_endpoint", issuer),
                methods.contains("client_secret_post") && !methods.contains("client_secret_basic"));
    }

    private static String shown(@Nullable Object issuer) {
        return issuer instanceof String text
                        && text.length() <= 300
                        && text.chars().allMatch(c -> c > ' ' && c < 0x7f)
                ? "'" + text + "'"
                : "something else";
    }
}
