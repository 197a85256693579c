package io.sluice.testkit;

import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.ClientId;
import io.sluice.domain.lease.Refund;
import io.sluice.domain.lease.Renewal;
import io.sluice.domain.lease.ScopeDefinition;
import io.sluice.domain.lease.ScopeGrant;
import io.sluice.domain.lease.ScopeStatement;
import io.sluice.domain.lease.Units;
import io.sluice.domain.lease.WaitingRequest;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.SlidingWindow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A quota group that keeps every charge in a list: slow, without pace, and easy to believe. What it grants is charged at
 * its expiry; a charge counts from when it is made until it is older than its window and the guard.
 */
public final class ListGroup {
    private final Map<ClientId, Client> clients = new HashMap<>();
    private final Map<String, List<Charge>> charges = new HashMap<>();
    private long time;

    private static final class Charge {
        final long at;
        final int dimension;
        long units;

        Charge(long at, int dimension, long units) {
            this.at = at;
            this.dimension = dimension;
            this.units = units;
        }
    }

    private static final class Client {
        final Map<Integer, String> ids = new HashMap<>();
        final Map<String, LimitSet> limits = new HashMap<>();
        final Map<String, List<Charge>> held = new HashMap<>();
        final Map<String, Integer> places = new HashMap<>();
        long sequence;
        Answer last;
    }

    /** Takes a renewal at a time of the group. */
    public Answer apply(long now, Renewal renewal) {
        time = Math.max(time, now);
        Client client = clients.get(renewal.client());
        if (client == null) {
            if (renewal.sequence() != 1) {
                return new Answer(renewal.client(), renewal.sequence(), Answer.Status.START_OVER, time, List.of());
            }
            clients.keySet()
                    .removeIf(other -> other.node().equals(renewal.client().node()));
            client = new Client();
            clients.put(renewal.client(), client);
        }
        if (renewal.sequence() == client.sequence) {
            return client.last;
        }
        client.sequence = renewal.sequence();
        for (ScopeDefinition definition : renewal.definitions()) {
            client.ids.put(definition.scope(), definition.id());
            client.limits.put(definition.id(), definition.limits());
        }
        List<ScopeGrant> grants = new ArrayList<>();
        for (ScopeStatement statement : renewal.statements()) {
            settle(client, statement);
        }
        for (ScopeStatement statement : renewal.statements()) {
            grants.add(grant(client, statement));
        }
        client.last = new Answer(renewal.client(), renewal.sequence(), Answer.Status.TAKEN, time, grants);
        return client.last;
    }

    /** Forgets a client, as a group does that was founded anew. */
    public void forget() {
        clients.clear();
    }

    /** The scarcest limit's free share of a scope, 0 to 1000. */
    public long permille(long now, String id) {
        time = Math.max(time, now);
        List<Charge> all = charges.getOrDefault(id, List.of());
        return limits(id).windows().stream()
                .mapToLong(limit -> Math.max(0, limit.amount() - used(limit, all, time)) * 1000 / limit.amount())
                .min()
                .orElse(1000);
    }

    private void settle(Client client, ScopeStatement statement) {
        String id = client.ids.get(statement.scope());
        long ttl = ttl(limits(id));
        List<Charge> all = charges.computeIfAbsent(id, k -> new ArrayList<>());
        all.removeAll(client.held.getOrDefault(id, List.of()));
        List<Charge> kept = new ArrayList<>();
        for (int d = 0; d < Units.DIMENSIONS; d++) {
            charge(all, time, d, statement.written().get(d));
            Charge charge = charge(all, time + ttl, d, statement.kept().get(d));
            if (charge != null) {
                kept.add(charge);
            }
        }
        client.held.put(id, kept);
        client.places.put(id, statement.places());
        for (Refund refund : statement.refunds()) {
            for (int d = 0; d < Units.DIMENSIONS; d++) {
                refund(all, refund.chargedAt(), d, refund.units().get(d));
            }
        }
    }

    private static Charge charge(List<Charge> all, long at, int dimension, long units) {
        if (units == 0) {
            return null;
        }
        Charge charge = new Charge(at, dimension, units);
        all.add(charge);
        return charge;
    }

    private static void refund(List<Charge> all, long at, int dimension, long units) {
        long left = units;
        all.sort(Comparator.comparingLong((Charge c) -> c.at).reversed());
        for (Charge charge : all) {
            if (charge.dimension == dimension && charge.at <= at) {
                long part = Math.min(left, charge.units);
                charge.units -= part;
                left -= part;
            }
        }
    }

    private ScopeGrant grant(Client client, ScopeStatement statement) {
        String id = client.ids.get(statement.scope());
        LimitSet set = limits(id);
        List<Charge> all = charges.get(id);
        int places = statement.places();
        int placesLimit = set.concurrency();
        int others = clients.values().stream()
                .filter(c -> c != client)
                .mapToInt(c -> c.places.getOrDefault(id, 0))
                .sum();
        long[] granted = new long[Units.DIMENSIONS];
        long fitsIn = 0;
        long[] kept = statement.kept().toArray();
        long[] free = free(set, all);
        int spare = 0;
        for (WaitingRequest waiting : statement.first()) {
            boolean fits = true;
            for (int d = 0; d < free.length; d++) {
                fits &= free[d] >= waiting.units().get(d);
            }
            boolean placeFits = placesLimit == 0 || others + places < placesLimit;
            if (fits && placeFits) {
                for (int d = 0; d < free.length; d++) {
                    granted[d] += waiting.units().get(d);
                    free[d] -= waiting.units().get(d);
                }
                places += placesLimit == 0 ? 0 : 1;
            } else if (fitsIn == 0) {
                fitsIn = placeFits ? fitsIn(set, all, granted, waiting.units()) : ScopeGrant.UNKNOWN;
            }
        }
        if (fitsIn == 0) {
            for (int d = 0; d < free.length; d++) {
                long more = Math.min(statement.wanted().get(d) - kept[d], free[d] / (2L * clients.size()));
                if (more > 0 && limited(set, d)) {
                    granted[d] += more;
                    free[d] -= more;
                }
            }
            while (spare < statement.wantedPlaces() - statement.places()
                    && placesLimit > 0
                    && others + places < placesLimit) {
                places++;
                spare++;
            }
        }
        List<Charge> held = client.held.get(id);
        for (int d = 0; d < granted.length; d++) {
            Charge charge = charge(all, time + ttl(set), d, granted[d]);
            if (charge != null) {
                held.add(charge);
            }
        }
        client.places.put(id, places);
        long[] amounts = new long[Units.DIMENSIONS];
        for (Limit limit : set.windows()) {
            int d = limit.dimension().ordinal();
            amounts[d] = amounts[d] == 0 ? limit.amount() : Math.min(amounts[d], limit.amount());
        }
        for (int d = 0; d < free.length; d++) {
            free[d] = Math.max(0, free[d]);
        }
        return new ScopeGrant(
                statement.scope(), Units.of(granted), places, ttl(set), Units.of(free), Units.of(amounts), fitsIn);
    }

    private LimitSet limits(String id) {
        Map<String, Limit> smallest = new HashMap<>();
        int concurrency = 0;
        for (Client client : clients.values()) {
            LimitSet set = client.limits.getOrDefault(id, LimitSet.NONE);
            concurrency = set.concurrency() == 0
                    ? concurrency
                    : concurrency == 0 ? set.concurrency() : Math.min(concurrency, set.concurrency());
            for (Limit limit : set.windows()) {
                smallest.merge(
                        limit.dimension() + "/" + limit.window(), limit, (a, b) -> a.amount() < b.amount() ? a : b);
            }
        }
        return new LimitSet(List.copyOf(smallest.values()), concurrency);
    }

    private static long guard(Limit limit) {
        return SlidingWindow.guardNanos(limit.window().toNanos());
    }

    private static long ttl(LimitSet set) {
        return set.windows().stream().mapToLong(ListGroup::guard).min().orElse(500_000_000L);
    }

    private static boolean limited(LimitSet set, int d) {
        return set.windows().stream().anyMatch(limit -> limit.dimension().ordinal() == d);
    }

    private long[] free(LimitSet set, List<Charge> all) {
        long[] free = new long[Units.DIMENSIONS];
        java.util.Arrays.fill(free, Long.MAX_VALUE / 4);
        for (Limit limit : set.windows()) {
            int d = limit.dimension().ordinal();
            free[d] = Math.min(free[d], limit.amount() - used(limit, all, time));
        }
        return free;
    }

    private static long used(Limit limit, List<Charge> all, long at) {
        long from = at - limit.window().toNanos() - guard(limit);
        return all.stream()
                .filter(c -> c.dimension == limit.dimension().ordinal() && c.at >= from)
                .mapToLong(c -> c.units)
                .sum();
    }

    private long fitsIn(LimitSet set, List<Charge> all, long[] granted, Units units) {
        long fitsAt = time;
        for (Limit limit : set.windows()) {
            int d = limit.dimension().ordinal();
            long rest = limit.amount() - units.get(d) - granted[d];
            if (units.get(d) > limit.amount()) {
                return ScopeGrant.NEVER;
            }
            List<Charge> sorted = new ArrayList<>(all);
            sorted.sort(Comparator.comparingLong(c -> c.at));
            long used = used(limit, sorted, time);
            for (Charge charge : sorted) {
                if (used <= rest) {
                    break;
                }
                if (charge.dimension == d && charge.at >= time - limit.window().toNanos() - guard(limit)) {
                    used -= charge.units;
                    fitsAt = Math.max(fitsAt, charge.at + limit.window().toNanos() + guard(limit) + 1);
                }
            }
        }
        return Math.max(1, fitsAt - time);
    }
}
