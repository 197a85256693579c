package io.sluice.admin;

import io.sluice.domain.Secret;
import io.sluice.store.TokenRepository;
import io.sluice.store.TokenRepository.Token;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stored admin tokens as this node knows them: read when one is announced to have changed, on a timer, and when an unknown
 * one comes. While the database is away, the last ones that were read stay good. Used on the admin verticle's context only.
 */
final class AdminTokens {
    private static final Logger LOG = LoggerFactory.getLogger(AdminTokens.class);

    private final TokenRepository repository;
    private final InstantSource clock;
    private final Map<String, Token> byHash = new HashMap<>();
    private final Set<String> used = new HashSet<>();
    private long number;
    private boolean known;
    private @Nullable Future<Void> reading;

    AdminTokens(TokenRepository repository, InstantSource clock) {
        this.repository = repository;
        this.clock = clock;
    }

    /** Whether the tokens have been read at all. */
    boolean isKnown() {
        return known;
    }

    /** Reads what has changed; one at a time. */
    Future<Void> read() {
        Future<Void> under = reading;
        if (under != null) {
            return under;
        }
        Future<Void> started = repository.since(number).map(this::take);
        reading = started;
        started.onComplete(done -> reading = null);
        // It may have been over at once.
        if (started.isComplete()) {
            reading = null;
        }
        return started;
    }

    private @Nullable Void take(List<Token> changed) {
        for (Token token : changed) {
            if (token.revokedAt() == null) {
                byHash.put(token.hash(), token);
            } else {
                byHash.remove(token.hash());
            }
            number = Math.max(number, token.changed());
        }
        known = true;
        return null;
    }

    /** The token of a text, unless it has ended. The look-up is by a hash of 256 bits, so its time tells nothing. */
    Optional<Token> find(String text) {
        return byHash(HexFormat.of().formatHex(Secret.sha256(text)));
    }

    /** The token whose text has this SHA-256, in hexadecimal, unless it has ended. */
    Optional<Token> byHash(String hash) {
        Token token = byHash.get(hash);
        if (token == null
                || (token.expiresAt() != null
                        && !clock.instant().isBefore(token.expiresAt().toInstant()))) {
            return Optional.empty();
        }
        used.add(token.name());
        return Optional.of(token);
    }

    /** Writes which were used since the last call. */
    void writeUses() {
        if (!used.isEmpty()) {
            List<String> names = List.copyOf(used);
            used.clear();
            repository.used(names).onFailure(cause -> LOG.debug("last uses are not written: {}", cause.toString()));
        }
    }
}
