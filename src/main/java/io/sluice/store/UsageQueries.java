package io.sluice.store;

import io.sluice.config.StoreKeep;
import io.sluice.store.UsageSpan.Kept;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Questions about what was used. Sums come from the coarsest roll-ups that know them exactly, and from records where nothing
 * else does: at the ends of a time that begins or ends inside a minute, and for endings and statuses. A few questions are
 * answered at a time, the others wait or fail with {@link UsageTooMuch}, so that the ledger keeps its connections. Used on one
 * event loop.
 */
public final class UsageQueries {
    /** The most that an answer to a person may take. */
    private static final Duration ANSWER = Duration.ofSeconds(8);

    /** The most that a page of an export may take. */
    private static final Duration PIECE = Duration.ofSeconds(60);

    private static final String TIMED_OUT = "57014";

    private final Database database;
    private final StoreKeep keep;
    private final InstantSource clock;
    private final UsageGate gate = new UsageGate();

    /**
     * One request and the attempts that were billed beside it.
     *
     * @param request the record by column name
     * @param attempts the others by column name, in their order
     */
    public record Single(Map<String, @Nullable Object> request, List<Map<String, @Nullable Object>> attempts) {
        /** Copies the list. */
        public Single {
            attempts = List.copyOf(attempts);
        }
    }

    /**
     * The usage of one database.
     *
     * @param database where
     * @param keep for how long it keeps what
     * @param clock wall clock
     */
    public UsageQueries(Database database, StoreKeep keep, InstantSource clock) {
        this.database = database;
        this.keep = keep;
        this.clock = clock;
    }

    /**
     * Sums.
     *
     * @param filter of what
     * @param grouping how they are grouped
     * @param limit most groups, 1 to 1000
     * @param after where the page begins; null for the first one, and in any order but {@link UsageGrouping.Order#NAME}
     * @return the groups; {@code next} says that there are more also where they cannot be asked for
     * @throws IllegalArgumentException when {@code after} is no position of this list
     */
    public Future<UsagePage> groups(UsageFilter filter, UsageGrouping grouping, int limit, @Nullable String after) {
        if (!filter.from().isBefore(filter.to())) {
            return Future.succeededFuture(UsageSums.none(grouping));
        }
        UsageStatement statement = UsageSums.statement(filter, grouping, cover(filter, grouping), limit, after);
        return ask(statement, ANSWER).map(rows -> UsageSums.read(rows, grouping, limit));
    }

    /** Whether all that is needed for an answer is still kept; else what it says is too little. */
    public boolean isKept(UsageFilter filter, UsageGrouping grouping) {
        Kept kept = kept();
        return cover(filter, grouping).stream().allMatch(span -> span.isKept(kept));
    }

    private List<UsageSpan> cover(UsageFilter filter, UsageGrouping grouping) {
        return UsageSpan.cover(filter.from(), filter.to(), grouping, filter.needsRecords(), kept());
    }

    private Kept kept() {
        return new Kept(keep, clock.instant());
    }

    /**
     * Requests one by one, the newest first.
     *
     * @param filter which
     * @param limit most records, 1 to 1000
     * @param after where the page begins; null for the first one
     * @throws IllegalArgumentException when {@code after} is no position of this list
     */
    public Future<UsagePage> newest(UsageFilter filter, int limit, @Nullable String after) {
        return records(filter, true, limit, after, ANSWER);
    }

    /**
     * Requests one by one, the oldest first, for an export.
     *
     * @param filter which
     * @param limit most records, 1 to 1000
     * @param after where the page begins; null for the first one
     */
    public Future<UsagePage> oldest(UsageFilter filter, int limit, @Nullable String after) {
        return records(filter, false, limit, after, PIECE);
    }

    private Future<UsagePage> records(
            UsageFilter filter, boolean newestFirst, int limit, @Nullable String after, Duration atMost) {
        if (!filter.from().isBefore(filter.to())) {
            return Future.succeededFuture(UsageRecords.none());
        }
        return ask(UsageRecords.statement(filter, newestFirst, limit, after), atMost)
                .map(rows -> UsageRecords.read(rows, limit));
    }

    /**
     * One request.
     *
     * @param id of it; it tells its time
     * @param teams whose request it may be; empty for anybody's
     * @return null when there is none
     */
    public Future<@Nullable Single> single(UUID id, List<String> teams) {
        if (id.version() != 7) {
            return Future.succeededFuture(null);
        }
        Instant made = Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
        // The id and the start of the request are drawn one after the other, maybe on either side of midnight.
        Instant from = made.minus(1, ChronoUnit.DAYS);
        Instant to = made.plus(1, ChronoUnit.DAYS);
        UsageStatement request = UsageRecords.statement(id, from, to, teams);
        return ask(request, ANSWER).compose(rows -> {
            if (rows.size() == 0) {
                return Future.succeededFuture(null);
            }
            return ask(UsageRecords.attempts(id, from, to), ANSWER)
                    .map(attempts -> new Single(
                            UsageRecords.named(rows.iterator().next()), UsageRecords.namedAttempts(attempts)));
        });
    }

    private Future<RowSet<Row>> ask(UsageStatement statement, Duration atMost) {
        return gate.pass(() -> database.transaction(atMost, connection -> connection
                .preparedQuery(statement.text())
                .execute(statement.values())
                .recover(UsageQueries::explained)));
    }

    private static <T> Future<T> explained(Throwable failure) {
        return Future.failedFuture(
                failure instanceof PgException answer && TIMED_OUT.equals(answer.getSqlState())
                        ? new UsageTooMuch(false)
                        : failure);
    }
}
