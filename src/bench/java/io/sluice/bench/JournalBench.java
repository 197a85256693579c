package io.sluice.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.config.JournalConfig;
import io.sluice.config.JournalConfig.Fsync;
import io.sluice.config.JournalConfig.WhenFull;
import io.sluice.message.UsageRecord;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.testkit.UsageRecords;
import io.sluice.usage.journal.JournalSetup;
import io.sluice.usage.journal.UsageJournal;
import io.sluice.usage.journal.UsageJournal.Reading;
import io.sluice.usage.journal.UsageJournal.Receipt;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How fast the usage journal takes records and gives them back: appended with so many waiting at a time for their receipts, as
 * requests that end do. The bar is 50 000 records a second on one core; run it under {@code taskset -c 0} to see that, and look
 * at the processor time besides.
 */
@Command(name = "journal", mixinStandardHelpOptions = true)
public final class JournalBench implements Callable<Integer> {
    private static final int READ = 2_000;
    private static final int KEYS = 1_000;
    private static final int MINUTES = 2;

    @Option(names = "--dir", defaultValue = "target/journal-bench", description = "data directory")
    private Path dir;

    @Option(names = "--records", defaultValue = "500000", description = "in each round")
    private int records;

    @Option(names = "--waiting", defaultValue = "1000", description = "records that wait for their receipts at a time")
    private int waiting;

    @Option(names = "--rounds", defaultValue = "4", description = "the first ones warm up")
    private int rounds;

    @Option(names = "--fsync", defaultValue = "BATCH")
    private Fsync fsync;

    /** Ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new JournalBench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Random random = new Random(1);
        List<UsageRecord> samples = UsageRecords.many(10_000, KEYS, MINUTES, random);
        JournalSetup setup = new JournalSetup(
                dir,
                "bench",
                new JournalConfig(fsync, 8L << 30, WhenFull.REFUSE),
                new GatewayMetrics(new SimpleMeterRegistry()).journal(),
                Runnable::run,
                System::nanoTime,
                InstantSource.system(),
                random::nextLong,
                100);
        LongAdder kept = new LongAdder();
        try (UsageJournal journal = UsageJournal.open(setup)) {
            for (int round = 1; round <= rounds; round++) {
                long cpu = cpuNanos();
                long start = System.nanoTime();
                append(journal, samples, kept);
                double seconds = (System.nanoTime() - start) / 1e9;
                double busy = (cpuNanos() - cpu) / 1e9;
                long bytes = journal.bytes();
                System.out.printf(
                        "append: %,.0f records/s (%,.0f a second of processor time), %d bytes each%n",
                        records / seconds, records / busy, bytes / records);
                start = System.nanoTime();
                long read = drain(journal);
                seconds = (System.nanoTime() - start) / 1e9;
                System.out.printf("read:   %,.0f records/s%n", read / seconds);
            }
        }
        System.out.printf("kept %,d of %,d%n", kept.sum(), (long) records * rounds);
        return kept.sum() == (long) records * rounds ? 0 : 1;
    }

    private void append(UsageJournal journal, List<UsageRecord> samples, LongAdder kept) throws InterruptedException {
        Semaphore places = new Semaphore(waiting);
        AtomicLong next = new AtomicLong();
        for (int i = 0; i < records; i++) {
            places.acquire();
            journal.append(samples.get((int) (next.getAndIncrement() % samples.size())), receipt -> {
                if (receipt == Receipt.KEPT) {
                    kept.increment();
                }
                places.release();
            });
        }
        places.acquire(waiting);
    }

    private static long drain(UsageJournal journal) throws Exception {
        long count = 0;
        for (Reading read = journal.read(READ); !read.isEmpty(); read = journal.read(READ)) {
            count += read.records().size();
            journal.done(read);
        }
        return count;
    }

    /** Processor time of the whole process. */
    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
