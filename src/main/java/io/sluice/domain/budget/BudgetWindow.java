package io.sluice.domain.budget;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import org.jspecify.annotations.Nullable;

/**
 * In which time a budget may be spent. What was spent is kept in buckets of a quarter of an hour, which every midnight of every
 * zone in use begins.
 */
public sealed interface BudgetWindow {
    /** How long one bucket is. */
    Duration BUCKET = Duration.ofMinutes(15);

    /** From when on buckets count that begin then or later. */
    Instant from(Instant now);

    /**
     * When something may be spent again of what is spent now.
     *
     * @param now the store's time
     * @param oldest beginning of the oldest bucket that counts and is not empty; null for none
     * @return null for never, or when nothing is spent
     */
    @Nullable
    Instant renews(Instant now, @Nullable Instant oldest);

    /** Once: it is never renewed. */
    record Total() implements BudgetWindow {
        @Override
        public Instant from(Instant now) {
            return Instant.EPOCH;
        }

        @Override
        public @Nullable Instant renews(Instant now, @Nullable Instant oldest) {
            return null;
        }
    }

    /**
     * Any stretch of time of that length that ends now. A bucket counts until all of it is out of that time, so that it is never
     * less than the length, and at most one bucket more.
     *
     * @param length 1 hour to 366 days
     */
    record Rolling(Duration length) implements BudgetWindow {
        @Override
        public Instant from(Instant now) {
            return bucket(now.minus(length));
        }

        @Override
        public @Nullable Instant renews(Instant now, @Nullable Instant oldest) {
            return oldest == null ? null : oldest.plus(BUCKET).plus(length);
        }
    }

    /**
     * From one midnight to a later one.
     *
     * @param unit how long
     * @param zone whose midnight
     */
    record Calendar(Unit unit, ZoneId zone) implements BudgetWindow {
        @Override
        public Instant from(Instant now) {
            return first(now).atStartOfDay(zone).toInstant();
        }

        @Override
        public Instant renews(Instant now, @Nullable Instant oldest) {
            LocalDate first = first(now);
            LocalDate next =
                    switch (unit) {
                        case DAY -> first.plusDays(1);
                        case WEEK -> first.plusWeeks(1);
                        case MONTH -> first.plusMonths(1);
                    };
            return next.atStartOfDay(zone).toInstant();
        }

        private LocalDate first(Instant now) {
            LocalDate today = now.atZone(zone).toLocalDate();
            return switch (unit) {
                case DAY -> today;
                case WEEK -> today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                case MONTH -> today.withDayOfMonth(1);
            };
        }
    }

    /** Stretches of the calendar. */
    enum Unit {
        /** A day. */
        DAY,
        /** Monday to Sunday. */
        WEEK,
        /** A month. */
        MONTH
    }

    /** Beginning of the bucket that a moment is in. */
    static Instant bucket(Instant moment) {
        long seconds = BUCKET.toSeconds();
        return Instant.ofEpochSecond(Math.floorDiv(moment.getEpochSecond(), seconds) * seconds);
    }
}
