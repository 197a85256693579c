package io.sluice.store;

import io.sluice.store.UsageGrouping.Bucket;
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
     * Cuts a time into parts: days in the middle, hours, minutes and single requests at its ends.
     *
     * @param from first instant
     * @param to first instant behind it
     * @param asked the stretches of the answer; null for one of all
     * @param offset whose midnights and full hours begin a stretch
     * @param records whether only the records know the answer
     * @return in the order of time, without gaps; empty when there is no time between the two
     */
    static List<UsageSpan> cover(
            Instant from, Instant to, @Nullable Bucket asked, ZoneOffset offset, boolean records) {
        List<UsageSpan> spans = new ArrayList<>();
        add(spans, from, to, records ? Source.RECORDS : Source.DAY, asked, offset);
        return spans;
    }

    private static void add(
            List<UsageSpan> spans,
            Instant from,
            Instant to,
            Source source,
            @Nullable Bucket asked,
            ZoneOffset offset) {
        if (!from.isBefore(to)) {
            return;
        }
        if (source.bucket == null) {
            spans.add(new UsageSpan(source, from, to));
            return;
        }
        Source finer = Source.values()[source.ordinal() + 1];
        long length = source.bucket.length().toSeconds();
        Instant begin = Instant.ofEpochSecond(
                Math.ceilDiv(from.getEpochSecond() + (from.getNano() > 0 ? 1 : 0), length) * length);
        Instant end = Instant.ofEpochSecond(Math.floorDiv(to.getEpochSecond(), length) * length);
        if (!begin.isBefore(end) || !source.fits(asked, offset)) {
            add(spans, from, to, finer, asked, offset);
            return;
        }
        add(spans, from, begin, finer, asked, offset);
        spans.add(new UsageSpan(source, begin, end));
        add(spans, end, to, finer, asked, offset);
    }
}
