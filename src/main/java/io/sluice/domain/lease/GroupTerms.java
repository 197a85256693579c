package io.sluice.domain.lease;

import io.sluice.domain.quota.DayWindow;
import io.sluice.domain.quota.Journal;
import java.util.Map;
import java.util.TreeMap;

/** What holds for all scopes of a group. Changed by {@link QuotaGroup} and by what reads its snapshot. */
final class GroupTerms {
    /** How far ahead of now a charge may lie: the longest life of a lease. */
    static final long HORIZON_NANOS = 500_000_000;

    /** Stands for "everything is known" in place of an instant. */
    static final long ALL_KNOWN = Long.MIN_VALUE;

    /** No calendar's day is longer. */
    private static final long DAY_AND_HOUR_NANOS = 25 * 3_600_000_000_000L;

    /** Where changes are written first. */
    final Journal journal;

    /** The present day of each time zone, and when it was told. */
    final TreeMap<String, Day> days = new TreeMap<>();

    /** The group's time, nanoseconds. */
    long time;

    /** Number of the present batch; never goes back, also where time stands still. */
    long batch;

    /** Whether anything may be granted yet. */
    boolean founded;

    /** Whether nothing may be granted any more. */
    boolean closed;

    /** Instant with which new windows start full, or {@link #ALL_KNOWN}. */
    long fullAt = ALL_KNOWN;

    /** Of each limit this group may use 1 / share. */
    int share = 1;

    /** Whether the share of an odd limit is rounded up. */
    boolean roundUp;

    GroupTerms(Journal journal) {
        this.journal = journal;
    }

    /**
     * A day of a zone.
     *
     * @param number days since 1970-01-01
     * @param told when it followed another one, nanoseconds; {@link Long#MIN_VALUE} when it was the first
     */
    record Day(long number, long told) {}

    /** Takes the days that a batch tells; they never go back. */
    boolean tell(Map<String, Long> told) {
        boolean changed = false;
        for (Map.Entry<String, Long> entry : told.entrySet()) {
            Day known = days.get(entry.getKey());
            if (known == null || known.number() < entry.getValue()) {
                days.put(entry.getKey(), new Day(entry.getValue(), known == null ? Long.MIN_VALUE : time));
                changed = true;
            }
        }
        return changed;
    }

    /** The present day of a zone, or {@link DayWindow#UNKNOWN}. */
    long day(String zone) {
        Day day = days.get(zone);
        return day == null ? DayWindow.UNKNOWN : day.number();
    }

    /** Whether the unknown charges of before the founding may belong to a zone's present day. */
    boolean fillsDay(String zone) {
        Day day = days.get(zone);
        if (time - fullAt > DAY_AND_HOUR_NANOS) {
            return false;
        }
        return day == null || day.told() - DayWindow.DOUBT_NANOS <= fullAt || day.told() == Long.MIN_VALUE;
    }
}
