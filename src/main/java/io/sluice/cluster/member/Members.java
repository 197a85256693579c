package io.sluice.cluster.member;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import io.sluice.message.WireReader.WireException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every member says of itself, in a map by member. Only living members are asked for, and an entry that its member does
 * not renew ends by itself: nobody has to clean up after the dead. Never blocks; used on one event loop.
 */
final class Members {
    private static final Logger LOG = LoggerFactory.getLogger(Members.class);

    /** How long an entry lives after it was last written. */
    private static final int ENTRY_SECONDS = 30;

    private final HazelcastInstance hazelcast;
    private final IMap<String, byte[]> map;
    private final Context context;
    private final String own;

    /**
     * The members of a cluster.
     *
     * @param hazelcast this member
     * @param context whose event loop gets the answers
     */
    Members(HazelcastInstance hazelcast, Context context) {
        this.hazelcast = hazelcast;
        this.map = hazelcast.getMap(HazelcastSettings.MEMBERS);
        this.context = context;
        this.own = key(hazelcast.getCluster().getLocalMember());
    }

    private static String key(Member member) {
        return member.getUuid().toString();
    }

    /** Where others reach this member. */
    String address() {
        Member local = hazelcast.getCluster().getLocalMember();
        return local.getAddress().getHost() + ":" + local.getAddress().getPort();
    }

    /** Says what this member is, or that it still is. */
    Future<Void> write(MemberEntry entry) {
        return call(() -> map.setAsync(own, entry.encode(), ENTRY_SECONDS, TimeUnit.SECONDS));
    }

    /** Takes back what this member said. */
    Future<Void> remove() {
        return call(() -> map.removeAsync(own)).mapEmpty();
    }

    /** What every member says that is in the cluster now; who has not spoken yet is not among them. */
    Future<List<MemberEntry>> read() {
        List<Future<byte[]>> answers = living().stream()
                .map(member -> call(() -> map.getAsync(key(member))))
                .toList();
        return Future.all(answers).map(all -> {
            List<MemberEntry> entries = new ArrayList<>();
            answers.stream().map(Future::result).filter(Objects::nonNull).forEach(bytes -> {
                MemberEntry entry = decode(bytes);
                if (entry != null) {
                    entries.add(entry);
                }
            });
            return entries;
        });
    }

    private Set<Member> living() {
        try {
            return hazelcast.getCluster().getMembers();
        } catch (HazelcastInstanceNotActiveException e) {
            return Set.of();
        }
    }

    /** A member that is ending throws where it would answer. */
    private <T> Future<T> call(Supplier<CompletionStage<T>> operation) {
        try {
            return Future.fromCompletionStage(operation.get(), context);
        } catch (HazelcastInstanceNotActiveException e) {
            return Future.failedFuture(e);
        }
    }

    private static @Nullable MemberEntry decode(byte[] bytes) {
        try {
            return MemberEntry.decode(bytes);
        } catch (WireException e) {
            LOG.warn("what a member says of itself cannot be read: {}", e.getMessage());
            return null;
        }
    }
}
