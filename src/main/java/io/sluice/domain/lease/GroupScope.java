package io.sluice.domain.lease;

import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One scope: its limits, and what clients hold of it. */
final class GroupScope {
    /** How the id of a team's scope begins. */
    private static final String TEAM_PREFIX = "team:";

    /** Accounts are counted finely: their provider checks. */
    private static final int RESOLUTION = 240;

    /** Nobody outside checks a key's window, and there may be 100 000 of them. */
    private static final int COARSE_RESOLUTION = 60;

    private static final long MIN_TTL_NANOS = 100_000_000;
    private static final long TTLS_PER_WINDOW = 50;
    private static final long LONGEST_PAUSE_NANOS = 3_600_000_000_000L;
    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final long SHORTEST_WINDOW_NANOS = 1_000_000;
    private static final long LONGEST_WINDOW_NANOS = 31L * 86_400_000_000_000L;

    final String id;

    /** Whether somebody outside counts too: then it is counted finely, and paced. */
    final boolean isChecked;

    final int resolution;

    /** Limits in force, and those that no longer are but hold something, in the order in which they began. */
    final List<GroupLimit> limits = new ArrayList<>();

    /** What clients hold, by name of their node. */
    final List<Holding> holdings = new ArrayList<>();

    /** Requests in flight at once; 0 for no limit. */
    int concurrency;

    /** How long leases live, nanoseconds. */
    long ttlNanos = GroupTerms.HORIZON_NANOS;

    /** Until when a provider asked to slow down, nanoseconds. */
    long fullUntil = Long.MIN_VALUE;

    /** Requests granted since the group began. */
    long grantedRequests;

    /** The batch that touched it last. */
    long touchedIn;

    private final GroupTerms terms;
    private Units amounts = Units.NONE;

    GroupScope(String id, GroupTerms terms) {
        this.id = id;
        this.terms = terms;
        this.isChecked = !id.startsWith(Scope.KEY_PREFIX) && !id.startsWith(TEAM_PREFIX);
        this.resolution = isChecked ? RESOLUTION : COARSE_RESOLUTION;
    }

    /** The smallest amount in force of each dimension; 0 where nothing limits. */
    Units amounts() {
        return amounts;
    }

    /** Adds what a client holds; nothing yet. */
    void join(Holding holding) {
        int at = 0;
        while (at < holdings.size() && holdings.get(at).client.id.node().compareTo(holding.client.id.node()) < 0) {
            at++;
        }
        holdings.add(at, holding);
    }

    /** Takes a client's limits. */
    void define(Holding holding, LimitSet definition) {
        if (!definition.equals(holding.definition)) {
            holding.definition = definition;
            enforce();
        }
    }

    /** A client is gone: its units stay charged where they are, nothing is known of them, its places are free. */
    void abandon(Holding holding) {
        holdings.remove(holding);
        if (holding.hasUnits()) {
            for (GroupLimit limit : limits) {
                limit.doubtfulUntil = Math.max(limit.doubtfulUntil, holding.expiry);
            }
        }
        if (!holding.definition.isEmpty()) {
            enforce();
        }
    }

    /** Brings the smallest of all definitions into force. */
    void enforce() {
        limits.forEach(limit -> limit.next = GroupLimit.NOBODY);
        concurrency = 0;
        for (Holding holding : holdings) {
            for (Limit defined : holding.definition.windows()) {
                GroupLimit limit = findOrBegin(defined);
                long amount = Math.clamp(defined.amount(), 0, GroupLimit.MOST);
                limit.next = limit.next == GroupLimit.NOBODY ? amount : Math.min(limit.next, amount);
            }
            int places = holding.definition.concurrency();
            concurrency = places <= 0 ? concurrency : concurrency == 0 ? places : Math.min(concurrency, places);
        }
        ttlNanos = GroupTerms.HORIZON_NANOS;
        for (GroupLimit limit : limits) {
            limit.configure(limit.next);
            if (limit.isInForce() && limit.slides()) {
                ttlNanos = Math.min(ttlNanos, Math.max(MIN_TTL_NANOS, limit.windowNanos() / TTLS_PER_WINDOW));
            }
        }
        showAmounts();
    }

    private void showAmounts() {
        long[] least = new long[Units.DIMENSIONS];
        for (GroupLimit limit : limits) {
            int d = limit.ordinal();
            if (limit.isInForce() && (least[d] == 0 || limit.amount() < least[d])) {
                least[d] = Math.max(1, limit.amount());
            }
        }
        amounts = Units.of(least);
    }

    private GroupLimit findOrBegin(Limit kind) {
        GroupLimit found = find(kind);
        return found != null ? found : begin(kind);
    }

    /** The window of a kind, in force or not; null when there is none. */
    @Nullable
    GroupLimit find(Limit kind) {
        for (GroupLimit limit : limits) {
            if (limit.dimension() == kind.dimension()
                    && limit.windowNanos() == kind.window().toNanos()
                    && Objects.equals(limit.limit().zone(), kind.zone())) {
                return limit;
            }
        }
        return null;
    }

    /** A new window takes over the charges of the longest sliding one of its kind, or else of a calendar one. */
    private GroupLimit begin(Limit kind) {
        GroupLimit forerunner = null;
        for (GroupLimit limit : limits) {
            if (limit.dimension() == kind.dimension()
                    && (forerunner == null
                            || (limit.slides() && !forerunner.slides())
                            || (limit.slides() == forerunner.slides()
                                    && limit.windowNanos() > forerunner.windowNanos()))) {
                forerunner = limit;
            }
        }
        GroupLimit fresh = add(kind);
        if (forerunner != null) {
            if (forerunner.window != null) {
                forerunner.window.forEach(terms.time, fresh::charge);
            }
            if (forerunner.before != null) {
                forerunner.before.forEach(
                        terms.time, (instant, units) -> fresh.before().add(terms.time, instant, units));
            }
            fresh.doubtfulUntil = terms.time + GroupTerms.HORIZON_NANOS;
        }
        return fresh;
    }

    /** Adds an empty window that begins now. */
    GroupLimit add(Limit kind) {
        GroupLimit fresh = new GroupLimit(terms, this, kind, terms.batch, terms.time, Long.MIN_VALUE);
        limits.add(fresh);
        return fresh;
    }

    /** Whether a length is one that can be kept. */
    static boolean isKept(Limit limit) {
        long nanos = limit.window().toSeconds() > LONGEST_WINDOW_NANOS / 1_000_000_000
                ? Long.MAX_VALUE
                : limit.window().toNanos();
        return nanos >= SHORTEST_WINDOW_NANOS && nanos <= LONGEST_WINDOW_NANOS;
    }

    /** Settles what a client held. */
    void settle(Holding holding, ScopeStatement statement) {
        long expiry = terms.time + ttlNanos;
        for (GroupLimit limit : limits) {
            int d = limit.ordinal();
            long written = bounded(statement.written().get(d));
            long kept = bounded(statement.kept().get(d));
            if (written != 0 || kept != 0 || holding.units[d] != 0) {
                limit.settle(holding, expiry, written, kept);
            }
        }
        for (int d = 0; d < Units.DIMENSIONS; d++) {
            holding.units[d] = bounded(statement.kept().get(d));
        }
        holding.expiry = expiry;
        holding.batch = terms.batch;
        holding.places = Math.max(0, statement.places());
        holding.first = statement.first();
        holding.waiting = statement.waiting();
        holding.toldAt = terms.time;
        for (Refund refund : statement.refunds()) {
            if (refund.chargedAt() <= terms.time && refund.chargedAt() >= holding.client.since) {
                limits.forEach(limit ->
                        limit.refund(refund.chargedAt(), bounded(refund.units().get(limit.ordinal()))));
            }
        }
        if (statement.observation() != null) {
            observe(statement.observation());
        }
    }

    /** Far above every limit, and far below what would overflow. */
    private static long bounded(long units) {
        return Math.clamp(units, 0, 1L << 60);
    }

    private void observe(Observation observation) {
        if (observation.fullForNanos() > 0) {
            fullUntil = Math.max(fullUntil, terms.time + Math.min(observation.fullForNanos(), LONGEST_PAUSE_NANOS));
        }
        for (Dimension dimension : Dimension.values()) {
            long named = observation.limits().get(dimension);
            GroupLimit limit = named <= 0 ? null : nearestAMinute(dimension);
            if (limit != null) {
                limit.observe(named, observation.remaining().get(dimension));
            }
        }
        showAmounts();
    }

    /** Providers name what they count by the minute. */
    private @Nullable GroupLimit nearestAMinute(Dimension dimension) {
        GroupLimit nearest = null;
        for (GroupLimit limit : limits) {
            if (limit.dimension() == dimension && limit.isInForce() && limit.slides()) {
                long distance = Math.abs(limit.windowNanos() - MINUTE_NANOS);
                if (nearest == null || distance < Math.abs(nearest.windowNanos() - MINUTE_NANOS)) {
                    nearest = limit;
                }
            }
        }
        return nearest;
    }

    /** Takes back what a provider named a long time ago. */
    void forgetNamed() {
        boolean changed = false;
        for (GroupLimit limit : limits) {
            changed |= limit.forgetNamed();
        }
        if (changed) {
            showAmounts();
        }
    }

    /** Whether somebody counts by the days of a calendar. */
    boolean countsDays() {
        for (GroupLimit limit : limits) {
            if (!limit.slides()) {
                return true;
            }
        }
        return false;
    }

    /** Lets go of what is empty. */
    void forgetEmpty() {
        forgetNamed();
        limits.forEach(GroupLimit::forgetEmpty);
        limits.removeIf(limit -> !limit.isInForce() && limit.used() == 0);
    }

    /** Whether there is something to show. */
    boolean holdsSomething() {
        if (fullUntil > terms.time) {
            return true;
        }
        for (GroupLimit limit : limits) {
            if (limit.used() != 0 || limit.externalNow() != 0) {
                return true;
            }
        }
        for (Holding holding : holdings) {
            if (holding.places != 0 || !holding.waiting.isNone()) {
                return true;
            }
        }
        return false;
    }

    /** Whether nobody defines it and nothing counts. */
    boolean isForgotten() {
        return holdings.isEmpty() && limits.isEmpty() && fullUntil <= terms.time;
    }
}
