package io.sluice.provider;

import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Channel;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.OpenExchange;
import io.sluice.message.OpenResult;
import io.sluice.message.ShowCalls;
import io.sluice.provider.UpstreamClients.Way;
import io.sluice.provider.fetch.MediaFetcher;
import io.sluice.provider.fetch.MediaNetwork;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.HttpClientRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Answers {@code lane.<n>.provider.*}; owns the lane's connections to providers and the calls in flight. */
public final class ProviderClientVerticle extends VerticleBase {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final long SWEEP_MILLIS = 100;

    private final int lane;
    private final int upstreamQueue;
    private final LongSupplier clock;
    private final Function<Vertx, MediaNetwork> network;
    private final Set<UpstreamCall> calls = new LinkedHashSet<>();
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private @Nullable UpstreamClients clients;
    private @Nullable MediaFetcher media;
    private @Nullable SocketDesk sockets;
    /** Null until the first change: no client is left over before. */
    private @Nullable Set<Way> live;

    /**
     * The provider client of one lane.
     *
     * @param lane number of the lane
     * @param upstreamQueue requests that may wait for a connection to one provider
     * @param clock monotonic nanoseconds
     * @param network where addresses that clients name are fetched from
     */
    public ProviderClientVerticle(
            int lane, int upstreamQueue, LongSupplier clock, Function<Vertx, MediaNetwork> network) {
        this.network = network;
        this.lane = lane;
        this.upstreamQueue = upstreamQueue;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        MediaFetcher fetcher = new MediaFetcher(vertx, network.apply(vertx));
        media = fetcher;
        UpstreamClients owned = new UpstreamClients(vertx, upstreamQueue);
        clients = owned;
        Credentials credentials = new Credentials(clock, Clock.systemUTC(), new TokenClient(vertx, owned));
        CallServices services =
                new CallServices(clock, Clock.systemUTC(), bus, new LimitReports(bus), credentials, fetcher, calls);
        SocketDesk desk = new SocketDesk(vertx, services);
        sockets = desk;
        ProbeDesk probes = new ProbeDesk(vertx, owned, services);
        vertx.setPeriodic(SWEEP_MILLIS, t -> {
            sweep(owned, services.reports(), probes);
            desk.sweep(clock.getAsLong());
        });
        consumers.add(bus.consume(Address.REVISION_CHANGED, change -> {
            List<Channel> channels = change.revision().channels();
            live = channels.stream().flatMap(Way::all).collect(Collectors.toSet());
            credentials.retain(channels.stream()
                    .flatMap(channel -> channel.accounts().stream())
                    .map(Account::id)
                    .collect(Collectors.toSet()));
        }));
        consumers.add(bus.serve(Address.providerOpen(lane), message -> open(owned, services, message)));
        consumers.add(bus.serve(Address.providerSocket(lane), desk::open));
        consumers.add(bus.serve(Address.providerProbe(lane), probes::probe));
        consumers.add(bus.serve(Address.providerCalls(lane), question -> Future.succeededFuture(inFlight(desk))));
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
    }

    @Override
    public Future<?> stop() {
        List<Future<?>> steps = new ArrayList<>();
        consumers.forEach(consumer -> steps.add(consumer.unregister()));
        if (clients != null) {
            steps.add(clients.close());
        }
        if (media != null) {
            steps.add(media.close());
        }
        if (sockets != null) {
            steps.add(sockets.close());
        }
        return Future.join(steps);
    }

    private Future<OpenResult> open(UpstreamClients owned, CallServices services, OpenExchange message) {
        ProviderAdapter adapter = ProviderAdapters.of(message.candidate().channel());
        HttpClientRequest taken =
                message.parked() instanceof UpstreamCall parked && parked.isParked() ? parked.take() : null;
        return new UpstreamCall(message, adapter, services).run(taken, owned);
    }

    private ShowCalls.Shown inFlight(SocketDesk desk) {
        Map<String, Integer> counts = new TreeMap<>();
        Stream.concat(calls.stream().map(UpstreamCall::accountId), desk.accounts())
                .forEach(account -> counts.merge(account, 1, Integer::sum));
        return new ShowCalls.Shown(counts.entrySet().stream()
                .map(each -> new ShowCalls.AccountCalls(each.getKey(), each.getValue()))
                .toList());
    }

    private void sweep(UpstreamClients owned, LimitReports reports, ProbeDesk probes) {
        long now = clock.getAsLong();
        reports.forget(now);
        for (UpstreamCall call : List.copyOf(calls)) {
            call.check(now);
        }
        if (live != null) {
            Set<Way> flying = new HashSet<>(probes.ways());
            calls.forEach(call -> flying.add(call.way()));
            owned.retain(live, flying);
        }
    }
}
