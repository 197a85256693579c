package io.sluice.store;

import io.sluice.config.StoreKeep;
import io.sluice.store.UsageGrouping.Bucket;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a time, and the coarsest table that knows exactly what was used in it.
 *
 * @param source where it is read
 * @param from first instant
 * @param to first instant behind it
 */
record UsageSpan(Source source, Instant from, Instant to) {
    /** Tables, the coarsest first. */
    enum Source {
        DAY("usage_day", Bucket.DAY),
        HOUR("usage_hour", Bucket.HOUR),
        MINUTE("usage_minute", Bucket.MINUTE),
        RECORDS("usage_record", null);

        private final String table;
        private final @Nullable Bucket bucket;

        Source(String table, @Nullable Bucket bucket) {
            this.table = table;
            this.bucket = bucket;
        }

        String table() {
            return table;
        }

        /** Whether no stretch of this table lies in two stretches of the answer. */
        private boolean fits(@Nullable Bucket asked, ZoneOffset offset) {
            if (bucket == null || asked == null) {
                return true;
            }
            long own = bucket.length().toSeconds();
            return own <= asked.length().toSeconds() && offset.getTotalSeconds() % own == 0;
        }
    }

    /**
     * Since when tables are kept.
     *
     * @param keep for how long
     * @param now wall clock
     */
    record Kept(StoreKeep keep, Instant now) {
        /** What is about to be removed is not counted on. */
        private static final Duration MARGIN = Duration.ofHours(1);

        Instant since(Source source) {
            Duration time =
                    switch (source) {
                        case DAY -> keep.days();
                        case HOUR -> keep.hours();
                        case MINUTE -> keep.minutes();
                        case RECORDS -> keep.records();
                    };
            return now.minus(time).plus(MARGIN);
        }
    }

    /** Whether its table has all of it. */
    boolean isKept(Kept kept) {
        return !from.isBefore(kept.since(source));
    }

    /**
     * Cuts a time into parts: days in the middle, hours, minutes and single requests at its ends, and single requests also
     * where they are kept longer than the sums.
     *
     * @param from first instant
     * @param to first instant behind it
     * @param grouping how it is summed up
     * @param records whether only the records know the answer
     * @param kept since when there is what
     * @return in the order of time, without gaps; empty when there is no time between the two
     */
    static List<UsageSpan> cover(Instant from, Instant to, UsageGrouping grouping, boolean records, Kept kept) {
        Cut cut = new Cut(grouping, kept, new ArrayList<>());
        cut.add(from, to, records ? Source.RECORDS : Source.DAY);
        return cut.spans;
    }

    private record Cut(UsageGrouping grouping, Kept kept, List<UsageSpan> spans) {
        void add(Instant from, Instant to, Source source) {
            if (!from.isBefore(to)) {
                return;
            }
            if (source.bucket == null) {
                spans.add(new UsageSpan(source, from, to));
                return;
            }
            Source finer = Source.values()[source.ordinal() + 1];
            long length = source.bucket.length().toSeconds();
            Instant since = kept.since(source);
            Instant begin = next(from.isBefore(since) ? since : from, length);
            Instant end = Instant.ofEpochSecond(Math.floorDiv(to.getEpochSecond(), length) * length);
            if (!begin.isBefore(end) || !source.fits(grouping.bucket(), grouping.offset())) {
                add(from, to, finer);
                return;
            }
            add(from, begin, finer);
            spans.add(new UsageSpan(source, begin, end));
            add(end, to, finer);
        }

        /** The first instant from which on a stretch is whole. */
        private static Instant next(Instant from, long length) {
            long second = from.getEpochSecond() + (from.getNano() > 0 ? 1 : 0);
            return Instant.ofEpochSecond(Math.ceilDiv(second, length) * length);
        }
    }
}
