package io.sluice.store;

import io.sluice.message.UsageRecord;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts of facets by minute and hour, kept with usage records. Made in memory, so that each row is changed once. */
final class FacetRows {
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;

    private FacetRows() {}

    private record Row(long bucket, String team, String model, String channel, short facet) implements Comparable<Row> {
        private static final Comparator<Row> ORDER = Comparator.comparingLong(Row::bucket)
                .thenComparing(Row::team)
                .thenComparing(Row::model)
                .thenComparing(Row::channel)
                .thenComparingInt(Row::facet);

        @Override
        public int compareTo(Row other) {
            return ORDER.compare(this, other);
        }

        Row inHour() {
            return new Row(bucket - Math.floorMod(bucket, HOUR), team, model, channel, facet);
        }
    }

    /** Adds new records, in the order in which every node does: table by table, row by row. */
    static Future<Void> add(SqlConnection connection, List<UsageRecord> inserted) {
        SortedMap<Row, Long> minutes = new TreeMap<>();
        for (UsageRecord usage : inserted) {
            long start = UsageRows.startMillis(usage);
            String team = UsageRows.text(usage.caller().team());
            String model = UsageRows.text(usage.asked().model());
            String channel = UsageRows.text(usage.served().channel());
            Facets.of(
                    usage,
                    facet -> minutes.merge(
                            new Row(start - Math.floorMod(start, MINUTE), team, model, channel, facet), 1L, Long::sum));
        }
        if (minutes.isEmpty()) {
            return Future.succeededFuture();
        }
        SortedMap<Row, Long> hours = new TreeMap<>();
        minutes.forEach((row, count) -> hours.merge(row.inHour(), count, Long::sum));
        return upsert(connection, "usage_facet_minute", minutes)
                .compose(done -> upsert(connection, "usage_facet_hour", hours));
    }

    private static Future<Void> upsert(SqlConnection connection, String table, SortedMap<Row, Long> counts) {
        Tuple tuple = Tuple.tuple()
                .addValue(counts.keySet().stream()
                        .map(row -> UsageRows.time(row.bucket()))
                        .toArray(OffsetDateTime[]::new))
                .addValue(counts.keySet().stream().map(Row::team).toArray(String[]::new))
                .addValue(counts.keySet().stream().map(Row::model).toArray(String[]::new))
                .addValue(counts.keySet().stream().map(Row::channel).toArray(String[]::new))
                .addValue(counts.keySet().stream().map(Row::facet).toArray(Short[]::new))
                .addValue(counts.values().toArray(Long[]::new));
        return connection
                .preparedQuery("INSERT INTO " + table + " AS t (bucket, team, model, channel, facet, requests)"
                        + " SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::smallint[],"
                        + " $6::bigint[]) ON CONFLICT (bucket, team, model, channel, facet)"
                        + " DO UPDATE SET requests = t.requests + excluded.requests")
                .execute(tuple)
                .mapEmpty();
    }
}
