package io.sluice.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import io.sluice.config.MetricsConfig;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.message.Headroom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How accounts stand: their room, cooldowns and circuit breakers. Looked up at the scrape. Safe on any thread. */
public final class PoolMetrics {
    /** By the number of the standing. */
    private static final List<String> STANDINGS = List.of("up", "cooling", "dead", "broken", "draining", "disabled");

    private final MetricsConfig bounds;
    private final LongSupplier clock;
    private final RowGauge room;
    private final RowGauge up;
    private final RowGauge standings;
    private volatile Headroom headroom = new Headroom("", new int[0]);
    private PoolSnapshot told = PoolSnapshot.UNKNOWN;
    private @Nullable GatewayRevision live;
    private volatile PoolSnapshot health = PoolSnapshot.UNKNOWN;

    PoolMetrics(Meters meters, MetricsConfig bounds, LongSupplier clock) {
        this.bounds = bounds;
        this.clock = clock;
        room = meters.gauges(
                "sluice.account.headroom.ratio",
                "free share of the account's scarcest limit, 0 full to 1 idle or unlimited");
        up = meters.gauges(
                "sluice.account.up", "1 while new requests may go to the account, for one of its models at least");
        standings = meters.gauges(
                "sluice.pool.accounts",
                "accounts by how they stand: up, cooling (their provider asked to slow down), broken (circuit breaker open), dead (refused, or out of money), draining, disabled");
    }

    /** The accounts' room has changed. */
    public void headroom(Headroom latest) {
        headroom = latest;
    }

    /** The accounts' health has changed. */
    public synchronized void health(PoolSnapshot latest) {
        told = latest;
        look();
    }

    private void look() {
        health = live == null ? told : told.of(live);
    }

    /** These are the accounts now. */
    synchronized void revision(GatewayRevision revision) {
        live = revision;
        look();
        Map<String, int[]> slots = slots(revision);
        List<RowGauge.Row> rooms = new ArrayList<>();
        List<RowGauge.Row> ups = new ArrayList<>();
        List<RowGauge.Row> counts = new ArrayList<>();
        for (Channel channel : revision.channels()) {
            List<int[]> ofChannel = new ArrayList<>();
            for (Account account : channel.accounts()) {
                int[] own = slots.getOrDefault(account.id(), new int[0]);
                ofChannel.add(own);
                if (rooms.size() < bounds.accounts()) {
                    Labels labels = Labels.of("channel", channel.name(), "account", account.name());
                    rooms.add(new RowGauge.Row(labels, () -> headroomOf(revision.id(), account.index())));
                    ups.add(new RowGauge.Row(labels, () -> standing(own) == PoolSnapshot.UP ? 1 : 0));
                }
            }
            for (int i = 0; i < STANDINGS.size(); i++) {
                int wanted = i;
                Labels labels = Labels.of("channel", channel.name(), "standing", STANDINGS.get(i));
                counts.add(new RowGauge.Row(labels, () -> ofChannel.stream()
                        .filter(own -> standing(own) == wanted)
                        .count()));
            }
        }
        room.set(rooms);
        up.set(ups);
        standings.set(counts);
    }

    private static Map<String, int[]> slots(GatewayRevision revision) {
        Map<String, List<Integer>> slots = new HashMap<>();
        for (Model model : revision.models().values()) {
            for (Candidate candidate : model.candidates()) {
                slots.computeIfAbsent(candidate.accountId(), id -> new ArrayList<>())
                        .add(candidate.slot());
            }
        }
        Map<String, int[]> packed = new HashMap<>();
        slots.forEach((account, own) ->
                packed.put(account, own.stream().mapToInt(Integer::intValue).toArray()));
        return packed;
    }

    /** Up when one of its models is; else as the first of them stands. */
    private byte standing(int[] slots) {
        PoolSnapshot latest = health;
        long now = clock.getAsLong();
        byte first = PoolSnapshot.UP;
        for (int i = slots.length - 1; i >= 0; i--) {
            first = latest.standing(slots[i], now);
            if (first == PoolSnapshot.UP) {
                return first;
            }
        }
        return first;
    }

    private double headroomOf(String revision, int account) {
        Headroom latest = headroom;
        boolean known = latest.revision().equals(revision) && account < latest.permille().length;
        return known ? latest.permille()[account] / 1000.0 : Double.NaN;
    }
}
