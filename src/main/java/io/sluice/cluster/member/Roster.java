package io.sluice.cluster.member;

import io.sluice.cluster.link.Link.Peer;
import io.sluice.message.ClusterView;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is in the cluster; says in the log what has changed, once. Used on one event loop. */
final class Roster {
    private static final Logger LOG = LoggerFactory.getLogger(Roster.class);

    private final Peer self;
    private final String version;
    private final Set<String> voters;
    private List<MemberEntry> present = List.of();
    private boolean drift;

    /**
     * Nobody is there yet.
     *
     * @param self this run of this node
     * @param version of its program
     * @param voters names that vote
     */
    Roster(Peer self, String version, Set<String> voters) {
        this.self = self;
        this.version = version;
        this.voters = Set.copyOf(voters);
    }

    /**
     * Takes what all members say of themselves.
     *
     * @param entries in any order
     * @return the cluster as it is now; empty when nothing changed
     */
    Optional<ClusterView> update(List<MemberEntry> entries) {
        List<MemberEntry> now = entries.stream()
                .sorted(Comparator.comparing(MemberEntry::name).thenComparing(MemberEntry::incarnation))
                .toList();
        if (now.equals(present)) {
            return Optional.empty();
        }
        Set<MemberEntry> before = withoutRevision(present);
        Set<MemberEntry> after = withoutRevision(now);
        after.stream().filter(member -> !before.contains(member)).forEach(this::joined);
        before.stream()
                .filter(member -> !after.contains(member))
                .forEach(member -> LOG.info("{} left the cluster", member.name()));
        present = now;
        compareRevisions();
        return Optional.of(new ClusterView(now.stream().map(this::show).toList(), drift));
    }

    private static Set<MemberEntry> withoutRevision(List<MemberEntry> entries) {
        Set<MemberEntry> members = new HashSet<>();
        entries.forEach(entry -> members.add(entry.withRevision("")));
        return members;
    }

    private void joined(MemberEntry member) {
        Peer peer = new Peer(member.name(), member.incarnation());
        if (peer.equals(self)) {
            return;
        }
        LOG.info("{} ({}) is in the cluster, at {}", member.name(), member.version(), member.address());
        if (member.name().equals(self.name())) {
            LOG.error("two nodes are named {}: the other one is at {}", member.name(), member.address());
        }
        if (!major(member.version()).equals(major(version))) {
            LOG.warn(
                    "{} runs version {}, this node {}: only adjacent versions work together",
                    member.name(),
                    member.version(),
                    version);
        }
    }

    private static String major(String version) {
        int dot = version.indexOf('.');
        return dot < 0 ? version : version.substring(0, dot);
    }

    private void compareRevisions() {
        Set<String> revisions = new TreeSet<>();
        present.forEach(member -> revisions.add(member.revision()));
        if (revisions.size() > 1) {
            LOG.warn("configuration revisions differ; the smallest limits rule meanwhile: {}", revisionsByName());
        } else if (drift) {
            LOG.info("every node has configuration revision {}", String.join(", ", revisions));
        }
        drift = revisions.size() > 1;
    }

    private String revisionsByName() {
        return String.join(
                ", ", present.stream().map(m -> m.name() + " " + m.revision()).toList());
    }

    private ClusterView.Member show(MemberEntry entry) {
        return new ClusterView.Member(
                entry.name(),
                Long.toHexString(entry.incarnation()),
                entry.address(),
                entry.version(),
                entry.revision(),
                voters.contains(entry.name()),
                new Peer(entry.name(), entry.incarnation()).equals(self));
    }
}
