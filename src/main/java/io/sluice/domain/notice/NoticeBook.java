package io.sluice.domain.notice;

import io.sluice.domain.notice.NoticeEvent.Span;
import io.sluice.domain.notice.Occurrence.Key;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What goes on, by event and subject, as one node knows it: tells news from what was seen before. Holds at most {@value
 * #MOST} things, and forgets the one nobody spoke of for longest. For one thread.
 */
final class NoticeBook {
    /** How many things are known at once. */
    static final int MOST = 4_096;

    /** The same moment, seen by several nodes, is seen within this. */
    private static final long MOMENT_NANOS = Duration.ofMinutes(1).toNanos();

    private final Map<Key, Known> known = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Known> eldest) {
            return size() > MOST;
        }
    };

    /** What an occurrence adds. */
    enum Learned {
        /** It is to be told, and this node never heard of it: others may have told it. */
        FIRST,
        /** It is to be told. */
        NEWS,
        /** It is known; that this node has it too is for the others to know. */
        MORE,
        /** Nothing. */
        NOTHING
    }

    private static final class Known {
        private boolean open;
        private int level;
        private long sinceNanos;
        private final Set<String> nodes = new HashSet<>();
    }

    /**
     * Takes an occurrence.
     *
     * @param node who saw it
     * @param now nanoseconds
     */
    Learned learn(Occurrence seen, String node, long now) {
        NoticeEvent ended = seen.event().ends();
        if (ended != null) {
            Known before = known.get(new Key(ended, seen.subject()));
            if (before != null) {
                before.open = false;
                before.nodes.clear();
            }
        }
        if (seen.event().span() == Span.MOMENT) {
            return moment(seen, now);
        }
        return seen.over() ? over(seen, node) : begun(seen, node, now);
    }

    private Learned moment(Occurrence seen, long now) {
        Known entry = known.get(seen.key());
        if (entry != null && now - entry.sinceNanos < MOMENT_NANOS) {
            return Learned.NOTHING;
        }
        entry(seen.key()).sinceNanos = now;
        return Learned.NEWS;
    }

    private Learned begun(Occurrence seen, String node, long now) {
        // Whatever ends it may come again at once.
        for (NoticeEvent other : NoticeEvent.values()) {
            if (other.ends() == seen.event()) {
                known.remove(new Key(other, seen.subject()));
            }
        }
        boolean isFirst = !known.containsKey(seen.key());
        Known entry = entry(seen.key());
        boolean added = entry.nodes.add(node);
        if (!entry.open || seen.level() > entry.level) {
            entry.open = true;
            entry.level = seen.level();
            entry.sinceNanos = now;
            return isFirst ? Learned.FIRST : Learned.NEWS;
        }
        return added && seen.event().span() == Span.NODE ? Learned.MORE : Learned.NOTHING;
    }

    private Learned over(Occurrence seen, String node) {
        Known entry = known.get(seen.key());
        if (entry == null) {
            // This node may be new; others may know of it.
            entry(seen.key());
            return Learned.FIRST;
        }
        if (!entry.open) {
            return Learned.NOTHING;
        }
        if (seen.event().span() == Span.NODE) {
            boolean had = entry.nodes.remove(node);
            if (!entry.nodes.isEmpty()) {
                return had ? Learned.MORE : Learned.NOTHING;
            }
        }
        close(entry);
        return Learned.NEWS;
    }

    /**
     * A node is not there any more, and what it alone had with it.
     *
     * @return what ended by that; nobody is told
     */
    List<Key> gone(String node) {
        List<Key> ended = new ArrayList<>();
        known.forEach((key, entry) -> {
            if (key.event().span() == Span.NODE && entry.open && entry.nodes.remove(node) && entry.nodes.isEmpty()) {
                close(entry);
                ended.add(key);
            }
        });
        return ended;
    }

    private static void close(Known entry) {
        entry.open = false;
        entry.level = 0;
        entry.nodes.clear();
    }

    private Known entry(Key key) {
        @Nullable Known entry = known.get(key);
        if (entry == null) {
            entry = new Known();
            known.put(key, entry);
        }
        return entry;
    }
}
