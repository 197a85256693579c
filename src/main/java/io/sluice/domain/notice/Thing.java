package io.sluice.domain.notice;

import io.sluice.domain.notice.NoticeEvent.Span;
import io.sluice.domain.notice.Telling.State;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Something that one sink is or was told of: how it is, and what the sink knows. Where the two differ, there is something to
 * tell; so whatever comes in whatever order, the sink is told how it is in the end. Belongs to a {@link SinkDesk}.
 */
final class Thing {
    private static final long GONE_NANOS = Duration.ofDays(1).toNanos();

    private Occurrence latest;
    private boolean open = true;
    private boolean isFirst;
    private boolean told;
    private int toldLevel;
    private long toldAt;
    private long since;

    private final Set<String> failedAt = new HashSet<>();
    private @Nullable Long takenElsewhereAt;
    private @Nullable Long pausedUntil;
    private @Nullable Long failingSince;
    private @Nullable Long saidTakenAt;
    private @Nullable State flying;
    private int flyingLevel;

    /**
     * It has begun, and the sink knows nothing.
     *
     * @param isFirst whether this node never heard of it, so that others may have told it long ago
     */
    Thing(Occurrence begun, boolean isFirst, long now) {
        this.latest = begun;
        this.isFirst = isFirst;
        this.since = now;
    }

    /** It was told elsewhere, and this node knows no more than that. */
    static Thing knownElsewhere(Occurrence.Key key, int level, long now) {
        Thing thing = new Thing(new Occurrence(key.event(), key.subject(), false, level, "", List.of(), 0), false, now);
        thing.toldElsewhere(false, level, now);
        return thing;
    }

    /** Whether others may have told it before this node heard of it. */
    boolean isFirst() {
        return isFirst;
    }

    Occurrence latest() {
        return latest;
    }

    boolean isTold() {
        return told;
    }

    int toldLevel() {
        return toldLevel;
    }

    /** It begins, again or further. */
    void begins(Occurrence seen, long now) {
        boolean isNews = !open || seen.level() > latest.level();
        if (!open) {
            // It ended and the sink does not know: if it gets as bad as it was again, that is told anew.
            toldLevel = Math.min(toldLevel, seen.level());
        }
        open = true;
        if (isNews) {
            latest = seen;
            changed(now);
        }
    }

    /** It ends. */
    void ends(Occurrence seen, long now) {
        if (open) {
            open = false;
            isFirst = false;
            latest = new Occurrence(
                    seen.event(), seen.subject(), true, latest.level(), seen.text(), seen.facts(), seen.atMillis());
            since = now;
            forgetFailures();
            saidTakenAt = null;
            // Whoever has taken its beginning may tell it yet: takenElsewhereAt stays until that is known.
        }
    }

    private void changed(long now) {
        since = now;
        forgetFailures();
        saidTakenAt = null;
        takenElsewhereAt = null;
    }

    /** As if it were never tried: it may be tried at once. */
    void forgetFailures() {
        failedAt.clear();
        pausedUntil = null;
        failingSince = null;
    }

    /**
     * What is to be told; null for nothing.
     *
     * @param remind after how long it is told again; null for never
     */
    @Nullable
    State wanted(long now, @Nullable Duration remind) {
        if (!open) {
            return told ? State.OVER : null;
        }
        if (!told || latest.level() > toldLevel) {
            return State.BEGUN;
        }
        return remind != null && now - toldAt >= remind.toNanos() ? State.STILL : null;
    }

    /** Whether nothing is known of it that could matter. */
    boolean isSpent(long now, long patience) {
        return !open && !told && flying == null && (takenElsewhereAt == null || now - takenElsewhereAt > 2 * patience);
    }

    /** Whether a node that left has not come back for so long that it was taken away for good. */
    boolean isGone(long now) {
        return isQuiet() && latest.event() == NoticeEvent.NODE_LEFT && now - since > GONE_NANOS;
    }

    /** Whether the sink knows how it is, so that nothing would be told twice or not at all if it were forgotten soon. */
    boolean isQuiet() {
        return open && told && flying == null && latest.level() <= toldLevel;
    }

    /** Another node is at telling it. */
    void takenElsewhere(long now) {
        takenElsewhereAt = now;
    }

    /** Another node has told it. */
    void toldElsewhere(boolean over, int level, long now) {
        landed(over, level, now);
        takenElsewhereAt = null;
    }

    /** Another node could not tell it. */
    void failedElsewhere(String node, long now) {
        takenElsewhereAt = null;
        fails(node, now);
    }

    private void fails(String node, long now) {
        failedAt.add(node);
        if (failingSince == null) {
            failingSince = now;
        }
    }

    private void landed(boolean over, int level, long now) {
        isFirst = false;
        told = !over && latest.event().span() != Span.MOMENT;
        open &= latest.event().span() != Span.MOMENT;
        toldLevel = over ? 0 : level;
        toldAt = now;
        forgetFailures();
        saidTakenAt = null;
    }

    /** This node hands it over. */
    void flies(State state) {
        flying = state;
        flyingLevel = latest.level();
    }

    boolean isFlying() {
        return flying != null;
    }

    /** The sink has it. */
    void delivered(long now) {
        landed(flying == State.OVER, flyingLevel, now);
        flying = null;
    }

    /**
     * The sink does not have it.
     *
     * @param pause for how long this node does not try again, whatever others do; nanoseconds
     */
    void failed(String self, long now, @Nullable Duration remind, long pause) {
        if (wanted(now, remind) == flying) {
            fails(self, now);
            pausedUntil = now + pause;
            takenElsewhereAt = null;
            saidTakenAt = null;
        }
        flying = null;
    }

    /** It was not tried. */
    void returned() {
        flying = null;
        saidTakenAt = null;
    }

    boolean failedEverywhere(List<String> nodes) {
        return failingSince != null && failedAt.containsAll(nodes);
    }

    boolean failedAt(String node) {
        return failedAt.contains(node);
    }

    /** Whether it could not be told for so long, by whomever. */
    boolean failsLongerThan(long nanos, long now) {
        return failingSince != null && now - failingSince > nanos;
    }

    /** All nodes have failed: it is tried again later. */
    void pause(long until) {
        failedAt.clear();
        pausedUntil = until;
    }

    /** It will not be told. */
    void giveUp(long now) {
        if (open) {
            // As if it were: its end will not be told, for the sink knows nothing.
            toldLevel = latest.level();
            toldAt = now;
            open = told;
        } else {
            told = false;
        }
        forgetFailures();
    }

    /** Whether another node may be telling it, or it was tried everywhere just now. */
    boolean mayBeTaken() {
        return takenElsewhereAt == null && pausedUntil == null;
    }

    /**
     * From when it may be told by the first in duty.
     *
     * @param rules how long it waits
     * @param patience nanoseconds
     */
    long dueAt(State state, NoticeRules rules, long patience) {
        long at = since + rules.groupWait().toNanos();
        if (state == State.STILL && rules.remind() != null) {
            at = toldAt + rules.remind().toNanos();
        }
        if (takenElsewhereAt != null) {
            at = Math.max(at, takenElsewhereAt + patience);
        }
        return pausedUntil == null ? at : Math.max(at, pausedUntil);
    }

    /** Whether the others must hear, again, that this node is at it; they do now. */
    boolean sayTaken(long now, long every) {
        if (saidTakenAt != null && now - saidTakenAt < every) {
            return false;
        }
        saidTakenAt = now;
        return true;
    }
}
