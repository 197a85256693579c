package io.sluice.quota;

import static io.sluice.testkit.QuotaScopes.candidate;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.QuotaBook;
import io.sluice.domain.quota.Scope;
import io.sluice.domain.quota.SlidingWindow;
import io.sluice.domain.quota.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random lives of requests against the book and its log: late writes, expiry, second attempts, repeated settlements,
 * reloads, kills. A list of every write, with its true arrival up to a guard later, then shows the largest sum in any
 * window.
 */
class QuotaInterleavingTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final long TTL = 500 * MILLI;
    private static final long NEVER = Long.MAX_VALUE;
    private static final int ACCOUNTS = 3;
    private static final int KEYS = 2;

    @TempDir
    private Path data;

    /** What was written, as the counter on the other side sees it. */
    private static final class Write {
        final String scope;
        final long arrivedAt;
        Estimate units;

        Write(String scope, long arrivedAt, Estimate units) {
            this.scope = scope;
            this.arrivedAt = arrivedAt;
            this.units = units;
        }
    }

    /** A request between two steps. */
    private static final class Live {
        final String key;
        final Estimate estimate;
        long reservation;
        long expiresAt;

        @Nullable
        Write write;

        long writtenAt;
        boolean kept;
        String account = "";

        @Nullable
        Write keyWrite;

        Live(String key, Estimate estimate) {
            this.key = key;
            this.estimate = estimate;
        }
    }

    /** Limits of a scope from an instant on. */
    private record Change(long at, LimitSet limits) {}

    private final Map<String, List<Change>> history = new HashMap<>();
    private final Map<String, LimitSet> limits = new HashMap<>();
    private final List<Write> writes = new ArrayList<>();
    private final List<Live> lives = new ArrayList<>();
    private Random random = new Random(0);
    private long now = 1000 * SECOND;
    private int grants;
    private int refusals;
    private int restarts;

    private final Verdict<long[]> verdict = new Verdict<>() {
        @Override
        public long[] granted(long reservation, int candidate, long expiresAt) {
            return new long[] {reservation, candidate, expiresAt};
        }

        @Override
        public long[] denied(QuotaExceeded failure) {
            return new long[0];
        }
    };

    @Test
    void neverMoreThanTheLimitInAnyWindow() throws IOException {
        run(System.nanoTime(), 120_000);
    }

    @Test
    @Tag("proof")
    void neverMoreThanTheLimitInAnyWindowForAMillionSteps() throws IOException {
        run(System.nanoTime(), 1_000_000);
    }

    private void run(long seed, int steps) throws IOException {
        System.out.println("seed " + seed);
        random = new Random(seed);
        reload(null);
        KeptBook kept = open();
        for (int i = 0; i < steps; i++) {
            now += random.nextInt(50) == 0 ? random.nextLong(3 * SECOND) : random.nextLong(20 * MILLI);
            int dice = random.nextInt(4000);
            if (dice == 0) {
                lives.forEach(this::write);
                kept.close();
                lives.clear();
                restarts++;
                kept = open();
            } else if (dice < 4) {
                reload(kept.book());
            } else if (dice < 200) {
                kept.book().forgetIdle(now, 2);
            } else if (dice < 1600 || lives.isEmpty()) {
                arrive(kept.book());
            } else {
                advance(kept.book(), lives.get(random.nextInt(lives.size())));
            }
        }
        while (!lives.isEmpty()) {
            end(kept.book(), lives.getFirst(), false);
        }
        int open = kept.book().openReservations();
        now += 200 * SECOND;
        kept.book().forgetIdle(now, 100);
        int scopes = kept.book().scopes();
        kept.close();

        System.out.printf("%d grants, %d refusals, %d restarts%n", grants, refusals, restarts);
        assertThat(open).isZero();
        assertThat(scopes).isZero();
        assertThat(grants).isGreaterThan(steps / 100);
        assertThat(refusals).isGreaterThan(steps / 100);
        checkEveryWindow();
    }

    private KeptBook open() throws IOException {
        return KeptBook.open(
                new LeaseLog.Disk(data, new BootIdentity(42, 0), 1 << 15, Runnable::run),
                Map.copyOf(limits),
                Duration.ofNanos(TTL),
                now);
    }

    private void reload(@Nullable QuotaBook book) {
        for (int i = 0; i < ACCOUNTS; i++) {
            change("account:c/" + i, 2 + random.nextInt(40), 1000 + random.nextInt(20_000), random.nextInt(6));
        }
        for (int i = 0; i < KEYS; i++) {
            change("key:" + i, 20 + random.nextInt(60), 10_000 + random.nextInt(50_000), random.nextInt(10));
        }
        if (book != null) {
            book.reload(now, Map.copyOf(limits));
        }
    }

    private void change(String scope, int requests, int tokens, int concurrency) {
        List<Limit> windows = new ArrayList<>();
        windows.add(new Limit(Dimension.REQUESTS, requests, Duration.ofSeconds(random.nextInt(8) == 0 ? 5 : 10)));
        windows.add(new Limit(Dimension.TOKENS, tokens, Duration.ofSeconds(20)));
        if (random.nextInt(3) == 0) {
            windows.add(new Limit(Dimension.REQUESTS, 1 + requests / 5, Duration.ofSeconds(1)));
        }
        if (random.nextInt(3) == 0) {
            windows.add(new Limit(Dimension.OUTPUT_TOKENS, 1 + tokens / 2, Duration.ofSeconds(60)));
        }
        LimitSet set = new LimitSet(windows, concurrency < 2 ? 0 : concurrency * 3);
        limits.put(scope, set);
        history.computeIfAbsent(scope, k -> new ArrayList<>()).add(new Change(now, set));
    }

    private void arrive(QuotaBook book) {
        Estimate estimate = new Estimate(random.nextInt(300), random.nextInt(600));
        reserve(book, new Live("key:" + random.nextInt(KEYS), estimate), 0);
    }

    private void reserve(QuotaBook book, Live live, long replaces) {
        List<Candidate> candidates = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String name = "account:c/" + random.nextInt(ACCOUNTS);
            names.add(name);
            candidates.add(candidate(new Scope(name, LimitSet.NONE)));
        }
        long[] answer = book.reserve(
                now, List.of(new Scope(live.key, LimitSet.NONE)), candidates, live.estimate, replaces, verdict);
        lives.remove(live);
        if (answer.length == 0) {
            refusals++;
            if (live.keyWrite != null) {
                live.keyWrite.units = Estimate.NONE;
            }
            return;
        }
        grants++;
        live.reservation = answer[0];
        live.expiresAt = answer[2];
        live.kept = false;
        live.write = null;
        live.writtenAt = writeInstant(live.expiresAt);
        live.account = names.get((int) answer[1]);
        lives.add(live);
        assertThat(inFlight(live.account)).isLessThanOrEqualTo(concurrency(live.account));
        assertThat(inFlight(live.key)).isLessThanOrEqualTo(concurrency(live.key));
    }

    private long inFlight(String scope) {
        return lives.stream()
                .filter(l -> l.key.equals(scope) || !l.kept && l.account.equals(scope))
                .count();
    }

    private long concurrency(String scope) {
        int most = limits.getOrDefault(scope, LimitSet.NONE).concurrency();
        return most == 0 ? Long.MAX_VALUE : most;
    }

    /** Mostly soon, often at the last moment, sometimes never. */
    private long writeInstant(long expiresAt) {
        return switch (random.nextInt(4)) {
            case 0 -> expiresAt - 1;
            case 1 -> now + random.nextLong(TTL);
            case 2 -> now;
            default -> random.nextInt(3) == 0 ? NEVER : now + random.nextLong(50 * MILLI);
        };
    }

    private void advance(QuotaBook book, Live live) {
        write(live);
        boolean goesOn = random.nextInt(4) > 0;
        if (live.kept) {
            again(book, live, goesOn);
        } else if (live.write != null) {
            end(book, live, !goesOn);
        } else if (now >= live.expiresAt) {
            again(book, live, goesOn);
        } else if (live.writtenAt == NEVER) {
            end(book, live, goesOn);
        }
    }

    private void again(QuotaBook book, Live live, boolean goesOn) {
        if (goesOn) {
            reserve(book, live, live.reservation);
        } else {
            end(book, live, false);
        }
    }

    /** The write happens at its instant, whoever looks at it when. */
    private void write(Live live) {
        if (live.write != null || live.kept || live.writtenAt > now) {
            return;
        }
        long guard = SlidingWindow.guardNanos(SECOND);
        long delay = random.nextBoolean() ? random.nextLong(guard + 1) : random.nextBoolean() ? guard : 0;
        live.write = new Write(live.account, live.writtenAt + delay, live.estimate);
        writes.add(live.write);
        if (live.keyWrite == null) {
            live.keyWrite = new Write(live.key, live.writtenAt, live.estimate);
            writes.add(live.keyWrite);
        }
    }

    private void end(QuotaBook book, Live live, boolean keepKey) {
        boolean sent = live.write != null;
        Estimate actual = actual(live.estimate);
        Estimate counted = new Estimate(
                Math.min(actual.inputTokens(), live.estimate.inputTokens()),
                Math.min(actual.outputTokens(), live.estimate.outputTokens()));
        long beyond = book.settle(now, live.reservation, live.writtenAt, sent, actual, keepKey);
        assertThat(beyond).isNotEqualTo(QuotaBook.UNMATCHED);
        if (!live.kept && live.write != null) {
            live.write.units = counted;
        }
        if (keepKey) {
            live.kept = true;
            return;
        }
        if (live.keyWrite != null) {
            live.keyWrite.units = sent ? counted : Estimate.NONE;
        }
        lives.remove(live);
        assertThat(book.settle(now, live.reservation, live.writtenAt, sent, actual, random.nextBoolean()))
                .isEqualTo(QuotaBook.UNMATCHED);
    }

    /** Mostly as estimated, else less or, at times, more. */
    private Estimate actual(Estimate estimate) {
        return switch (random.nextInt(6)) {
            case 0 -> Estimate.NONE;
            case 1 -> new Estimate(estimate.inputTokens() / 2, estimate.outputTokens() / 3);
            case 2 -> new Estimate(estimate.inputTokens() + 5, estimate.outputTokens() * 2);
            default -> estimate;
        };
    }

    private void checkEveryWindow() {
        Map<String, List<Write>> byScope = new HashMap<>();
        writes.forEach(
                w -> byScope.computeIfAbsent(w.scope, k -> new ArrayList<>()).add(w));
        byScope.forEach((scope, list) -> {
            list.sort(Comparator.comparingLong(w -> w.arrivedAt));
            history.getOrDefault(scope, List.of()).stream()
                    .flatMap(change -> change.limits().windows().stream())
                    .map(limit -> new Limit(limit.dimension(), 1, limit.window()))
                    .distinct()
                    .forEach(limit -> check(scope, list, limit.dimension(), limit.window()));
        });
    }

    private void check(String scope, List<Write> list, Dimension dimension, Duration window) {
        long length = window.toNanos();
        long sum = 0;
        int first = 0;
        for (Write last : list) {
            sum += last.units.units(dimension);
            while (list.get(first).arrivedAt < last.arrivedAt - length) {
                sum -= list.get(first++).units.units(dimension);
            }
            // A grant under older limits may be written until its expiry, and arrive a guard later.
            long since = list.get(first).arrivedAt - SECOND - TTL;
            long most = most(scope, dimension, window, since, last.arrivedAt);
            if (sum > most) {
                throw new AssertionError("%s: %d %s in %s until %d, where %d are allowed"
                        .formatted(scope, sum, dimension, window, last.arrivedAt, most));
            }
        }
    }

    /** The largest limit in effect between two instants; no limit when it was absent for a while. */
    private long most(String scope, Dimension dimension, Duration window, long from, long to) {
        long most = 0;
        List<Change> changes = history.getOrDefault(scope, List.of());
        for (int i = 0; i < changes.size(); i++) {
            boolean over = i + 1 < changes.size() && changes.get(i + 1).at() < from;
            if (!over && changes.get(i).at() <= to) {
                most = Math.max(
                        most,
                        changes.get(i).limits().windows().stream()
                                .filter(l ->
                                        l.dimension() == dimension && l.window().equals(window))
                                .mapToLong(Limit::amount)
                                .findFirst()
                                .orElse(Long.MAX_VALUE));
            }
        }
        return most;
    }
}
