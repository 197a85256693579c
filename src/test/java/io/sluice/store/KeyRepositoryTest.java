package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.key.KeyHash;
import io.sluice.store.KeyRepository.Filter;
import io.sluice.store.KeyRepository.Mark;
import io.sluice.store.KeyRepository.NewKey;
import io.sluice.store.StoredKey.State;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Vertx;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyRepositoryTest {
    private static final Vertx VERTX = Vertx.vertx();

    private PgDatabase database;
    private KeyRepository keys;

    @BeforeEach
    void open() {
        database = TestPostgres.open(VERTX);
        keys = new KeyRepository(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void insert(long number, String... names) {
        List<NewKey> fresh = List.of(names).stream()
                .map(name -> new NewKey(name, "{\"team\": \"t\"}", KeyHash.ofKey(name), name.startsWith("chosen")))
                .toList();
        TestPostgres.await(database.transaction(connection -> keys.insert(connection, fresh, "test", number)));
    }

    private List<String> list(String text, String after, int limit) {
        return TestPostgres.await(keys.list(new Filter(null, null, text), after, limit)).stream()
                .map(StoredKey::name)
                .toList();
    }

    @Test
    void everyCharacterOfASearchMeansItself() {
        insert(1, "100%", "100x", "a_b", "aXb", "!", "a!%_");

        assertThat(list("%", "", 10)).containsExactly("100%", "a!%_");
        assertThat(list("_", "", 10)).containsExactly("a!%_", "a_b");
        assertThat(list("!", "", 10)).containsExactly("!", "a!%_");
        assertThat(list("!%_", "", 10)).containsExactly("a!%_");
        assertThat(list("' OR 1=1--", "", 10)).isEmpty();
    }

    @Test
    void pagesFollowEachOtherInTheOrderOfCharacters() {
        insert(1, "B", "a", "Ä", "b", "A");

        assertThat(list("", "", 2)).containsExactly("A", "B");
        assertThat(list("", "B", 2)).containsExactly("a", "b");
        assertThat(list("", "b", 2)).containsExactly("Ä");
    }

    @Test
    void changesAreReadBehindAMarkAlsoInsideOneNumber() {
        insert(1, "a", "b");
        insert(2, "c");
        TestPostgres.await(database.transaction(connection -> keys.state(connection, "a", State.REVOKED, 3)));

        assertThat(changed(Mark.NONE, false)).containsExactly("b", "c", "a");
        assertThat(changed(Mark.NONE, true)).containsExactly("b", "c");
        assertThat(changed(new Mark(1, "b"), false)).containsExactly("c", "a");
        assertThat(changed(new Mark(3, ""), false)).containsExactly("a");
        assertThat(changed(new Mark(4, ""), false)).isEmpty();
        assertThat(TestPostgres.await(keys.lastChange())).isEqualTo(3);
    }

    private List<String> changed(Mark after, boolean alive) {
        return TestPostgres.await(keys.changed(after, alive)).stream()
                .map(StoredKey::name)
                .toList();
    }

    @Test
    void credentialsComeNewestFirstAndEndTogether() {
        insert(1, "chosen");
        OffsetDateTime end = OffsetDateTime.of(2030, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
        TestPostgres.await(database.transaction(
                connection -> keys.rotate(connection, "chosen", KeyHash.ofKey("second"), false, end, 2)));
        TestPostgres.await(database.transaction(
                connection -> keys.rotate(connection, "chosen", KeyHash.ofKey("third"), false, end.plusYears(1), 3)));

        StoredKey key = TestPostgres.await(keys.find("chosen")).orElseThrow();

        assertThat(key.credentials())
                .extracting(credential -> credential.hash().hex())
                .containsExactly(
                        KeyHash.ofKey("third").hex(),
                        KeyHash.ofKey("second").hex(),
                        KeyHash.ofKey("chosen").hex());
        assertThat(key.credentials()).extracting(StoredKey.Credential::chosen).containsExactly(false, false, true);
        assertThat(key.credentials().get(0).until()).isNull();
        assertThat(key.credentials().get(1).until()).isEqualTo(end.plusYears(1));
        assertThat(key.credentials().get(2).until()).isEqualTo(end);
        boolean taken = TestPostgres.await(
                database.use(connection -> keys.isTaken(connection, List.of(KeyHash.ofKey("second")))));
        assertThat(taken).isTrue();
    }
}
