package io.sluice.bench;

import io.sluice.domain.Secret;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.lease.Admission;
import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.LeaseBook;
import io.sluice.domain.lease.Renewal;
import io.sluice.domain.lease.Requester;
import io.sluice.domain.lease.ScopeGrant;
import io.sluice.domain.lease.Units;
import io.sluice.domain.media.FetchRules;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.HealthPolicy;
import io.sluice.domain.pool.Channel.OnClientGone;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Timeouts;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reserve and settle on one thread from leases that are held, with RPM, TPM and concurrency on account and key. The leases
 * are renewed as often as a node does, by a group that grants all that is asked for and costs next to nothing.
 * The bar is 200 000 a second, without garbage ({@code -prof gc}).
 */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class QuotaBench {
    private static final Estimate ACTUAL = new Estimate(290, 400);
    private static final long RENEW_NANOS = 50_000_000;
    private static final long TTL_NANOS = 500_000_000;
    private static final long PLENTY = 1L << 40;
    private static final Units ALL = Units.of(PLENTY, PLENTY, PLENTY, PLENTY, PLENTY);

    private final Request request = new Request();
    private final LeaseBook book = new LeaseBook("bench", 1, "r", Map.of());
    private final Admission admission = new Admission(book, 1000, 1 << 20);

    /** Asks for the same again and again, and remembers the last number. */
    private static final class Request implements Requester {
        private static final List<Scope> KEY = List.of(scope("key:bench"));
        private static final List<Candidate> POOL = List.of(candidate(scope("account:bench/a")));
        private static final Estimate ESTIMATE = new Estimate(300, 700);

        private long now;
        private long number;

        @Override
        public List<Scope> keyScopes() {
            return KEY;
        }

        @Override
        public List<Candidate> candidates() {
            return POOL;
        }

        @Override
        public Estimate estimate() {
            return ESTIMATE;
        }

        @Override
        public long replaces() {
            return 0;
        }

        @Override
        public long deadline() {
            return now + 1_000_000_000L;
        }

        @Override
        public long ticket() {
            return 0;
        }

        @Override
        public String key() {
            return "bench";
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public long since() {
            return now;
        }

        @Override
        public int bytes() {
            return 0;
        }

        @Override
        public void granted(long reservation, int candidate, long expiresAt, long queuedNanos) {
            number = reservation;
        }

        @Override
        public void denied(GatewayFailure failure, List<String> obstacles, long queuedNanos) {
            throw new IllegalStateException(failure.message());
        }
    }

    private static Scope scope(String id) {
        Duration minute = Duration.ofMinutes(1);
        return new Scope(
                id,
                new LimitSet(
                        List.of(
                                new Limit(Dimension.REQUESTS, PLENTY, minute),
                                new Limit(Dimension.TOKENS, PLENTY, minute)),
                        1000));
    }

    private static Candidate candidate(Scope scope) {
        Account account = new Account("bench/a", "a", 0, Secret.of("sk-bench"), AccountLimits.NONE, null);
        Channel channel = new Channel(
                "bench",
                ProviderType.OPENAI,
                new BaseUrl(false, "127.0.0.1", 8090, "/v1"),
                null,
                0,
                1,
                List.of(account),
                Map.of("m", "m"),
                ParameterRules.NONE,
                Timeouts.DEFAULT,
                Outbound.NONE,
                OnClientGone.CANCEL,
                false,
                FetchRules.OFF,
                64,
                null,
                Channel.Responses.TRANSLATE,
                HealthPolicy.DEFAULT);
        return new Candidate(channel, account, "m", "m", List.of(scope), 0);
    }

    private void renew(long now) {
        Renewal renewal = admission.renew(now, false);
        List<ScopeGrant> grants = renewal.statements().stream()
                .map(statement -> new ScopeGrant(statement.scope(), ALL, 1000, TTL_NANOS, ALL, ALL, 0))
                .toList();
        admission.take(
                now, new Answer(renewal.client(), renewal.sequence(), Answer.Status.TAKEN, now, grants), 2);
    }

    /** One request from its reservation to its settlement, and now and then a renewal. */
    @Benchmark
    public long reserveAndSettle() {
        long now = System.nanoTime();
        request.number = 0;
        request.now = now;
        admission.reserve(now, request);
        if (request.number == 0 || now - book.renewedAt() > RENEW_NANOS) {
            renew(now);
        }
        return book.settle(request.number, true, ACTUAL, false);
    }
}
