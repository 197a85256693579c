package io.sluice.domain.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.budget.BudgetWindow.Calendar;
import io.sluice.domain.budget.BudgetWindow.Rolling;
import io.sluice.domain.budget.BudgetWindow.Total;
import io.sluice.domain.budget.BudgetWindow.Unit;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class BudgetWindowTest {
    @ParameterizedTest
    @CsvSource({
        // A day of 24 hours, one of 23 and one of 25.
        "DAY, Asia/Shanghai, 2026-11-28T12:00:00Z, 2026-11-27T16:00:00Z, 2026-11-28T16:00:00Z",
        "DAY, Europe/Berlin, 2026-03-29T12:00:00Z, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
        "DAY, Europe/Berlin, 2026-10-25T12:00:00Z, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
        // Midnight itself is left out, and comes twice.
        "DAY, Africa/Cairo, 2026-04-24T12:00:00Z, 2026-04-23T22:00:00Z, 2026-04-24T21:00:00Z",
        "DAY, America/Havana, 2026-11-01T04:30:00Z, 2026-11-01T04:00:00Z, 2026-11-02T05:00:00Z",
        "DAY, America/Havana, 2026-11-01T05:30:00Z, 2026-11-01T04:00:00Z, 2026-11-02T05:00:00Z",
        "DAY, Asia/Kathmandu, 2026-11-28T18:14:59Z, 2026-11-27T18:15:00Z, 2026-11-28T18:15:00Z",
        "WEEK, UTC, 2026-11-29T23:59:59Z, 2026-11-23T00:00:00Z, 2026-11-30T00:00:00Z",
        "WEEK, UTC, 2026-11-30T00:00:00Z, 2026-11-30T00:00:00Z, 2026-12-07T00:00:00Z",
        "MONTH, Asia/Shanghai, 2026-11-30T15:59:59Z, 2026-10-31T16:00:00Z, 2026-11-30T16:00:00Z",
        "MONTH, Asia/Shanghai, 2026-11-30T16:00:00Z, 2026-11-30T16:00:00Z, 2026-12-31T16:00:00Z",
        "MONTH, UTC, 2028-02-29T12:00:00Z, 2028-02-01T00:00:00Z, 2028-03-01T00:00:00Z",
    })
    void calendarPeriodsGoFromMidnightToMidnight(Unit unit, String zone, Instant now, Instant from, Instant renews) {
        Calendar window = new Calendar(unit, ZoneId.of(zone));

        assertThat(window.from(now)).isEqualTo(from);
        assertThat(window.renews(now, null)).isEqualTo(renews);
    }

    @ParameterizedTest
    @EnumSource(Unit.class)
    void everyMomentIsInOnePeriodThatBucketsFill(Unit unit) {
        Random random = new Random(1);
        for (String zone : ZoneId.getAvailableZoneIds()) {
            Calendar window = new Calendar(unit, ZoneId.of(zone));
            for (int i = 0; i < 20; i++) {
                Instant now = Instant.parse("2026-01-01T00:00:00Z").plusSeconds(random.nextInt(86_400 * 366));
                Instant from = window.from(now);
                Instant renews = window.renews(now, null);

                assertThat(now).as("%s %s", zone, now).isAfterOrEqualTo(from).isBefore(renews);
                assertThat(window.from(renews.minusNanos(1))).as(zone).isEqualTo(from);
                assertThat(window.from(renews)).as(zone).isEqualTo(renews);
                assertThat(BudgetWindow.bucket(from)).as(zone).isEqualTo(from);
            }
        }
    }

    @Test
    void rollingWindowCountsWholeBuckets() {
        Rolling window = new Rolling(Duration.ofHours(1));
        Instant now = Instant.parse("2026-11-28T12:14:59Z");

        assertThat(window.from(now)).isEqualTo("2026-11-28T11:00:00Z");
        assertThat(window.renews(now, Instant.parse("2026-11-28T11:00:00Z"))).isEqualTo("2026-11-28T12:15:00Z");
        assertThat(window.from(Instant.parse("2026-11-28T12:15:00Z"))).isEqualTo("2026-11-28T11:15:00Z");
        assertThat(window.renews(now, null)).isNull();
    }

    @Test
    void totalIsNeverRenewed() {
        Total window = new Total();
        Instant now = Instant.parse("2026-11-28T12:14:59Z");

        assertThat(window.from(now)).isEqualTo(Instant.EPOCH);
        assertThat(window.renews(now, now)).isNull();
    }
}
