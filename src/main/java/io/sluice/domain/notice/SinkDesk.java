package io.sluice.domain.notice;

import io.sluice.domain.notice.NoticeEvent.Severity;
import io.sluice.domain.notice.NoticeEvent.Span;
import io.sluice.domain.notice.NoticeWord.Stage;
import io.sluice.domain.notice.NoticeWord.Subject;
import io.sluice.domain.notice.Occurrence.Key;
import io.sluice.domain.notice.Telling.Group;
import io.sluice.domain.notice.Telling.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one sink is still to be told, and what it was told, as one node knows it.
 *
 * <pre>
 *   waiting   for others of its kind, for the sink's rate, or for the node whose duty it is
 *   flying    handed over here; one message at a time
 *   told      here or elsewhere: its end will be told, and its beginning not again
 * </pre>
 *
 * What ends before anybody took it was never told, nor is its end. For one thread.
 */
final class SinkDesk {
    /** How much waits at once; more is counted only. */
    static final int MOST_WAITING = 2_048;

    private static final int MOST_TOLD = 4_096;

    private final String name;
    private final String self;
    private final Pace pace;
    private final MessageRate rate;
    private final Map<Ask, Waiting> waiting = new LinkedHashMap<>();
    private final Map<Ask, Waiting> flying = new LinkedHashMap<>();
    private final Map<Kind, Long> lastTold = new LinkedHashMap<>();
    private final Map<Key, Told> told = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Told> eldest) {
            return size() > MOST_TOLD;
        }
    };
    private NoticeRules rules;
    private int leftOut;
    private int flyingLeftOut;
    private int lost;
    private boolean heldBack;

    /** What is to be told: a thing, and whether it begins or ends. */
    private record Ask(Key key, boolean over) {}

    /** What goes into one message together. */
    private record Kind(NoticeEvent event, State state) {}

    private record Told(Occurrence occurrence, long atNanos) {}

    private static final class Waiting {
        private Occurrence occurrence;
        private final State state;
        private long sinceNanos;
        private final Set<String> failedAt = new HashSet<>();
        private @Nullable Long takenElsewhereAt;
        private @Nullable Long pausedUntil;
        private @Nullable Long saidTakenAt;

        private Waiting(Occurrence occurrence, State state, long sinceNanos) {
            this.occurrence = occurrence;
            this.state = state;
            this.sinceNanos = sinceNanos;
        }

        private Kind kind() {
            return new Kind(occurrence.event(), state);
        }
    }

    /** What becomes of a word. */
    interface Words {
        /** Says something to the other nodes. */
        void say(NoticeWord word);
    }

    /**
     * Nothing is known yet.
     *
     * @param self the run of this node
     */
    SinkDesk(NoticeSink sink, NoticeRules rules, String self, Pace pace) {
        this.name = sink.name();
        this.self = self;
        this.pace = pace;
        this.rules = rules;
        this.rate = new MessageRate(sink.perMinute());
    }

    /** Other rules count from now on; what is known stays. */
    void configured(NoticeSink sink, NoticeRules next) {
        rules = next;
        rate.perMinute(sink.perMinute());
    }

    /** Whether the sink was told of something, or is being or about to be. */
    boolean knows(Key key) {
        Ask begun = new Ask(key, false);
        return told.containsKey(key) || waiting.containsKey(begun) || flying.containsKey(begun);
    }

    /** What the sink was told of something, for a node that seems not to know; null when it was not told. */
    @Nullable
    Subject told(Key key) {
        Told known = told.get(key);
        return known == null ? null : new Subject(key.subject(), known.occurrence.level());
    }

    /** Something is gone without a word. */
    void forget(Key key) {
        told.remove(key);
        waiting.remove(new Ask(key, false));
        waiting.remove(new Ask(key, true));
    }

    /** Something is to be told. */
    void take(Occurrence seen, long now) {
        if (seen.over()) {
            takeEnd(seen, now);
            return;
        }
        Key key = seen.key();
        // Its end, when it was not told yet, is not true any more.
        waiting.remove(new Ask(key, true));
        Told known = told.get(key);
        Waiting inFlight = flying.get(new Ask(key, false));
        int level = Math.max(
                known == null ? -1 : known.occurrence.level(), inFlight == null ? -1 : inFlight.occurrence.level());
        if (seen.level() > level) {
            wait(new Ask(key, false), seen, State.BEGUN, now);
        }
    }

    private void takeEnd(Occurrence seen, long now) {
        Ask begun = new Ask(seen.key(), false);
        Waiting before = waiting.get(begun);
        boolean mayHaveBeenTold = flying.containsKey(begun)
                || told.containsKey(seen.key())
                || (before != null && before.takenElsewhereAt != null);
        if (before != null && before.takenElsewhereAt == null) {
            waiting.remove(begun);
        }
        if (mayHaveBeenTold) {
            wait(new Ask(seen.key(), true), seen, State.OVER, now);
        }
    }

    private void wait(Ask ask, Occurrence seen, State state, long now) {
        Waiting before = waiting.get(ask);
        if (before != null) {
            before.occurrence = seen;
        } else if (waiting.size() >= MOST_WAITING) {
            leftOut++;
            lost++;
        } else {
            waiting.put(ask, new Waiting(seen, state, now));
        }
    }

    /** Another node said something about this sink. */
    void heard(NoticeWord word, long now) {
        for (Subject subject : word.subjects()) {
            Ask ask = new Ask(new Key(word.event(), subject.name()), word.over());
            Waiting item = waiting.get(ask);
            switch (word.stage()) {
                case TAKEN -> {
                    if (item != null && item.occurrence.level() <= subject.level()) {
                        item.takenElsewhereAt = now;
                    }
                }
                case TOLD -> toldElsewhere(ask, subject.level(), item, now);
                case FAILED -> {
                    if (item != null) {
                        item.takenElsewhereAt = null;
                        item.failedAt.add(word.node());
                        cancelEnded(ask);
                    }
                }
            }
        }
    }

    private void toldElsewhere(Ask ask, int level, @Nullable Waiting item, long now) {
        if (item != null && item.occurrence.level() <= level) {
            waiting.remove(ask);
            lastTold.put(item.kind(), now);
            leftOut = 0;
        }
        Told before = told.get(ask.key);
        Occurrence known = item != null
                ? item.occurrence
                : before != null
                        ? before.occurrence
                        : new Occurrence(ask.key.event(), ask.key.subject(), ask.over, level, "", List.of(), 0);
        remember(ask, known, now);
    }

    private void remember(Ask ask, Occurrence occurrence, long now) {
        if (ask.over) {
            told.remove(ask.key);
        } else if (ask.key.event().span() != Span.MOMENT) {
            told.put(ask.key, new Told(occurrence, now));
        }
    }

    /**
     * What this node is to hand over now.
     *
     * @param order the nodes in the order of their duty for this sink, this one among them
     * @return the groups of one message; empty for none
     */
    List<Group> due(long now, List<String> order, Words words) {
        remind(now);
        giveUpOld(now, order);
        if (!flying.isEmpty()) {
            sayTaken(flying, now, words);
            return List.of();
        }
        Map<Ask, Waiting> ready = ready(now, order);
        if (ready.isEmpty()) {
            return List.of();
        }
        if (!rate.take(now)) {
            heldBack = true;
            sayTaken(ready, now, words);
            return List.of();
        }
        Comparator<Waiting> worst = Comparator.comparing((Waiting item) -> severity(item.kind()));
        Kind first = ready.values().stream().max(worst).orElseThrow().kind();
        if (!heldBack) {
            // Each kind has a message of its own, unless there were too many of them.
            ready.values().removeIf(item -> !item.kind().equals(first));
        }
        heldBack = false;
        flyingLeftOut = leftOut;
        leftOut = 0;
        ready.forEach((ask, item) -> {
            waiting.remove(ask);
            flying.put(ask, item);
        });
        sayTaken(flying, now, words);
        return groups();
    }

    /** How many occurrences are in no message, the one that flies apart. */
    int flyingLeftOut() {
        return flyingLeftOut;
    }

    /** How many occurrences were given up since this was last asked. */
    int takeLost() {
        int count = lost;
        lost = 0;
        return count;
    }

    private void remind(long now) {
        if (rules.remind() == null) {
            return;
        }
        long pause = rules.remind().toNanos();
        told.forEach((key, known) -> {
            Ask ask = new Ask(key, false);
            if (now - known.atNanos >= pause
                    && !flying.containsKey(ask)
                    && !waiting.containsKey(ask)
                    && !waiting.containsKey(new Ask(key, true))) {
                wait(ask, known.occurrence, State.STILL, now);
            }
        });
    }

    /** When no node could, it is tried again later, and in the end left out. */
    private void giveUpOld(long now, List<String> order) {
        waiting.values().removeIf(item -> {
            if (!item.failedAt.containsAll(order)) {
                return false;
            }
            if (now - item.sinceNanos > pace.giveUp().toNanos()) {
                leftOut++;
                lost++;
                return true;
            }
            item.failedAt.clear();
            item.pausedUntil = now + pace.pause().toNanos();
            return false;
        });
    }

    private Map<Ask, Waiting> ready(long now, List<String> order) {
        Set<Kind> kinds = new LinkedHashSet<>();
        waiting.values().stream().filter(item -> now - dueAt(item, order) >= 0).forEach(item -> kinds.add(item.kind()));
        Map<Ask, Waiting> ready = new LinkedHashMap<>();
        waiting.forEach((ask, item) -> {
            boolean isOwn = rank(item, order) == 0 && item.takenElsewhereAt == null && item.pausedUntil == null;
            if (kinds.contains(item.kind()) && (isOwn || now - dueAt(item, order) >= 0)) {
                ready.put(ask, item);
            }
        });
        return ready;
    }

    private long dueAt(Waiting item, List<String> order) {
        long at = item.sinceNanos + rules.groupWait().toNanos();
        Long last = lastTold.get(item.kind());
        if (last != null) {
            at = Math.max(at, last + rules.groupInterval().toNanos());
        }
        if (item.takenElsewhereAt != null) {
            at = Math.max(at, item.takenElsewhereAt + pace.patience().toNanos());
        }
        if (item.pausedUntil != null) {
            at = Math.max(at, item.pausedUntil);
        }
        return at + rank(item, order) * pace.takeOver().toNanos();
    }

    /** How many nodes have the duty before this one. */
    private int rank(Waiting item, List<String> order) {
        int rank = 0;
        for (String node : order) {
            if (node.equals(self)) {
                // A node that has failed is the last to try again.
                return item.failedAt.contains(self) ? order.size() : rank;
            }
            if (!item.failedAt.contains(node)) {
                rank++;
            }
        }
        return rank;
    }

    private Severity severity(Kind kind) {
        return rules.severity(kind.event);
    }

    private List<Group> groups() {
        Map<Kind, List<Occurrence>> kinds = new LinkedHashMap<>();
        flying.values()
                .forEach(item -> kinds.computeIfAbsent(item.kind(), kind -> new ArrayList<>())
                        .add(item.occurrence));
        return kinds.entrySet().stream()
                .map(e -> new Group(e.getKey().event, severity(e.getKey()), e.getKey().state, e.getValue()))
                .sorted(Comparator.comparing(Group::severity).reversed())
                .toList();
    }

    /** The sink has what was handed over. */
    void delivered(long now, Words words) {
        say(Stage.TOLD, flying, words);
        flying.forEach((ask, item) -> {
            lastTold.put(item.kind(), now);
            remember(ask, item.occurrence, now);
        });
        flying.clear();
        flyingLeftOut = 0;
    }

    /** The sink does not have it, and this node tries no more. */
    void failed(Words words) {
        say(Stage.FAILED, flying, words);
        leftOut += flyingLeftOut;
        flyingLeftOut = 0;
        flying.forEach((ask, item) -> {
            item.failedAt.add(self);
            item.takenElsewhereAt = null;
            item.saidTakenAt = null;
            waiting.putIfAbsent(ask, item);
            cancelEnded(ask);
        });
        flying.clear();
    }

    /** What was handed over comes back untried: it is handed over again. */
    void returned() {
        flying.forEach(waiting::putIfAbsent);
        flying.clear();
        leftOut += flyingLeftOut;
        flyingLeftOut = 0;
    }

    /** What ended before the sink was told that it began needs no word. */
    private void cancelEnded(Ask ask) {
        Ask end = new Ask(ask.key, true);
        if (!ask.over && !told.containsKey(ask.key) && waiting.containsKey(end)) {
            waiting.remove(ask);
            waiting.remove(end);
        }
    }

    private void sayTaken(Map<Ask, Waiting> items, long now, Words words) {
        Map<Ask, Waiting> unsaid = new LinkedHashMap<>(items);
        unsaid.values()
                .removeIf(item -> item.saidTakenAt != null
                        && now - item.saidTakenAt < pace.patience().toNanos() / 3);
        unsaid.values().forEach(item -> item.saidTakenAt = now);
        say(Stage.TAKEN, unsaid, words);
    }

    private void say(Stage stage, Map<Ask, Waiting> items, Words words) {
        record Heading(NoticeEvent event, boolean over) {}
        Map<Heading, List<Subject>> all = new LinkedHashMap<>();
        items.forEach((ask, item) -> all.computeIfAbsent(new Heading(ask.key.event(), ask.over), h -> new ArrayList<>())
                .add(new Subject(ask.key.subject(), item.occurrence.level())));
        all.forEach((heading, subjects) -> {
            for (int from = 0; from < subjects.size(); from += NoticeWord.MOST) {
                words.say(new NoticeWord(
                        self,
                        name,
                        stage,
                        heading.event,
                        heading.over,
                        subjects.subList(from, Math.min(subjects.size(), from + NoticeWord.MOST))));
            }
        });
    }
}
