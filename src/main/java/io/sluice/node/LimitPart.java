package io.sluice.node;

import io.sluice.cluster.group.GroupVerticle;
import io.sluice.cluster.link.TcpLink;
import io.sluice.cluster.member.MemberVerticle;
import io.sluice.quota.LocalGroupVerticle;
import io.sluice.quota.QuotaVerticle;
import io.vertx.core.Deployable;
import java.util.ArrayList;
import java.util.List;

/** Limits are kept: by this node, or by a group of nodes where it is one of a cluster. */
final class LimitPart {
    private LimitPart() {}

    static List<Deployable> verticles(NodeShared node) {
        Membership membership = node.membership;
        List<Deployable> verticles = new ArrayList<>();
        if (membership == null) {
            verticles.add(new LocalGroupVerticle(node.config.data(), node.nanoClock, node.clock, node.metrics));
        } else {
            verticles.addAll(member(node, membership));
        }
        verticles.add(new QuotaVerticle(
                node.initial,
                node.config.name(),
                node.config.queue(),
                node.nanoClock,
                node.clock,
                node.random,
                node.metrics));
        return verticles;
    }

    private static List<Deployable> member(NodeShared node, Membership member) {
        return List.of(
                new MemberVerticle(
                        member.clustered(), member.config(), member.self(), Version.text(), node.initial, node.clock),
                new GroupVerticle(
                        member.config(),
                        TcpLink.opener(member.config(), member.self(), Version.text()),
                        node.config.data(),
                        node.nanoClock,
                        node.clock,
                        node.random));
    }
}
