package io.sluice.domain.lease;

import io.sluice.domain.quota.ChargeWindow;
import io.sluice.domain.quota.DayWindow;
import io.sluice.domain.quota.Journal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bytes of a whole group. Everything is sorted, and nothing in it depends on when it was looked at. */
final class GroupSnapshot {
    /** No instant and no sum lies further from 0. */
    static final long MOST = 1L << 62;

    private static final int VERSION = 1;

    private GroupSnapshot() {}

    static byte[] write(QuotaGroup group) {
        ByteWriter out = new ByteWriter().u8(VERSION);
        GroupTerms terms = group.terms;
        out.bool(terms.founded).bool(terms.closed).number(terms.time).number(terms.batch);
        out.number(terms.fullAt).u8(terms.share).bool(terms.roundUp).text(group.lookedAt);
        out.number(terms.days.size());
        terms.days.forEach((zone, day) -> out.text(zone).number(day.number()).number(day.told()));
        out.number(group.scopes.size());
        group.scopes.values().forEach(scope -> write(out, terms, scope));
        out.number(group.clients.size());
        group.clients.values().forEach(client -> write(out, client));
        return out.toArray();
    }

    static QuotaGroup read(byte[] bytes) throws GroupFormatException {
        ByteReader in = new ByteReader(bytes).version("snapshot", VERSION);
        GroupTerms terms = new GroupTerms(Journal.NONE);
        QuotaGroup group = new QuotaGroup(terms);
        terms.founded = in.bool();
        terms.closed = in.bool();
        terms.time = instant(in);
        terms.batch = in.amount();
        terms.fullAt = in.number();
        terms.share = in.within8(1, 2);
        terms.roundUp = in.bool();
        group.lookedAt = in.text();
        for (int i = in.count(); i > 0; i--) {
            terms.days.put(in.text(), new GroupTerms.Day(in.number(), in.number()));
        }
        for (int i = in.count(); i > 0; i--) {
            readScope(in, group);
        }
        for (int i = in.count(); i > 0; i--) {
            readClient(in, group);
        }
        in.end();
        group.scopes.values().forEach(GroupScope::enforce);
        return group;
    }

    private static void write(ByteWriter out, GroupTerms terms, GroupScope scope) {
        out.text(scope.id).number(scope.fullUntil).number(scope.grantedRequests);
        out.number(scope.limits.size());
        for (GroupLimit limit : scope.limits) {
            GroupCodec.write(out, limit.limit());
            out.number(limit.sinceBatch).number(limit.sinceTime).number(limit.pace.paidAt());
            out.number(limit.configured).number(limit.named).number(limit.namedAt);
            out.number(limit.external).number(limit.externalUntil);
            out.number(limit.filled).number(limit.filledTo).number(limit.doubtfulUntil);
            write(out, terms, limit.window);
            write(out, terms, limit.before);
        }
    }

    private static void readScope(ByteReader in, QuotaGroup group) throws GroupFormatException {
        GroupTerms terms = group.terms;
        GroupScope scope = group.scope(in.text());
        scope.fullUntil = in.number();
        scope.grantedRequests = in.amount();
        for (int i = in.count(); i > 0; i--) {
            GroupLimit limit =
                    new GroupLimit(terms, scope, GroupCodec.limit(in), in.number(), in.number(), instantOrNever(in));
            limit.configured = in.within(GroupLimit.NOBODY, GroupLimit.MOST);
            limit.named = in.sum();
            limit.namedAt = instantOrNever(in);
            limit.external = in.sum();
            limit.externalUntil = instantOrNever(in);
            limit.filled = in.sum();
            limit.filledTo = in.amount();
            limit.doubtfulUntil = instantOrNever(in);
            limit.window = readWindow(in, limit, terms);
            limit.before = readWindow(in, limit, terms);
            scope.limits.add(limit);
        }
    }

    private static void write(ByteWriter out, GroupTerms terms, @Nullable ChargeWindow window) {
        if (window instanceof DayWindow days) {
            out.bool(true).number(days.day()).number(days.today()).number(days.yesterday());
            out.number(days.begun()).number(days.told());
        } else {
            out.bool(false);
        }
        ChargeWindow charged = window instanceof DayWindow days ? days.recent() : window;
        List<Long> charges = new ArrayList<>();
        if (charged != null) {
            charged.forEach(terms.time, (instant, units) -> {
                charges.add(instant);
                charges.add(units);
            });
        }
        out.number(charges.size() / 2);
        charges.forEach(out::number);
    }

    private static @Nullable ChargeWindow readWindow(ByteReader in, GroupLimit limit, GroupTerms terms)
            throws GroupFormatException {
        boolean isDay = in.bool();
        if (isDay && limit.slides()) {
            throw in.damaged();
        }
        ChargeWindow window = null;
        if (isDay) {
            DayWindow days = new DayWindow(GroupTerms.HORIZON_NANOS, terms.time);
            days.resume(in.number(), in.sum(), in.sum(), instant(in), instant(in));
            window = days;
        }
        for (int i = in.count(); i > 0; i--) {
            long instant = instant(in);
            long units = in.sum();
            if (instant > terms.time + GroupTerms.HORIZON_NANOS) {
                throw in.damaged();
            }
            if (window == null) {
                window = limit.fresh();
            }
            (window instanceof DayWindow days ? days.recent() : window).add(terms.time, instant, units);
        }
        if (!isDay && window == null && !limit.slides()) {
            throw in.damaged();
        }
        return window;
    }

    private static void write(ByteWriter out, GroupClient client) {
        GroupCodec.write(out, client.id);
        out.number(client.since).number(client.sequence).number(client.heardAt).number(client.takenIn);
        out.number(client.earlier.size());
        client.earlier.forEach(out::fixed);
        out.block(client.answer == null ? new byte[0] : GroupCodec.encode(client.answer));
        out.number(client.holdings.size());
        for (Holding holding : client.holdings) {
            out.text(holding.scope.id);
            GroupCodec.write(out, holding.definition);
            for (long amount : holding.units) {
                out.number(amount);
            }
            out.number(holding.expiry)
                    .number(holding.batch)
                    .number(holding.places)
                    .number(holding.toldAt);
            out.units(holding.waiting).number(holding.first.size());
            holding.first.forEach(request -> GroupCodec.write(out, request));
        }
    }

    private static void readClient(ByteReader in, QuotaGroup group) throws GroupFormatException {
        ClientId id = GroupCodec.client(in);
        long since = instant(in);
        long sequence = in.amount();
        long heardAt = instant(in);
        long takenIn = in.number();
        List<Long> earlier = new ArrayList<>();
        for (int i = in.count(); i > 0; i--) {
            earlier.add(in.fixed());
        }
        GroupClient client = new GroupClient(id, since, earlier);
        client.sequence = sequence;
        client.heardAt = heardAt;
        client.takenIn = takenIn;
        byte[] answer = in.block();
        client.answer = answer.length == 0 ? null : GroupCodec.decodeAnswer(answer);
        if (group.clients.put(id.node(), client) != null) {
            throw in.damaged();
        }
        for (int i = in.count(); i > 0; i--) {
            readHolding(in, group, client);
        }
    }

    private static void readHolding(ByteReader in, QuotaGroup group, GroupClient client) throws GroupFormatException {
        GroupScope scope = group.scopes.get(in.text());
        if (scope == null) {
            throw in.damaged();
        }
        Holding holding = group.holding(client, scope);
        holding.definition = GroupCodec.limits(in);
        for (int d = 0; d < Units.DIMENSIONS; d++) {
            holding.units[d] = in.sum();
        }
        holding.expiry = instantOrNever(in);
        holding.batch = in.number();
        holding.places = in.within(0, Integer.MAX_VALUE);
        holding.toldAt = instantOrNever(in);
        holding.waiting = in.units();
        List<WaitingRequest> first = new ArrayList<>();
        for (int n = in.within(0, ScopeStatement.MOST_WAITING); n > 0; n--) {
            first.add(GroupCodec.waiting(in));
        }
        holding.first = List.copyOf(first);
        client.holdings.add(holding);
    }

    private static long instant(ByteReader in) throws GroupFormatException {
        long value = in.number();
        if (value > MOST || value < -MOST) {
            throw in.damaged();
        }
        return value;
    }

    /** An instant, or the mark for none. */
    private static long instantOrNever(ByteReader in) throws GroupFormatException {
        long value = in.number();
        if (value != Long.MIN_VALUE && (value > MOST || value < -MOST)) {
            throw in.damaged();
        }
        return value;
    }
}
