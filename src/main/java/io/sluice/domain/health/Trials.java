package io.sluice.domain.health;

import io.sluice.domain.health.KnownAccount.ModelState;
import io.sluice.domain.health.Trial.Place;
import io.sluice.domain.health.Trial.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The trials that are on offer or on their way: one for each thing that is out. Used by one thread. */
final class Trials {
    private final int lanes;
    private final List<Trial> open = new ArrayList<>();
    private final Map<Target, Round> rounds = new HashMap<>();
    private long number;

    /** From the first offer of one thing to its end. */
    private static final class Round {
        private final long sinceNanos;
        private boolean taken;

        private Round(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    /** @param lanes of the node, at least 1 */
    Trials(int lanes) {
        // A mark of a snapshot is a byte.
        this.lanes = Math.min(lanes, Byte.MAX_VALUE);
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    List<Trial> open() {
        return open;
    }

    /** Forgets them all. */
    void clear() {
        open.clear();
        rounds.clear();
    }

    /** Whether there is one for it. */
    boolean has(Target target) {
        return open.stream().anyMatch(trial -> trial.target().equals(target));
    }

    /**
     * Offers one to the next lane, at the next place.
     *
     * @param places where it can be tried, at least one
     */
    void offer(Target target, List<Place> places, long now) {
        number++;
        int lane = (int) (number % lanes);
        Place place = places.get((int) (number / lanes % places.size()));
        // What was offered before and has not ended may end yet: a stream takes its time.
        Round round = rounds.computeIfAbsent(target, t -> new Round(now));
        open.add(new Trial(target, place, new Trial.Offer(number, lane, round.sinceNanos), now));
    }

    void end(Target target) {
        rounds.remove(target);
        open.removeIf(trial -> trial.target().equals(target));
    }

    /** A lane's router gave it a request. */
    boolean taken(long taken, long now) {
        for (Trial trial : open) {
            if (trial.number() == taken && !trial.isTaken()) {
                trial.take(now);
                Round round = rounds.get(trial.target());
                if (round != null) {
                    round.taken = true;
                }
                return true;
            }
        }
        return false;
    }

    /** Those whose end this may be; a copy. */
    List<Trial> endedBy(KnownAccount account, ModelState model, long startedNanos) {
        return open.stream()
                .filter(trial -> trial.isOf(account, model, startedNanos))
                .toList();
    }

    /** Whether it has been on offer for so long, and nobody ever took it. */
    boolean isUnwanted(Target target, long nanos, long now) {
        Round round = rounds.get(target);
        return round != null && !round.taken && now - round.sinceNanos >= nanos;
    }

    /** Ends those that nobody took in time, or whose end nobody saw; whether there was one. */
    boolean expire(long now) {
        return open.removeIf(trial -> trial.isOver(now));
    }
}
