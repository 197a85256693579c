package io.sluice.store;

import io.sluice.store.Facets.Counts;
import io.sluice.store.UsageGrouping.Bucket;
import io.sluice.store.UsageGrouping.Dimension;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Asks how long first bytes took, why requests failed, and what was saved. Safe to use from any context. */
public final class FacetQueries {
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final Database database;
    private final UsageGate gate = new UsageGate();

    /**
     * The facets of one database.
     *
     * @param database where
     */
    public FacetQueries(Database database) {
        this.database = database;
    }

    /**
     * Of all requests together.
     *
     * @param from first instant, the beginning of a bucket
     * @param to first instant behind it
     * @param bucket minute or hour: which table
     * @param teams whose; empty for everybody's
     */
    public Future<UsageFacets> all(Instant from, Instant to, Bucket bucket, List<String> teams) {
        return ask("''", from, to, bucket, teams, row -> "").map(found -> found.getOrDefault("", UsageFacets.NONE));
    }

    /**
     * By team, model or channel.
     *
     * @param by which of the three
     * @param from first instant, the beginning of a bucket
     * @param to first instant behind it
     * @param bucket minute or hour: which table
     * @param teams whose; empty for everybody's
     */
    public Future<Map<String, UsageFacets>> by(
            Dimension by, Instant from, Instant to, Bucket bucket, List<String> teams) {
        String column =
                switch (by) {
                    case TEAM -> "team";
                    case MODEL -> "model";
                    case CHANNEL -> "channel";
                    case KEY, ACCOUNT -> throw new IllegalArgumentException("facets are not kept by " + by.word());
                };
        return ask(column, from, to, bucket, teams, row -> row.getString(0));
    }

    /** By bucket; the keys are instants as text. */
    public Future<Map<String, UsageFacets>> overTime(Instant from, Instant to, Bucket bucket, List<String> teams) {
        return ask("bucket", from, to, bucket, teams, row -> row.getOffsetDateTime(0)
                .toInstant()
                .toString());
    }

    private Future<Map<String, UsageFacets>> ask(
            String column, Instant from, Instant to, Bucket bucket, List<String> teams, Function<Row, String> name) {
        String table = bucket == Bucket.MINUTE ? "usage_facet_minute" : "usage_facet_hour";
        UsageStatement statement = new UsageStatement()
                .add("SELECT " + column + ", facet, sum(requests)::bigint FROM " + table + " WHERE bucket >= ");
        statement.time(from).add(" AND bucket < ");
        statement.time(to);
        if (!teams.isEmpty()) {
            statement
                    .add(" AND team = ANY(")
                    .value(teams.toArray(String[]::new))
                    .add(")");
        }
        statement.add(" GROUP BY 1, 2");
        return gate.pass(() -> database.transaction(LONGEST, connection -> connection
                .preparedQuery(statement.text())
                .execute(statement.values())
                .map(rows -> counted(rows, name))));
    }

    private static Map<String, UsageFacets> counted(RowSet<Row> rows, Function<Row, String> name) {
        Map<String, Counts> counts = new LinkedHashMap<>();
        for (Row row : rows) {
            counts.computeIfAbsent(name.apply(row), each -> new Counts()).add(row.getShort(1), row.getLong(2));
        }
        Map<String, UsageFacets> read = new LinkedHashMap<>();
        counts.forEach((each, count) -> read.put(each, count.read()));
        return read;
    }

    /** Where a bucket begins. */
    public static Instant begin(Instant time, Bucket bucket) {
        long length = bucket.length().toSeconds();
        return time.atOffset(ZoneOffset.UTC)
                .toInstant()
                .minusSeconds(Math.floorMod(time.getEpochSecond(), length))
                .minusNanos(time.getNano());
    }
}
