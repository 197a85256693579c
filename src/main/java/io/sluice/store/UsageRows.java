package io.sluice.store;

import io.sluice.message.BilledAttempt;
import io.sluice.message.UsageRecord;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Usage records as columns of the tables: each column is one array, so that a statement takes any number of records. Whatever
 * is in a record, PostgreSQL takes it: one that it refused would hold up all that come after it.
 */
final class UsageRows {
    /** The most characters of a text; names are shorter, so that what is cut came from a client or a provider. */
    private static final int MOST_TEXT = 256;

    /** The first millisecond of the year 2100; a clock that says more is wrong. */
    private static final long LATEST = 4_102_444_800_000L;

    private static final List<Column<UsageRecord>> RECORD = List.of(
            column("day", "date", LocalDate[]::new, UsageRows::day),
            column("id", "uuid", UUID[]::new, usage -> UUID.fromString(usage.requestId())),
            column("started_at", "timestamptz", OffsetDateTime[]::new, usage -> time(startMillis(usage))),
            text("key", usage -> usage.caller().key()),
            text("team", usage -> usage.caller().team()),
            text("parent_team", usage -> usage.caller().parentTeam()),
            text("endpoint", usage -> usage.asked().endpoint().word()),
            text("model", usage -> usage.asked().model()),
            text("served_model", usage -> usage.served().model()),
            text("upstream_model", usage -> usage.served().upstreamModel()),
            text("channel", usage -> usage.served().channel()),
            text("account", usage -> usage.served().account()),
            flag("stream", usage -> usage.asked().stream()),
            number("input_tokens", usage -> usage.used().tokens().input()),
            number("cached_tokens", usage -> usage.used().tokens().cachedInput()),
            number("cache_write_tokens", usage -> usage.used().tokens().cacheWrite()),
            number("output_tokens", usage -> usage.used().tokens().output()),
            number("reasoning_tokens", usage -> usage.used().tokens().reasoning()),
            number("input_audio_tokens", usage -> usage.used().tokens().inputAudio()),
            number("output_audio_tokens", usage -> usage.used().tokens().outputAudio()),
            number("images", usage -> usage.used().images()),
            flag("estimated", usage -> usage.used().isEstimated()),
            small("attempts", usage -> usage.served().attempts()),
            number(
                    "queue_micros",
                    usage -> TimeUnit.NANOSECONDS.toMicros(usage.timing().queueNanos())),
            number(
                    "first_byte_micros",
                    usage -> usage.timing().firstByteNanos() < 0
                            ? null
                            : TimeUnit.NANOSECONDS.toMicros(usage.timing().firstByteNanos())),
            number(
                    "total_micros",
                    usage -> TimeUnit.NANOSECONDS.toMicros(usage.timing().totalNanos())),
            small("status", usage -> usage.outcome().status()),
            text("ending", usage -> usage.outcome().ending().name().toLowerCase(Locale.ROOT)),
            text("error", usage -> usage.outcome().error()),
            text("client", usage -> usage.caller().address()),
            text("client_request_id", usage -> usage.caller().requestId()),
            number(
                    "cost_micros",
                    usage -> usage.used().charge().isPriced()
                            ? usage.used().charge().micros()
                            : null),
            text("currency", usage -> usage.used().charge().currency()),
            number("original_micros", usage -> usage.used().charge().originalMicros()),
            number("rate_micros", usage -> usage.used().charge().rateMicros()),
            text("price_revision", usage -> usage.used().charge().priceRevision()));

    private static final List<Column<Attempt>> ATTEMPT = List.of(
            column("day", "date", LocalDate[]::new, attempt -> day(attempt.usage())),
            column(
                    "id",
                    "uuid",
                    UUID[]::new,
                    attempt -> UUID.fromString(attempt.usage().requestId())),
            small("number", Attempt::number),
            text("channel", attempt -> attempt.billed().channel()),
            text("account", attempt -> attempt.billed().account()),
            text("model", attempt -> attempt.billed().model()),
            text("upstream_model", attempt -> attempt.billed().upstreamModel()),
            number("input_tokens", attempt -> attempt.billed().usage().input()),
            number("cached_tokens", attempt -> attempt.billed().usage().cachedInput()),
            number("output_tokens", attempt -> attempt.billed().usage().output()),
            flag("estimated", attempt -> attempt.billed().isEstimated()),
            number(
                    "cost_micros",
                    attempt -> attempt.billed().charge().isPriced()
                            ? attempt.billed().charge().micros()
                            : null),
            text("currency", attempt -> attempt.billed().charge().currency()),
            number("original_micros", attempt -> attempt.billed().charge().originalMicros()),
            text("cause", attempt -> attempt.billed().cause()));

    /** Inserts records that are not there yet, and gives the ids of those. */
    static final String INSERT_RECORDS =
            insert("usage_record", "node, ", "$" + (RECORD.size() + 1) + "::text, ", RECORD)
                    + " ON CONFLICT DO NOTHING RETURNING id";

    /** Inserts attempts of records that are new. */
    static final String INSERT_ATTEMPTS = insert("usage_attempt", "", "", ATTEMPT) + " ON CONFLICT DO NOTHING";

    private UsageRows() {}

    /** Parameters of {@link #INSERT_RECORDS}; after them comes the node's name. */
    static Tuple records(List<UsageRecord> records) {
        return tuple(RECORD, records);
    }

    /** Parameters of {@link #INSERT_ATTEMPTS}; empty where there were none. */
    static @Nullable Tuple attempts(List<UsageRecord> records) {
        List<Attempt> attempts = new ArrayList<>();
        for (UsageRecord usage : records) {
            int number = 1;
            for (BilledAttempt billed : usage.served().others()) {
                attempts.add(new Attempt(usage, billed, number++));
            }
        }
        return attempts.isEmpty() ? null : tuple(ATTEMPT, attempts);
    }

    /** When a request began, as far as a clock can be believed. */
    static long startMillis(UsageRecord usage) {
        return Math.clamp(usage.timing().startMillis(), 0, LATEST - 1);
    }

    /** The day of its partition. */
    static LocalDate day(UsageRecord usage) {
        return time(startMillis(usage)).toLocalDate();
    }

    static OffsetDateTime time(long millis) {
        return OffsetDateTime.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
    }

    /** A text as PostgreSQL takes it: no NUL, no endless one; none is empty. */
    static String text(@Nullable String text) {
        if (text == null) {
            return "";
        }
        String bounded = text.length() > MOST_TEXT ? text.substring(0, MOST_TEXT) : text;
        return bounded.indexOf('\0') < 0 ? bounded : bounded.replace('\0', ' ');
    }

    // --- columns ---------------------------------------------------------------------------------------------------

    /** One attempt beside the answering one. */
    private record Attempt(UsageRecord usage, BilledAttempt billed, int number) {}

    /** A column, and how its array is made. */
    private record Column<R>(String name, String type, Function<List<R>, Object> array) {}

    private static <R, T> Column<R> column(
            String name, String type, IntFunction<@Nullable T[]> array, Function<R, @Nullable T> value) {
        return new Column<>(name, type, rows -> {
            @Nullable T[] values = array.apply(rows.size());
            for (int i = 0; i < values.length; i++) {
                values[i] = value.apply(rows.get(i));
            }
            return values;
        });
    }

    private static <R> Column<R> text(String name, Function<R, @Nullable String> value) {
        return column(name, "text", String[]::new, row -> text(value.apply(row)));
    }

    private static <R> Column<R> number(String name, Function<R, @Nullable Long> value) {
        return column(name, "bigint", Long[]::new, value);
    }

    private static <R> Column<R> small(String name, Function<R, Integer> value) {
        return column(name, "int", Integer[]::new, value::apply);
    }

    private static <R> Column<R> flag(String name, Function<R, Boolean> value) {
        return column(name, "boolean", Boolean[]::new, value::apply);
    }

    private static <R> Tuple tuple(List<Column<R>> columns, List<R> rows) {
        Tuple tuple = Tuple.tuple();
        columns.forEach(column -> tuple.addValue(column.array().apply(rows)));
        return tuple;
    }

    private static <R> String insert(String table, String name, String value, List<Column<R>> columns) {
        StringBuilder names = new StringBuilder();
        StringBuilder arrays = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            Column<R> column = columns.get(i);
            names.append(i == 0 ? "" : ", ").append(column.name());
            arrays.append(i == 0 ? "$" : ", $")
                    .append(i + 1)
                    .append("::")
                    .append(column.type())
                    .append("[]");
        }
        return "INSERT INTO " + table + " (" + name + names + ") SELECT " + value + "t.* FROM unnest(" + arrays
                + ") AS t";
    }
}
