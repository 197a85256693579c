package io.sluice.testkit;

import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.GroupOperation;
import io.sluice.domain.lease.QuotaGroup;
import io.sluice.domain.lease.Renewal;
import io.sluice.domain.quota.Journal;
import java.util.List;
import java.util.Map;

/** The quota group of a node that is alone, without a log. */
public final class GroupOfOne {
    private final QuotaGroup group;

    /** A group that knows that nothing was charged before. */
    public GroupOfOne(long now) {
        group = QuotaGroup.alone(Journal.NONE, now, Long.MIN_VALUE);
    }

    /** Takes a renewal. */
    public Answer apply(long now, Renewal renewal) {
        return apply(now, List.of(renewal)).getFirst();
    }

    /** Takes renewals of one tick. */
    public List<Answer> apply(long now, List<Renewal> renewals) {
        return group.apply(new GroupOperation.Batch(Math.max(0, now - group.time()), Map.of(), renewals));
    }
}
