package io.sluice.store;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Statements that list requests one by one, and what they answer. */
final class UsageRecords {
    private static final List<String> COLUMNS = List.of(
            "id",
            "started_at",
            "recorded_at",
            "node",
            "key",
            "team",
            "parent_team",
            "endpoint",
            "model",
            "served_model",
            "upstream_model",
            "channel",
            "account",
            "stream",
            "status",
            "ending",
            "error",
            "attempts",
            "input_tokens",
            "cached_tokens",
            "cache_write_tokens",
            "output_tokens",
            "reasoning_tokens",
            "input_audio_tokens",
            "output_audio_tokens",
            "images",
            "estimated",
            "cost_micros",
            "currency",
            "original_micros",
            "rate_micros",
            "price_revision",
            "queue_micros",
            "first_byte_micros",
            "total_micros",
            "client",
            "client_request_id");

    private static final List<String> ATTEMPT = List.of(
            "number",
            "channel",
            "account",
            "model",
            "upstream_model",
            "input_tokens",
            "cached_tokens",
            "output_tokens",
            "estimated",
            "cost_micros",
            "currency",
            "original_micros",
            "cause");

    private static final List<String> NAMES = names(COLUMNS);
    private static final List<String> ATTEMPT_NAMES = names(ATTEMPT);
    private static final long MICROS = 1_000_000;

    private UsageRecords() {}

    private static List<String> names(List<String> columns) {
        return columns.stream().map(column -> column.replace('_', '-')).toList();
    }

    private static UsageStatement select() {
        return new UsageStatement()
                .add("SELECT r.")
                .add(String.join(", r.", COLUMNS))
                .add(" FROM usage_record AS r WHERE ");
    }

    static UsageStatement statement(UsageFilter filter, boolean newestFirst, int limit, @Nullable String after) {
        UsageStatement statement = UsageSums.between(select(), filter.from(), filter.to());
        statement.askers(filter, "r.").asked(filter, "r.").endings(filter, "r.");
        if (after != null) {
            List<String> position = UsagePosition.read(after, 2);
            statement
                    .add(" AND (r.started_at, r.id) ")
                    .add(newestFirst ? "<" : ">")
                    .add(" (");
            statement.time(instant(position.getFirst())).add(", ");
            statement.value(UUID.fromString(position.getLast())).add(")");
        }
        statement.add(newestFirst ? " ORDER BY r.started_at DESC, r.id DESC" : " ORDER BY r.started_at, r.id");
        return statement.add(" LIMIT ").value(limit + 1);
    }

    static UsageStatement statement(UUID id, Instant from, Instant to, List<String> teams) {
        UsageStatement statement = select().add("r.day >= ").day(from).add(" AND r.day <= ");
        statement.day(to).add(" AND r.id = ").value(id);
        if (!teams.isEmpty()) {
            statement
                    .add(" AND r.team = ANY(")
                    .value(teams.toArray(String[]::new))
                    .add(")");
        }
        return statement;
    }

    static UsageStatement attempts(UUID id, Instant from, Instant to) {
        UsageStatement statement = new UsageStatement()
                .add("SELECT ")
                .add(String.join(", ", ATTEMPT))
                .add(" FROM usage_attempt WHERE day >= ");
        statement.day(from).add(" AND day <= ").day(to).add(" AND id = ");
        return statement.value(id).add(" ORDER BY number");
    }

    private static Instant instant(String micros) {
        if (!micros.matches("[0-9]{1,17}")) {
            throw new IllegalArgumentException("no time");
        }
        return Instant.EPOCH.plus(Long.parseLong(micros), ChronoUnit.MICROS);
    }

    static UsagePage none() {
        return new UsagePage(NAMES, List.of(), null);
    }

    static UsagePage read(RowSet<Row> found, int limit) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        String next = null;
        String last = "";
        for (Row row : found) {
            if (rows.size() == limit) {
                next = last;
                break;
            }
            rows.add(cells(row, COLUMNS.size()));
            Instant started = row.getOffsetDateTime(1).toInstant();
            long micros = started.getEpochSecond() * MICROS + started.getNano() / 1_000;
            last = UsagePosition.write(
                    List.of(Long.toString(micros), row.getUUID(0).toString()));
        }
        return new UsagePage(NAMES, rows, next);
    }

    private static List<@Nullable Object> cells(Row row, int count) {
        List<@Nullable Object> cells = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Object value = row.getValue(i);
            cells.add(
                    value instanceof OffsetDateTime time
                            ? time.toInstant().toString()
                            : value instanceof UUID id ? id.toString() : value);
        }
        return cells;
    }

    static Map<String, @Nullable Object> named(Row row) {
        return named(NAMES, cells(row, COLUMNS.size()));
    }

    static List<Map<String, @Nullable Object>> namedAttempts(RowSet<Row> rows) {
        List<Map<String, @Nullable Object>> attempts = new ArrayList<>();
        rows.forEach(row -> attempts.add(named(ATTEMPT_NAMES, cells(row, ATTEMPT.size()))));
        return attempts;
    }

    private static Map<String, @Nullable Object> named(List<String> names, List<@Nullable Object> cells) {
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            named.put(names.get(i), cells.get(i));
        }
        return Collections.unmodifiableMap(named);
    }
}
