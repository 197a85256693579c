package io.sluice.store;

import io.sluice.domain.key.KeyHash;
import io.sluice.store.StoredKey.Credential;
import io.sluice.store.StoredKey.State;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Virtual keys that are managed by API. Safe to use from any context. */
public final class KeyRepository {
    /** Keys of one read. */
    public static final int PAGE = 5_000;

    private static final String COLUMNS = "k.name, k.definition::text, k.state, k.created_at, k.created_by,"
            + " k.last_used_at, k.deleted_at, k.changed, c.hash, c.kind, c.until, c.created_at";

    /** Those of the read, each with its credentials, the newest first. */
    private static final String WITH_CREDENTIALS = " LEFT JOIN key_credential c ON c.key = k.name ";

    private final Database database;

    /**
     * Which keys are listed.
     *
     * @param teams only keys of these; null for all, and for those of no team
     * @param state only of this state; null for all
     * @param text only keys whose name holds this; empty for all
     */
    public record Filter(
            @Nullable List<String> teams, @Nullable State state, String text) {}

    /**
     * What is new about a key.
     *
     * @param name not used before
     * @param definition JSON
     * @param hash of its text
     * @param chosen whether a person chose the text
     */
    public record NewKey(String name, String definition, KeyHash hash, boolean chosen) {}

    /**
     * Where reading goes on: behind this change, and of the keys of the next number behind this name.
     *
     * @param changed number of a change
     * @param name of a key; empty for the beginning
     */
    public record Mark(long changed, String name) {
        /** Before everything. */
        public static final Mark NONE = new Mark(0, "");
    }

    /**
     * The keys of one database.
     *
     * @param database where
     */
    public KeyRepository(Database database) {
        this.database = database;
    }

    // --- all of them

    /** The number of the last change of any key; 0 before the first. */
    public Future<Long> lastChange() {
        return database.use(connection -> connection
                .preparedQuery("SELECT coalesce(max(changed), 0) FROM virtual_key")
                .execute()
                .map(rows -> rows.iterator().next().getLong(0)));
    }

    /**
     * What has changed, at most {@value #PAGE} keys.
     *
     * @param after where the last read ended
     * @param alive only keys with which requests may come: for whoever knows none yet
     * @return ordered by change and name
     */
    public Future<List<StoredKey>> changed(Mark after, boolean alive) {
        return database.use(connection -> connection
                .preparedQuery("WITH k AS (SELECT * FROM virtual_key WHERE (changed, name) > ($1, $2)"
                        + (alive ? " AND deleted_at IS NULL AND state <> 'revoked'" : "")
                        + " ORDER BY changed, name LIMIT " + PAGE + ") SELECT " + COLUMNS + " FROM k" + WITH_CREDENTIALS
                        + "ORDER BY k.changed, k.name, c.created_at DESC, c.hash")
                .execute(Tuple.of(after.changed(), after.name()))
                .map(KeyRepository::keys));
    }

    // --- some of them

    /**
     * A page, ordered by name, without deleted ones.
     *
     * @param after name behind which it begins; empty for the beginning
     * @param limit most keys
     */
    public Future<List<StoredKey>> list(Filter filter, String after, int limit) {
        return database.use(connection -> connection
                .preparedQuery(
                        "WITH k AS (SELECT * FROM virtual_key WHERE name COLLATE \"C\" > $1 AND deleted_at IS NULL"
                                + " AND ($2::text[] IS NULL OR team = ANY($2)) AND ($3::text IS NULL OR state = $3)"
                                + " AND name LIKE $4 ESCAPE '!' ORDER BY name COLLATE \"C\" LIMIT $5) SELECT " + COLUMNS
                                + " FROM k" + WITH_CREDENTIALS
                                + "ORDER BY k.name COLLATE \"C\", c.created_at DESC, c.hash")
                .execute(Tuple.of(
                        after,
                        filter.teams() == null ? null : filter.teams().toArray(String[]::new),
                        filter.state() == null ? null : word(filter.state()),
                        "%" + escaped(filter.text()) + "%",
                        limit))
                .map(KeyRepository::keys));
    }

    /** A text as a part of a pattern that means itself. */
    static String escaped(String text) {
        return text.replace("!", "!!").replace("%", "!%").replace("_", "!_");
    }

    /** One by its name; empty also when it was deleted. */
    public Future<Optional<StoredKey>> find(String name) {
        return database.use(connection -> find(connection, name))
                .map(found -> found.filter(k -> k.deletedAt() == null));
    }

    /** One by its name, inside a transaction, also a deleted one. */
    public Future<Optional<StoredKey>> find(SqlConnection connection, String name) {
        return find(connection, List.of(name)).map(found -> found.stream().findFirst());
    }

    /** Those of some names that there are or were, inside a transaction. */
    public Future<List<StoredKey>> find(SqlConnection connection, Collection<String> names) {
        return connection
                .preparedQuery("SELECT " + COLUMNS + " FROM virtual_key k" + WITH_CREDENTIALS
                        + "WHERE k.name = ANY($1) ORDER BY k.name, c.created_at DESC, c.hash")
                .execute(Tuple.of(names.toArray(String[]::new)))
                .map(KeyRepository::keys);
    }

    /** How many there are, inside a transaction; deleted ones are not counted. */
    public Future<Long> count(SqlConnection connection) {
        return connection
                .preparedQuery("SELECT count(*) FROM virtual_key WHERE deleted_at IS NULL")
                .execute()
                .map(rows -> rows.iterator().next().getLong(0));
    }

    /** Whether a text with one of these hashes was ever given, inside a transaction. */
    public Future<Boolean> isTaken(SqlConnection connection, List<KeyHash> hashes) {
        return connection
                .preparedQuery("SELECT count(*) FROM key_credential WHERE hash = ANY($1)")
                .execute(Tuple.of(hashes.stream().map(KeyRepository::bytes).toArray(Buffer[]::new)))
                .map(rows -> rows.iterator().next().getLong(0) > 0);
    }

    // --- changes, each inside a transaction

    /** Adds keys; their names and hashes must be free. */
    public Future<Void> insert(SqlConnection connection, List<NewKey> keys, String createdBy, long number) {
        return connection
                .preparedQuery(
                        "INSERT INTO virtual_key (name, definition, created_by, changed) VALUES ($1, $2::text::jsonb, $3, $4)")
                .executeBatch(keys.stream()
                        .map(key -> Tuple.of(key.name(), key.definition(), createdBy, number))
                        .toList())
                .compose(made -> connection
                        .preparedQuery("INSERT INTO key_credential (hash, key, kind) VALUES ($1, $2, $3)")
                        .executeBatch(keys.stream()
                                .map(key -> Tuple.of(bytes(key.hash()), key.name(), kind(key.chosen())))
                                .toList()))
                .mapEmpty();
    }

    /** Adds keys as they were elsewhere, with all their credentials; names and hashes must be free. */
    public Future<Void> restore(SqlConnection connection, List<StoredKey> keys, long number) {
        if (keys.isEmpty()) {
            return Future.succeededFuture();
        }
        return connection
                .preparedQuery("INSERT INTO virtual_key (name, definition, state, created_at, created_by, changed)"
                        + " VALUES ($1, $2::text::jsonb, $3, $4, $5, $6)")
                .executeBatch(keys.stream()
                        .map(key -> Tuple.of(
                                key.name(),
                                key.definition(),
                                word(key.state()),
                                key.createdAt(),
                                key.createdBy(),
                                number))
                        .toList())
                .compose(made -> connection
                        .preparedQuery("INSERT INTO key_credential (hash, key, kind, until, created_at)"
                                + " VALUES ($1, $2, $3, $4, $5)")
                        .executeBatch(keys.stream()
                                .flatMap(key -> key.credentials().stream()
                                        .map(each -> Tuple.of(
                                                bytes(each.hash()),
                                                key.name(),
                                                kind(each.chosen()),
                                                each.until(),
                                                each.createdAt())))
                                .toList()))
                .mapEmpty();
    }

    /** Names of the keys that have these hashes, inside a transaction. */
    public Future<Map<KeyHash, String>> owners(SqlConnection connection, List<KeyHash> hashes) {
        return connection
                .preparedQuery("SELECT hash, key FROM key_credential WHERE hash = ANY($1)")
                .execute(Tuple.of(hashes.stream().map(KeyRepository::bytes).toArray(Buffer[]::new)))
                .map(rows -> {
                    Map<KeyHash, String> owners = new HashMap<>();
                    rows.forEach(row -> owners.put(KeyHash.of(row.getBuffer(0).getBytes()), row.getString(1)));
                    return owners;
                });
    }

    /** Says anew what a key may do. */
    public Future<Void> define(SqlConnection connection, String name, String definition, long number) {
        return connection
                .preparedQuery("UPDATE virtual_key SET definition = $2::text::jsonb, changed = $3 WHERE name = $1")
                .execute(Tuple.of(name, definition, number))
                .mapEmpty();
    }

    /** Says anew what is wanted of a key. */
    public Future<Void> state(SqlConnection connection, String name, State state, long number) {
        return connection
                .preparedQuery("UPDATE virtual_key SET state = $2, changed = $3 WHERE name = $1")
                .execute(Tuple.of(name, word(state), number))
                .mapEmpty();
    }

    /**
     * Gives a key a new credential; those that it has end.
     *
     * @param until when they end; an earlier end stays
     */
    public Future<Void> rotate(
            SqlConnection connection, String name, KeyHash hash, boolean chosen, OffsetDateTime until, long number) {
        return connection
                .preparedQuery("UPDATE key_credential SET until = least(coalesce(until, $2), $2) WHERE key = $1")
                .execute(Tuple.of(name, until))
                .compose(ended -> connection
                        .preparedQuery("INSERT INTO key_credential (hash, key, kind) VALUES ($1, $2, $3)")
                        .execute(Tuple.of(bytes(hash), name, kind(chosen))))
                .compose(added -> connection
                        .preparedQuery("UPDATE virtual_key SET changed = $2 WHERE name = $1")
                        .execute(Tuple.of(name, number)))
                .mapEmpty();
    }

    /** Deletes one: its row stays as a mark, and its name and texts stay used. */
    public Future<Void> delete(SqlConnection connection, String name, long number) {
        return connection
                .preparedQuery(
                        "UPDATE virtual_key SET state = 'revoked', deleted_at = now(), changed = $2 WHERE name = $1")
                .execute(Tuple.of(name, number))
                .mapEmpty();
    }

    /** Requests came with these lately. */
    public Future<Void> used(Collection<String> names) {
        return database.use(connection -> connection
                .preparedQuery("UPDATE virtual_key SET last_used_at = now() WHERE name = ANY($1)")
                .execute(Tuple.of(names.toArray(String[]::new)))
                .mapEmpty());
    }

    // --- rows

    private static Buffer bytes(KeyHash hash) {
        return Buffer.buffer(hash.bytes());
    }

    private static String kind(boolean chosen) {
        return chosen ? "chosen" : "generated";
    }

    private static String word(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** One key for all rows of a name that follow each other. */
    private static List<StoredKey> keys(RowSet<Row> rows) {
        List<StoredKey> keys = new ArrayList<>();
        List<Credential> credentials = new ArrayList<>();
        Row first = null;
        for (Row row : rows) {
            if (first != null && !first.getString(0).equals(row.getString(0))) {
                keys.add(key(first, credentials));
                credentials.clear();
                first = null;
            }
            first = first == null ? row : first;
            if (row.getBuffer(8) != null) {
                credentials.add(new Credential(
                        KeyHash.of(row.getBuffer(8).getBytes()),
                        row.getString(9).equals("chosen"),
                        row.getOffsetDateTime(10),
                        row.getOffsetDateTime(11)));
            }
        }
        if (first != null) {
            keys.add(key(first, credentials));
        }
        return keys;
    }

    private static StoredKey key(Row row, List<Credential> credentials) {
        return new StoredKey(
                row.getString(0),
                row.getString(1),
                State.valueOf(row.getString(2).toUpperCase(Locale.ROOT)),
                credentials,
                row.getOffsetDateTime(3),
                row.getString(4),
                row.getOffsetDateTime(5),
                row.getOffsetDateTime(6),
                row.getLong(7));
    }
}
