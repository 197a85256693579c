package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.Forbidden;
import io.sluice.domain.failure.GatewayFailure.Unauthenticated;
import io.sluice.domain.key.Cidr;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.KeyRing;
import io.sluice.domain.key.VirtualKey;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the virtual key of a request: in the headers that SDKs use, in the query's {@code key} where Google's
 * clients ask, and in a subprotocol where a browser opens a WebSocket; it is looked at here alone, never logged and never sent on. The key is looked up by the hash of its whole text; what is stored is a hash, and
 * hashes are compared in constant time. Every refusal of a key sounds the same, so that nothing can be learned from it.
 */
final class Authenticator {
    private static final int LONGEST_KEY = 512;
    private static final List<String> PLAIN_HEADERS = List.of("x-api-key", "api-key", "x-goog-api-key");

    private Authenticator() {}

    /**
     * The key of a request.
     *
     * @param headers the request's headers
     * @param others what stands for a key elsewhere in the head; empty where nothing does
     * @param keys the keys there are
     * @param client the client's address as text
     * @param now wall clock
     * @throws GatewayException unauthenticated or forbidden
     */
    static Caller authenticate(MultiMap headers, List<String> others, KeyRing keys, String client, Instant now) {
        String text = presented(headers, others);
        KeyHash hash = KeyHash.ofKey(text);
        VirtualKey key = keys.find(hash).orElse(null);
        if (key == null || !key.opens(hash, now)) {
            throw refused("The API key is unknown, expired or disabled.");
        }
        if (!key.rights().allowFrom().isEmpty() && !allows(key, client)) {
            throw new GatewayException(
                    new Forbidden("This API key may not be used from this address.", "address_not_allowed"));
        }
        return new Caller(key, hash);
    }

    private static boolean allows(VirtualKey key, String client) {
        try {
            return key.rights().allowsFrom(Cidr.literal(client));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String presented(MultiMap headers, List<String> others) {
        String found = null;
        List<String> bearers = headers.getAll("authorization");
        for (String value : bearers) {
            found = only(found, bearer(value));
        }
        for (String name : PLAIN_HEADERS) {
            if (headers.contains(name)) {
                for (String value : headers.getAll(name)) {
                    found = only(found, value);
                }
            }
        }
        for (String value : others) {
            found = only(found, value);
        }
        if (found == null) {
            throw refused("No API key: send it as 'Authorization: Bearer <key>' or in the x-api-key header.");
        }
        return found;
    }

    private static String only(@Nullable String found, String value) {
        if (!isKeyLike(value)) {
            throw refused("The API key is unknown, expired or disabled.");
        }
        if (found != null && !found.equals(value)) {
            throw refused("The request carries two different API keys; send one.");
        }
        return value;
    }

    private static String bearer(String value) {
        if (!value.regionMatches(true, 0, "Bearer ", 0, 7)) {
            throw refused("The Authorization header must be 'Bearer <key>'.");
        }
        return value.substring(7);
    }

    private static boolean isKeyLike(String value) {
        if (value.isEmpty() || value.length() > LONGEST_KEY) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }

    private static GatewayException refused(String message) {
        return new GatewayException(new Unauthenticated(message));
    }
}
