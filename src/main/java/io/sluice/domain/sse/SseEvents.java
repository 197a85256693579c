package io.sluice.domain.sse;

import java.util.Arrays;

/**
 * Splits a stream into its events (WHATWG HTML, server-sent events), cut anywhere. Holds one event at most, and of that
 * no more than its bound.
 */
public final class SseEvents {
    private static final byte[] NOTHING = new byte[0];

    private final int mostBytes;
    private final EventBoundary boundary = new EventBoundary();
    private final EventData data = new EventData();
    private final HeldBytes held = new HeldBytes();
    private boolean tooLong;

    /** Takes what an event says. */
    public interface Handler {
        /**
         * An event with data.
         *
         * @param bytes holds the data, white space around it left out; not to be kept after the call
         * @param from first byte of the data
         * @param to behind its last byte
         * @return whether to go on; false leaves the rest unread
         */
        boolean event(byte[] bytes, int from, int to);
    }

    /**
     * Events of one stream.
     *
     * @param mostBytes of one event
     */
    public SseEvents(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    /**
     * Takes the next piece.
     *
     * @param piece its bytes
     * @param handler is shown each event that is whole
     * @return false when an event is longer than the bound, or the handler wanted no more: nothing may be fed after that
     */
    public boolean feed(byte[] piece, Handler handler) {
        int at = piece.length > 0 && boundary.belongsToLast(piece[0]) ? 1 : 0;
        while (at < piece.length) {
            int end = boundary.find(piece, at, piece.length);
            int stop = end < 0 ? piece.length : end;
            if (end < 0 || held.length() > 0) {
                if (held.length() + stop - at > mostBytes) {
                    tooLong = true;
                    return false;
                }
                held.add(piece, at, stop);
                if (end >= 0) {
                    boolean more = show(held.array(), 0, held.length(), handler);
                    held.clear();
                    if (!more) {
                        return false;
                    }
                }
            } else if (!show(piece, at, stop, handler)) {
                return false;
            }
            at = stop;
        }
        return true;
    }

    /** Nothing follows: an event without its blank line is shown too. */
    public void end(Handler handler) {
        if (held.length() > 0 && !tooLong) {
            byte[] rest = held.length() == 0 ? NOTHING : Arrays.copyOf(held.array(), held.length());
            held.clear();
            show(rest, 0, rest.length, handler);
        }
    }

    /** Whether an event was longer than the bound. */
    public boolean isTooLong() {
        return tooLong;
    }

    private boolean show(byte[] bytes, int from, int to, Handler handler) {
        return !data.locate(bytes, from, to) || handler.event(data.bytes(), data.start(), data.end());
    }
}
