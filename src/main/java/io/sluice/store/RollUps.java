package io.sluice.store;

import io.sluice.message.BilledAttempt;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** The sums by minute, hour and day that are kept with usage records. Made in memory, so that each row is changed once. */
final class RollUps {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private RollUps() {}

    /** Adds new records to all sums, in the order in which every node does: table by table, row by row. */
    static Future<Void> add(SqlConnection connection, List<UsageRecord> inserted) {
        SortedMap<Row, Sums> minutes = sums(inserted);
        return upsert(connection, "usage_minute", minutes)
                .compose(done -> upsert(connection, "usage_hour", coarser(minutes, HOUR)))
                .compose(done -> upsert(connection, "usage_day", coarser(minutes, DAY)));
    }

    /** What one row is about. */
    private record Row(long bucket, String key, String team, String model, String account) implements Comparable<Row> {
        private static final Comparator<Row> ORDER = Comparator.comparingLong(Row::bucket)
                .thenComparing(Row::key)
                .thenComparing(Row::team)
                .thenComparing(Row::model)
                .thenComparing(Row::account);

        @Override
        public int compareTo(Row other) {
            return ORDER.compare(this, other);
        }

        Row in(long length) {
            return new Row(bucket - Math.floorMod(bucket, length), key, team, model, account);
        }
    }

    /** The numbers of one row. */
    private static final class Sums {
        private long requests;
        private long failures;
        private long unpriced;
        private long input;
        private long cached;
        private long cacheWrite;
        private long output;
        private long reasoning;
        private long images;
        private long cost;
        private long other;

        void add(UsageRecord usage) {
            requests++;
            failures += usage.outcome().ending() == Ending.COMPLETED ? 0 : 1;
            unpriced += usage.used().charge().isPriced() ? 0 : 1;
            input += usage.used().tokens().input();
            cached += usage.used().tokens().cachedInput();
            cacheWrite += usage.used().tokens().cacheWrite();
            output += usage.used().tokens().output();
            reasoning += usage.used().tokens().reasoning();
            images += usage.used().images();
            cost += usage.used().charge().micros();
        }

        void add(Sums more) {
            requests += more.requests;
            failures += more.failures;
            unpriced += more.unpriced;
            input += more.input;
            cached += more.cached;
            cacheWrite += more.cacheWrite;
            output += more.output;
            reasoning += more.reasoning;
            images += more.images;
            cost += more.cost;
            other += more.other;
        }
    }

    private static SortedMap<Row, Sums> sums(List<UsageRecord> records) {
        SortedMap<Row, Sums> sums = new TreeMap<>();
        for (UsageRecord usage : records) {
            long minute = UsageRows.startMillis(usage);
            minute -= Math.floorMod(minute, MINUTE);
            String key = UsageRows.text(usage.caller().key());
            String team = UsageRows.text(usage.caller().team());
            sums.computeIfAbsent(
                            new Row(
                                    minute,
                                    key,
                                    team,
                                    UsageRows.text(usage.asked().model()),
                                    UsageRows.text(usage.served().account())),
                            row -> new Sums())
                    .add(usage);
            for (BilledAttempt attempt : usage.served().others()) {
                Row asked =
                        new Row(minute, key, team, UsageRows.text(attempt.model()), UsageRows.text(attempt.account()));
                sums.computeIfAbsent(asked, row -> new Sums()).other +=
                        attempt.charge().micros();
            }
        }
        return sums;
    }

    private static SortedMap<Row, Sums> coarser(SortedMap<Row, Sums> minutes, long length) {
        SortedMap<Row, Sums> sums = new TreeMap<>();
        minutes.forEach((row, more) ->
                sums.computeIfAbsent(row.in(length), in -> new Sums()).add(more));
        return sums;
    }

    // --- SQL -------------------------------------------------------------------------------------------------------

    private static final List<String> NUMBERS = List.of(
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

    private static final Map<String, String> UPSERTS = Map.of(
            "usage_minute", upsert("usage_minute"),
            "usage_hour", upsert("usage_hour"),
            "usage_day", upsert("usage_day"));

    private static String upsert(String table) {
        StringBuilder parameters =
                new StringBuilder("$1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[]");
        StringBuilder set = new StringBuilder();
        for (int i = 0; i < NUMBERS.size(); i++) {
            String name = NUMBERS.get(i);
            parameters.append(", $").append(i + 6).append("::bigint[]");
            set.append(i == 0 ? "" : ", ")
                    .append(name)
                    .append(" = t.")
                    .append(name)
                    .append(" + excluded.")
                    .append(name);
        }
        return "INSERT INTO " + table + " AS t (bucket, key, team, model, account, " + String.join(", ", NUMBERS)
                + ") SELECT * FROM unnest(" + parameters
                + ") ON CONFLICT (bucket, key, team, model, account) DO UPDATE SET " + set;
    }

    private static Future<Void> upsert(SqlConnection connection, String table, SortedMap<Row, Sums> sums) {
        Tuple tuple = Tuple.tuple();
        tuple.addValue(sums.keySet().stream()
                .map(row -> UsageRows.time(row.bucket()))
                .toArray(java.time.OffsetDateTime[]::new));
        List<Function<Row, String>> texts = List.of(Row::key, Row::team, Row::model, Row::account);
        texts.forEach(text -> tuple.addValue(sums.keySet().stream().map(text).toArray(String[]::new)));
        List<ToLongFunction<Sums>> numbers = List.of(
                s -> s.requests,
                s -> s.failures,
                s -> s.unpriced,
                s -> s.input,
                s -> s.cached,
                s -> s.cacheWrite,
                s -> s.output,
                s -> s.reasoning,
                s -> s.images,
                s -> s.cost,
                s -> s.other);
        numbers.forEach(number ->
                tuple.addValue(sums.values().stream().map(number::applyAsLong).toArray(Long[]::new)));
        return connection.preparedQuery(UPSERTS.get(table)).execute(tuple).mapEmpty();
    }
}
