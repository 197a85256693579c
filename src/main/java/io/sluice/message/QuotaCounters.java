package io.sluice.message;

import io.sluice.domain.lease.ScopeCounters;
import java.util.List;

/**
 * Every scope's counters, as the group's leader has them. Published to {@link Address#QUOTA_COUNTERS}
 * about once a second where they are counted, and the answer to {@link ShowQuota} everywhere.
 *
 * @param leader name of the node that counted
 * @param atMillis its wall clock, milliseconds since 1970
 * @param scopes every scope that holds something, by id
 */
public record QuotaCounters(String leader, long atMillis, List<ScopeCounters> scopes) {
    /** Copies the list. */
    public QuotaCounters {
        scopes = List.copyOf(scopes);
    }
}
