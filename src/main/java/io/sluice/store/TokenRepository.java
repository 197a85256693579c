package io.sluice.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Admin tokens. A name stays taken for 90 days after its token has ended. Safe to use from any context. */
public final class TokenRepository {
    private static final String ENDED = "coalesce(revoked_at, expires_at) < now() - interval '90 days'";
    private static final String COLUMNS = "name, encode(hash, 'hex'), role, team, created_at, created_by, expires_at,"
            + " revoked_at, last_used, changed";

    private final Database database;

    /**
     * One token, without its text.
     *
     * @param name unique
     * @param hash SHA-256 of the text, 64 hex digits
     * @param role {@code viewer}, {@code operator} or {@code owner}
     * @param team the only team it is for; null for all
     * @param createdAt when it was made
     * @param createdBy name of the actor who made it
     * @param expiresAt when it ends by itself; null for never
     * @param revokedAt when somebody ended it; null when nobody has
     * @param lastUsed when a request came with it last, give or take a minute; null for never
     * @param changed number of the last change
     */
    public record Token(
            String name,
            String hash,
            String role,
            @Nullable String team,
            OffsetDateTime createdAt,
            String createdBy,
            @Nullable OffsetDateTime expiresAt,
            @Nullable OffsetDateTime revokedAt,
            @Nullable OffsetDateTime lastUsed,
            long changed) {}

    /**
     * What is new about a token.
     *
     * @param name unique
     * @param hash SHA-256 of the text, 32 bytes
     * @param role its role
     * @param team the only team; null for all
     * @param createdBy name of the actor
     * @param expiresAt when it ends; null for never
     */
    public record NewToken(
            String name,
            byte[] hash,
            String role,
            @Nullable String team,
            String createdBy,
            @Nullable OffsetDateTime expiresAt) {}

    /**
     * The tokens of one database.
     *
     * @param database where
     */
    public TokenRepository(Database database) {
        this.database = database;
    }

    /**
     * What has changed since.
     *
     * @param number of the last change that is known; 0 for everything
     * @return ordered by the number of the change
     */
    public Future<List<Token>> since(long number) {
        return database.use(connection -> connection
                .preparedQuery("SELECT " + COLUMNS + " FROM admin_token WHERE changed > $1 ORDER BY changed")
                .execute(Tuple.of(number))
                .map(TokenRepository::tokens));
    }

    /**
     * A page, ordered by name.
     *
     * @param after name behind which it begins; empty for the beginning
     * @param team only tokens of this team; null for all
     * @param limit most tokens
     */
    public Future<List<Token>> list(String after, @Nullable String team, int limit) {
        return database.use(connection -> connection
                .preparedQuery(
                        "SELECT " + COLUMNS + " FROM admin_token WHERE name > $1 AND ($2::text IS NULL OR team = $2)"
                                + " ORDER BY name LIMIT $3")
                .execute(Tuple.of(after, team, limit))
                .map(TokenRepository::tokens));
    }

    /** One by its name. */
    public Future<Optional<Token>> find(String name) {
        return database.use(connection -> find(connection, name));
    }

    /** One by its name, inside a transaction. */
    public Future<Optional<Token>> find(SqlConnection connection, String name) {
        return connection
                .preparedQuery("SELECT " + COLUMNS + " FROM admin_token WHERE name = $1")
                .execute(Tuple.of(name))
                .map(rows -> tokens(rows).stream().findFirst());
    }

    /** How many there are, those that ended lately included; forgets the others. */
    public Future<Long> count(SqlConnection connection) {
        return connection
                .preparedQuery("DELETE FROM admin_token WHERE " + ENDED)
                .execute()
                .compose(gone -> connection
                        .preparedQuery("SELECT count(*) FROM admin_token")
                        .execute())
                .map(rows -> rows.iterator().next().getLong(0));
    }

    /** Adds one; its name must be free. */
    public Future<Token> insert(SqlConnection connection, NewToken token, long number) {
        return connection
                .preparedQuery("INSERT INTO admin_token (name, hash, role, team, created_by, expires_at, changed)"
                        + " VALUES ($1, decode($2, 'hex'), $3, $4, $5, $6, $7) RETURNING " + COLUMNS)
                .execute(Tuple.of(
                        token.name(),
                        HexFormat.of().formatHex(token.hash()),
                        token.role(),
                        token.team(),
                        token.createdBy(),
                        token.expiresAt(),
                        number))
                .map(rows -> tokens(rows).getFirst());
    }

    /** Ends one now. */
    public Future<Token> revoke(SqlConnection connection, String name, long number) {
        return connection
                .preparedQuery(
                        "UPDATE admin_token SET revoked_at = now(), changed = $2 WHERE name = $1 RETURNING " + COLUMNS)
                .execute(Tuple.of(name, number))
                .map(rows -> tokens(rows).getFirst());
    }

    /** Requests came with these lately. */
    public Future<Void> used(Collection<String> names) {
        return database.use(connection -> connection
                .preparedQuery("UPDATE admin_token SET last_used = now() WHERE name = ANY($1)")
                .execute(Tuple.of(names.toArray(String[]::new)))
                .mapEmpty());
    }

    private static List<Token> tokens(RowSet<Row> rows) {
        List<Token> tokens = new ArrayList<>();
        rows.forEach(row -> tokens.add(new Token(
                row.getString(0),
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getOffsetDateTime(4),
                row.getString(5),
                row.getOffsetDateTime(6),
                row.getOffsetDateTime(7),
                row.getOffsetDateTime(8),
                row.getLong(9))));
        return tokens;
    }
}
