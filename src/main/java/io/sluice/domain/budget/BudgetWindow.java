package io.sluice.domain.budget;

import java.time.Duration;
import java.time.ZoneId;

/** In which time a budget may be spent. */
public sealed interface BudgetWindow {
    /** Once: it is never renewed. */
    record Total() implements BudgetWindow {}

    /**
     * Any stretch of time of that length that ends now.
     *
     * @param length 1 hour to 366 days
     */
    record Rolling(Duration length) implements BudgetWindow {}

    /**
     * From one midnight to a later one.
     *
     * @param unit how long
     * @param zone whose midnight
     */
    record Calendar(Unit unit, ZoneId zone) implements BudgetWindow {}

    /** Stretches of the calendar. */
    enum Unit {
        /** A day. */
        DAY,
        /** Monday to Sunday. */
        WEEK,
        /** A month. */
        MONTH
    }
}
