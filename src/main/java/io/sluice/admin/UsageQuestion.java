package io.sluice.admin;

import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.Problem;
import io.sluice.store.UsageFilter;
import io.sluice.store.UsageGrouping;
import io.sluice.store.UsageGrouping.Bucket;
import io.sluice.store.UsageGrouping.Dimension;
import io.sluice.store.UsageGrouping.Order;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a request asks about usage. */
final class UsageQuestion {
    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");
    private static final int USUAL_DAYS = 30;

    private UsageQuestion() {}

    /**
     * Of which requests.
     *
     * @param request what is asked
     * @param now wall clock
     * @throws Problem when a time is none, or the caller may not see that team
     */
    static UsageFilter filter(ApiRequest request, Instant now) {
        ZoneOffset offset = offset(request);
        Instant to = time(request, "to", offset);
        Instant end = to == null
                ? now.atOffset(offset).truncatedTo(ChronoUnit.DAYS).plusDays(1).toInstant()
                : to;
        Instant from = time(request, "from", offset);
        Instant begin = from == null ? end.minus(USUAL_DAYS, ChronoUnit.DAYS) : from;
        if (!begin.isBefore(end)) {
            throw Problem.parameter("from", "order", "It must be before the end of the time, which 'to' says.");
        }
        return new UsageFilter(
                begin,
                end,
                request.queryList("key"),
                teams(request),
                request.queryList("model"),
                request.queryList("channel"),
                request.queryList("account"),
                request.queryList("ending"),
                request.queryList("status").stream().map(Integer::valueOf).toList());
    }

    /** Whose requests the caller may see; empty for everybody's. */
    static List<String> teams(ApiRequest request) {
        String own = request.caller().team();
        List<String> asked = request.queryList("team");
        if (own == null) {
            return asked;
        }
        if (asked.stream().anyMatch(team -> !team.equals(own))) {
            throw Problem.forbidden("The token is for the things of one team; this is not among them.");
        }
        return List.of(own);
    }

    private static @Nullable Instant time(ApiRequest request, String name, ZoneOffset offset) {
        String text = request.query(name);
        if (text == null) {
            return null;
        }
        Instant time;
        try {
            // Where a query is read, a plus sign means a space.
            time = text.length() <= 10
                    ? LocalDate.parse(text).atStartOfDay().toInstant(offset)
                    : OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
        } catch (DateTimeException e) {
            throw Problem.parameter(
                    name, "format", "It must be a date as 2026-01-31, or a time as 2026-01-31T08:00:00+08:00.");
        }
        if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            throw Problem.parameter(name, "range", "It must be between the years 2000 and 2199.");
        }
        return time;
    }

    private static ZoneOffset offset(ApiRequest request) {
        String text = request.query("offset", "Z");
        try {
            return ZoneOffset.of(text.replace(' ', '+'));
        } catch (DateTimeException e) {
            throw Problem.parameter("offset", "range", "It must be between -18:00 and +18:00.");
        }
    }

    /** How it is summed up. */
    static UsageGrouping grouping(ApiRequest request) {
        List<Dimension> by = new ArrayList<>();
        Bucket bucket = null;
        for (String word : request.queryList("group-by")) {
            Dimension dimension = dimension(word);
            if (dimension == null && bucket != null || by.contains(dimension)) {
                throw Problem.parameter(
                        "group-by", "once", "Each may stand there once, and one of minute, hour and day.");
            }
            if (dimension == null) {
                bucket = Bucket.valueOf(word.toUpperCase(Locale.ROOT));
            } else {
                by.add(dimension);
            }
        }
        return new UsageGrouping(
                by,
                bucket,
                offset(request),
                Order.valueOf(request.query("order", "name").toUpperCase(Locale.ROOT)));
    }

    private static @Nullable Dimension dimension(String word) {
        for (Dimension dimension : Dimension.values()) {
            if (dimension.word().equals(word)) {
                return dimension;
            }
        }
        return null;
    }
}
