package io.sluice.notify;

import io.sluice.domain.notice.NoticeEvent;
import io.sluice.message.GroupStatus;
import io.sluice.message.Notice;
import io.sluice.message.Notice.Detail;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Raises that nobody grants room, when it has been so for a while, and that somebody does again. An election takes a second
 * or two and is nothing to tell. For one thread.
 */
final class MajorityWatch {
    private static final String SUBJECT = "quota group";
    private static final long BAD_NANOS = Duration.ofSeconds(15).toNanos();
    private static final long GOOD_NANOS = Duration.ofSeconds(5).toNanos();

    private final String node;
    private final Clocks clocks;
    private final Consumer<Notice> raise;
    private final Streak streak = new Streak();
    private boolean raised;

    /** How long something has been as it is. */
    private static final class Streak {
        private boolean good = true;
        private long sinceNanos;
        private boolean begun;

        long of(boolean now, LongSupplier clock) {
            long at = clock.getAsLong();
            if (!begun || now != good) {
                begun = true;
                good = now;
                sinceNanos = at;
            }
            return at - sinceNanos;
        }
    }

    /**
     * Nothing is wrong.
     *
     * @param node name of this node
     */
    MajorityWatch(String node, Clocks clocks, Consumer<Notice> raise) {
        this.node = node;
        this.clocks = clocks;
        this.raise = raise;
    }

    /** The group stands so now; told each second. */
    void status(GroupStatus status) {
        long lasting = streak.of(status.grants(), clocks.nanos());
        if (!status.grants() && !raised && lasting >= BAD_NANOS) {
            raised = true;
            raise(
                    false,
                    "Nobody has granted room for " + lasting / 1_000_000_000 + " s: " + status.reason()
                            + ". Limited requests wait or are refused.",
                    status);
        } else if (status.grants() && raised && lasting >= GOOD_NANOS) {
            raised = false;
            raise(true, "Room is granted again; " + status.leader() + " leads.", status);
        }
    }

    private void raise(boolean over, String text, GroupStatus status) {
        raise.accept(new Notice(
                NoticeEvent.NODE_MINORITY,
                SUBJECT,
                over,
                text,
                List.of(new Detail("node", node), new Detail("voters", String.join(", ", status.voters()))),
                clocks.wall().millis()));
    }
}
