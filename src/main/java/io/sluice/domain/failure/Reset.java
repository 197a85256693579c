package io.sluice.domain.failure;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** When a limit by the calendar is counted anew. */
public enum Reset {
    /** At the next full hour. */
    HOUR,
    /** At the next midnight. */
    DAY,
    /** At midnight before the first of the next month. */
    MONTH;

    /**
     * How long it is until then, rounded up to a second.
     *
     * @param zone where the provider's days begin
     * @param now the wall clock's time
     */
    public Duration after(ZoneId zone, Instant now) {
        ZonedDateTime here = now.atZone(zone);
        ZonedDateTime then =
                switch (this) {
                    case HOUR -> here.truncatedTo(ChronoUnit.HOURS).plusHours(1);
                    case DAY -> here.toLocalDate().plusDays(1).atStartOfDay(zone);
                    case MONTH ->
                        here.toLocalDate().withDayOfMonth(1).plusMonths(1).atStartOfDay(zone);
                };
        return NamedWait.whole(Duration.between(here, then));
    }

    /** Its word in files. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
