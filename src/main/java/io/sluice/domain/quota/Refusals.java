package io.sluice.domain.quota;

import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded.Cause;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Says why a request was refused, and when it is worth repeating. What can never fit goes before what is full now, and
 * the key's own limit before the pool's.
 */
final class Refusals {
    private static final long UNKNOWN = Long.MAX_VALUE;

    /** Requests in flight end at no known instant; most end soon. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private static final int MOST_ASKED = 64;

    private final long now;
    private final Estimate estimate;

    /**
     * For one request.
     *
     * @param now the present instant
     * @param estimate what it needs
     */
    Refusals(long now, Estimate estimate) {
        this.now = now;
        this.estimate = estimate;
    }

    /**
     * What stands in the way of one set of scopes.
     *
     * @param tooSmall a limit whose whole amount is less than what is needed; null when there is none
     * @param full the limit that has room last; null when none is full
     * @param roomAt instant of room; {@link #UNKNOWN} when it depends on requests in flight
     */
    private record Obstacle(
            @Nullable LimitState tooSmall, @Nullable LimitState full, long roomAt) {
        boolean blocks(long now) {
            return tooSmall != null || roomAt > now;
        }
    }

    /**
     * Explains a refusal. Of a large pool only the first accounts are asked when they have room: enough to be early, and
     * a refusal stays cheap just when there are most of them.
     *
     * @param key the key's scopes that have limits
     * @param candidates how many there are
     * @param scopesOf a candidate's scopes that have limits, by index; one of key and candidates has no room
     */
    QuotaExceeded explain(List<ScopeState> key, int candidates, IntFunction<List<ScopeState>> scopesOf) {
        Obstacle own = obstacle(key);
        if (own.tooSmall() != null) {
            return tooLarge(own.tooSmall(), "this key's limit");
        }
        LimitState largest = null;
        boolean largeEnough = false;
        long roomAt = UNKNOWN;
        for (int i = 0; i < candidates && !(largeEnough && i >= MOST_ASKED); i++) {
            Obstacle obstacle = obstacle(scopesOf.apply(i));
            if (obstacle.tooSmall() == null) {
                largeEnough = true;
                roomAt = Math.min(roomAt, obstacle.roomAt());
            } else {
                largest = larger(largest, obstacle.tooSmall());
            }
        }
        if (largest != null && !largeEnough) {
            return tooLarge(largest, "any account that serves this model");
        }
        if (own.blocks(now)) {
            String what = own.full() == null
                    ? "This key has as many requests in flight as it may have."
                    : "This key's limit of " + describe(own.full()) + " is reached.";
            return new QuotaExceeded(Cause.KEY, what + again(own.roomAt()), waitUntil(own.roomAt()));
        }
        return new QuotaExceeded(
                Cause.POOL, "Every account that serves this model is at its limit." + again(roomAt), waitUntil(roomAt));
    }

    private Obstacle obstacle(List<ScopeState> scopes) {
        LimitState tooSmall = null;
        LimitState full = null;
        long roomAt = now;
        for (ScopeState scope : scopes) {
            if (scope.concurrencyIsFull()) {
                roomAt = UNKNOWN;
                full = null;
            }
            for (LimitState state : scope.limits()) {
                long units = estimate.units(state.limit());
                if (units > state.limit().amount()) {
                    tooSmall = smaller(tooSmall, state);
                } else if (units > state.free(now) && roomAt != UNKNOWN) {
                    long at = state.fitsAt(now, units);
                    if (at > roomAt) {
                        roomAt = at;
                        full = state;
                    }
                }
            }
        }
        return new Obstacle(tooSmall, full, roomAt);
    }

    private static LimitState smaller(@Nullable LimitState one, LimitState other) {
        return one == null || other.limit().amount() < one.limit().amount() ? other : one;
    }

    private static LimitState larger(@Nullable LimitState one, LimitState other) {
        return one == null || other.limit().amount() > one.limit().amount() ? other : one;
    }

    private QuotaExceeded tooLarge(LimitState state, String of) {
        Dimension dimension = state.limit().dimension();
        String message = "The request needs " + estimate.units(state.limit()) + " " + name(dimension)
                + "; the most that fits " + of + " is " + state.limit().amount() + ".";
        return new QuotaExceeded(Cause.REQUEST_TOO_LARGE, message, Duration.ZERO);
    }

    private static String describe(LimitState state) {
        return state.limit().amount() + " " + name(state.limit().dimension()) + " per "
                + text(state.limit().window());
    }

    private static String name(Dimension dimension) {
        return switch (dimension) {
            case REQUESTS -> "requests";
            case TOKENS -> "tokens";
            case INPUT_TOKENS -> "input tokens";
            case OUTPUT_TOKENS -> "output tokens";
            case IMAGES -> "images";
        };
    }

    private String again(long roomAt) {
        return " Please try again in " + text(waitUntil(roomAt)) + ".";
    }

    private Duration waitUntil(long roomAt) {
        return roomAt == UNKNOWN ? SOON : Duration.ofNanos(roomAt - now);
    }

    /** Seconds, with milliseconds rounded up, so that the text never promises too early. */
    private static String text(Duration duration) {
        long millis = Math.ceilDiv(duration.toNanos(), 1_000_000L);
        return millis % 1000 == 0
                ? millis / 1000 + "s"
                : millis / 1000 + "." + String.format("%03d", millis % 1000) + "s";
    }
}
