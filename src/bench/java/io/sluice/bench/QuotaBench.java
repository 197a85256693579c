package io.sluice.bench;

import io.sluice.domain.Secret;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Channel.OnClientGone;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Timeouts;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Journal;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.QuotaBook;
import io.sluice.domain.quota.Scope;
import io.sluice.domain.quota.Verdict;
import io.sluice.quota.BootIdentity;
import io.sluice.quota.LeaseLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reserve and settle on one thread, with RPM, TPM and concurrency on account and key: in memory, and with the lease log, whose
 * files are cleared on the same thread, so that no charge is left out however fast it goes.
 * The bar is 200 000 a second, without garbage ({@code -prof gc}).
 */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class QuotaBench {
    private static final Duration TTL = Duration.ofMillis(500);
    private static final Estimate ESTIMATE = new Estimate(300, 700);
    private static final Estimate ACTUAL = new Estimate(290, 400);
    private static final int FULL_ACCOUNTS = 10;

    /** Whether charges are written to a log. */
    @Param({"false", "true"})
    public boolean logged;

    private final LastNumber last = new LastNumber();
    private final List<Scope> key = List.of(scope("key:bench", 1_000_000_000_000L));
    private final List<Candidate> pool = List.of(candidate(scope("account:bench/a", 1_000_000_000_000L)));
    private final List<Candidate> fullPool = new ArrayList<>();
    private QuotaBook book;
    private LeaseLog log;
    private Path data;

    /** Keeps the number instead of boxing it. */
    private static final class LastNumber implements Verdict<LastNumber> {
        private long number;

        @Override
        public LastNumber granted(long reservation, int candidate, long expiresAt) {
            number = reservation;
            return this;
        }

        @Override
        public LastNumber denied(QuotaExceeded failure) {
            number = 0;
            return this;
        }
    }

    private static Scope scope(String id, long amount) {
        Duration minute = Duration.ofMinutes(1);
        return new Scope(
                id,
                new LimitSet(
                        List.of(new Limit(Dimension.REQUESTS, amount, minute), new Limit(Dimension.TOKENS, amount, minute)),
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
                OnClientGone.CANCEL,
                64);
        return new Candidate(channel, account, "m", "m", List.of(scope));
    }

    /** An empty book; with a log in a directory of its own, and a pool of accounts that take one request. */
    @Setup(Level.Trial)
    public void open() throws IOException {
        long now = System.nanoTime();
        if (logged) {
            data = Files.createTempDirectory("sluice-bench");
            log = LeaseLog.open(new LeaseLog.Disk(data, BootIdentity.read(), 16 << 20, Runnable::run), now, TTL.toNanos());
            book = new QuotaBook(Map.of(), TTL, log.unknownUntil(), log);
            log.begin(book, now);
        } else {
            book = new QuotaBook(Map.of(), TTL, QuotaBook.ALL_KNOWN, Journal.NONE);
        }
        for (int i = 0; i < FULL_ACCOUNTS; i++) {
            fullPool.add(candidate(new Scope(
                    "account:bench/full-" + i,
                    new LimitSet(List.of(new Limit(Dimension.REQUESTS, 1, Duration.ofDays(1))), 0))));
            book.reserve(now, List.of(), fullPool.subList(i, i + 1), ESTIMATE, 0, last);
        }
    }

    /** Removes the log. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        if (logged) {
            if (!log.isKeeping()) {
                throw new IllegalStateException("the log left charges out: the figure is worth nothing");
            }
            log.close();
            try (var files = Files.walk(data)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** One request from its reservation to its settlement. */
    @Benchmark
    public long reserveAndSettle() {
        long now = System.nanoTime();
        book.reserve(now, key, pool, ESTIMATE, 0, last);
        return book.settle(System.nanoTime(), last.number, now, true, ACTUAL, false);
    }

    /** One request that ten full accounts refuse, with the instant of room. */
    @Benchmark
    public long refuse() {
        return book.reserve(System.nanoTime(), key, fullPool, ESTIMATE, 0, last).number;
    }
}
