package io.sluice.quota;

import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.QuotaBook;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * A book whose charges outlive the process.
 *
 * @param book the book
 * @param log its journal
 */
record KeptBook(QuotaBook book, LeaseLog log) implements AutoCloseable {
    /**
     * Opens the log and brings its charges into a new book. Blocks.
     *
     * @param limits limits by scope id
     * @param ttl how long after its grant a reservation may be written
     * @param now the present instant, nanoseconds
     * @throws IOException with a sentence for the operator
     */
    static KeptBook open(LeaseLog.Disk disk, Map<String, LimitSet> limits, Duration ttl, long now) throws IOException {
        LeaseLog log = LeaseLog.open(disk, now, ttl.toNanos());
        try {
            QuotaBook book = new QuotaBook(limits, ttl, log.unknownUntil(), log);
            log.begin(book, now);
            return new KeptBook(book, log);
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
