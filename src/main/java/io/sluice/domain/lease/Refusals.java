package io.sluice.domain.lease;

import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded.Cause;
import io.sluice.domain.lease.Prospect.Obstacle;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.Scope;
import io.sluice.domain.quota.SlidingWindow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says why a request was refused, and when it is worth repeating. What can never fit goes before what is full now, and
 * the key's own limit before the pool's.
 */
final class Refusals {
    private static final int MOST_NAMED = 8;

    private Refusals() {}

    /** Why a request has no room; null when it is only to be asked, or waited for. */
    static @Nullable QuotaExceeded tooLarge(Prospect prospect) {
        if (prospect.key().isTooSmall()) {
            return tooLarge(prospect.key(), "this key's limit");
        }
        if (prospect.target() < 0 && prospect.largest().isTooSmall()) {
            return tooLarge(prospect.largest(), "any account that serves this model");
        }
        return null;
    }

    /** The refusal of a request that has no room in time. */
    static QuotaExceeded full(long now, Prospect prospect) {
        if (prospect.key().readyAt() > now) {
            return new QuotaExceeded(
                    Cause.KEY,
                    keySentence(now, prospect.key()) + again(now, prospect.key().readyAt()),
                    until(now, prospect.key().readyAt()));
        }
        return new QuotaExceeded(
                Cause.POOL,
                "Every account that serves this model is at its limit." + again(now, prospect.readyAt()),
                until(now, prospect.readyAt()));
    }

    /** Which limit of which scope is in the way, for an operator; the key's first. */
    static List<String> obstacles(long now, LeaseBook book, Requester request, boolean keyIsPaid) {
        List<String> sentences = new ArrayList<>();
        if (!keyIsPaid) {
            describe(now, book, request.keyScopes(), request.estimate(), sentences);
        }
        for (Candidate candidate : request.candidates()) {
            if (sentences.size() >= MOST_NAMED) {
                break;
            }
            describe(now, book, candidate.scopes(), request.estimate(), sentences);
        }
        return sentences;
    }

    private static void describe(
            long now, LeaseBook book, List<Scope> scopes, Estimate estimate, List<String> sentences) {
        Estimate units = book.charged(scopes, estimate);
        for (Scope scope : scopes) {
            ScopeLease lease = book.leases().known(scope.id());
            if (lease == null || lease.fits(now, units)) {
                continue;
            }
            int d = scarce(now, lease, units);
            String what = d < 0
                    ? "as many requests in flight as it may have"
                    : lease.amount(d) - lease.left(now, d) + " of " + lease.amount(d) + " " + name(d) + " in use, "
                            + units.units(ScopeLease.DIMENSIONS[d]) + " needed";
            String when = lease.isFull(now) && !lease.dependsOnRequestsInFlight() && !lease.neverFits()
                    ? ", free in " + text(until(now, lease.fitsAt()))
                    : "";
            sentences.add(scope.id() + ": " + what + when);
        }
    }

    private static QuotaExceeded tooLarge(Obstacle obstacle, String of) {
        int d = obstacle.dimension();
        long amount = obstacle.scope() == null ? 0 : obstacle.scope().amount(d);
        return new QuotaExceeded(
                Cause.REQUEST_TOO_LARGE,
                "The request needs " + obstacle.units().units(ScopeLease.DIMENSIONS[d]) + " " + name(d)
                        + "; the most that fits " + of + " is " + amount + ".",
                Duration.ZERO);
    }

    private static String keySentence(long now, Obstacle key) {
        ScopeLease lease = key.scope();
        if (lease == null) {
            return "This key's limit is reached.";
        }
        int d = scarce(now, lease, key.units());
        if (d < 0 || lease.dependsOnRequestsInFlight()) {
            return "This key has as many requests in flight as it may have.";
        }
        Limit limit = limit(lease, d, lease.fitsAt() - now);
        return limit == null
                ? "This key's limit is reached."
                : "This key's limit of " + lease.amount(d) + " " + name(d) + " per " + text(limit.window())
                        + " is reached.";
    }

    /** The shortest window of a dimension from which room can be so far away. */
    private static @Nullable Limit limit(ScopeLease lease, int d, long fitsIn) {
        return lease.own().windows().stream()
                .filter(limit -> limit.dimension().ordinal() == d)
                .sorted(Comparator.comparing(Limit::window))
                .filter(limit -> fitsIn <= span(limit))
                .findFirst()
                .orElseGet(() -> lease.own().windows().stream()
                        .filter(limit -> limit.dimension().ordinal() == d)
                        .max(Comparator.comparing(Limit::window))
                        .orElse(null));
    }

    private static long span(Limit limit) {
        long window = limit.window().toNanos();
        return window + 2 * SlidingWindow.guardNanos(window) + window / 40;
    }

    /** The dimension that is in the way; -1 when it is requests in flight. */
    private static int scarce(long now, ScopeLease lease, Estimate units) {
        for (int d = 0; d < Units.DIMENSIONS; d++) {
            if (lease.amount(d) > 0 && lease.left(now, d) < units.units(ScopeLease.DIMENSIONS[d])) {
                return d;
            }
        }
        if (lease.concurrency() > 0 && lease.dependsOnRequestsInFlight()) {
            return -1;
        }
        for (int d = 0; d < Units.DIMENSIONS; d++) {
            if (lease.amount(d) > 0) {
                return d;
            }
        }
        return -1;
    }

    private static String name(int d) {
        Dimension dimension = ScopeLease.DIMENSIONS[d];
        return switch (dimension) {
            case REQUESTS -> "requests";
            case TOKENS -> "tokens";
            case INPUT_TOKENS -> "input tokens";
            case OUTPUT_TOKENS -> "output tokens";
            case IMAGES -> "images";
        };
    }

    private static String again(long now, long readyAt) {
        return " Please try again in " + text(until(now, readyAt)) + ".";
    }

    private static Duration until(long now, long readyAt) {
        long wait = readyAt - now;
        return Duration.ofNanos(wait <= 0 || wait > Duration.ofDays(2).toNanos() ? Prospect.SOON : wait);
    }

    /** Seconds, with milliseconds rounded up, so that the text never promises too early. */
    private static String text(Duration duration) {
        long millis = Math.ceilDiv(duration.toNanos(), 1_000_000L);
        return millis % 1000 == 0
                ? millis / 1000 + "s"
                : millis / 1000 + "." + String.format("%03d", millis % 1000) + "s";
    }
}
