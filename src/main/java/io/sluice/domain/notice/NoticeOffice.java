package io.sluice.domain.notice;

import io.sluice.domain.notice.NoticeBook.Learned;
import io.sluice.domain.notice.NoticeWord.Stage;
import io.sluice.domain.notice.NoticeWord.Subject;
import io.sluice.domain.notice.Occurrence.Key;
import io.sluice.domain.notice.Telling.Group;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides what each sink is told, when, and by which node. Every node has one; they hear of the same things, and agree by
 * order of duty and by what they say to one another: a thing is told once while nodes and messages live, and again rather
 * than never when they do not. For one thread; time is an argument.
 */
public final class NoticeOffice {
    private final String self;
    private final String node;
    private final Pace pace;
    private final Outlet outlet;
    private final NoticeBook book = new NoticeBook();
    private final Map<String, SinkDesk> desks = new LinkedHashMap<>();
    private final Map<String, List<String>> orders = new HashMap<>();
    private NoticeRules rules = NoticeRules.NONE;
    private Set<String> members;
    private long tellings;

    /** Where decisions go. */
    public interface Outlet {
        /** All other nodes are to know of an occurrence. */
        void share(SharedNotice notice);

        /** All other nodes are to know how far telling is. */
        void say(NoticeWord word);

        /**
         * A sink is to be told; ends in one call of {@link #delivered}, {@link #failed} or {@link #returned}, later, with
         * the id of the telling. What ends after the sink was taken out is nothing to one that came back under its name.
         *
         * @param sink its name
         */
        void tell(String sink, Telling telling);

        /** So many occurrences will not be told to a sink: there were too many, or it was down for long. */
        void lost(String sink, int count);
    }

    /**
     * Knows nothing yet, and of no other node.
     *
     * @param node name of this node, for messages
     * @param self the run of this node: its name, or name, slash, incarnation
     * @param outlet where decisions go; called within the methods of this
     */
    public NoticeOffice(String node, String self, Pace pace, Outlet outlet) {
        this.node = node;
        this.self = self;
        this.pace = pace;
        this.outlet = outlet;
        this.members = Set.of(self);
    }

    /** Other rules count from now on. A sink that keeps its name keeps what it was told. */
    public void rules(NoticeRules next) {
        rules = next;
        Map<String, SinkDesk> kept = new LinkedHashMap<>();
        for (NoticeSink sink : next.sinks()) {
            SinkDesk desk = desks.get(sink.name());
            if (desk == null) {
                desk = new SinkDesk(sink, next, self, pace);
            } else {
                desk.configured(sink, next);
            }
            kept.put(sink.name(), desk);
        }
        desks.clear();
        desks.putAll(kept);
        orders.clear();
    }

    /** These nodes are there; this one is one of them. */
    public void members(Collection<String> present) {
        Set<String> now = new HashSet<>(present);
        now.add(self);
        for (String before : members) {
            if (!now.contains(before)) {
                book.gone(before).forEach(ended -> desks.values().forEach(desk -> desk.forget(ended)));
            }
        }
        members = now;
        orders.clear();
    }

    /** This node saw something. */
    public void raised(Occurrence seen, long now) {
        Learned learned = learn(seen, self, now);
        if (learned != Learned.NOTHING) {
            outlet.share(new SharedNotice(self, seen));
        }
    }

    /** A node saw something; what this one said itself is left out. */
    public void heard(SharedNotice notice, long now) {
        if (notice.node().equals(self)) {
            return;
        }
        Occurrence seen = notice.occurrence();
        if (!isNews(learn(seen, notice.node(), now)) && !seen.over()) {
            // That node may be new, and not know that it was told.
            desks.forEach((name, desk) -> {
                Subject told = desk.told(seen.key());
                if (told != null) {
                    outlet.say(new NoticeWord(self, name, Stage.KNOWN, seen.event(), false, List.of(told)));
                }
            });
        }
    }

    private Learned learn(Occurrence seen, String origin, long now) {
        Learned learned = book.learn(seen, origin, now);
        if (isNews(learned)) {
            for (NoticeSink sink : rules.sinks()) {
                SinkDesk desk = desks.get(sink.name());
                if (desk != null) {
                    route(seen, sink, desk, learned == Learned.FIRST, now);
                }
            }
        }
        return learned;
    }

    private static boolean isNews(Learned learned) {
        return learned == Learned.FIRST || learned == Learned.NEWS;
    }

    /** An end goes where the beginning went; a beginning to whoever wants it. */
    private void route(Occurrence seen, NoticeSink sink, SinkDesk desk, boolean isFirst, long now) {
        NoticeEvent ended = seen.event().ends();
        if (ended != null && desk.knows(new Key(ended, seen.subject()))) {
            desk.take(seen.asEndOf(ended), isFirst, now);
        } else if (seen.over() || sink.wants(seen.event(), rules.severity(seen.event()))) {
            desk.take(seen, isFirst, now);
        }
    }

    /** A node said how far telling is; what this one said itself is left out. */
    public void heard(NoticeWord word, long now) {
        SinkDesk desk = desks.get(word.sink());
        if (desk != null && !word.node().equals(self)) {
            desk.heard(word, now);
        }
    }

    /** Time goes on; called several times a second. */
    public void tick(long now, long wallMillis) {
        desks.forEach((name, desk) -> {
            List<String> order = orders.computeIfAbsent(name, sink -> DutyOrder.of(sink, members));
            String id = self.replace('/', '-') + "-" + Long.toString(tellings + 1);
            List<Group> groups = desk.due(id, now, order, outlet::say);
            int lost = desk.takeLost();
            if (lost > 0) {
                outlet.lost(name, lost);
            }
            if (!groups.isEmpty()) {
                tellings++;
                outlet.tell(name, new Telling(id, groups, desk.flyingLeftOut(), node, wallMillis));
            }
        });
    }

    /** A sink has what it was to be told. */
    public void delivered(String sink, String id, long now) {
        SinkDesk desk = desks.get(sink);
        if (desk != null && desk.isFlying(id)) {
            desk.delivered(now, outlet::say);
        }
    }

    /** A sink was changed before it had what it was to be told. */
    public void returned(String sink, String id) {
        SinkDesk desk = desks.get(sink);
        if (desk != null && desk.isFlying(id)) {
            desk.returned();
        }
    }

    /** A sink does not have what it was to be told, after every attempt. */
    public void failed(String sink, String id, long now) {
        SinkDesk desk = desks.get(sink);
        if (desk != null && desk.isFlying(id)) {
            desk.failed(now, outlet::say);
        }
    }
}
