package io.sluice.domain.lease;

import io.sluice.domain.quota.ChargeWindow;
import io.sluice.domain.quota.DayWindow;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.SlidingWindow;
import org.jspecify.annotations.Nullable;

/**
 * What of a group is known exactly, for the next one: written, settled, final. A charge is final when nobody can give it
 * back any more in an operation that this copy lacks; so of a group that was not closed only requests are known, and only
 * those of a while ago. The next group takes everything else for charged; to know less is always safe.
 */
final class KnownCharges {
    private static final int VERSION = 1;

    private KnownCharges() {}

    /**
     * The bytes of what is known.
     *
     * @param ageNanos what leaves within it may have left already
     */
    static byte[] write(QuotaGroup group, long ageNanos) {
        ByteWriter out = new ByteWriter().u8(VERSION);
        for (GroupScope scope : group.scopes.values()) {
            for (GroupLimit limit : scope.limits) {
                if (group.terms.closed || limit.dimension() == Dimension.REQUESTS) {
                    write(out, group.terms, scope, limit, limit.window, ageNanos);
                    write(out, group.terms, scope, limit, limit.before, ageNanos);
                }
            }
        }
        return out.bool(false).toArray();
    }

    private static void write(
            ByteWriter out,
            GroupTerms terms,
            GroupScope scope,
            GroupLimit limit,
            @Nullable ChargeWindow window,
            long ageNanos) {
        if (window instanceof SlidingWindow sliding) {
            sliding.forEach(terms.time, (instant, units) -> {
                long known = units - doubtful(terms, scope, limit, sliding, instant);
                boolean leaves = sliding.leavesAfter(instant) <= terms.time + ageNanos;
                if (known > 0 && !leaves && isFinal(terms, limit, sliding, instant)) {
                    write(out, scope, limit, DayWindow.UNKNOWN, instant - terms.time, known);
                }
            });
        } else if (window instanceof DayWindow days && terms.closed && days.day() != DayWindow.UNKNOWN) {
            long known = days.today() - limit.filled - held(scope, limit);
            if (known > 0 && limit.doubtfulUntil == Long.MIN_VALUE) {
                write(out, scope, limit, days.day(), 0, known);
            }
        }
    }

    private static boolean isFinal(GroupTerms terms, GroupLimit limit, SlidingWindow window, long instant) {
        long before = terms.closed ? terms.time : terms.time - GroupLimit.FINAL_NANOS;
        return instant <= before
                && (limit.doubtfulUntil == Long.MIN_VALUE
                        || window.leavesAfter(instant) > window.leavesAfter(limit.doubtfulUntil));
    }

    /** Units of a bucket that nobody is known to have written. */
    private static long doubtful(
            GroupTerms terms, GroupScope scope, GroupLimit limit, SlidingWindow window, long instant) {
        long doubtful =
                terms.fullAt != GroupTerms.ALL_KNOWN && window.sameBucket(instant, terms.fullAt) ? limit.filled : 0;
        for (Holding holding : scope.holdings) {
            if (limit.sinceBatch <= holding.batch && window.sameBucket(instant, holding.expiry)) {
                doubtful += holding.units[limit.ordinal()];
            }
        }
        return doubtful;
    }

    private static long held(GroupScope scope, GroupLimit limit) {
        long held = 0;
        for (Holding holding : scope.holdings) {
            held += holding.units[limit.ordinal()];
        }
        return held;
    }

    private static void write(ByteWriter out, GroupScope scope, GroupLimit limit, long day, long instant, long units) {
        out.bool(true).text(scope.id);
        GroupCodec.write(out, limit.limit());
        out.number(day).number(instant).number(units);
    }

    /** Brings what is known into a group that holds nothing yet. */
    static void read(byte[] bytes, QuotaGroup group) throws GroupFormatException {
        if (bytes.length == 0) {
            return;
        }
        ByteReader in = new ByteReader(bytes).version("known charges", VERSION);
        while (in.bool()) {
            GroupScope scope = group.scope(in.text());
            Limit kind = GroupCodec.limit(in);
            long day = in.number();
            long instant = in.number();
            long units = in.amount();
            if (instant > 0 || instant < -GroupSnapshot.MOST || units > GroupSnapshot.MOST) {
                throw in.damaged();
            }
            GroupLimit limit = scope.find(kind);
            (limit == null ? scope.add(kind) : limit).know(day, group.terms.time + instant, units);
        }
        in.end();
    }
}
