package io.sluice.domain.chat;

import io.sluice.domain.media.MediaKind;
import io.sluice.domain.media.MediaRefusal;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was fetched for one request, kept for all its attempts: nothing is fetched twice. Lives until the client has seen a
 * byte of an answer, or the request ends. Used on the lane's event loop.
 */
public final class FetchedMedia {
    private final Map<Address, Outcome> outcomes = new HashMap<>();
    private @Nullable Runnable release;
    private boolean closed;

    /**
     * What is wanted.
     *
     * @param kind what it is for
     * @param url where it is, as the client wrote it
     */
    public record Address(MediaKind kind, String url) {}

    /** What became of it. */
    public sealed interface Outcome {
        /**
         * It is here.
         *
         * @param source its bytes or text
         */
        record Found(MediaSource source) implements Outcome {}

        /**
         * It will not be tried again.
         *
         * @param why for the client
         */
        record Refused(MediaRefusal why) implements Outcome {}
    }

    /** What became of an address; null when it was not tried. */
    public @Nullable Outcome outcome(Address address) {
        return outcomes.get(address);
    }

    /** The source that was fetched in the place of an address; null when there is none. */
    @Nullable
    MediaSource source(MediaKind kind, String url) {
        if (outcomes.get(new Address(kind, url)) instanceof Outcome.Found found) {
            return found.source();
        }
        return kind == MediaKind.DOCUMENT ? source(MediaKind.TEXT, url) : null;
    }

    /** Keeps what became of an address. */
    public void put(Address address, Outcome outcome) {
        if (!closed) {
            outcomes.put(address, outcome);
        }
    }

    /**
     * Says what is to be done once when nothing is needed any more; at once when that is now.
     *
     * @param action gives back the room that the bytes take
     */
    public void onClose(Runnable action) {
        if (closed) {
            action.run();
            return;
        }
        Runnable before = release;
        release = before == null
                ? action
                : () -> {
                    before.run();
                    action.run();
                };
    }

    /** Forgets everything, and keeps nothing from now on. */
    public void close() {
        closed = true;
        outcomes.clear();
        Runnable action = release;
        release = null;
        if (action != null) {
            action.run();
        }
    }
}
