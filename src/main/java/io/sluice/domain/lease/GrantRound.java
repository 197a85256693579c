package io.sluice.domain.lease;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Grants what is free of one scope: whole waiting requests first, in the order of all clients, then what waits besides and
 * what clients would like to have in store. One of it serves all scopes of a group, one after another.
 *
 * <p>A client that waits and does not speak in this batch keeps its turn: what its requests need is set aside until it
 * speaks, and forgotten when it is silent for as long as a lease lives.
 */
final class GrantRound {
    private static final int REQUESTS = 0;
    private static final long SILENT_NANOS = 500_000_000;
    private static final long PLACE_PATIENCE_NANOS = 5_000_000_000L;

    private final GroupTerms terms;
    private final List<Holding> waiting = new ArrayList<>();
    private final long[] largest = new long[Units.DIMENSIONS];
    private final long[] part = new long[Units.DIMENSIONS];
    private long places;
    private long blockedUntil;
    private boolean unserved;

    GrantRound(GroupTerms terms) {
        this.terms = terms;
    }

    /** Grants in one scope to those holdings that have a statement. */
    void run(GroupScope scope) {
        scope.forgetNamed();
        begin(scope);
        if (!terms.closed && scope.fullUntil <= terms.time) {
            serveWaiting(scope);
            if (!unserved) {
                serveOthers(scope);
            }
            charge(scope);
        }
        Units free = free(scope);
        for (Holding holding : scope.holdings) {
            if (holding.statement != null) {
                answer(scope, holding, holding.statement.scope(), free);
            }
        }
    }

    private void begin(GroupScope scope) {
        waiting.clear();
        Arrays.fill(largest, 0);
        blockedUntil = terms.time;
        unserved = false;
        places = Long.MAX_VALUE / 4;
        long held = 0;
        for (int i = 0; i < scope.holdings.size(); i++) {
            Holding holding = scope.holdings.get(i);
            held += holding.places;
            holding.looked = 0;
            holding.missed.clear();
            if (holding.statement != null) {
                Arrays.fill(holding.granted, 0);
            }
            if (!holding.first.isEmpty() && terms.time - holding.toldAt <= SILENT_NANOS) {
                waiting.add(holding);
                holding.first.forEach(request -> enlarge(scope, request.units()));
            }
        }
        if (scope.concurrency > 0) {
            places = scope.concurrency - held;
        }
        for (GroupLimit limit : scope.limits) {
            if (limit.isInForce()) {
                limit.beginRound(largest[limit.ordinal()]);
            }
        }
    }

    private void enlarge(GroupScope scope, Units units) {
        for (int d = 0; d < largest.length; d++) {
            long most = scope.amounts().get(d);
            if (most == 0 || units.get(d) <= most) {
                largest[d] = Math.max(largest[d], units.get(d));
            }
        }
    }

    private void serveWaiting(GroupScope scope) {
        for (Holding holding = next(); holding != null; holding = next()) {
            WaitingRequest request = holding.first.get(holding.looked++);
            GroupLimit tight = tight(scope, request.units());
            if (tight == null && places > 0) {
                set(scope, request, holding);
                continue;
            }
            holding.missed.add(request);
            if (tight != null && request.units().get(tight.ordinal()) > tight.amount()) {
                continue; // It never fits, and waits for nothing.
            }
            unserved = true;
            if (waited(holding, request) >= (tight == null ? PLACE_PATIENCE_NANOS : tight.patienceNanos())) {
                blockedUntil = Math.max(terms.time, fitsAt(scope, request.units()));
                missRest();
                return;
            }
        }
    }

    private void set(GroupScope scope, WaitingRequest request, Holding holding) {
        places--;
        for (GroupLimit limit : scope.limits) {
            if (limit.isInForce()) {
                limit.take(request.units().get(limit.ordinal()));
            }
        }
        if (holding.statement != null) {
            holding.places++;
            scope.grantedRequests++;
            for (int d = 0; d < Units.DIMENSIONS; d++) {
                holding.granted[d] += request.units().get(d);
            }
        }
    }

    private void missRest() {
        for (Holding holding : waiting) {
            holding.missed.addAll(holding.first.subList(holding.looked, holding.first.size()));
        }
    }

    /** The limit with the longest window that a request does not fit; one that it exceeds altogether goes before. */
    private static @Nullable GroupLimit tight(GroupScope scope, Units units) {
        GroupLimit tight = null;
        for (int i = 0; i < scope.limits.size(); i++) {
            GroupLimit limit = scope.limits.get(i);
            long wanted = units.get(limit.ordinal());
            if (wanted > 0 && limit.isInForce() && !limit.fits(wanted)) {
                if (wanted > limit.amount()) {
                    return limit;
                }
                if (tight == null || limit.windowNanos() > tight.windowNanos()) {
                    tight = limit;
                }
            }
        }
        return tight;
    }

    /** Who is next by the order of {@link WaitingRequest}; the first by name among equals. */
    private @Nullable Holding next() {
        Holding best = null;
        for (int i = 0; i < waiting.size(); i++) {
            Holding holding = waiting.get(i);
            if (holding.looked < holding.first.size() && (best == null || isBefore(holding, best))) {
                best = holding;
            }
        }
        return best;
    }

    private boolean isBefore(Holding one, Holding other) {
        WaitingRequest a = one.first.get(one.looked);
        WaitingRequest b = other.first.get(other.looked);
        if (a.priority() != b.priority()) {
            return a.priority() > b.priority();
        }
        if (a.rank() != b.rank()) {
            return a.rank() < b.rank();
        }
        return waited(one, a) > waited(other, b);
    }

    private long waited(Holding holding, WaitingRequest request) {
        return Math.min(request.waitedNanos(), Long.MAX_VALUE / 4) + terms.time - holding.toldAt;
    }

    /** What waits beyond the first of them, and what is wanted in store: a fair part each. */
    private void serveOthers(GroupScope scope) {
        long clients = scope.holdings.size();
        for (Holding holding : scope.holdings) {
            ScopeStatement statement = holding.statement;
            if (statement != null) {
                serveRest(scope, holding, statement, clients);
            }
        }
        for (Holding holding : scope.holdings) {
            ScopeStatement statement = holding.statement;
            if (statement != null && (!statement.wanted().isNone() || statement.wantedPlaces() > 0)) {
                serveStore(scope, holding, statement, 2 * clients);
            }
        }
    }

    /** Requests of the average size of those that were not told one by one. */
    private void serveRest(GroupScope scope, Holding holding, ScopeStatement statement, long parts) {
        long requests = statement.waiting().get(REQUESTS);
        for (WaitingRequest request : statement.first()) {
            requests -= request.units().get(REQUESTS);
        }
        if (requests <= 0) {
            return;
        }
        requests = Math.min(requests, Math.max(0, places) / parts);
        for (int d = 0; d < Units.DIMENSIONS; d++) {
            part[d] = average(statement, d);
        }
        for (GroupLimit limit : scope.limits) {
            long each = part[limit.ordinal()];
            if (limit.isInForce() && each > 0) {
                requests = Math.min(requests, limit.part(parts) / each);
            }
        }
        for (GroupLimit limit : scope.limits) {
            if (limit.isInForce()) {
                limit.take(requests * part[limit.ordinal()]);
            }
        }
        for (int d = 0; d < Units.DIMENSIONS; d++) {
            holding.granted[d] += requests * part[d];
        }
        places -= requests;
        holding.places += (int) Math.min(requests, Integer.MAX_VALUE - holding.places);
        scope.grantedRequests += requests;
    }

    /** Rounded up, so that it is enough for most of them. */
    private static long average(ScopeStatement statement, int d) {
        long requests = statement.waiting().get(REQUESTS);
        long units = statement.waiting().get(d);
        for (WaitingRequest request : statement.first()) {
            requests -= request.units().get(REQUESTS);
            units -= request.units().get(d);
        }
        return requests <= 0 || units <= 0 ? 0 : Math.min(GroupLimit.MOST, Math.ceilDiv(units, requests));
    }

    private void serveStore(GroupScope scope, Holding holding, ScopeStatement statement, long parts) {
        for (int d = 0; d < Units.DIMENSIONS; d++) {
            part[d] = Math.max(0, statement.wanted().get(d) - statement.kept().get(d));
        }
        boolean countsRequests = false;
        for (GroupLimit limit : scope.limits) {
            if (limit.isInForce()) {
                int d = limit.ordinal();
                part[d] = Math.min(part[d], limit.part(parts));
                countsRequests |= d == REQUESTS;
            }
        }
        if (countsRequests && part[REQUESTS] == 0 && statement.kept().get(REQUESTS) == 0) {
            Arrays.fill(part, 0); // Tokens without a request are of no use.
        }
        for (GroupLimit limit : scope.limits) {
            if (limit.isInForce()) {
                limit.take(part[limit.ordinal()]);
            }
        }
        for (int d = 0; d < Units.DIMENSIONS; d++) {
            holding.granted[d] += scope.amounts().get(d) == 0 ? 0 : part[d];
        }
        long more = Math.min(Math.max(0, statement.wantedPlaces() - statement.places()), Math.max(0, places) / parts);
        places -= more;
        holding.places += (int) more;
    }

    private static void charge(GroupScope scope) {
        for (Holding holding : scope.holdings) {
            if (holding.statement != null) {
                if (holding.missed.size() < holding.first.size()) {
                    holding.first = List.copyOf(holding.missed);
                }
                for (GroupLimit limit : scope.limits) {
                    long units = holding.granted[limit.ordinal()];
                    if (units != 0) {
                        limit.grant(holding.expiry, units);
                    }
                }
                for (int d = 0; d < Units.DIMENSIONS; d++) {
                    holding.units[d] += holding.granted[d];
                }
            }
        }
    }

    private void answer(GroupScope scope, Holding holding, int number, Units free) {
        holding.grant = new ScopeGrant(
                number,
                Units.of(holding.granted),
                holding.places,
                scope.ttlNanos,
                free,
                scope.amounts(),
                fitsIn(scope, holding));
    }

    private Units free(GroupScope scope) {
        boolean nothing = terms.closed || scope.fullUntil > terms.time;
        for (int d = 0; d < Units.DIMENSIONS; d++) {
            part[d] = Long.MAX_VALUE / 4;
        }
        for (GroupLimit limit : scope.limits) {
            if (limit.isInForce()) {
                int d = limit.ordinal();
                part[d] = nothing ? 0 : Math.min(part[d], Math.max(0, limit.room()));
            }
        }
        return Units.of(part);
    }

    private long fitsIn(GroupScope scope, Holding holding) {
        if (holding.first.isEmpty()) {
            return 0;
        }
        WaitingRequest missed = holding.first.getFirst();
        for (GroupLimit limit : scope.limits) {
            if (limit.isInForce() && missed.units().get(limit.ordinal()) > limit.amount()) {
                return ScopeGrant.NEVER;
            }
        }
        long at = Math.max(fitsAt(scope, missed.units()), Math.max(scope.fullUntil, blockedUntil));
        return terms.closed || places <= 0 || at == Long.MAX_VALUE ? ScopeGrant.UNKNOWN : Math.max(1, at - terms.time);
    }

    private long fitsAt(GroupScope scope, Units units) {
        long at = terms.time;
        for (GroupLimit limit : scope.limits) {
            int d = limit.ordinal();
            if (limit.isInForce() && units.get(d) <= limit.amount()) {
                at = Math.max(at, limit.fitsAt(units.get(d), largest[d]));
            }
        }
        return at;
    }
}
