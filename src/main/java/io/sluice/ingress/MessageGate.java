package io.sluice.ingress;

import io.sluice.domain.realtime.RealtimeEvent;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a session: frames pass as they came, but those of events that have to be looked at, which are gathered
 * to whole messages first. Of all others only the beginning is read, until their type is known. Used on the lane's event
 * loop.
 */
final class MessageGate {
    /** Where the type of nearly every event stands. */
    private static final int BEGINNING = 512;

    private final Set<String> whole;
    private final int mostBytes;
    private final EdgeLimits limits;
    private final Side side;
    private final List<WebSocketFrame> held = new ArrayList<>();
    private @Nullable Buffer text;
    private int reserved;
    private int looked;
    private int length;
    private boolean passing;
    private @Nullable String type;

    /** Takes what comes through. */
    interface Side {
        /**
         * A frame passes.
         *
         * @param frame as it came
         * @param type of the event it is a part of; null when that is not known
         */
        void pass(WebSocketFrame frame, @Nullable String type);

        /**
         * A whole message that was waited for.
         *
         * @param type of the event
         * @param text UTF-8
         * @param frames those it came in
         */
        void message(String type, byte[] text, List<WebSocketFrame> frames);

        /** The message is larger than its bound, or than what the node can hold: nothing of it passes any more. */
        void tooLarge();
    }

    /**
     * Nothing came yet.
     *
     * @param whole types of the events that are looked at
     * @param mostBytes of a message
     * @param limits where memory for gathered messages is counted
     * @param side takes what comes through
     */
    MessageGate(Set<String> whole, int mostBytes, EdgeLimits limits, Side side) {
        this.whole = whole;
        this.mostBytes = mostBytes;
        this.limits = limits;
        this.side = side;
    }

    /** Takes a frame with data. */
    void take(WebSocketFrame frame) {
        int bytes = frame.binaryData().length();
        if (bytes > mostBytes - length) {
            side.tooLarge();
            return;
        }
        length += bytes;
        if (frame.isBinary()) {
            passing = true;
            type = null;
            side.pass(frame, null);
        } else if (passing || held.isEmpty() && passesByItsBeginning(frame)) {
            side.pass(frame, type);
        } else {
            gather(frame, bytes);
        }
        if (frame.isFinal()) {
            passing = false;
            length = 0;
        }
    }

    private boolean passesByItsBeginning(WebSocketFrame frame) {
        Buffer data = frame.binaryData();
        byte[] beginning = data.getBytes(0, Math.min(data.length(), BEGINNING));
        type = RealtimeEvent.typeOf(beginning, beginning.length);
        passing = type != null && !whole.contains(type);
        return passing;
    }

    private void gather(WebSocketFrame frame, int bytes) {
        if (!limits.reserveBody(bytes)) {
            side.tooLarge();
            return;
        }
        reserved += bytes;
        held.add(frame);
        Buffer gathered = text == null ? Buffer.buffer(bytes) : text;
        text = gathered.appendBuffer(frame.binaryData());
        // Not at every frame, so that many small ones cost no more than a few large ones.
        if (type == null && (frame.isFinal() || text.length() >= 2 * looked)) {
            looked = text.length();
            type = RealtimeEvent.typeOf(text.getBytes(), looked);
        }
        if (type == null ? frame.isFinal() : !whole.contains(type)) {
            List<WebSocketFrame> frames = List.copyOf(held);
            String known = type;
            release();
            passing = true;
            type = known;
            frames.forEach(passed -> side.pass(passed, known));
        } else if (frame.isFinal()) {
            String known = String.valueOf(type);
            byte[] message = text.getBytes();
            List<WebSocketFrame> frames = List.copyOf(held);
            release();
            side.message(known, message, frames);
        }
    }

    /** Gives back what is held. */
    void release() {
        held.clear();
        text = null;
        looked = 0;
        type = null;
        limits.releaseBody(reserved);
        reserved = 0;
    }
}
