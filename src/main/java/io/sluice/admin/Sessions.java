package io.sluice.admin;

import io.sluice.admin.api.Session;
import io.sluice.config.SessionConfig;
import io.sluice.domain.seal.Entropy;
import io.sluice.domain.seal.OwnSeal;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Browsers that have signed in. Nothing is kept here but which sessions were ended on this node: the browser brings its session
 * back, sealed, so that every node with the installation's secret and one that has just started know it. Used on the admin
 * verticle's event loop only.
 */
final class Sessions {
    private static final String NAME = "sluice-session";
    private static final String USE = "sluice console session, 1";
    private static final Duration RENEW = Duration.ofMinutes(1);
    private static final int ID_BYTES = 18;
    private static final int MAX_COOKIE = 2_048;

    /** Sessions that were ended here and could still be brought back; whoever ends more makes the oldest be forgotten. */
    private static final int MOST_ENDED = 10_000;

    private final Supplier<List<byte[]>> keys;
    private final SessionConfig config;
    private final boolean tls;
    private final InstantSource clock;
    private final Entropy entropy;
    private final Map<String, Instant> ended = new LinkedHashMap<>();

    /**
     * Of one node.
     *
     * @param keys of AES-256, the newest first
     * @param config how long they last
     * @param tls whether browsers come by TLS, and may send the cookie by nothing else
     * @param clock wall clock
     * @param entropy for ids and nonces
     */
    Sessions(Supplier<List<byte[]>> keys, SessionConfig config, boolean tls, InstantSource clock, Entropy entropy) {
        this.keys = keys;
        this.config = config;
        this.tls = tls;
        this.clock = clock;
        this.entropy = entropy;
    }

    /** A new one. */
    Session start(String subject) {
        Instant now = clock.instant();
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(entropy.bytes(ID_BYTES));
        return new Session(id, subject, now, now);
    }

    /** The one that a request brings, unless it has ended. */
    Optional<Session> of(HttpServerRequest request) {
        Cookie cookie = request.getCookie(name());
        return cookie == null || cookie.getValue().length() > MAX_COOKIE
                ? Optional.empty()
                : new OwnSeal(keys.get(), entropy)
                        .open(cookie.getValue(), USE)
                        .map(Sessions::read)
                        .filter(this::isGood);
    }

    /** Whether a request brings any, good or not. */
    boolean isIn(HttpServerRequest request) {
        return request.getCookie(name()) != null;
    }

    /** Whether it goes on. */
    boolean isGood(Session session) {
        return clock.instant().isBefore(end(session)) && !ended.containsKey(session.id());
    }

    /** When it ends if nothing more is done. */
    Instant end(Session session) {
        Instant idle = session.seen().plus(config.idle());
        Instant absolute = absoluteEnd(session);
        return idle.isBefore(absolute) ? idle : absolute;
    }

    /** When it ends whatever is done. */
    Instant absoluteEnd(Session session) {
        return session.since().plus(config.absolute());
    }

    /** How long somebody may do nothing. */
    Duration idle() {
        return config.idle();
    }

    /** What is to be set when somebody has done something; null when that was told a moment ago. */
    @Nullable
    String renewed(Session session) {
        Instant now = clock.instant();
        return Duration.between(session.seen(), now).compareTo(RENEW) < 0 ? null : cookie(session.at(now));
    }

    /** Text of {@code Set-Cookie} for a session. */
    String cookie(Session session) {
        String text = String.join(
                "\n",
                session.id(),
                session.subject(),
                Long.toString(session.since().toEpochMilli()),
                Long.toString(session.seen().toEpochMilli()));
        long seconds = Math.max(
                1, Duration.between(clock.instant(), absoluteEnd(session)).toSeconds());
        return set(new OwnSeal(keys.get(), entropy).seal(text, USE), seconds);
    }

    /** Ends it here; elsewhere it ends with its time. Gives the text of {@code Set-Cookie} that takes it from the browser. */
    String stop(@Nullable Session session) {
        Instant now = clock.instant();
        ended.values().removeIf(until -> !now.isBefore(until));
        if (session != null) {
            if (ended.size() >= MOST_ENDED) {
                ended.remove(ended.keySet().iterator().next());
            }
            ended.put(session.id(), absoluteEnd(session));
        }
        return set("", 0);
    }

    private String set(String value, long seconds) {
        return name() + "=" + value + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + seconds
                + (tls ? "; Secure" : "");
    }

    private String name() {
        return tls ? "__Host-" + NAME : NAME;
    }

    private static @Nullable Session read(String text) {
        String[] parts = text.split("\n", -1);
        try {
            return parts.length == 4
                    ? new Session(
                            parts[0],
                            parts[1],
                            Instant.ofEpochMilli(Long.parseLong(parts[2])),
                            Instant.ofEpochMilli(Long.parseLong(parts[3])))
                    : null;
        } catch (NumberFormatException | DateTimeException e) {
            return null;
        }
    }
}
