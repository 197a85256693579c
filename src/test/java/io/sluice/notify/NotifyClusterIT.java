package io.sluice.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cluster.member.MemberNode;
import io.sluice.cluster.member.MemberNode.Heard;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.notice.NoticeRules;
import io.sluice.domain.notice.Pace;
import io.sluice.message.Address;
import io.sluice.message.ConfigChanged;
import io.sluice.testkit.Await;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Three nodes of a real cluster, each with its notifier. */
class NotifyClusterIT {
    private static final Pace QUICK =
            new Pace(Duration.ofSeconds(4), Duration.ofSeconds(6), Duration.ofMinutes(5), Duration.ofHours(1));

    private final Vertx outside = Vertx.vertx();
    private final TestHook hook = new TestHook(outside);
    private final List<MemberNode> members = new ArrayList<>();
    private final List<NotifyNode> nodes = new ArrayList<>();

    private List<String> titles() {
        return hook.got().stream()
                .map(got -> got.json().at("/node").asText() + " "
                        + got.json().at("/title").asText())
                .toList();
    }

    private double sum(ToDoubleFunction<NotifyNode> count) {
        return nodes.stream().mapToDouble(count).sum();
    }

    /** The first message between two nodes needs a connection, which may take longer than nodes wait here. */
    private void everyoneHearsEveryone() {
        AtomicInteger heard = new AtomicInteger();
        for (NotifyNode node : nodes) {
            node.bus.hear(
                    Address.CONFIG_CHANGED,
                    change -> heard.addAndGet(change.node().equals("test") ? 1 : 0));
        }
        nodes.forEach(node -> node.bus.announce(Address.CONFIG_CHANGED, new ConfigChanged("test", "")));
        Await.until(() -> heard.get() == nodes.size() * nodes.size());
    }

    @Test
    void threeNodesTellOnceAndTheNextOneTakesOver() {
        Map<String, Integer> ports = Map.of("a", FreePort.next(), "b", FreePort.next(), "c", FreePort.next());
        NoticeRules rules = NotifyNode.rules(Duration.ofMillis(400), NotifyNode.webhook("hook", hook.port()));
        List<Heard> heard = new ArrayList<>();
        try {
            for (String name : List.of("a", "b", "c")) {
                MemberNode member = MemberNode.start(name, name.charAt(0), ports);
                members.add(member);
                nodes.add(new NotifyNode(member.vertx(), name + "/" + Long.toHexString(name.charAt(0)), QUICK, rules));
                heard.add(member.enter(NotifyNode.revision(rules)));
            }
            Await.until(() -> heard.stream().allMatch(views -> views.members().size() == 3));

            everyoneHearsEveryone();

            // Every node sees the same 50 things.
            for (int i = 0; i < 50; i++) {
                for (NotifyNode node : nodes) {
                    node.raise(NoticeEvent.ACCOUNT_DISABLED, "a" + i, false);
                }
            }
            Await.until(() -> sum(node -> node.count("hook", "sent")) == 1);
            // One node sees that it is over.
            nodes.getFirst().raise(NoticeEvent.ACCOUNT_DISABLED, "a7", true);
            Await.until(() -> sum(node -> node.count("hook", "sent")) == 2);
            assertThat(titles())
                    .extracting(title -> title.substring(2))
                    .containsExactly("50 accounts disabled", "over: account disabled: a7");

            // The node with the duty cannot say or hear anything any more, before the others know.
            String first = titles().getFirst().substring(0, 1);
            MemberNode dead = members.get(first.charAt(0) - 'a');
            members.remove(dead);
            nodes.remove(first.charAt(0) - 'a');
            TestNode.await(dead.vertx().close());
            nodes.getFirst().raise(NoticeEvent.CHANNEL_UNUSABLE, "openai", false);
            nodes.getLast().raise(NoticeEvent.CHANNEL_UNUSABLE, "openai", false);
            Await.until(() -> hook.got().size() == 3);

            assertThat(titles().getLast()).doesNotStartWith(first).endsWith("channel without a usable account: openai");
            assertThat(sum(node -> node.count("hook", "dropped"))).isZero();
        } finally {
            members.forEach(MemberNode::close);
            TestNode.await(outside.close());
        }
    }
}
