package io.sluice.quota;

import io.sluice.domain.lease.QuotaGroup;
import java.io.IOException;

/**
 * The group of a node that is alone, whose charges outlive the process.
 *
 * @param group the group
 * @param log its journal
 */
record KeptGroup(QuotaGroup group, LeaseLog log) implements AutoCloseable {
    /**
     * Opens the log and brings its charges into a new group. Blocks.
     *
     * @param now the present instant of the machine's monotonic clock, nanoseconds; the group's time
     * @throws IOException with a sentence for the operator
     */
    static KeptGroup open(LeaseLog.Disk disk, long now) throws IOException {
        LeaseLog log = LeaseLog.open(disk, now, QuotaGroup.LONGEST_LEASE_NANOS);
        try {
            QuotaGroup group = QuotaGroup.alone(log, now, log.unknownUntil());
            log.begin(group, now);
            return new KeptGroup(group, log);
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
