package io.sluice.usage.journal;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.config.JournalConfig;
import io.sluice.config.JournalConfig.Fsync;
import io.sluice.config.JournalConfig.WhenFull;
import io.sluice.message.UsageRecord;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.testkit.Await;
import io.sluice.usage.journal.UsageJournal.Receipt;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Journals for tests. */
final class Journals {
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final GatewayMetrics metrics = new GatewayMetrics(registry);
    final List<Receipt> receipts = Collections.synchronizedList(new ArrayList<>());

    JournalSetup setup(Path data, long maxBytes, Fsync fsync, WhenFull whenFull) {
        return new JournalSetup(
                data,
                "test",
                new JournalConfig(fsync, maxBytes, whenFull),
                metrics.journal(),
                Runnable::run,
                System::nanoTime,
                InstantSource.system(),
                new Random()::nextLong,
                100);
    }

    /** A small one that refuses when it is full. */
    JournalSetup small(Path data) {
        return setup(data, 4 << 20, Fsync.BATCH, WhenFull.REFUSE);
    }

    UsageJournal open(Path data) throws IOException {
        return UsageJournal.open(small(data));
    }

    /** Appends, and waits until everything was told. */
    void append(UsageJournal journal, List<UsageRecord> records) throws InterruptedException {
        int before = receipts.size();
        records.forEach(usage -> journal.append(usage, receipts::add));
        Await.until(() -> receipts.size() == before + records.size());
    }

    double counted(String meter) {
        return registry.find(meter).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    /** Everything that waits, and is done with by this. */
    static List<UsageRecord> drain(UsageJournal journal) throws IOException {
        List<UsageRecord> all = new ArrayList<>();
        for (UsageJournal.Reading read = journal.read(500); !read.isEmpty(); read = journal.read(500)) {
            all.addAll(read.records());
            journal.done(read);
        }
        return all;
    }
}
