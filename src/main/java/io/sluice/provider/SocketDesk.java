package io.sluice.provider;

import io.sluice.message.OpenSocket;
import io.sluice.message.SocketResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The lane's realtime sessions with providers. Used on the lane's event loop. */
final class SocketDesk {
    private final CallServices services;
    private final SocketClients clients;
    private final Set<SocketCall> calls = new LinkedHashSet<>();

    /**
     * No session yet.
     *
     * @param vertx makes the clients
     * @param services what the lane's calls share
     */
    SocketDesk(Vertx vertx, CallServices services) {
        this.services = services;
        this.clients = new SocketClients(vertx);
    }

    /**
     * Opens a session.
     *
     * @return what became of it; never fails
     */
    Future<SocketResult> open(OpenSocket message) {
        long taken = calls.stream()
                .filter(call -> call.isAt(message.candidate().channel()))
                .count();
        boolean full = taken >= message.candidate().channel().maxConnections();
        return new SocketCall(message, services, calls).run(clients, full);
    }

    /**
     * Ends what took too long.
     *
     * @param now monotonic nanoseconds
     */
    void sweep(long now) {
        for (SocketCall call : List.copyOf(calls)) {
            call.check(now);
        }
        clients.retain(calls.stream().map(SocketCall::way).collect(Collectors.toSet()), now);
    }

    /** The accounts of the sessions that are open, each as often as it has any. */
    Stream<String> accounts() {
        return calls.stream().map(SocketCall::accountId);
    }

    /** Closes every connection. */
    Future<?> close() {
        return clients.close();
    }
}
