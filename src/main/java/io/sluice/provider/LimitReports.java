package io.sluice.provider;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.lease.Units;
import io.sluice.domain.pool.Candidate;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.ProviderLimits;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells quota what providers say about their limits: every request to slow down, of all other answers four a second for
 * each account and model. Used on the lane's event loop.
 */
final class LimitReports {
    private static final long PAUSE_NANOS = 250_000_000L;

    /** What a provider that names no time has its way with. */
    private static final Duration USUAL = Duration.ofSeconds(10);

    /** An account is never shut for longer by one answer: the next one may say it again. */
    private static final Duration LONGEST = Duration.ofHours(1);

    private final Bus bus;
    private final Map<Subject, Long> reportedAt = new HashMap<>();

    private record Subject(String account, String upstreamModel) {}

    /**
     * Nothing was reported yet.
     *
     * @param bus to quota
     */
    LimitReports(Bus bus) {
        this.bus = bus;
    }

    /**
     * A provider answered with success.
     *
     * @param candidate who
     * @param adapter its dialect
     * @param headers of the answer
     * @param now monotonic nanoseconds
     */
    void succeeded(Candidate candidate, ProviderAdapter adapter, MultiMap headers, long now) {
        Subject subject = new Subject(candidate.accountId(), candidate.upstreamModel());
        Long before = reportedAt.get(subject);
        if (before != null && now - before < PAUSE_NANOS) {
            return;
        }
        Observation observation = adapter.observe(candidate, headers);
        if (observation != null) {
            reportedAt.put(subject, now);
            bus.send(Address.PROVIDER_LIMITS, new ProviderLimits(candidate, observation));
        }
    }

    /**
     * A provider refused. Only what means "slow down" is told: an account whose money or credential is gone has all the
     * room it ever had, and a service that is overloaded says nothing of the account.
     *
     * @param candidate who
     * @param adapter its dialect
     * @param headers of the answer
     * @param failure what the refusal means
     */
    void refused(Candidate candidate, ProviderAdapter adapter, MultiMap headers, UpstreamFailure failure) {
        if (failure.kind() == Kind.RATE_LIMITED) {
            @Nullable Observation said = adapter.observe(candidate, headers);
            bus.send(
                    Address.PROVIDER_LIMITS,
                    new ProviderLimits(
                            candidate,
                            new Observation(
                                    fullFor(failure.retryAfter()),
                                    said == null ? Units.NONE : said.limits(),
                                    said == null ? Units.NONE : said.remaining())));
        }
    }

    private static long fullFor(Duration asked) {
        Duration wait = asked.isPositive() ? asked : USUAL;
        return wait.compareTo(LONGEST) < 0 ? wait.toNanos() : LONGEST.toNanos();
    }

    /**
     * Forgets what no longer keeps anything back.
     *
     * @param now monotonic nanoseconds
     */
    void forget(long now) {
        reportedAt.values().removeIf(at -> now - at >= PAUSE_NANOS);
    }
}
