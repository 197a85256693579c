package io.sluice.quota;

import static io.sluice.testkit.QuotaScopes.candidate;
import static io.sluice.testkit.QuotaScopes.limits;
import static io.sluice.testkit.QuotaScopes.perMinute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import io.sluice.domain.quota.Verdict;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseLogTest {
    private static final long SECOND = 1_000_000_000;
    private static final Duration TTL = Duration.ofMillis(500);
    private static final BootIdentity BOOT = new BootIdentity(42, 1000);
    private static final Estimate TEN = new Estimate(10, 0);
    private static final Scope ACCOUNT = new Scope("account:c/a", limits(perMinute(Dimension.REQUESTS, 3)));
    private static final Verdict<Long> NUMBER = new Verdict<>() {
        @Override
        public Long granted(long reservation, int candidate, long expiresAt) {
            return reservation;
        }

        @Override
        public Long denied(QuotaExceeded failure) {
            return 0L;
        }
    };

    @TempDir
    private Path data;

    private KeptBook open(long now, Scope... scopes) throws IOException {
        return open(now, BOOT, 1 << 12, Runnable::run, scopes);
    }

    private KeptBook open(long now, BootIdentity boot, int bytes, Executor worker, Scope... scopes) throws IOException {
        Map<String, LimitSet> limits = new java.util.HashMap<>();
        for (Scope scope : scopes) {
            limits.put(scope.id(), scope.limits());
        }
        return KeptBook.open(new LeaseLog.Disk(data, boot, bytes, worker), limits, TTL, now);
    }

    private static long reserve(KeptBook kept, long now, Scope... scopes) {
        return kept.book().reserve(now, List.of(), List.of(candidate(scopes)), TEN, 0, NUMBER);
    }

    private static int granted(KeptBook kept, long now, Scope scope) {
        int granted = 0;
        while (reserve(kept, now, scope) != 0) {
            granted++;
        }
        return granted;
    }

    private Path file(String name) {
        return data.resolve("quota").resolve(name);
    }

    @Test
    void theFirstStartOfAllBeginsEmpty() throws IOException {
        try (KeptBook first = open(0, ACCOUNT)) {
            assertThat(granted(first, 0, ACCOUNT)).isEqualTo(3);
        }
    }

    @Test
    void aRestartKeepsWhatWasChargedAndGivenBack() throws IOException {
        try (KeptBook before = open(0, ACCOUNT)) {
            reserve(before, SECOND, ACCOUNT);
            long unsent = reserve(before, SECOND, ACCOUNT);
            before.book().settle(SECOND, unsent, 0, false, TEN, false);
        }

        try (KeptBook after = open(2 * SECOND, ACCOUNT)) {
            assertThat(granted(after, 2 * SECOND, ACCOUNT)).isEqualTo(2);
            assertThat(reserve(after, 61 * SECOND, ACCOUNT)).isZero();
            assertThat(reserve(after, 62 * SECOND + SECOND / 4, ACCOUNT)).isNotZero();
        }
    }

    @Test
    void manyRestartsAndManyTurnsKeepTheWindow() throws IOException {
        Scope wide = new Scope("account:c/wide", limits(perMinute(Dimension.TOKENS, 1_000_000)));
        long now = 0;
        int reserved = 0;
        for (int restart = 0; restart < 10; restart++) {
            try (KeptBook kept = open(now, wide)) {
                for (int i = 0; i < 500; i++) {
                    now += SECOND / 1000;
                    long number = reserve(kept, now, wide);
                    assertThat(number).isNotZero();
                    reserved++;
                    if (i % 3 == 0) {
                        kept.book().settle(now, number, now, i % 2 == 0, TEN, false);
                        reserved -= i % 2 == 0 ? 0 : 1;
                    }
                }
                assertThat(kept.log().isKeeping()).isTrue();
            }
        }

        try (KeptBook last = open(now, wide)) {
            assertThat(last.book().freePermille(now, List.of(wide))).isEqualTo((1_000_000 - reserved * 10) / 1000);
        }
        assertThat(Files.size(file("lease-a.log"))).isLessThan(1 << 16);
    }

    @Test
    void aRestartOfTheMachineStartsFullForOneWindow() throws IOException {
        open(0, ACCOUNT).close();

        try (KeptBook after = open(5 * SECOND, new BootIdentity(43, 1000), 1 << 12, Runnable::run, ACCOUNT)) {
            assertThat(reserve(after, 64 * SECOND, ACCOUNT)).isZero();
            assertThat(granted(after, 66 * SECOND, ACCOUNT)).isEqualTo(3);
        }
    }

    @Test
    void fullWindowsStayFullOverAnotherRestartAlsoForScopesNotSeenYet() throws IOException {
        Scope unseen = new Scope("account:c/b", limits(perMinute(Dimension.REQUESTS, 3)));
        open(0, ACCOUNT).close();
        BootIdentity next = new BootIdentity(43, 1000);
        try (KeptBook full = open(5 * SECOND, next, 1 << 12, Runnable::run, ACCOUNT, unseen)) {
            reserve(full, 6 * SECOND, ACCOUNT);
        }

        try (KeptBook again = open(10 * SECOND, next, 1 << 12, Runnable::run, ACCOUNT, unseen)) {
            assertThat(reserve(again, 64 * SECOND, ACCOUNT)).isZero();
            assertThat(reserve(again, 64 * SECOND, unseen)).isZero();
            assertThat(granted(again, 66 * SECOND, ACCOUNT)).isEqualTo(3);
            assertThat(granted(again, 66 * SECOND, unseen)).isEqualTo(3);
        }
    }

    @Test
    void withoutAKernelIdTheClocksZeroDecides() {
        BootIdentity plain = new BootIdentity(0, 100_000);

        assertThat(plain.sameAs(new BootIdentity(0, 101_500))).isTrue();
        assertThat(plain.sameAs(new BootIdentity(0, 103_000))).isFalse();
        assertThat(plain.sameAs(new BootIdentity(1, 100_000))).isFalse();
        assertThat(BootIdentity.read().sameAs(BootIdentity.read())).isTrue();
    }

    @Test
    void missingShortenedOrDamagedFilesStartFull() throws IOException {
        record Harm(String name, Action action) {
            interface Action {
                void on(Path a, Path b) throws IOException;
            }
        }
        List<Harm> harms = List.of(
                new Harm("deleted", (a, b) -> {
                    Files.delete(a);
                    Files.delete(b);
                }),
                new Harm("shortened", (a, b) -> {
                    truncate(a);
                    truncate(b);
                }),
                new Harm("foreign", (a, b) -> {
                    Files.writeString(a, "hello\n".repeat(1000));
                    Files.writeString(b, "hello\n".repeat(1000));
                }),
                new Harm("a flipped bit", (a, b) -> {
                    flip(a);
                    flip(b);
                }));
        long now = 0;
        for (Harm harm : harms) {
            now += 1000 * SECOND;
            try (KeptBook before = open(now, ACCOUNT)) {
                granted(before, now, ACCOUNT);
            }
            harm.action().on(file("lease-a.log"), file("lease-b.log"));

            try (KeptBook after = open(now + SECOND, ACCOUNT)) {
                assertThat(reserve(after, now + 60 * SECOND, ACCOUNT))
                        .as(harm.name())
                        .isZero();
                assertThat(granted(after, now + 62 * SECOND, ACCOUNT))
                        .as(harm.name())
                        .isEqualTo(3);
            }
        }
    }

    private static void truncate(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(1000);
        }
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[100] ^= 4;
        Files.write(file, bytes);
    }

    @Test
    void aChargeFromTheFutureIsNotBelieved() throws IOException {
        try (KeptBook before = open(1000 * SECOND, ACCOUNT)) {
            reserve(before, 1000 * SECOND, ACCOUNT);
        }

        try (KeptBook earlier = open(10 * SECOND, ACCOUNT)) {
            assertThat(reserve(earlier, 10 * SECOND, ACCOUNT)).isZero();
        }
    }

    @Test
    void aChangedWindowLengthTakesOverAllChargesOfItsKind() throws IOException {
        try (KeptBook before = open(0, ACCOUNT)) {
            granted(before, SECOND, ACCOUNT);
        }
        Scope longer = new Scope(ACCOUNT.id(), limits(new Limit(Dimension.REQUESTS, 3, Duration.ofMinutes(2))));

        try (KeptBook after = open(2 * SECOND, longer)) {
            assertThat(reserve(after, 100 * SECOND, longer)).isZero();
            assertThat(granted(after, 125 * SECOND, longer)).isEqualTo(3);
        }
    }

    @Test
    void twoProcessesOnOneDirectoryAreRefused() throws IOException {
        try (KeptBook first = open(0, ACCOUNT)) {
            assertThatThrownBy(() -> open(0, ACCOUNT))
                    .isInstanceOf(IOException.class)
                    .hasMessage("data directory " + data + " is in use by another process");
            assertThat(first.log().isKeeping()).isTrue();
        }
        open(0, ACCOUNT).close();
    }

    @Test
    void filesAreTheirOwnersAlone() throws IOException {
        open(0, ACCOUNT).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("quota"))))
                .isEqualTo("rwx------");
        for (String name : List.of("lock", "lease-a.log", "lease-b.log")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(name))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void isVoidWhileNoFileIsReadyAndWholeAgainAfterwards() throws IOException {
        Queue<Runnable> late = new ArrayDeque<>();
        Scope wide = new Scope("account:c/wide", limits(perMinute(Dimension.REQUESTS, 100_000)));
        int before = 0;
        try (KeptBook kept = open(0, BOOT, 1 << 12, late::add, wide)) {
            while (kept.log().isKeeping()) {
                assertThat(reserve(kept, 0, wide)).isNotZero();
                before++;
            }
            assertThat(sealed()).isFalse();
            late.forEach(Runnable::run);
            reserve(kept, 2 * SECOND, wide);
            before++;
            assertThat(kept.log().isKeeping()).isTrue();
        }

        try (KeptBook after = open(3 * SECOND, wide)) {
            assertThat(granted(after, 3 * SECOND, wide)).isEqualTo(100_000 - before);
        }
    }

    private boolean sealed() throws IOException {
        return LeaseSegment.map(file("lease-a.log"), 0).isSealed()
                || LeaseSegment.map(file("lease-b.log"), 0).isSealed();
    }

    @Test
    void filesGrowWhenWhatCountsNeedsMore() throws IOException {
        Map<String, LimitSet> none = Map.of();
        try (KeptBook kept = KeptBook.open(new LeaseLog.Disk(data, BOOT, 1 << 12, Runnable::run), none, TTL, 0)) {
            for (int i = 0; i < 500; i++) {
                Scope scope = new Scope("account:c/" + i, limits(perMinute(Dimension.REQUESTS, 10)));
                for (long now = 0; now < 5; now++) {
                    reserve(kept, (i + now * 500) * SECOND / 100, scope);
                }
            }
            // Trying anew is paced by the clock.
            Scope any = new Scope("account:c/0", limits(perMinute(Dimension.REQUESTS, 10)));
            for (long now = 60; now < 80 && !kept.log().isKeeping(); now++) {
                reserve(kept, now * SECOND, any);
            }
            assertThat(kept.log().isKeeping()).isTrue();
        }
    }

    @Test
    void aLimitThatWasGoneOverARestartComesBackWithItsCharges() throws IOException {
        Scope unlimited = new Scope(ACCOUNT.id(), LimitSet.NONE);
        try (KeptBook kept = open(0, ACCOUNT)) {
            assertThat(granted(kept, SECOND, ACCOUNT)).isEqualTo(3);
        }
        try (KeptBook kept = open(2 * SECOND, unlimited)) {
            assertThat(reserve(kept, 2 * SECOND, unlimited)).isPositive();
        }

        try (KeptBook kept = open(3 * SECOND)) {
            kept.book().reload(3 * SECOND, Map.of(ACCOUNT.id(), ACCOUNT.limits()));

            assertThat(reserve(kept, 62 * SECOND, ACCOUNT)).isZero();
            assertThat(granted(kept, 64 * SECOND, ACCOUNT)).isEqualTo(3);
        }
    }

    @Test
    void aWindowWhoseLengthChangedBeforeARestartIsChargedOnce() throws IOException {
        Scope longer = new Scope(ACCOUNT.id(), limits(new Limit(Dimension.REQUESTS, 9, Duration.ofMinutes(2))));
        try (KeptBook kept = open(0, ACCOUNT)) {
            assertThat(granted(kept, SECOND, ACCOUNT)).isEqualTo(3);
            kept.book().reload(SECOND, Map.of(ACCOUNT.id(), longer.limits()));
            reserve(kept, SECOND, longer);
        }

        try (KeptBook kept = open(2 * SECOND, longer)) {
            assertThat(granted(kept, 2 * SECOND, longer)).isEqualTo(5);
        }
    }
}
