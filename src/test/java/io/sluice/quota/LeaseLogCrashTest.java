package io.sluice.quota;

import static io.sluice.domain.lease.Speaker.limits;
import static io.sluice.domain.lease.Speaker.per;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.lease.QuotaGroup;
import io.sluice.domain.lease.ScopeGrant;
import io.sluice.domain.lease.Speaker;
import io.sluice.domain.lease.Units;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Journal;
import io.sluice.domain.quota.LimitSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills between any two records: what a restart reads is never less than what was granted and not yet given back. */
class LeaseLogCrashTest {
    private static final BootIdentity BOOT = new BootIdentity(42, 0);
    private static final LimitSet LIMITS =
            limits(per(Dimension.REQUESTS, 1_000_000, 60), per(Dimension.TOKENS, 1_000_000_000, 60));

    @TempDir
    private Path root;

    private final List<Path> snapshots = new ArrayList<>();
    private int taken;
    private int known;

    @Test
    void neverReadsLessThanWasGranted() throws IOException {
        long seed = Long.getLong("sluice.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Path data = Files.createDirectory(root.resolve("data"));
        LeaseLog log =
                LeaseLog.open(new LeaseLog.Disk(data, BOOT, 1 << 12, Runnable::run), 0, QuotaGroup.LONGEST_LEASE_NANOS);
        Journal journal = (now, counted, instant, units) -> {
            snapshot(data);
            log.add(now, counted, instant, units);
            snapshot(data);
        };
        QuotaGroup group = QuotaGroup.alone(journal, 0, log.unknownUntil());
        log.begin(group, 0);
        Speaker node = new Speaker(group, "a", "account:c/a", LIMITS);
        ScopeGrant last = node.say(0);
        Units held = Units.NONE;
        long writtenAt = 0;
        for (int i = 0; i < 60; i++) {
            snapshots.clear();
            long elapsed = random.nextLong(300_000_000);
            Units free = last.free();
            // Part of what is held is written, part is given back, part of the rest is refunded.
            long requests = held.get(0);
            long written = requests == 0 ? 0 : random.nextLong(requests + 1);
            long kept = requests == written ? 0 : random.nextLong(requests - written + 1);
            node.written(part(held, written)).kept(part(held, kept));
            long refund = writtenAt > 0 && random.nextInt(3) == 0 ? random.nextInt(200) : 0;
            if (refund > 0) {
                node.refund(writtenAt, Units.of(0, refund, 0, 0, 0));
            }
            // What is neither written nor kept is given back, and no request depends on it.
            long[] settled = new long[2];
            for (int d = 0; d < 2; d++) {
                settled[d] = free.get(d)
                        + held.get(d)
                        - part(held, written).get(d)
                        - part(held, kept).get(d)
                        + d * refund;
            }
            for (int n = random.nextInt(4); n > 0; n--) {
                node.waits(1, Speaker.tokens(random.nextInt(1, 100)));
            }
            last = node.say(elapsed);
            writtenAt = written > 0 ? group.time() : writtenAt;
            Units before = part(held, kept);
            held = Units.of(
                    before.get(0) + last.granted().get(0),
                    before.get(1) + last.granted().get(1),
                    0,
                    0,
                    0);
            for (Path snapshot : snapshots) {
                assertKeeps(snapshot, group.time(), free, settled, last.free());
            }
        }
        log.close();
        // Not all: while a larger file is made, the log is void, and windows start full.
        assertThat(known).isBetween(taken * 3 / 4, taken);
    }

    private static Units part(Units units, long requests) {
        return requests == 0 ? Units.NONE : Units.of(requests, units.get(1) * requests / units.get(0), 0, 0, 0);
    }

    private void assertKeeps(Path snapshot, long now, Units before, long[] settled, Units after) throws IOException {
        try (KeptGroup kept = KeptGroup.open(new LeaseLog.Disk(snapshot, BOOT, 1 << 12, Runnable::run), now)) {
            known += kept.log().unknownUntil() == Long.MIN_VALUE ? 1 : 0;
            Units read =
                    new Speaker(kept.group(), "b", "account:c/a", LIMITS).say(0).free();
            for (int d = 0; d < 2; d++) {
                long most = Math.max(settled[d], Math.max(before.get(d), after.get(d)));
                assertThat(read.get(d)).isLessThanOrEqualTo(most);
            }
        }
    }

    private void snapshot(Path data) {
        try {
            Path copy = root.resolve("crash-" + taken++);
            Files.createDirectories(copy.resolve("quota"));
            for (String name : List.of("lease-a.log", "lease-b.log")) {
                Files.copy(
                        data.resolve("quota").resolve(name),
                        copy.resolve("quota").resolve(name));
            }
            snapshots.add(copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
