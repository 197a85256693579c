package io.sluice.store;

import io.sluice.store.UsageGrouping.Bucket;
import io.sluice.store.UsageGrouping.Dimension;
import io.sluice.store.UsageGrouping.Order;
import io.sluice.store.UsageSpan.Source;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Statements that sum up usage over several tables, and what they answer. */
final class UsageSums {
    /** What is summed up, by column; the same in all roll-ups. */
    private static final List<String> MEASURES = List.of(
            "requests",
            "failures",
            "unpriced",
            "input_tokens",
            "cached_tokens",
            "cache_write_tokens",
            "output_tokens",
            "reasoning_tokens",
            "images",
            "cost_micros",
            "other_micros");

    /** The same of one record: it is one request, and other attempts are rows of their own. */
    private static final String OF_RECORD =
            "1 AS requests, CASE WHEN r.ending = 'completed' THEN 0 ELSE 1 END AS failures,"
                    + " CASE WHEN r.cost_micros IS NULL THEN 1 ELSE 0 END AS unpriced, r.input_tokens, r.cached_tokens,"
                    + " r.cache_write_tokens, r.output_tokens, r.reasoning_tokens, r.images,"
                    + " coalesce(r.cost_micros, 0) AS cost_micros, 0::bigint AS other_micros";

    private static final String OF_ATTEMPT =
            "0, 0, 0, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint,"
                    + " 0::bigint, coalesce(a.cost_micros, 0)";

    /** A midnight before everything, where stretches begin to be counted. */
    private static final Instant ORIGIN = Instant.parse("2000-01-01T00:00:00Z");

    private UsageSums() {}

    static UsageStatement statement(
            UsageFilter filter, UsageGrouping grouping, List<UsageSpan> spans, int limit, @Nullable String after) {
        UsageStatement statement = new UsageStatement();
        List<String> keys = keys(grouping);
        statement.add("SELECT * FROM (SELECT ");
        if (grouping.bucket() != null) {
            statement.add(bin(grouping.bucket())).add(", at, ");
            statement
                    .time(ORIGIN.minusSeconds(grouping.offset().getTotalSeconds()))
                    .add(") AS start, ");
        }
        for (Dimension dimension : grouping.by()) {
            statement.add(dimension.sql()).add(" AS ").add(dimension.word()).add("_, ");
        }
        statement.add(MEASURES.stream()
                .map(name -> "coalesce(sum(" + name + "), 0)::bigint AS " + name)
                .collect(Collectors.joining(", ")));
        statement.add(" FROM (");
        tables(statement, filter, spans);
        statement.add(") AS used");
        if (!keys.isEmpty()) {
            statement
                    .add(" GROUP BY ")
                    .add(IntStream.rangeClosed(1, keys.size())
                            .mapToObj(Integer::toString)
                            .collect(Collectors.joining(", ")));
        }
        statement.add(") AS grouped");
        if (after != null) {
            behind(statement, grouping, keys, UsagePosition.read(after, keys.size()));
        }
        order(statement, grouping.order(), keys);
        return statement.add(" LIMIT ").value(limit + 1);
    }

    private static String bin(Bucket bucket) {
        return switch (bucket) {
            case MINUTE -> "date_bin('1 minute'";
            case HOUR -> "date_bin('1 hour'";
            case DAY -> "date_bin('1 day'";
        };
    }

    /** The columns that tell groups apart. */
    private static List<String> keys(UsageGrouping grouping) {
        List<String> keys = new ArrayList<>();
        if (grouping.bucket() != null) {
            keys.add("start");
        }
        grouping.by().forEach(dimension -> keys.add(dimension.word() + "_"));
        return keys;
    }

    private static void behind(
            UsageStatement statement, UsageGrouping grouping, List<String> keys, List<String> position) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("one group has no second page");
        }
        statement.add(" WHERE (").add(String.join(", ", keys)).add(") > (");
        for (int i = 0; i < keys.size(); i++) {
            statement.add(i == 0 ? "" : ", ");
            if (i == 0 && grouping.bucket() != null) {
                statement.time(instant(position.getFirst()));
            } else {
                statement.value(position.get(i));
            }
        }
        statement.add(")");
    }

    private static Instant instant(String seconds) {
        try {
            return Instant.ofEpochSecond(Long.parseLong(seconds));
        } catch (NumberFormatException | DateTimeException e) {
            throw new IllegalArgumentException("no time", e);
        }
    }

    private static void order(UsageStatement statement, Order order, List<String> keys) {
        List<String> by = new ArrayList<>();
        if (order != Order.NAME) {
            by.add(order.sql() + " DESC");
        }
        by.addAll(keys);
        if (!by.isEmpty()) {
            statement.add(" ORDER BY ").add(String.join(", ", by));
        }
    }

    // --- tables ----------------------------------------------------------------------------------------------------

    private static void tables(UsageStatement statement, UsageFilter filter, List<UsageSpan> spans) {
        String before = "";
        for (UsageSpan span : spans) {
            statement.add(before);
            if (span.source() == Source.RECORDS) {
                records(statement, filter, span);
            } else {
                rollUp(statement, filter, span);
            }
            before = " UNION ALL ";
        }
    }

    private static void rollUp(UsageStatement statement, UsageFilter filter, UsageSpan span) {
        statement
                .add("SELECT bucket AS at, key, team, model, account, ")
                .add(String.join(", ", MEASURES))
                .add(" FROM ")
                .add(span.source().table())
                .add(" WHERE bucket >= ");
        statement.time(span.from()).add(" AND bucket < ");
        statement.time(span.to()).askers(filter, "").asked(filter, "");
    }

    private static void records(UsageStatement statement, UsageFilter filter, UsageSpan span) {
        statement
                .add("SELECT r.started_at AS at, r.key, r.team, r.model, r.account, ")
                .add(OF_RECORD)
                .add(" FROM usage_record AS r WHERE ");
        between(statement, span.from(), span.to())
                .askers(filter, "r.")
                .asked(filter, "r.")
                .endings(filter, "r.");
        statement
                .add(" UNION ALL SELECT r.started_at, r.key, r.team, a.model, a.account, ")
                .add(OF_ATTEMPT)
                .add(" FROM usage_record AS r JOIN usage_attempt AS a ON a.day = r.day AND a.id = r.id WHERE ");
        between(statement, span.from(), span.to())
                .askers(filter, "r.")
                .asked(filter, "a.")
                .endings(filter, "r.");
    }

    /** Of records; the day too, so that other partitions are not looked at. */
    static UsageStatement between(UsageStatement statement, Instant from, Instant to) {
        statement.add("r.day >= ").day(from).add(" AND r.day <= ").day(to.minusNanos(1));
        statement.add(" AND r.started_at >= ").time(from);
        return statement.add(" AND r.started_at < ").time(to);
    }

    // --- answers ---------------------------------------------------------------------------------------------------

    static UsagePage none(UsageGrouping grouping) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        if (keys(grouping).isEmpty()) {
            List<@Nullable Object> zeros = new ArrayList<>();
            MEASURES.forEach(name -> zeros.add(0L));
            rows.add(zeros);
        }
        return new UsagePage(columns(grouping), rows, null);
    }

    private static List<String> columns(UsageGrouping grouping) {
        List<String> columns = new ArrayList<>();
        if (grouping.bucket() != null) {
            columns.add("start");
        }
        grouping.by().forEach(dimension -> columns.add(dimension.word()));
        MEASURES.forEach(name -> columns.add(name.replace('_', '-')));
        return columns;
    }

    static UsagePage read(RowSet<Row> found, UsageGrouping grouping, int limit) {
        int names = keys(grouping).size();
        List<List<@Nullable Object>> rows = new ArrayList<>();
        String next = null;
        List<String> last = List.of();
        for (Row row : found) {
            if (rows.size() == limit) {
                next = UsagePosition.write(last);
                break;
            }
            List<@Nullable Object> cells = new ArrayList<>();
            List<String> position = new ArrayList<>();
            for (int i = 0; i < names; i++) {
                if (i == 0 && grouping.bucket() != null) {
                    Instant start = row.getOffsetDateTime(0).toInstant();
                    cells.add(time(start, grouping.offset()));
                    position.add(Long.toString(start.getEpochSecond()));
                } else {
                    cells.add(row.getString(i));
                    position.add(row.getString(i));
                }
            }
            for (int i = 0; i < MEASURES.size(); i++) {
                cells.add(row.getLong(names + i));
            }
            rows.add(cells);
            last = position;
        }
        return new UsagePage(columns(grouping), rows, next);
    }

    private static String time(Instant start, ZoneOffset offset) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(start.atOffset(offset));
    }
}
