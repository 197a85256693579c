package io.sluice.domain.notice;

import io.sluice.domain.notice.NoticeEvent.Severity;
import io.sluice.domain.notice.NoticeEvent.Span;
import io.sluice.domain.notice.NoticeWord.Stage;
import io.sluice.domain.notice.NoticeWord.Subject;
import io.sluice.domain.notice.Occurrence.Key;
import io.sluice.domain.notice.Telling.Group;
import io.sluice.domain.notice.Telling.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one sink is to be told by whom, as one node knows it. What is to be told waits for others of its kind, for the
 * sink's rate, and for the nodes that have the duty before this one; one message at a time is handed over. For one thread.
 */
final class SinkDesk {
    /** How many things are known at once; what is beyond is counted only. */
    static final int MOST = 4_096;

    private final String name;
    private final String self;
    private final Pace pace;
    private final MessageRate rate;
    private final Map<Key, Thing> things = new LinkedHashMap<>();
    private final List<Flight> flights = new ArrayList<>();
    private final Map<Kind, Long> lastTold = new HashMap<>();
    private NoticeSink.Way way;
    private NoticeRules rules;
    private String flying = "";
    private int leftOut;
    private int flyingLeftOut;
    private int lost;
    private boolean heldBack;

    /** What goes into one message together. */
    private record Kind(NoticeEvent event, State state) {}

    /** A thing that is or could be handed over, as it is told. */
    private record Flight(Thing thing, State state, Occurrence occurrence) {
        Kind kind() {
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
        this.way = sink.way();
        this.rules = rules;
        this.rate = new MessageRate(sink.perMinute());
    }

    /** Other rules count from now on; what is known stays. Where the sink is reached otherwise, no failure counts any more. */
    void configured(NoticeSink sink, NoticeRules next) {
        rules = next;
        rate.perMinute(sink.perMinute());
        if (!way.equals(sink.way())) {
            way = sink.way();
            things.values().forEach(Thing::forgetFailures);
        }
    }

    /** Whether the sink was told of something, or is being or about to be. */
    boolean knows(Key key) {
        return things.containsKey(key);
    }

    /** What the sink was told of something, for a node that seems not to know; null when it was not told. */
    @Nullable
    Subject told(Key key) {
        Thing thing = things.get(key);
        return thing == null || !thing.isTold() ? null : new Subject(key.subject(), thing.toldLevel());
    }

    /** Something is gone without a word. */
    void forget(Key key) {
        things.remove(key);
    }

    /**
     * Something is so now.
     *
     * @param isFirst whether this node never heard of it, so that others may have told it long ago
     */
    void take(Occurrence seen, boolean isFirst, long now) {
        Thing thing = things.get(seen.key());
        if (thing != null) {
            if (seen.over()) {
                thing.ends(seen, now);
                dropSpent(seen.key(), thing, now);
            } else {
                thing.begins(seen, now);
            }
        } else if (!seen.over()) {
            if (things.size() < MOST || dropQuiet()) {
                things.put(seen.key(), new Thing(seen, isFirst, now));
            } else {
                leftOut++;
                lost++;
            }
        }
    }

    private boolean dropQuiet() {
        for (Iterator<Thing> all = things.values().iterator(); all.hasNext(); ) {
            if (all.next().isQuiet()) {
                all.remove();
                return true;
            }
        }
        return false;
    }

    private void dropSpent(Key key, Thing thing, long now) {
        if (thing.isSpent(now, pace.patience().toNanos())) {
            things.remove(key);
        }
    }

    /** Another node said something about this sink. */
    void heard(NoticeWord word, long now) {
        for (Subject subject : word.subjects()) {
            Key key = new Key(word.event(), subject.name());
            Thing thing = things.get(key);
            if (thing != null) {
                heard(word, subject.level(), key, thing, now);
            } else if (word.stage() == Stage.TOLD
                    && !word.over()
                    && word.event().span() != Span.MOMENT
                    && things.size() < MOST) {
                things.put(key, Thing.knownElsewhere(key, subject.level(), now));
            }
        }
    }

    private void heard(NoticeWord word, int level, Key key, Thing thing, long now) {
        State wanted = thing.wanted(now, rules.remind());
        boolean isMeant = wanted != null
                && (wanted == State.OVER) == word.over()
                && (word.over() || thing.latest().level() <= level);
        switch (word.stage()) {
            case TAKEN -> {
                if (isMeant) {
                    thing.takenElsewhere(now);
                }
            }
            case TOLD -> {
                if (isMeant && wanted != null) {
                    lastTold.put(new Kind(word.event(), wanted), now);
                    leftOut = 0;
                }
                thing.toldElsewhere(word.over(), level, now);
                dropSpent(key, thing, now);
            }
            case FAILED -> {
                if (isMeant) {
                    thing.failedElsewhere(word.node(), now);
                }
            }
            case KNOWN -> {
                if (isMeant && thing.isFirst()) {
                    thing.toldElsewhere(false, level, now);
                }
            }
        }
    }

    /**
     * What this node is to hand over now.
     *
     * @param id of the message, if there is one
     * @param order the nodes in the order of their duty for this sink, this one among them
     * @return the groups of one message; empty for none
     */
    List<Group> due(String id, long now, List<String> order, Words words) {
        things.values().removeIf(thing -> thing.isSpent(now, pace.patience().toNanos()) || thing.isGone(now));
        if (!flights.isEmpty()) {
            sayTaken(flights, now, words);
            return List.of();
        }
        List<Flight> ready = ready(now, order);
        if (ready.isEmpty()) {
            return List.of();
        }
        if (!rate.take(now)) {
            heldBack = true;
            sayTaken(ready, now, words);
            return List.of();
        }
        if (!heldBack) {
            // Each kind has a message of its own, unless there were too many of them.
            Kind first = ready.stream()
                    .map(Flight::kind)
                    .max(Comparator.comparing(this::severity))
                    .orElseThrow();
            ready.removeIf(flight -> !flight.kind().equals(first));
        }
        heldBack = false;
        flying = id;
        flyingLeftOut = leftOut;
        leftOut = 0;
        flights.addAll(ready);
        flights.forEach(flight -> flight.thing.flies(flight.state));
        sayTaken(flights, now, words);
        return groups();
    }

    /** Whether the message of this id is what was handed over last and has not ended. */
    boolean isFlying(String id) {
        return !flights.isEmpty() && flying.equals(id);
    }

    /** How many occurrences before this message are in none. */
    int flyingLeftOut() {
        return flyingLeftOut;
    }

    /** How many occurrences were given up since this was last asked. */
    int takeLost() {
        int count = lost;
        lost = 0;
        return count;
    }

    private List<Flight> ready(long now, List<String> order) {
        Set<Kind> kinds = new HashSet<>();
        List<Flight> own = new ArrayList<>();
        for (Thing thing : things.values()) {
            State wanted = thing.isFlying() ? null : thing.wanted(now, rules.remind());
            if (wanted == null || isPutOff(thing, now, order)) {
                continue;
            }
            Flight flight = new Flight(thing, wanted, thing.latest());
            boolean isDue = now - dueAt(flight, order) >= 0;
            if (isDue) {
                kinds.add(flight.kind());
            }
            if (isDue || (thing.mayBeTaken() && rank(thing, order) == 0)) {
                own.add(flight);
            }
        }
        own.removeIf(flight -> !kinds.contains(flight.kind()));
        return own;
    }

    /** When no node could, it is tried again later; what fails for long is left out, even if some node never tried. */
    private boolean isPutOff(Thing thing, long now, List<String> order) {
        if (thing.failsLongerThan(pace.giveUp().toNanos(), now)) {
            thing.giveUp(now);
            leftOut++;
            lost++;
            return true;
        }
        if (thing.failedEverywhere(order)) {
            thing.pause(now + pace.pause().toNanos());
            return true;
        }
        return false;
    }

    private long dueAt(Flight flight, List<String> order) {
        long at = flight.thing.dueAt(flight.state, rules, pace.patience().toNanos());
        Long last = lastTold.get(flight.kind());
        if (last != null) {
            at = Math.max(at, last + rules.groupInterval().toNanos());
        }
        return at + rank(flight.thing, order) * pace.takeOver().toNanos();
    }

    /** How many nodes have the duty before this one. */
    private int rank(Thing thing, List<String> order) {
        int rank = 0;
        for (String node : order) {
            if (node.equals(self)) {
                // A node that has failed is the last to try again.
                return thing.failedAt(self) ? order.size() : rank;
            }
            if (!thing.failedAt(node)) {
                rank++;
            }
        }
        return rank;
    }

    private Severity severity(Kind kind) {
        // That something is over is good to know, however bad it was.
        return kind.state == State.OVER ? Severity.INFO : rules.severity(kind.event);
    }

    private List<Group> groups() {
        Map<Kind, List<Occurrence>> kinds = new LinkedHashMap<>();
        flights.forEach(flight ->
                kinds.computeIfAbsent(flight.kind(), kind -> new ArrayList<>()).add(flight.occurrence));
        return kinds.entrySet().stream()
                .map(e -> new Group(e.getKey().event, severity(e.getKey()), e.getKey().state, e.getValue()))
                .sorted(Comparator.comparing(Group::severity).reversed())
                .toList();
    }

    /** The sink has what was handed over. */
    void delivered(long now, Words words) {
        say(Stage.TOLD, flights, words);
        flights.forEach(flight -> {
            lastTold.put(flight.kind(), now);
            flight.thing.delivered(now);
            dropSpent(flight.occurrence.key(), flight.thing, now);
        });
        flights.clear();
        flyingLeftOut = 0;
    }

    /** The sink does not have it, and this node tries no more. */
    void failed(long now, Words words) {
        say(Stage.FAILED, flights, words);
        flights.forEach(flight ->
                flight.thing.failed(self, now, rules.remind(), pace.pause().toNanos()));
        ended();
    }

    /** What was handed over comes back untried: it is handed over again. */
    void returned() {
        flights.forEach(flight -> flight.thing.returned());
        ended();
    }

    private void ended() {
        flights.clear();
        leftOut += flyingLeftOut;
        flyingLeftOut = 0;
    }

    private void sayTaken(Collection<Flight> those, long now, Words words) {
        long every = pace.patience().toNanos() / 3;
        say(
                Stage.TAKEN,
                those.stream()
                        .filter(flight -> flight.thing.sayTaken(now, every))
                        .toList(),
                words);
    }

    private void say(Stage stage, Collection<Flight> those, Words words) {
        record Heading(NoticeEvent event, boolean over) {}
        Map<Heading, List<Subject>> all = new LinkedHashMap<>();
        those.forEach(flight -> all.computeIfAbsent(
                        new Heading(flight.occurrence.event(), flight.state == State.OVER), h -> new ArrayList<>())
                .add(new Subject(flight.occurrence.subject(), flight.occurrence.level())));
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
