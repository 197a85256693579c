package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Caller;
import io.sluice.admin.api.Problem;
import io.sluice.admin.api.Role;
import io.sluice.domain.Secret;
import io.sluice.store.Change;
import io.sluice.store.TokenRepository;
import io.sluice.store.TokenRepository.NewToken;
import io.sluice.store.TokenRepository.Token;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Admin tokens: {@code /admin/v1/tokens}. Nobody gives another one more than they have: no higher role, no other team, no
 * later end. A token cannot be changed, only ended.
 */
final class TokensApi implements ApiArea {
    /** What every token begins with, so that scanners find one that leaked. */
    static final String PREFIX = "sluice-admin-";

    /** Of tokens, in announcements and in the audit log. */
    static final String KIND = "token";

    private static final int RANDOM_BYTES = 32;
    private static final int MOST = 1_000;
    private static final Set<String> TAKEN = Set.of(Authenticator.OWN, "unknown");

    private final ApiServices services;
    private final TokenRepository tokens;
    private final SecureRandom random = new SecureRandom();

    TokensApi(ApiServices services) {
        this.services = services;
        this.tokens = new TokenRepository(services.database());
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of(
                "listTokens", this::list,
                "createToken", this::create,
                "getToken", this::get,
                "revokeToken", this::revoke);
    }

    private Future<ApiAnswer> list(ApiRequest request) {
        String after = request.position();
        int limit = request.limit();
        return tokens.list(after == null ? "" : after, null, limit + 1).map(found -> {
            List<Token> shown = found.subList(0, Math.min(found.size(), limit));
            return request.page(
                    "tokens",
                    new JsonArray(shown.stream().map(TokensApi::json).toList()),
                    found.size() > limit ? shown.getLast().name() : null);
        });
    }

    private Future<ApiAnswer> get(ApiRequest request) {
        return tokens.find(request.path("name"))
                .map(found -> found.orElseThrow(() -> Problem.unknown(KIND)))
                .map(token -> ApiAnswer.ok(json(token)).etag(token.changed()));
    }

    private Future<ApiAnswer> create(ApiRequest request) {
        JsonObject body = request.body();
        Role role = Role.of(body.getString("role")).orElseThrow();
        Instant expires = instant(body.getString("expires-at"));
        checkRights(request.caller(), role, expires);
        String name = body.getString("name");
        if (TAKEN.contains(name)) {
            throw Problem.field("/name", "reserved", "is the name of something else in the audit log");
        }
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String text = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        NewToken token = new NewToken(
                name,
                Secret.sha256(text),
                role.word(),
                body.getString("team"),
                request.caller().name(),
                expires == null ? null : expires.atOffset(ZoneOffset.UTC));
        return request.change(services, (connection, number) -> insert(connection, token, number)
                .map(made -> new Change<>(
                        ApiAnswer.created("/tokens", name, json(made).put("token", text))
                                .etag(made.changed())
                                .onlyNow("/token"),
                        "create",
                        KIND,
                        name,
                        null,
                        json(made).encode())));
    }

    private Future<Token> insert(SqlConnection connection, NewToken token, long number) {
        return tokens.count(connection)
                .compose(count -> {
                    if (count >= MOST) {
                        throw Problem.conflict("too-many", "There are " + MOST + " tokens already; revoke some.");
                    }
                    return tokens.find(connection, token.name());
                })
                .compose(found -> {
                    if (found.isPresent()) {
                        throw Problem.conflict(
                                "exists", "There is a token of this name, or was within 90 days; take another name.");
                    }
                    return tokens.insert(connection, token, number);
                });
    }

    private void checkRights(Caller caller, Role role, @Nullable Instant expires) {
        if (!caller.role().covers(role)) {
            throw Problem.forbidden("The role of a new token is at most your own, "
                    + caller.role().word() + ".");
        }
        if (expires != null && !expires.isAfter(services.clock().instant())) {
            throw Problem.field("/expires-at", "future", "must be in the future");
        }
        if (caller.expires() != null && (expires == null || expires.isAfter(caller.expires()))) {
            throw Problem.forbidden("Your own token ends at " + caller.expires() + "; a new one may not end later.");
        }
    }

    private Future<ApiAnswer> revoke(ApiRequest request) {
        String name = request.path("name");
        return request.change(
                services, (connection, number) -> tokens.find(connection, name).compose(found -> {
                    Token before =
                            found.filter(token -> token.revokedAt() == null).orElseThrow(() -> Problem.unknown(KIND));
                    if (!request.caller().role().covers(Role.of(before.role()).orElse(Role.OWNER))) {
                        throw Problem.forbidden("This token may do more than yours.");
                    }
                    request.requireMatch(before.changed());
                    return tokens.revoke(connection, name, number)
                            .map(after -> new Change<>(
                                    ApiAnswer.done(),
                                    "revoke",
                                    KIND,
                                    name,
                                    json(before).encode(),
                                    json(after).encode()));
                }));
    }

    private static JsonObject json(Token token) {
        return new JsonObject()
                .put("name", token.name())
                .put("role", token.role())
                .put("team", token.team())
                .put("created-at", text(token.createdAt()))
                .put("created-by", token.createdBy())
                .put("expires-at", text(token.expiresAt()))
                .put("revoked-at", text(token.revokedAt()))
                .put("last-used", text(token.lastUsed()))
                .put("fingerprint", token.hash().substring(0, 12));
    }

    private static @Nullable String text(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant().toString();
    }

    private static @Nullable Instant instant(@Nullable String text) {
        return text == null ? null : OffsetDateTime.parse(text).toInstant();
    }
}
