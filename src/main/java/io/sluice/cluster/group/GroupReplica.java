package io.sluice.cluster.group;

import io.sluice.cluster.raft.MemberId;
import io.sluice.cluster.raft.QuotaLog;
import io.sluice.cluster.raft.RaftQuotaLog;
import io.sluice.cluster.raft.WireFormatException;
import io.sluice.cluster.raft.WireReader;
import io.sluice.cluster.raft.WireWriter;
import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.GroupCodec;
import io.sluice.domain.lease.GroupFormatException;
import io.sluice.domain.lease.GroupOperation;
import io.sluice.domain.lease.QuotaGroup;
import io.sluice.domain.quota.Limit;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's copy of the windows. What it cannot read it does not apply, not even in part: it stops there and is told to
 * leave, for it would differ from the others from then on. An operation that fails fails on all members alike.
 */
final class GroupReplica implements QuotaLog.Replica {
    private static final Logger LOG = LoggerFactory.getLogger(GroupReplica.class);
    private static final int VERSION = 1;
    private static final int MOST_ZONES = 1024;

    private final MemberId self;
    private final LongSupplier nanos;
    private final SortedSet<String> zones = new TreeSet<>();
    private QuotaGroup group = new QuotaGroup();
    private boolean founded;
    private String broken = "";
    private long applied;
    private long appliedAt;
    private long failures;
    private long checkIndex;
    private long checkHash;

    /**
     * An empty copy.
     *
     * @param self whose it is
     * @param nanos a monotonic clock; tells when something was applied, never what comes of it
     */
    GroupReplica(MemberId self, LongSupplier nanos) {
        this.self = self;
        this.nanos = nanos;
        this.appliedAt = nanos.getAsLong() - Others.FRESH - 1;
    }

    QuotaGroup group() {
        return group;
    }

    /** Whether the group's first operation was applied. */
    boolean isFounded() {
        return founded;
    }

    /** Why nothing more can be applied; empty when it can. */
    String broken() {
        return broken;
    }

    /** Index of the last operation that was applied. */
    long applied() {
        return applied;
    }

    /** When that was; instant, nanoseconds. */
    long appliedAt() {
        return appliedAt;
    }

    /** Index of the last checkpoint. All members have it at the same indices. */
    long checkIndex() {
        return checkIndex;
    }

    /** Hash of everything at that index. */
    long checkHash() {
        return checkHash;
    }

    /** Operations that failed. */
    long failures() {
        return failures;
    }

    /** Time zones whose days anybody asked for. */
    SortedSet<String> zones() {
        return zones;
    }

    @Override
    public List<Answer> apply(long index, byte[] operation) {
        if (!broken.isEmpty()) {
            return List.of();
        }
        try {
            return apply(GroupCodec.decodeOperation(operation));
        } catch (GroupFormatException e) {
            stop("the operation at " + index + " cannot be read: " + e.getMessage());
            return List.of();
        } catch (RuntimeException e) {
            failures++;
            LOG.error("the operation at {} failed", index, e);
            return List.of();
        } finally {
            applied = index;
            appliedAt = nanos.getAsLong();
        }
    }

    private List<Answer> apply(GroupOperation operation) {
        if (operation instanceof GroupOperation.Found) {
            if (founded) {
                // Two leaders may have begun with it; the first one counts.
                return List.of();
            }
            founded = true;
        }
        if (operation instanceof GroupOperation.Batch batch) {
            batch.renewals().stream()
                    .flatMap(renewal -> renewal.definitions().stream())
                    .flatMap(definition -> definition.limits().windows().stream())
                    .map(Limit::zone)
                    .filter(zone -> zone != null && zones.size() < MOST_ZONES)
                    .forEach(zones::add);
        }
        return group.apply(operation);
    }

    @Override
    public byte[] snapshot(long index) {
        byte[] state = group.snapshot();
        WireWriter out =
                new WireWriter(state.length + 256).octet(VERSION).flag(founded).number(zones.size());
        zones.forEach(out::text);
        byte[] snapshot = out.bytes(state).toBytes();
        if (index % RaftQuotaLog.SNAPSHOT_EVERY == 0) {
            CRC32C hash = new CRC32C();
            hash.update(snapshot);
            checkIndex = index;
            checkHash = hash.getValue();
        }
        return snapshot;
    }

    @Override
    public void install(long index, byte[] snapshot) {
        try {
            WireReader in = new WireReader(snapshot);
            int version = in.octet();
            if (version != VERSION) {
                throw new WireFormatException("version " + version + ", known is " + VERSION);
            }
            boolean begun = in.flag();
            SortedSet<String> named = new TreeSet<>();
            for (int i = in.count(MOST_ZONES); i > 0; i--) {
                named.add(in.text());
            }
            byte[] state = in.bytes();
            in.end();
            group = QuotaGroup.restore(state);
            founded = begun;
            zones.clear();
            zones.addAll(named);
        } catch (WireFormatException | GroupFormatException e) {
            stop("the snapshot at " + index + " cannot be read: " + e.getMessage());
        }
        applied = index;
        appliedAt = nanos.getAsLong();
    }

    @Override
    public byte[] newTerm() {
        return GroupCodec.encode(new GroupOperation.NewTerm(self.toString()));
    }

    private void stop(String why) {
        broken = why;
        LOG.error("{}: this node leaves the group", why);
    }
}
