package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.StoreKeep;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.BilledAttempt;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Asked;
import io.sluice.message.UsageRecord.Caller;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.message.UsageRecord.Outcome;
import io.sluice.message.UsageRecord.Served;
import io.sluice.message.UsageRecord.Timing;
import io.sluice.message.UsageRecord.Used;
import io.sluice.store.UsageGrouping.Bucket;
import io.sluice.store.UsageGrouping.Dimension;
import io.sluice.store.UsageGrouping.Order;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers about records that the ledger's own writer wrote, compared with what those records add up to by themselves. */
class UsageQueriesTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    private static final Instant BEGIN = NOW.minus(Duration.ofDays(40));
    private static final long SEED = System.nanoTime();
    private static final List<String> NASTY = List.of(
            "%", "a_c", "abc", "'; DROP TABLE usage_record; --", "../../etc/passwd", "\"", "a\\", "\u0000", "k,1");

    private static final List<UsageRecord> records = new ArrayList<>();
    private static Vertx vertx;
    private static PgDatabase database;
    private static UsageQueries usage;

    @BeforeAll
    static void write() {
        vertx = Vertx.vertx();
        database = TestPostgres.open(vertx);
        usage = new UsageQueries(database, StoreKeep.DEFAULT, () -> NOW);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 1_500; i++) {
            records.add(record(random));
        }
        UsageWriter writer = new UsageWriter(database, "node-1", List.of());
        for (int i = 0; i < records.size(); i += 250) {
            TestPostgres.await(writer.write(records.subList(i, i + 250)));
        }
    }

    @AfterAll
    static void close() {
        database.close();
        TestPostgres.await(vertx.close());
    }

    private static <T> T any(SplittableRandom random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static UsageRecord record(SplittableRandom random) {
        long millis = BEGIN.toEpochMilli() + random.nextLong(Duration.ofDays(40).toMillis());
        if (random.nextInt(4) == 0) {
            millis -= millis % 60_000; // Several on the very edge of a stretch.
        }
        if (random.nextInt(8) == 0) {
            millis -= Math.floorMod(millis, 86_400_000L);
        }
        String team = any(random, List.of("red", "blue", ""));
        boolean hasAccount = random.nextInt(10) > 0;
        String account = hasAccount ? any(random, List.of("one/a", "one/b", "two/a")) : null;
        Ending ending = any(random, List.of(Ending.values()));
        List<BilledAttempt> others = random.nextInt(5) == 0
                ? List.of(new BilledAttempt(
                        "two", "two/a", "m1", "up", tokens(random), true, charge(random), "abandoned"))
                : List.of();
        return new UsageRecord(
                new UUID(millis << 16 | 0x7000L | random.nextInt(0x1000), random.nextLong() >>> 2 | 1L << 63)
                        .toString(),
                new Caller(
                        any(random, List.of("k1", "k2", "k3", "a_c", "abc")),
                        team.isEmpty() ? null : team,
                        team.equals("red") ? "colours" : null,
                        "127.0.0.1",
                        ""),
                new Asked(Endpoint.CHAT_COMPLETIONS, any(random, List.of("m1", "m2", "=cmd")), random.nextBoolean()),
                new Served(null, null, account == null ? null : account.substring(0, 3), account, 1, others),
                new Used(tokens(random), random.nextInt(2), false, charge(random), null),
                new Timing(millis, 1_000, random.nextBoolean() ? -1 : 5_000, 9_000),
                new Outcome(any(random, List.of(200, 429, 502)), ending, null));
    }

    private static TokenUsage tokens(SplittableRandom random) {
        long input = random.nextLong(1_000);
        return new TokenUsage(input, input / 3, input / 5, random.nextLong(1_000), 7, 3, 2);
    }

    private static Charge charge(SplittableRandom random) {
        return random.nextInt(6) == 0
                ? Charge.UNPRICED
                : new Charge(true, random.nextLong(1_000_000), "USD", random.nextLong(1_000_000), 1_000_000, "r1");
    }

    private static Map<List<Object>, List<Long>> answered(UsageFilter filter, UsageGrouping grouping, int page) {
        Map<List<Object>, List<Long>> groups = new TreeMap<>(Comparator.comparing(Object::toString));
        int names = grouping.by().size() + (grouping.bucket() == null ? 0 : 1);
        String after = null;
        do {
            UsagePage found = TestPostgres.await(usage.groups(filter, grouping, page, after));
            for (List<@Nullable Object> row : found.rows()) {
                List<Long> numbers = row.subList(names, row.size()).stream()
                        .map(Long.class::cast)
                        .toList();
                if (numbers.stream().anyMatch(number -> number != 0) || names > 0) {
                    assertThat(groups.put(List.copyOf(row.subList(0, names)), numbers))
                            .as("a group twice")
                            .isNull();
                }
            }
            assertThat(found.rows()).hasSizeLessThanOrEqualTo(page);
            after = found.next();
        } while (after != null);
        return groups;
    }

    // --- what the records add up to --------------------------------------------------------------------------------

    private static List<Object> group(
            UsageGrouping grouping, UsageRecord record, String model, @Nullable String account) {
        List<Object> names = new ArrayList<>();
        if (grouping.bucket() != null) {
            OffsetDateTime start =
                    Instant.ofEpochMilli(record.timing().startMillis()).atOffset(grouping.offset());
            OffsetDateTime cut =
                    switch (grouping.bucket()) {
                        case DAY -> start.toLocalDate().atStartOfDay().atOffset(grouping.offset());
                        case HOUR -> start.withMinute(0).withSecond(0).withNano(0);
                        case MINUTE -> start.withSecond(0).withNano(0);
                    };
            names.add(java.time.format.DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(cut));
        }
        String known = account == null ? "" : account;
        for (Dimension dimension : grouping.by()) {
            names.add(
                    switch (dimension) {
                        case KEY -> record.caller().key();
                        case TEAM ->
                            record.caller().team() == null
                                    ? ""
                                    : record.caller().team();
                        case MODEL -> model;
                        case ACCOUNT -> known;
                        case CHANNEL -> known.isEmpty() ? "" : known.substring(0, known.indexOf('/'));
                    });
        }
        return List.copyOf(names);
    }

    private static boolean fits(List<?> asked, Object value) {
        return asked.isEmpty() || asked.contains(value);
    }

    private static boolean fits(UsageFilter filter, UsageRecord record) {
        Instant start = Instant.ofEpochMilli(record.timing().startMillis());
        return !start.isBefore(filter.from())
                && start.isBefore(filter.to())
                && fits(filter.keys(), record.caller().key())
                && fits(
                        filter.teams(),
                        record.caller().team() == null ? "" : record.caller().team())
                && fits(filter.endings(), record.outcome().ending().name().toLowerCase(Locale.ROOT))
                && fits(filter.statuses(), record.outcome().status());
    }

    private static boolean fits(UsageFilter filter, String model, @Nullable String account) {
        String known = account == null ? "" : account;
        return fits(filter.models(), model)
                && fits(filter.accounts(), known)
                && fits(filter.channels(), known.isEmpty() ? "" : known.substring(0, known.indexOf('/')));
    }

    private static Map<List<Object>, List<Long>> expected(UsageFilter filter, UsageGrouping grouping) {
        Map<List<Object>, List<Long>> groups = new TreeMap<>(Comparator.comparing(Object::toString));
        for (UsageRecord record : records) {
            if (!fits(filter, record)) {
                continue;
            }
            TokenUsage tokens = record.used().tokens();
            if (fits(filter, record.asked().model(), record.served().account())) {
                add(
                        groups,
                        group(
                                grouping,
                                record,
                                record.asked().model(),
                                record.served().account()),
                        new long[] {
                            1,
                            record.outcome().ending() == Ending.COMPLETED ? 0 : 1,
                            record.used().charge().isPriced() ? 0 : 1,
                            tokens.input(),
                            tokens.cachedInput(),
                            tokens.cacheWrite(),
                            tokens.output(),
                            tokens.reasoning(),
                            record.used().images(),
                            record.used().charge().micros(),
                            0
                        });
            }
            for (BilledAttempt other : record.served().others()) {
                if (fits(filter, other.model(), other.account())) {
                    add(groups, group(grouping, record, other.model(), other.account()), new long[] {
                        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, other.charge().micros()
                    });
                }
            }
        }
        return groups;
    }

    private static void add(Map<List<Object>, List<Long>> groups, List<Object> group, long[] more) {
        groups.merge(
                group, IntStream.range(0, more.length).mapToObj(i -> more[i]).toList(), (one, other) -> IntStream.range(
                                0, one.size())
                        .mapToObj(i -> one.get(i) + other.get(i))
                        .toList());
    }

    private static UsageFilter filter(SplittableRandom random) {
        Instant from = BEGIN.plusMillis(random.nextLong(Duration.ofDays(39).toMillis()));
        Instant to = from.plusMillis(
                random.nextLong(Duration.ofDays(1L << random.nextInt(6)).toMillis()) + 1);
        if (random.nextBoolean()) {
            from = from.truncatedTo(java.time.temporal.ChronoUnit.DAYS);
        }
        return new UsageFilter(
                from,
                to,
                random.nextInt(3) == 0 ? List.of("k1", "a_c") : List.of(),
                random.nextInt(4) == 0 ? List.of("red") : List.of(),
                random.nextInt(4) == 0 ? List.of("m1", "=cmd") : List.of(),
                random.nextInt(4) == 0 ? List.of("one") : List.of(),
                random.nextInt(4) == 0 ? List.of("one/a", "two/a") : List.of(),
                random.nextInt(5) == 0 ? List.of("cut", "failed") : List.of(),
                random.nextInt(5) == 0 ? List.of(200, 502) : List.of());
    }

    @Test
    void sumsAreWhatTheRecordsAddUpTo() {
        SplittableRandom random = new SplittableRandom(SEED + 1);
        List<Bucket> buckets = new ArrayList<>(List.of(Bucket.values()));
        for (int i = 0; i < 150; i++) {
            UsageFilter filter = filter(random);
            List<Dimension> by = new ArrayList<>();
            for (Dimension dimension : Dimension.values()) {
                if (random.nextInt(4) == 0) {
                    by.add(dimension);
                }
            }
            UsageGrouping grouping = new UsageGrouping(
                    by,
                    random.nextInt(3) == 0 ? null : any(random, buckets),
                    ZoneOffset.of(any(random, List.of("Z", "+08:00", "-03:30", "+05:45"))),
                    Order.NAME);
            Map<List<Object>, List<Long>> expected = expected(filter, grouping);

            assertThat(answered(filter, grouping, any(random, List.of(3, 100, 1_000))))
                    .as("seed %d: %s %s", SEED, filter, grouping)
                    .isEqualTo(expected);
        }
    }

    @Test
    void theLargestComeFirst() {
        UsageGrouping byCost = new UsageGrouping(List.of(Dimension.KEY), null, ZoneOffset.UTC, Order.COST);

        UsagePage found = TestPostgres.await(usage.groups(UsageFilter.between(BEGIN, NOW), byCost, 3, null));

        int cost = found.columns().indexOf("cost-micros");
        assertThat(found.rows()).hasSize(3).isSortedAccordingTo(Comparator.comparing(row -> -(Long) row.get(cost)));
        assertThat(found.next()).as("there are more").isNotNull();
    }

    private static List<String> ids(UsageFilter filter, boolean newest, int page) {
        List<String> ids = new ArrayList<>();
        String after = null;
        do {
            UsagePage found =
                    TestPostgres.await(newest ? usage.newest(filter, page, after) : usage.oldest(filter, page, after));
            found.rows().forEach(row -> ids.add(String.valueOf(row.getFirst())));
            after = found.next();
        } while (after != null);
        return ids;
    }

    @Test
    void pagesHaveEveryRecordOnceInOrder() {
        SplittableRandom random = new SplittableRandom(SEED + 2);
        for (int i = 0; i < 20; i++) {
            UsageFilter filter = filter(random);
            Predicate<UsageRecord> fits = record -> fits(filter, record)
                    && fits(filter, record.asked().model(), record.served().account());
            List<String> expected = records.stream()
                    .filter(fits)
                    .sorted(Comparator.comparingLong(
                                    (UsageRecord usage) -> usage.timing().startMillis())
                            .thenComparing(UsageRecord::requestId))
                    .map(UsageRecord::requestId)
                    .collect(Collectors.toList());

            assertThat(ids(filter, false, 7 + i))
                    .as("seed %d: %s", SEED, filter)
                    .isEqualTo(expected);
            assertThat(ids(filter, true, 1_000)).as("seed %d: %s", SEED, filter).isEqualTo(expected.reversed());
        }
    }

    @Test
    void oneRequestComesWithItsOtherAttempts() {
        UsageRecord record = records.stream()
                .filter(each -> !each.served().others().isEmpty()
                        && "red".equals(each.caller().team()))
                .findFirst()
                .orElseThrow();
        UUID id = UUID.fromString(record.requestId());

        UsageQueries.Single found = TestPostgres.await(usage.single(id, List.of()));

        assertThat(found).isNotNull();
        assertThat(found.request())
                .containsEntry("id", record.requestId())
                .containsEntry("key", record.caller().key())
                .containsEntry("parent-team", "colours")
                .containsEntry("node", "node-1")
                .containsEntry("status", record.outcome().status())
                .containsEntry(
                        "started-at",
                        Instant.ofEpochMilli(record.timing().startMillis()).toString());
        assertThat(found.attempts()).singleElement().satisfies(attempt -> assertThat(attempt)
                .containsEntry("account", "two/a")
                .containsEntry("cause", "abandoned"));
        assertThat(TestPostgres.await(usage.single(id, List.of("red")))).isNotNull();
        assertThat(TestPostgres.await(usage.single(id, List.of("blue")))).isNull();
        assertThat(TestPostgres.await(usage.single(UUID.randomUUID(), List.of())))
                .isNull();
        assertThat(TestPostgres.await(usage.single(new UUID(-1 << 16 | 0x7000, 1L << 63), List.of())))
                .isNull();
    }

    /** A wildcard, a statement, a path: all of them are names that no key has, or that exactly one has. */
    @Test
    void namesAreNoPatterns() {
        for (String name : NASTY) {
            UsageFilter time = UsageFilter.between(BEGIN, NOW);
            List<UsageFilter> filters = List.of(
                    time.ofKey(name),
                    time.ofTeams(List.of(name)),
                    new UsageFilter(
                            BEGIN,
                            NOW,
                            List.of(),
                            List.of(),
                            List.of(name),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of()),
                    new UsageFilter(
                            BEGIN,
                            NOW,
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(name),
                            List.of(),
                            List.of(),
                            List.of()),
                    new UsageFilter(
                            BEGIN,
                            NOW,
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(name),
                            List.of(name),
                            List.of()));
            for (UsageFilter filter : filters) {
                long requests = records.stream()
                        .filter(record -> fits(filter, record)
                                && fits(
                                        filter,
                                        record.asked().model(),
                                        record.served().account()))
                        .count();
                UsagePage all = TestPostgres.await(usage.groups(filter, UsageGrouping.ALL, 1, null));
                assertThat(all.rows().getFirst().getFirst()).as("%s", filter).isEqualTo(requests);
                assertThat(ids(filter, true, 1_000)).as("%s", filter).hasSize((int) requests);
            }
        }
        assertThat(records).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "1",
                ":",
                "-1:a",
                "99999:a",
                "2:k1",
                "2:k12:k1",
                "3:k1",
                "1:\u0000",
                "16:not a time at all1:a",
                "10:1750000000",
                "20:99999999999999999999",
                "3:123004:4444",
                "'; DROP TABLE usage_record; --"
            })
    void madeUpPositionsAreNone(String position) {
        UsageFilter filter = UsageFilter.between(BEGIN, NOW);
        UsageGrouping grouping =
                new UsageGrouping(List.of(Dimension.KEY, Dimension.MODEL), Bucket.DAY, ZoneOffset.UTC, Order.NAME);

        assertThatThrownBy(() -> usage.groups(filter, grouping, 10, position))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> usage.newest(filter, 10, position)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> usage.groups(filter, UsageGrouping.ALL, 10, "0:"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTimeWithoutAnythingIsNothing() {
        UsageFilter none = UsageFilter.between(NOW, NOW);

        assertThat(TestPostgres.await(usage.groups(none, UsageGrouping.ALL, 1, null))
                        .rows())
                .containsExactly(java.util.Collections.nCopies(11, 0L));
        assertThat(TestPostgres.await(usage.newest(none, 10, null)).rows()).isEmpty();
        assertThat(TestPostgres.await(usage.groups(
                                UsageFilter.between(NOW.plusSeconds(1), NOW.plusSeconds(9)),
                                UsageGrouping.ALL,
                                1,
                                null))
                        .rows())
                .containsExactly(java.util.Collections.nCopies(11, 0L));
    }

    @Test
    void fewAreAskedAtOnceAndTooManyAreRefused() {
        List<io.vertx.core.Future<UsagePage>> all = new ArrayList<>();
        TestPostgres.await(
                io.vertx.core.Future.future(done -> vertx.getOrCreateContext().runOnContext(now -> {
                    for (int i = 0; i < 50; i++) {
                        all.add(usage.groups(UsageFilter.between(BEGIN, NOW), UsageGrouping.ALL, 1, null));
                    }
                    io.vertx.core.Future.join(all).onComplete(any -> done.complete());
                })));

        assertThat(all).filteredOn(io.vertx.core.Future::succeeded).hasSize(34);
        assertThat(all)
                .filteredOn(io.vertx.core.Future::failed)
                .extracting(io.vertx.core.Future::cause)
                .allMatch(cause -> cause instanceof UsageTooMuch tooMuch && tooMuch.isBusy());
    }
}
