package io.sluice.notify;

import io.sluice.domain.notice.NoticeEvent;
import io.sluice.message.Notice;
import io.sluice.message.Notice.Detail;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Raises that the pool of a model has been used to 80 or 95 % for two minutes, and that it has been below 75 % for two
 * minutes. Only the node that counts looks; another one that takes over says once of every pool with room that it has some, for it
 * does not know what was said before. For one thread.
 */
final class PoolWatch {
    private static final int HIGH = 800;
    private static final int HIGHEST = 950;
    private static final int LOW = 750;
    private static final long LASTING_NANOS = Duration.ofMinutes(2).toNanos();

    private final Clocks clocks;
    private final Consumer<Notice> raise;
    private final Map<String, Seen> models = new HashMap<>();

    private static final class Seen {
        private final Streak high = new Streak();
        private final Streak highest = new Streak();
        private final Streak low = new Streak();
        private int raised;
        private boolean saidLow;
    }

    /** For how long something has been so. */
    private static final class Streak {
        private boolean on;
        private long since;

        boolean lasts(boolean now, long nanos) {
            if (now && !on) {
                since = nanos;
            }
            on = now;
            return on && nanos - since >= LASTING_NANOS;
        }
    }

    /** Has seen nothing. */
    PoolWatch(Clocks clocks, Consumer<Notice> raise) {
        this.clocks = clocks;
        this.raise = raise;
    }

    /** Somebody else counts: what was seen is old. */
    void elsewhere() {
        models.clear();
    }

    /** The pools are used so now, by model; a model that is not there has no limit. */
    void seen(Map<String, PoolUse> uses) {
        long now = clocks.nanos().getAsLong();
        models.forEach((model, seen) -> {
            if (!uses.containsKey(model) && seen.raised > 0) {
                over(model, "The pool of " + model + " has no limit any more.");
            }
        });
        models.keySet().retainAll(uses.keySet());
        uses.forEach((model, use) -> seen(model, use, models.computeIfAbsent(model, m -> new Seen()), now));
    }

    private void seen(String model, PoolUse use, Seen seen, long now) {
        boolean high = seen.high.lasts(use.permille() >= HIGH, now);
        boolean highest = seen.highest.lasts(use.permille() >= HIGHEST, now);
        boolean low = seen.low.lasts(use.permille() < LOW, now);
        int level = highest ? HIGHEST : high ? HIGH : 0;
        if (level > seen.raised) {
            seen.raised = level;
            seen.saidLow = false;
            raise(
                    model,
                    false,
                    level / 10,
                    "The pool of " + model + " has been used to " + level / 10 + " % or more for "
                            + LASTING_NANOS / 60_000_000_000L + " minutes; now it is at " + use.permille() / 10 + " %.",
                    List.of(new Detail("limit", use.used() + " of " + use.amount() + " " + use.kind())));
        } else if (low && !seen.saidLow) {
            seen.saidLow = true;
            seen.raised = 0;
            over(model, "The pool of " + model + " has room again: " + use.permille() / 10 + " % is used.");
        }
    }

    private void over(String model, String text) {
        raise(model, true, 0, text, List.of());
    }

    private void raise(String model, boolean over, int level, String text, List<Detail> details) {
        raise.accept(new Notice(
                NoticeEvent.POOL_NEAR_LIMIT,
                model,
                over,
                level,
                text,
                details,
                clocks.wall().millis()));
    }
}
