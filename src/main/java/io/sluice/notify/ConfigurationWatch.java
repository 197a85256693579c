package io.sluice.notify;

import io.sluice.domain.notice.NoticeEvent;
import io.sluice.message.Notice;
import io.sluice.message.Notice.Detail;
import io.sluice.message.ReloadFailed;
import io.sluice.message.RevisionChanged;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;

/** Raises that changed files were not taken, and that they are. For one thread. */
final class ConfigurationWatch {
    private static final String SUBJECT = "gateway files";
    private static final int MOST_PLACES = 10;

    private final String node;
    private final InstantSource clock;
    private final Consumer<Notice> raise;
    private String live;
    private boolean rejected;

    /**
     * The files are taken.
     *
     * @param node name of this node
     * @param live id of the revision it starts with
     */
    ConfigurationWatch(String node, String live, InstantSource clock, Consumer<Notice> raise) {
        this.node = node;
        this.live = live;
        this.clock = clock;
        this.raise = raise;
    }

    /** The files were not taken; without errors they are those of the live revision again. */
    void failed(ReloadFailed failed) {
        int errors = failed.errors().size();
        if (errors == 0) {
            accepted("The files are those of revision " + live + " again.");
            return;
        }
        rejected = true;
        // Errors repeat what stands in the files, which is nothing for a chat; the log has them.
        List<String> places = failed.places().stream().distinct().toList();
        String first = String.join(", ", places.subList(0, Math.min(places.size(), MOST_PLACES)));
        raise(
                false,
                "The files have " + errors + (errors == 1 ? " error" : " errors") + "; revision " + live + " stays.\n"
                        + "Look at " + first + (places.size() > MOST_PLACES ? ", …" : "")
                        + "; the log of the node says what is wrong.");
    }

    /** The files were taken. */
    void changed(RevisionChanged changed) {
        live = changed.revision().id();
        accepted("Revision " + live + " is live.");
    }

    private void accepted(String text) {
        if (rejected) {
            rejected = false;
            raise(true, text);
        }
    }

    private void raise(boolean over, String text) {
        raise.accept(new Notice(
                NoticeEvent.CONFIG_REJECTED, SUBJECT, over, text, List.of(new Detail("node", node)), clock.millis()));
    }
}
