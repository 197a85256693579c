package io.sluice.provider.fetch;

import io.vertx.core.Future;
import java.net.InetAddress;
import java.util.List;

/** Names and addresses as a lane's fetches see them. Used on the lane's event loop. */
public interface MediaNetwork {
    /**
     * Asks for the addresses of a host, once: what is connected to is one of them.
     *
     * @param host a name or a literal address
     * @return in order of preference; fails when there is none
     */
    Future<List<InetAddress>> resolve(String host);

    /** The same for a provider of the operator's: not held up by what clients name. */
    default Future<List<InetAddress>> resolveProvider(String host) {
        return resolve(host);
    }

    /** The first address of a provider to which a connection may be made; fails when there is none. */
    default Future<InetAddress> allowed(String host) {
        return resolveProvider(host).map(addresses -> addresses.stream()
                .filter(this::isAllowed)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no address that may be connected to")));
    }

    /** Whether a connection to an address may be made. */
    boolean isAllowed(InetAddress address);

    /** Gives up what it holds. */
    Future<?> close();
}
