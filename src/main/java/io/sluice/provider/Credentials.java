package io.sluice.provider;

import io.sluice.domain.Secret;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Candidate;
import io.sluice.provider.TokenGrant.Asked;
import io.sluice.provider.TokenGrant.Signed;
import io.sluice.provider.TokenGrant.Token;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The credentials that a lane's requests carry. A key that goes on the wire as it is costs nothing. A credential with an
 * end is kept, asked for once however many requests wait for it, and renewed behind their backs in the last fifth of its
 * life. What failed is not tried again for a moment. Used by the lane's event loop.
 */
final class Credentials {
    private static final Duration LONGEST = Duration.ofDays(30);
    /** Before its end a credential is no longer sent: clocks differ, and requests travel. */
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private static final Duration REFUSED_PAUSE = Duration.ofSeconds(10);
    private static final Duration FAULT_PAUSE = Duration.ofSeconds(1);

    private final LongSupplier clock;
    private final Clock wallClock;
    private final TokenEndpoint endpoint;
    private final Map<String, Entry> entries = new HashMap<>();

    /**
     * Nobody's credentials yet.
     *
     * @param clock monotonic nanoseconds
     * @param wallClock what signatures are dated by
     * @param endpoint asks token endpoints
     */
    Credentials(LongSupplier clock, Clock wallClock, TokenEndpoint endpoint) {
        this.clock = clock;
        this.wallClock = wallClock;
        this.endpoint = endpoint;
    }

    /** Asks token endpoints. */
    interface TokenEndpoint {
        /**
         * Asks for a credential.
         *
         * @param candidate whose it is: its endpoint is reached as its provider is
         * @return fails with a {@link GatewayException} alone
         */
        Future<Token> ask(Asked grant, Candidate candidate, java.time.Instant now);
    }

    /** What is known of one account. */
    private static final class Entry {
        private final Secret key;
        private @Nullable Secret token;
        private long renewNanos;
        private long endNanos;
        private @Nullable GatewayFailure failure;
        private long failedUntilNanos;
        private @Nullable Future<Secret> asking;

        private Entry(Secret key) {
            this.key = key;
        }
    }

    /**
     * The candidate as requests to it are written: with the credential of the moment in the place of its account's key.
     *
     * @param grant how the credential is made; null when the key goes on the wire as it is
     * @return done at once but for the first request, and the first after the credential's end; fails with a
     *     {@link GatewayException} alone
     */
    Future<Candidate> authorized(Candidate candidate, @Nullable TokenGrant grant) {
        if (grant == null) {
            return Future.succeededFuture(candidate);
        }
        Account account = candidate.account();
        return token(candidate, grant).map(token -> candidate.withAccount(account.withKey(token)));
    }

    private Future<Secret> token(Candidate candidate, TokenGrant grant) {
        Account account = candidate.account();
        Entry entry = entries.get(account.id());
        if (entry == null || !entry.key.equals(account.key())) {
            entry = new Entry(account.key());
            entries.put(account.id(), entry);
        }
        long now = clock.getAsLong();
        Secret token = entry.token;
        if (token != null && entry.endNanos - now > 0) {
            if (entry.renewNanos - now <= 0 && mayAsk(entry, now)) {
                renew(entry, grant, candidate, now).onFailure(cause -> {});
            }
            return Future.succeededFuture(token);
        }
        if (entry.asking != null) {
            return entry.asking;
        }
        return mayAsk(entry, now)
                ? renew(entry, grant, candidate, now)
                : Future.failedFuture(new GatewayException(java.util.Objects.requireNonNull(entry.failure)));
    }

    private static boolean mayAsk(Entry entry, long now) {
        return entry.asking == null && (entry.failure == null || entry.failedUntilNanos - now <= 0);
    }

    private Future<Secret> renew(Entry entry, TokenGrant grant, Candidate candidate, long now) {
        Future<Token> given =
                switch (grant) {
                    case Signed signed -> signed(signed);
                    case Asked asked -> endpoint.ask(asked, candidate, wallClock.instant());
                };
        Future<Secret> told = given.map(token -> keep(entry, token, now)).onFailure(cause -> failed(entry, cause));
        entry.asking = told.isComplete() ? null : told;
        return told;
    }

    private Future<Token> signed(Signed grant) {
        try {
            return Future.succeededFuture(grant.sign(wallClock.instant()));
        } catch (GatewayException e) {
            return Future.failedFuture(e);
        }
    }

    private static Secret keep(Entry entry, Token token, long now) {
        Duration lifetime = token.lifetime().compareTo(LONGEST) < 0 ? token.lifetime() : LONGEST;
        entry.token = token.text();
        entry.failure = null;
        entry.asking = null;
        entry.endNanos = now + Math.max(lifetime.minus(MARGIN).toNanos(), lifetime.toNanos() / 2);
        entry.renewNanos = now + lifetime.toNanos() / 5 * 4;
        return token.text();
    }

    private void failed(Entry entry, Throwable cause) {
        GatewayFailure failure =
                cause instanceof GatewayException expected ? expected.failure() : new GatewayFailure.Internal();
        boolean refused = failure instanceof UpstreamFailure upstream && upstream.kind() == Kind.ACCOUNT_REFUSED;
        entry.asking = null;
        entry.failure = failure;
        entry.failedUntilNanos = clock.getAsLong() + (refused ? REFUSED_PAUSE : FAULT_PAUSE).toNanos();
    }

    /**
     * The provider refused a request: a credential that was made for the account may have been taken back.
     *
     * @param account as the revision has it
     */
    void refused(Account account) {
        Entry entry = entries.get(account.id());
        if (entry != null && entry.asking == null) {
            entries.remove(account.id());
        }
    }

    /** Forgets all accounts but these. */
    void retain(Set<String> accountIds) {
        entries.keySet().retainAll(accountIds);
    }

    /** Whether anything is kept. */
    boolean isEmpty() {
        return entries.isEmpty();
    }
}
