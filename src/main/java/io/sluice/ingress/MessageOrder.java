package io.sluice.ingress;

import io.vertx.core.http.WebSocketFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What goes to one side of a session: the other side's frames, and between two of its messages, never inside one, what the
 * gateway says itself. Used on the lane's event loop.
 */
final class MessageOrder {
    private final Consumer<WebSocketFrame> target;
    private final Deque<String> own = new ArrayDeque<>();
    private boolean inMessage;

    /**
     * Nothing was written yet.
     *
     * @param target writes frames
     */
    MessageOrder(Consumer<WebSocketFrame> target) {
        this.target = target;
    }

    /** Passes a frame on. */
    void pass(WebSocketFrame frame) {
        target.accept(frame);
        inMessage = !frame.isFinal();
        flush();
    }

    /**
     * Passes a message on.
     *
     * @param changed what is said in its place; null when it passes as it came
     * @param frames those it came in
     */
    void pass(@Nullable String changed, List<WebSocketFrame> frames) {
        if (changed == null) {
            frames.forEach(this::pass);
        } else {
            say(changed);
        }
    }

    /** The last frame of the message went another way. */
    void ended() {
        inMessage = false;
        flush();
    }

    private void flush() {
        while (!inMessage && !own.isEmpty()) {
            target.accept(WebSocketFrame.textFrame(own.remove(), true));
        }
    }

    /** Says an event, now or behind the message that is on its way. */
    void say(String event) {
        if (inMessage) {
            own.add(event);
        } else {
            target.accept(WebSocketFrame.textFrame(event, true));
        }
    }

    /** Whether a message is on its way, behind which nothing can be said if it gets no end. */
    boolean isInMessage() {
        return inMessage;
    }

    /** How many events wait for the end of a message. */
    int waiting() {
        return own.size();
    }
}
