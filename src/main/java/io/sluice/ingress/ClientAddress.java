package io.sluice.ingress;

import io.sluice.domain.key.Cidr;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.List;

/**
 * Where a request comes from. {@code X-Forwarded-For} is believed only from trusted proxies, and only as far as it was
 * written by them: the rightmost address that is not itself a trusted proxy.
 */
final class ClientAddress {
    private final List<Cidr> trusted;

    ClientAddress(List<Cidr> trusted) {
        this.trusted = trusted;
    }

    /** The client's address as text; {@code unknown} when there is none. */
    String of(HttpServerRequest request) {
        SocketAddress remote = request.remoteAddress();
        String peer = remote == null ? null : remote.hostAddress();
        if (peer == null) {
            return "unknown";
        }
        if (trusted.isEmpty() || !isTrusted(peer)) {
            return peer;
        }
        String client = peer;
        String[] hops =
                String.join(",", request.headers().getAll("x-forwarded-for")).split(",", -1);
        for (int i = hops.length - 1; i >= 0; i--) {
            String hop = hops[i].strip();
            if (!isLiteral(hop)) {
                return client;
            }
            client = hop;
            if (!isTrusted(hop)) {
                return client;
            }
        }
        return client;
    }

    private boolean isTrusted(String text) {
        return isLiteral(text) && isIn(trusted, Cidr.literal(text));
    }

    private static boolean isIn(List<Cidr> networks, byte[] address) {
        return networks.stream().anyMatch(n -> n.contains(address));
    }

    private static boolean isLiteral(String text) {
        try {
            Cidr.literal(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
