package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.Forbidden;
import io.sluice.domain.failure.GatewayFailure.Unauthenticated;
import io.sluice.domain.key.Cidr;
import io.sluice.domain.key.KeyFormat;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.SideDoor;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.stored.StoredIds;
import io.sluice.metrics.KeyMetrics;
import io.sluice.metrics.KeyMetrics.Refusal;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the virtual key of a request: in the headers that SDKs use, in the query's {@code key} where Google's
 * clients ask, and in a subprotocol where a browser opens a WebSocket; it is looked at here alone, never logged and never sent on. The key is looked up by the hash of its whole text; what is stored is a hash, and
 * hashes are compared in constant time. Every refusal of a key sounds the same, so that nothing can be learned from it.
 *
 * <p>Keys of the files go before stored ones. Nothing here asks the database: what is not in memory is unknown.
 */
final class Authenticator {
    private static final int LONGEST_KEY = 512;
    private static final List<String> PLAIN_HEADERS = List.of("x-api-key", "api-key", "x-goog-api-key");

    private final StoredKeys stored;
    private final @Nullable StoredIds ownIds;
    private final KeyMetrics metrics;
    private final SideCallers side;

    /**
     * Asks in the files' keys and these.
     *
     * @param stored keys that are managed by API
     * @param ownIds holds the node's own secret, by which stored keys are hashed that people chose where the files have none;
     *     null in a cluster
     * @param metrics counts refusals
     * @param door by which the node's admin port comes
     */
    Authenticator(StoredKeys stored, @Nullable StoredIds ownIds, KeyMetrics metrics, SideDoor door) {
        this.stored = stored;
        this.ownIds = ownIds;
        this.metrics = metrics;
        this.side = new SideCallers(door, this);
    }

    /**
     * The key of a request.
     *
     * @param headers the request's headers
     * @param others what stands for a key elsewhere in the head; empty where nothing does
     * @param revision the revision it keeps
     * @param client the client's address as text
     * @param now wall clock
     * @throws GatewayException unauthenticated or forbidden
     */
    Caller authenticate(MultiMap headers, List<String> others, GatewayRevision revision, String client, Instant now) {
        String text;
        try {
            text = presented(headers, others);
        } catch (GatewayException e) {
            metrics.refused(Refusal.NONE);
            throw e;
        }
        Caller caller = find(revision, text);
        if (caller == null) {
            boolean mistyped = KeyFormat.isMistyped(text);
            if (!mistyped && stored.isStale()) {
                metrics.refused(Refusal.UNCHECKED);
                throw new GatewayException(
                        new GatewayFailure.Unavailable("The gateway cannot check this API key at the moment."));
            }
            throw refused(mistyped ? Refusal.MISTYPED : Refusal.UNKNOWN);
        }
        VirtualKey key = caller.key();
        if (!key.opens(caller.credential(), now)) {
            throw refused(Refusal.ENDED);
        }
        allow(key, client);
        return caller;
    }

    /**
     * The key that a request is for: what it carries, or what its ticket stands for.
     *
     * @param incoming a request at its head
     * @param others what stands for a key elsewhere in the head; empty where nothing does
     * @param now wall clock
     * @throws GatewayException unauthenticated or forbidden
     */
    Caller authenticate(Incoming incoming, List<String> others, Instant now) {
        return SideCallers.isAsking(incoming)
                ? side.caller(incoming, now)
                : authenticate(
                        incoming.request().headers(), others, incoming.revision(), incoming.clientAddress(), now);
    }

    /**
     * Goes on if a key may be used from an address.
     *
     * @throws GatewayException when it may not
     */
    void allow(VirtualKey key, String client) {
        if (!key.rights().allowFrom().isEmpty() && !allows(key, client)) {
            metrics.refused(Refusal.ADDRESS);
            throw new GatewayException(
                    new Forbidden("This API key may not be used from this address.", "address_not_allowed"));
        }
    }

    /** The key of a name by a revision and by what is stored now; null when there is none that may be trusted. */
    @Nullable
    VirtualKey named(GatewayRevision revision, String name) {
        VirtualKey ofFiles = revision.keys().named(name).orElse(null);
        return ofFiles != null ? ofFiles : trusted(stored.named(name));
    }

    private @Nullable Caller find(GatewayRevision revision, String text) {
        Caller found = find(revision, KeyHash.ofKey(text));
        if (found != null || KeyFormat.isGenerated(text)) {
            return found;
        }
        StoredIds secrets = revision.storedIds() != null ? revision.storedIds() : ownIds;
        if (secrets != null && stored.hasChosen()) {
            for (KeyHash hash : secrets.chosenKey(text)) {
                VirtualKey key = trusted(hash);
                if (key != null) {
                    return new Caller(key, hash);
                }
            }
        }
        return null;
    }

    private @Nullable Caller find(GatewayRevision revision, KeyHash hash) {
        VirtualKey key = now(revision, hash);
        return key == null ? null : new Caller(key, hash);
    }

    /** The key of a credential by a revision and by what is stored now; null when there is none. */
    @Nullable
    VirtualKey now(GatewayRevision revision, KeyHash hash) {
        VirtualKey ofFiles = revision.keys().find(hash).orElse(null);
        return ofFiles != null ? ofFiles : trusted(hash);
    }

    private @Nullable VirtualKey trusted(KeyHash hash) {
        return trusted(stored.find(hash));
    }

    private @Nullable VirtualKey trusted(@Nullable VirtualKey key) {
        if (key == null || stored.isStale()) {
            return null;
        }
        stored.used(key);
        return key;
    }

    private GatewayException refused(Refusal why) {
        metrics.refused(why);
        return refused("The API key is unknown, expired or disabled.");
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
