package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.Unauthenticated;
import io.sluice.domain.key.Cidr;
import io.sluice.domain.key.KeyCredential;
import io.sluice.domain.key.KeyHandling;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.SideDoor;
import io.sluice.domain.key.SideDoor.Ticket;
import io.sluice.domain.key.VirtualKey;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who comes by the side door: the node's own admin port, with a ticket. Such a request comes from this machine, through no
 * proxy, and asks for a chat; whatever is wrong with it, its ticket is used up. Used on the lane's event loop.
 */
final class SideCallers {
    private static final String CHAT = "/v1/chat/completions";
    private static final List<String> OF_PROXIES = List.of("forwarded", "x-forwarded-for", "x-real-ip", "via");

    private final SideDoor door;
    private final Authenticator authenticator;

    /**
     * The door's callers.
     *
     * @param door knows tickets
     * @param authenticator knows keys
     */
    SideCallers(SideDoor door, Authenticator authenticator) {
        this.door = door;
        this.authenticator = authenticator;
    }

    /** Whether a request has a ticket, good or not. */
    static boolean isAsking(Incoming incoming) {
        return incoming.request().headers().contains(SideDoor.HEADER);
    }

    /**
     * Who asks.
     *
     * @param incoming a request with a ticket
     * @param now wall clock
     * @throws GatewayException when the ticket is not good, or the key that it stands for is not
     */
    Caller caller(Incoming incoming, Instant now) {
        HttpServerRequest request = incoming.request();
        List<String> texts = request.headers().getAll(SideDoor.HEADER);
        Ticket ticket = door.take(texts.getFirst());
        if (ticket == null || texts.size() > 1 || !isOwn(request)) {
            throw refused();
        }
        if (ticket.key() == null) {
            KeyHash hash = KeyHash.ofKey(texts.getFirst());
            VirtualKey nobody = new VirtualKey(SideDoor.NOBODY, hash).with(KeyHandling.USUAL.diagnosing());
            return new Caller(nobody, hash, ticket);
        }
        VirtualKey key = authenticator.named(incoming.revision(), ticket.key());
        KeyHash credential = key == null ? null : open(key, now);
        if (key == null || credential == null) {
            throw refused();
        }
        authenticator.allow(key, ticket.client());
        return new Caller(key.with(key.handling().diagnosing()), credential, ticket);
    }

    /** A credential that opens a key now; null when none does. */
    private static @Nullable KeyHash open(VirtualKey key, Instant now) {
        return key.credentials().stream()
                .map(KeyCredential::hash)
                .filter(hash -> key.opens(hash, now))
                .findFirst()
                .orElse(null);
    }

    private static boolean isOwn(HttpServerRequest request) {
        SocketAddress remote = request.connection().remoteAddress();
        SocketAddress local = request.connection().localAddress();
        return request.method() == HttpMethod.POST
                && CHAT.equals(request.path())
                && OF_PROXIES.stream().noneMatch(request.headers()::contains)
                && isThisMachine(remote, local);
    }

    private static boolean isThisMachine(@Nullable SocketAddress remote, @Nullable SocketAddress local) {
        if (remote == null || local == null || remote.hostAddress() == null) {
            return false;
        }
        return remote.hostAddress().equals(local.hostAddress()) || isLoopback(remote.hostAddress());
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByAddress(Cidr.literal(address)).isLoopbackAddress();
        } catch (IllegalArgumentException | UnknownHostException e) {
            return false;
        }
    }

    private static GatewayException refused() {
        return new GatewayException(new Unauthenticated("The ticket is unknown, used or over."));
    }
}
