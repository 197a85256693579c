package io.sluice.notify;

import io.sluice.domain.notice.NoticeEvent;
import io.sluice.message.ClusterView;
import io.sluice.message.ClusterView.Member;
import io.sluice.message.Notice;
import io.sluice.message.Notice.Detail;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Raises that nodes come and go. Who is there at the first look has not come. For one thread. */
final class MembersWatch {
    private final InstantSource clock;
    private final Consumer<Notice> raise;
    private @Nullable Map<String, Member> before;

    /** Has not looked yet. */
    MembersWatch(InstantSource clock, Consumer<Notice> raise) {
        this.clock = clock;
        this.raise = raise;
    }

    /** The members are these now. */
    void seen(ClusterView view) {
        Map<String, Member> now = new LinkedHashMap<>();
        view.members().forEach(member -> now.put(member.name(), member));
        Map<String, Member> known = before;
        before = now;
        if (known == null) {
            return;
        }
        String there = now.size() == 1 ? "This node is alone now." : now.size() + " nodes are there.";
        known.values().forEach(member -> {
            if (!now.containsKey(member.name())) {
                raise(NoticeEvent.NODE_LEFT, member, member.name() + " is not in the cluster any more. " + there);
            }
        });
        now.values().forEach(member -> {
            Member same = known.get(member.name());
            if (same == null) {
                raise(NoticeEvent.NODE_JOINED, member, member.name() + " is in the cluster. " + there);
            } else if (!same.incarnation().equals(member.incarnation())) {
                raise(NoticeEvent.NODE_JOINED, member, member.name() + " has started again. " + there);
            }
        });
    }

    private void raise(NoticeEvent event, Member member, String text) {
        raise.accept(new Notice(
                event,
                member.name(),
                false,
                text,
                List.of(new Detail("address", member.address()), new Detail("version", member.version())),
                clock.millis()));
    }
}
