package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.message.StoreChanged;
import io.sluice.store.AuditRepository.Entry;
import io.sluice.store.AuditRepository.Question;
import io.sluice.testkit.TestNode;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChangesTest {
    private static final Actor ANNA = new Actor("anna", "operator", "10.0.0.1");
    private static final Actor BOB = new Actor("bob", "owner", "10.0.0.2");

    private final Vertx vertx = Vertx.vertx();
    private final List<StoreChanged> announced = Collections.synchronizedList(new ArrayList<>());
    private PgDatabase database;
    private Changes changes;

    @BeforeEach
    void open() {
        database = TestPostgres.open(vertx);
        changes = new Changes(database, announced::add);
        TestNode.await(database.use(connection -> connection
                .query("CREATE TABLE thing (name text PRIMARY KEY, changed bigint)")
                .execute()));
    }

    @AfterEach
    void close() {
        database.close();
        TestNode.await(vertx.close());
    }

    private Changes.Work<String> add(String name) {
        return (connection, number) -> connection
                .preparedQuery("INSERT INTO thing VALUES ($1, $2)")
                .execute(Tuple.of(name, number))
                .map(done ->
                        new Change<>("made " + name, "create", "thing", name, null, "{\"name\":\"" + name + "\"}"));
    }

    private List<Entry> audit() {
        return TestNode.await(new AuditRepository(database).list(new Question("", "", "", "", Long.MAX_VALUE, 100)));
    }

    private long things() {
        return TestNode.await(database.use(connection -> connection
                .query("SELECT count(*) FROM thing")
                .execute()
                .map(rows -> rows.iterator().next().getLong(0))));
    }

    @Test
    void aChangeItsAuditAndItsNumberAreThereTogether() {
        String answer = TestNode.await(changes.make(ANNA, add("a")));

        assertThat(answer).isEqualTo("made a");
        assertThat(announced).hasSize(1);
        assertThat(announced.getFirst().kind()).isEqualTo("thing");
        Entry entry = audit().getFirst();
        assertThat(entry.actor()).isEqualTo(ANNA);
        assertThat(List.of(entry.action(), entry.kind(), entry.name(), entry.result()))
                .containsExactly("create", "thing", "a", "done");
        assertThat(entry.before()).isNull();
        assertThat(entry.after()).isEqualTo("{\"name\": \"a\"}");
        assertThat(TestNode.<Long>await(database.use(connection -> connection
                        .query("SELECT changed FROM thing")
                        .execute()
                        .map(rows -> rows.iterator().next().getLong(0)))))
                .isEqualTo(announced.getFirst().number());
    }

    @Test
    void whatFailsLeavesNothing() {
        Future<String> failed = changes.make(ANNA, (connection, number) -> add("a").apply(connection, number)
                .compose(done -> Future.failedFuture(new IllegalStateException("no"))));

        assertThatThrownBy(() -> TestNode.await(failed)).hasRootCauseMessage("no");
        assertThat(things()).isZero();
        assertThat(audit()).isEmpty();
        assertThat(announced).isEmpty();
    }

    @Test
    void aFailureOfTheAuditUndoesTheChange() {
        Future<String> failed = changes.make(ANNA, (connection, number) -> add("a").apply(connection, number)
                .map(done -> new Change<>("", "create", "thing", "a", null, "no JSON")));

        assertThatThrownBy(() -> TestNode.await(failed)).isNotNull();
        assertThat(things()).isZero();
    }

    @Test
    void numbersBecomeVisibleInTheirOrder() {
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        List<Future<?>> all = new ArrayList<>();
        IntStream.range(0, 40).forEach(i -> {
            all.add(changes.make(ANNA, add("t" + i)));
            all.add(database.use(connection -> connection
                    .query("SELECT count(*), coalesce(max(changed), 0), coalesce(min(changed), 1) FROM thing")
                    .execute()
                    .onSuccess(rows -> {
                        // As nothing fails here, no number is left out: whoever sees n sees all below.
                        var row = rows.iterator().next();
                        seen.add(row.getLong(0) == 0 ? 0 : row.getLong(1) - row.getLong(2) + 1 - row.getLong(0));
                    })));
        });
        TestNode.await(Future.all(all));

        assertThat(seen).hasSize(40).containsOnly(0L);
        assertThat(announced.stream().map(StoreChanged::number).sorted().toList())
                .isEqualTo(LongStream.range(0, 40)
                        .map(i -> i
                                + announced.stream()
                                        .mapToLong(StoreChanged::number)
                                        .min()
                                        .orElseThrow())
                        .boxed()
                        .toList());
    }

    private static Once<String> once(String key, String request) {
        return new Once<>(
                key,
                List.of(io.sluice.domain.Secret.sha256(request)),
                answer -> "{\"kept\":\"" + answer + "\"}",
                kept -> kept);
    }

    @Test
    void severalAreOneTransactionAndEachIsInTheAuditLog() {
        List<String> answers = TestNode.await(changes.makeAll(ANNA, List.of(add("a"), add("b"), add("c"))));

        assertThat(answers).containsExactly("made a", "made b", "made c");
        assertThat(things()).isEqualTo(3);
        assertThat(audit()).hasSize(3);
        assertThat(announced).hasSize(1);
    }

    @Test
    void ofSeveralNoneIsMadeWhenOneFails() {
        TestNode.await(changes.make(ANNA, add("b")));

        assertThatThrownBy(() -> TestNode.await(changes.makeAll(ANNA, List.of(add("a"), add("b"), add("c")))))
                .isNotNull();

        assertThat(things()).isEqualTo(1);
        assertThat(audit()).hasSize(1);
        assertThat(announced).hasSize(1);
    }

    /** The audit log is not to be had: nothing is changed. */
    @Test
    void withoutAnAuditRowNothingIsChanged() {
        TestNode.await(database.use(connection ->
                connection.query("ALTER TABLE audit RENAME TO audit_gone").execute()));

        assertThatThrownBy(() -> TestNode.await(changes.make(ANNA, add("a")))).isNotNull();

        assertThat(things()).isZero();
        assertThat(announced).isEmpty();
        TestNode.await(database.use(connection ->
                connection.query("ALTER TABLE audit_gone RENAME TO audit").execute()));
    }

    @Test
    void aKeyIsDoneOnce() {
        AtomicInteger works = new AtomicInteger();
        Changes.Work<String> work = (connection, number) -> {
            works.incrementAndGet();
            return add("a").apply(connection, number);
        };
        List<Future<String>> all = IntStream.range(0, 10)
                .mapToObj(i -> changes.make(ANNA, once("k", "a"), work))
                .toList();
        TestNode.await(Future.all(all));

        assertThat(works).hasValue(1);
        assertThat(all.stream().map(Future::result).distinct().toList())
                .containsExactlyInAnyOrder("made a", "{\"kept\":\"made a\"}");
        assertThat(audit()).hasSize(1);
        assertThat(announced).hasSize(1);
    }

    @Test
    void aKeyBelongsToItsRequestAndItsActor() {
        TestNode.await(changes.make(ANNA, once("k", "a"), add("a")));

        assertThatThrownBy(() -> TestNode.await(changes.make(ANNA, once("k", "b"), add("b"))))
                .hasRootCauseInstanceOf(KeyReused.class);
        assertThat(TestNode.await(changes.make(BOB, once("k", "b"), add("b")))).isEqualTo("made b");
        assertThat(things()).isEqualTo(2);
    }

    /** The secret that marks requests has become an old one. */
    @Test
    void aKeyIsKnownByAnyOfItsMarks() {
        byte[] old = io.sluice.domain.Secret.sha256("a");
        TestNode.await(changes.make(ANNA, once("k", "a"), add("a")));

        String answer = TestNode.await(changes.make(
                ANNA,
                new Once<>(
                        "k",
                        List.of(io.sluice.domain.Secret.sha256("new"), old),
                        made -> "\"" + made + "\"",
                        kept -> kept),
                add("b")));

        assertThat(answer).isEqualTo("{\"kept\":\"made a\"}");
    }

    @Test
    void aKeyIsForgottenAfterADay() {
        TestNode.await(changes.make(ANNA, once("k", "a"), add("a")));
        TestNode.await(database.use(connection -> connection
                .query("UPDATE idempotency SET at = now() - interval '25 hours'")
                .execute()));

        assertThat(TestNode.await(changes.make(ANNA, once("k", "b"), add("b")))).isEqualTo("made b");
    }

    @Test
    void aKeyWhoseChangeFailedCanBeUsedAgain() {
        TestNode.await(changes.make(ANNA, add("a")));
        assertThatThrownBy(() -> TestNode.await(changes.make(ANNA, once("k", "a"), add("a"))))
                .isNotNull();

        assertThat(TestNode.await(changes.make(ANNA, once("k", "c"), add("c")))).isEqualTo("made c");
    }

    @Test
    void theAuditLogForgetsWhatIsOld() {
        TestNode.await(changes.make(ANNA, add("a")));
        TestNode.await(database.use(connection -> connection
                .query("INSERT INTO audit (at, actor, role, address, action, kind, name, result)"
                        + " SELECT now() - d * interval '1 day', 'a', '', '', '', '', d::text, ''"
                        + " FROM unnest(ARRAY[31, 50, 100]) d")
                .execute()));

        TestNode.await(new AuditRepository(database).forget(java.time.Duration.ofDays(40)));

        assertThat(audit().stream().map(Entry::name)).containsExactlyInAnyOrder("a", "31");
    }

    @Test
    void nobodyRewritesTheAuditLog() {
        TestNode.await(changes.make(ANNA, add("a")));

        for (String sql : List.of(
                "UPDATE audit SET actor = 'nobody'",
                "DELETE FROM audit",
                "TRUNCATE audit",
                "SET LOCAL sluice.audit_retention = 'on'; DELETE FROM audit")) {
            assertThatThrownBy(() -> TestNode.await(database.transaction(
                            connection -> connection.query(sql).execute())))
                    .as(sql)
                    .hasStackTraceContaining("append-only");
        }
        assertThat(audit()).hasSize(1);
    }
}
