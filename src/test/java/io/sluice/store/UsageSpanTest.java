package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.StoreKeep;
import io.sluice.store.UsageGrouping.Bucket;
import io.sluice.store.UsageGrouping.Order;
import io.sluice.store.UsageSpan.Kept;
import io.sluice.store.UsageSpan.Source;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UsageSpanTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    private static final Kept KEPT = new Kept(StoreKeep.DEFAULT, NOW);

    private static UsageGrouping by(@Nullable Bucket bucket, String offset) {
        return new UsageGrouping(List.of(), bucket, ZoneOffset.of(offset), Order.NAME);
    }

    private static List<String> cover(String from, String to, UsageGrouping grouping) {
        return UsageSpan.cover(Instant.parse(from), Instant.parse(to), grouping, false, KEPT).stream()
                .map(span -> span.source() + " " + span.from() + " " + span.to())
                .toList();
    }

    @Test
    void wholeDaysComeFromDays() {
        assertThat(cover("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z", by(null, "Z")))
                .containsExactly("DAY 2026-05-01T00:00:00Z 2026-06-01T00:00:00Z");
    }

    @Test
    void endsComeFromWhatIsFineEnough() {
        assertThat(cover("2026-06-10T22:58:59.5Z", "2026-06-13T01:01:00Z", by(null, "Z")))
                .containsExactly(
                        "RECORDS 2026-06-10T22:58:59.500Z 2026-06-10T22:59:00Z",
                        "MINUTE 2026-06-10T22:59:00Z 2026-06-10T23:00:00Z",
                        "HOUR 2026-06-10T23:00:00Z 2026-06-11T00:00:00Z",
                        "DAY 2026-06-11T00:00:00Z 2026-06-13T00:00:00Z",
                        "HOUR 2026-06-13T00:00:00Z 2026-06-13T01:00:00Z",
                        "MINUTE 2026-06-13T01:00:00Z 2026-06-13T01:01:00Z");
    }

    @Test
    void midnightsElsewhereAreFullHoursOrHalfOnes() {
        assertThat(cover("2026-06-09T16:00:00Z", "2026-06-11T16:00:00Z", by(Bucket.DAY, "+08:00")))
                .containsExactly("HOUR 2026-06-09T16:00:00Z 2026-06-11T16:00:00Z");
        assertThat(cover("2026-06-09T18:30:00Z", "2026-06-11T18:30:00Z", by(Bucket.HOUR, "+05:30")))
                .containsExactly("MINUTE 2026-06-09T18:30:00Z 2026-06-11T18:30:00Z");
    }

    @Test
    void whatIsGoneFromTheMinutesIsInTheRecords() {
        assertThat(cover("2026-05-30T23:30:00Z", "2026-06-02T00:30:00Z", by(Bucket.MINUTE, "Z")))
                .containsExactly(
                        "RECORDS 2026-05-30T23:30:00Z 2026-06-01T13:00:00Z",
                        "MINUTE 2026-06-01T13:00:00Z 2026-06-02T00:30:00Z");
    }

    @Test
    void whatIsGoneEverywhereIsToldApart() {
        List<UsageSpan> gone = UsageSpan.cover(
                Instant.parse("2024-01-01T00:30:00Z"),
                Instant.parse("2024-01-05T00:00:00Z"),
                by(null, "Z"),
                false,
                KEPT);
        assertThat(gone)
                .filteredOn(span -> !span.isKept(KEPT))
                .extracting(UsageSpan::source)
                .contains(Source.RECORDS);
        assertThat(gone)
                .filteredOn(span -> span.isKept(KEPT))
                .extracting(UsageSpan::source)
                .containsExactly(Source.DAY);
    }

    @Test
    void partsHaveNoGapAndNoStretchInTwoGroups() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        Bucket[] buckets = {null, Bucket.MINUTE, Bucket.HOUR, Bucket.DAY};
        for (int i = 0; i < 20_000; i++) {
            Instant from = NOW.minusMillis(random.nextLong(Duration.ofDays(500).toMillis()));
            Instant to = from.plusMillis(
                    random.nextLong(Duration.ofDays(1L << random.nextInt(7)).toMillis()));
            UsageGrouping grouping = by(
                    buckets[random.nextInt(buckets.length)],
                    ZoneOffset.ofTotalSeconds(60 * (random.nextInt(2 * 18 * 60 + 1) - 18 * 60))
                            .getId());
            boolean records = random.nextInt(10) == 0;
            String as = "seed " + seed + ": " + from + " " + to + " " + grouping;

            Instant at = from;
            for (UsageSpan span : UsageSpan.cover(from, to, grouping, records, KEPT)) {
                assertThat(span.from()).as(as).isEqualTo(at);
                assertThat(span.to()).as(as).isAfter(span.from());
                at = span.to();
                long length =
                        switch (span.source()) {
                            case DAY -> 86_400;
                            case HOUR -> 3_600;
                            case MINUTE -> 60;
                            case RECORDS -> 0;
                        };
                assertThat(records && length > 0).as(as).isFalse();
                if (length > 0) {
                    assertThat(span.isKept(KEPT)).as(as).isTrue();
                    assertThat(span.from().getEpochSecond() % length).as(as).isZero();
                    assertThat(span.to().getEpochSecond() % length).as(as).isZero();
                    if (grouping.bucket() != null) {
                        long asked = grouping.bucket().length().toSeconds();
                        assertThat(asked % length).as(as).isZero();
                        assertThat(grouping.offset().getTotalSeconds() % length)
                                .as(as)
                                .isZero();
                    }
                }
            }
            assertThat(at).as(as).isEqualTo(to.isAfter(from) ? to : from);
        }
    }
}
