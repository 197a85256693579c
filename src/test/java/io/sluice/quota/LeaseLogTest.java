package io.sluice.quota;

import static io.sluice.domain.lease.Speaker.limits;
import static io.sluice.domain.lease.Speaker.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.GroupOperation;
import io.sluice.domain.lease.Speaker;
import io.sluice.domain.lease.Units;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
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

/** The log under the group of a node that is alone. */
class LeaseLogTest {
    private static final long SECOND = 1_000_000_000;
    private static final BootIdentity BOOT = new BootIdentity(42, 1000);
    private static final LimitSet THREE = perMinute(3);
    private static final String KEY = "key:k";

    @TempDir
    private Path data;

    private int runs;

    private static LimitSet perMinute(long amount) {
        return limits(new Limit(Dimension.REQUESTS, amount, Duration.ofMinutes(1)));
    }

    private KeptGroup open(long now) throws IOException {
        return open(now, BOOT, 1 << 12, Runnable::run);
    }

    private KeptGroup open(long now, BootIdentity boot, int bytes, Executor worker) throws IOException {
        return KeptGroup.open(new LeaseLog.Disk(data, boot, bytes, worker), now);
    }

    /** A node that asks for one request after another, and holds what it got. */
    private final class Node {
        private final KeptGroup kept;
        private final Speaker speaker;
        private long held;

        Node(KeptGroup kept, String scope, LimitSet limits) {
            this.kept = kept;
            this.speaker = new Speaker(kept.group(), scope, scope, limits).restarted(++runs);
        }

        private long elapsed(long now) {
            return now - kept.group().time();
        }

        long reserve(long now) {
            long granted = speaker.kept(requests(held))
                    .waits(1, requests(1))
                    .say(elapsed(now))
                    .granted()
                    .get(0);
            held += granted;
            return granted;
        }

        long granted(long now) {
            long granted = 0;
            while (reserve(now) != 0) {
                granted++;
            }
            return granted;
        }

        /** One of those that are held was written, or not. */
        void settle(long now, boolean sent) {
            held--;
            speaker.written(sent ? requests(1) : Units.NONE)
                    .kept(requests(held))
                    .say(elapsed(now));
        }

        long free(long now) {
            return speaker.kept(requests(held)).say(elapsed(now)).free().get(0);
        }
    }

    private Node node(KeptGroup kept) {
        return new Node(kept, KEY, THREE);
    }

    private Path file(String name) {
        return data.resolve("quota").resolve(name);
    }

    @Test
    void theFirstStartOfAllBeginsEmpty() throws IOException {
        try (KeptGroup first = open(0)) {
            assertThat(node(first).granted(0)).isEqualTo(3);
        }
    }

    @Test
    void aRestartKeepsWhatWasChargedAndGivenBack() throws IOException {
        try (KeptGroup before = open(0)) {
            Node node = node(before);
            node.reserve(SECOND);
            node.reserve(SECOND);
            node.settle(SECOND, false);
        }

        try (KeptGroup after = open(2 * SECOND)) {
            Node node = node(after);
            assertThat(node.granted(2 * SECOND)).isEqualTo(2);
            assertThat(node.reserve(62 * SECOND)).isZero();
            assertThat(node.reserve(62 * SECOND + SECOND * 3 / 4)).isEqualTo(1);
        }
    }

    @Test
    void manyRestartsAndManyTurnsKeepTheWindow() throws IOException {
        LimitSet wide = perMinute(1_000_000);
        long now = 0;
        long reserved = 0;
        for (int restart = 0; restart < 10; restart++) {
            try (KeptGroup kept = open(now)) {
                Node node = new Node(kept, KEY, wide);
                for (int i = 0; i < 500; i++) {
                    now += SECOND / 1000;
                    assertThat(node.reserve(now)).isEqualTo(1);
                    reserved++;
                    if (i % 3 == 0) {
                        node.settle(now, i % 2 == 0);
                        reserved -= i % 2 == 0 ? 0 : 1;
                    }
                }
                assertThat(kept.log().isKeeping()).isTrue();
            }
        }

        try (KeptGroup last = open(now)) {
            assertThat(new Node(last, KEY, wide).free(now)).isEqualTo(1_000_000 - reserved);
        }
        assertThat(Files.size(file("lease-a.log"))).isLessThan(1 << 16);
    }

    @Test
    void aRestartOfTheMachineStartsFullForOneWindow() throws IOException {
        open(0).close();

        try (KeptGroup after = open(5 * SECOND, new BootIdentity(43, 1000), 1 << 12, Runnable::run)) {
            Node node = node(after);
            assertThat(node.reserve(64 * SECOND)).isZero();
            assertThat(node.granted(67 * SECOND)).isEqualTo(3);
        }
    }

    @Test
    void fullWindowsStayFullOverAnotherRestartAlsoForScopesNotSeenYet() throws IOException {
        open(0).close();
        BootIdentity next = new BootIdentity(43, 1000);
        try (KeptGroup full = open(5 * SECOND, next, 1 << 12, Runnable::run)) {
            node(full).reserve(6 * SECOND);
        }

        try (KeptGroup again = open(10 * SECOND, next, 1 << 12, Runnable::run)) {
            Node seen = node(again);
            Node unseen = new Node(again, "key:unseen", THREE);
            assertThat(seen.reserve(64 * SECOND)).isZero();
            assertThat(unseen.reserve(64 * SECOND)).isZero();
            assertThat(seen.granted(67 * SECOND)).isEqualTo(3);
            assertThat(unseen.granted(67 * SECOND)).isEqualTo(3);
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
            try (KeptGroup before = open(now)) {
                node(before).granted(now);
            }
            harm.action().on(file("lease-a.log"), file("lease-b.log"));

            try (KeptGroup after = open(now + SECOND)) {
                Node node = node(after);
                assertThat(node.reserve(now + 60 * SECOND)).as(harm.name()).isZero();
                assertThat(node.granted(now + 63 * SECOND)).as(harm.name()).isEqualTo(3);
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
        try (KeptGroup before = open(1000 * SECOND)) {
            node(before).reserve(1000 * SECOND);
        }

        try (KeptGroup earlier = open(10 * SECOND)) {
            assertThat(node(earlier).reserve(10 * SECOND)).isZero();
        }
    }

    @Test
    void aChangedWindowLengthTakesOverAllChargesOfItsKind() throws IOException {
        try (KeptGroup before = open(0)) {
            node(before).granted(SECOND);
        }
        LimitSet longer = limits(new Limit(Dimension.REQUESTS, 3, Duration.ofMinutes(2)));

        try (KeptGroup after = open(2 * SECOND)) {
            Node node = new Node(after, KEY, longer);
            assertThat(node.reserve(2 * SECOND)).isZero();
            assertThat(node.reserve(100 * SECOND)).isZero();
            assertThat(node.granted(125 * SECOND)).isEqualTo(3);
        }
    }

    @Test
    void twoProcessesOnOneDirectoryAreRefused() throws IOException {
        try (KeptGroup first = open(0)) {
            assertThatThrownBy(() -> open(0))
                    .isInstanceOf(IOException.class)
                    .hasMessage("data directory " + data + " is in use by another process");
            assertThat(first.log().isKeeping()).isTrue();
        }
        open(0).close();
    }

    @Test
    void filesAreTheirOwnersAlone() throws IOException {
        open(0).close();

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
        LimitSet wide = perMinute(100_000);
        long before = 0;
        try (KeptGroup kept = open(0, BOOT, 1 << 12, late::add)) {
            Node node = new Node(kept, KEY, wide);
            while (kept.log().isKeeping()) {
                before += node.reserve(0);
            }
            assertThat(sealed()).isFalse();
            late.forEach(Runnable::run);
            before += node.reserve(2 * SECOND);
            assertThat(kept.log().isKeeping()).isTrue();
        }

        try (KeptGroup after = open(3 * SECOND)) {
            assertThat(new Node(after, KEY, wide).free(3 * SECOND)).isEqualTo(100_000 - before);
        }
    }

    private boolean sealed() throws IOException {
        return LeaseSegment.map(file("lease-a.log"), 0).isSealed()
                || LeaseSegment.map(file("lease-b.log"), 0).isSealed();
    }

    @Test
    void filesGrowWhenWhatCountsNeedsMore() throws IOException {
        try (KeptGroup kept = open(0)) {
            Node any = null;
            for (int i = 0; i < 500; i++) {
                any = new Node(kept, "key:" + i, perMinute(10));
                any.reserve(i * SECOND / 100);
            }
            // Trying anew is paced by the clock.
            for (long now = 6; now < 20 && !kept.log().isKeeping(); now++) {
                any.reserve(now * SECOND);
            }
            assertThat(kept.log().isKeeping()).isTrue();
        }
    }

    @Test
    void aLimitThatWasGoneOverARestartComesBackWithItsCharges() throws IOException {
        try (KeptGroup kept = open(0)) {
            assertThat(node(kept).granted(SECOND)).isEqualTo(3);
        }
        try (KeptGroup kept = open(2 * SECOND)) {
            assertThat(new Node(kept, KEY, LimitSet.NONE).reserve(2 * SECOND)).isEqualTo(1);
        }

        try (KeptGroup kept = open(3 * SECOND)) {
            Node node = node(kept);
            assertThat(node.reserve(62 * SECOND)).isZero();
            assertThat(node.granted(64 * SECOND)).isEqualTo(3);
        }
    }

    @Test
    void aDayIsKeptOverARestartAndOverBeforeMidnightIsForgotten() throws IOException {
        LimitSet day = limits(new Limit(Dimension.REQUESTS, 3, Duration.ofDays(1), "Asia/Shanghai"));
        try (KeptGroup kept = open(0)) {
            tell(kept, 100);
            Node node = new Node(kept, KEY, day);
            assertThat(node.reserve(SECOND)).isEqualTo(1);
            node.settle(SECOND, true);
        }
        try (KeptGroup kept = open(30 * SECOND)) {
            tell(kept, 100);
            assertThat(new Node(kept, KEY, day).granted(30 * SECOND)).isEqualTo(2);
        }

        try (KeptGroup kept = open(60 * SECOND)) {
            Node node = new Node(kept, KEY, day);
            tell(kept, 100);
            assertThat(node.reserve(60 * SECOND)).isZero();
            tell(kept, 101);
            assertThat(node.granted(61 * SECOND)).isEqualTo(3);
        }
    }

    private static List<Answer> tell(KeptGroup kept, long day) {
        return kept.group().apply(new GroupOperation.Batch(0, Map.of("Asia/Shanghai", day), List.of()));
    }
}
