package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Taps a stream of pictures, of speech or of a transcript as it is being made. The stream is whole behind an event of a
 * type in {@code .completed} or {@code .done}, or behind {@code [DONE]}. Where only one such event can come it is held
 * back until the usage record is safe; several pictures have one each, and pass.
 *
 * <p>An event over {@value #MAX_HELD} bytes, as every picture is, flows through beyond them in flat memory, its usage read
 * on the way. Of a last one only the end is then held back, without which no client takes it.
 */
public final class MediaTap implements ResponseTap {
    /** The most bytes of an incomplete event that are held. */
    public static final int MAX_HELD = 64 * 1_024;

    private static final int TAIL = 1_024;
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] BLANK_LINE = {'\n', '\n'};
    private static final byte[] DONE = "[DONE]".getBytes(US_ASCII);
    private static final UpstreamFailure FOREIGN =
            UpstreamFailure.of(UpstreamFailure.Kind.BAD_RESPONSE, "The provider did not answer with an event stream.");
    private static final UpstreamFailure MALFORMED =
            UpstreamFailure.of(UpstreamFailure.Kind.BAD_RESPONSE, "The provider sent an event that is not valid JSON.");
    private static final Sink NOWHERE = new Sink() {
        @Override
        public void pass(int offset, int length) {
            // Only read.
        }

        @Override
        public void write(byte[] bytes) {
            // Only read.
        }
    };

    private final boolean one;
    private final EventBoundary boundary = new EventBoundary();
    private final EventData data = new EventData();
    private final MediaEventReader reader = new MediaEventReader();
    private final HeldBytes held = new HeldBytes();
    private final HeldBytes tail = new HeldBytes();
    private @Nullable JsonTap flowing;
    private boolean flowsLast;
    private boolean sawEvent;
    private boolean done;
    private boolean closed;
    private boolean lastIsHeld;
    private byte[] last = NOTHING;
    private @Nullable UpstreamFailure error;

    /**
     * A tap for one answer.
     *
     * @param one whether it tells of one thing; false for several pictures
     */
    public MediaTap(boolean one) {
        this.one = one;
    }

    @Override
    public void feed(byte[] chunk, Sink out) {
        if (chunk.length == 0) {
            return;
        }
        int at = 0;
        if (boundary.belongsToLast(chunk[0])) {
            at = 1;
            follow(out);
        }
        while (at < chunk.length && !closed) {
            int end = boundary.find(chunk, at, chunk.length);
            int stop = end < 0 ? chunk.length : end;
            take(chunk, at, stop, end >= 0, out);
            at = stop;
        }
    }

    /** Takes the LF of a CRLF whose CR came with the piece before: it goes where the event went. */
    private void follow(Sink out) {
        if (lastIsHeld) {
            last = joined(last, new byte[] {'\n'});
        } else if (!closed) {
            out.pass(0, 1);
        }
    }

    private void take(byte[] chunk, int from, int to, boolean ends, Sink out) {
        int at = from;
        if (flowing == null && held.length() == 0 && ends && to - from <= MAX_HELD) {
            if (passes(chunk, from, to)) {
                out.pass(from, to - from);
            }
            return;
        }
        if (flowing == null) {
            at = Math.min(to, from + MAX_HELD - held.length());
            held.add(chunk, from, at);
            if (ends && at == to) {
                byte[] event = held.copy();
                held.clear();
                if (passes(event, 0, event.length)) {
                    out.write(event);
                }
                return;
            }
            if (held.length() < MAX_HELD || !begins(out)) {
                return;
            }
        }
        flow(chunk, at, to, out);
        if (ends) {
            endFlow();
        }
    }

    /** Reads a whole event; false when it is kept. */
    private boolean passes(byte[] bytes, int from, int to) {
        if (!sawEvent && isForeign(bytes, from, to)) {
            fail(FOREIGN);
            return false;
        }
        if (!data.locate(bytes, from, to)) {
            return true;
        }
        if (Arrays.equals(data.bytes(), data.start(), data.end(), DONE, 0, DONE.length)) {
            return close(Arrays.copyOfRange(bytes, from, to));
        }
        reader.read(data.bytes(), data.start(), data.end());
        reader.nameIfUntyped(bytes, from, to);
        if (isFailure(true)) {
            return false;
        }
        sawEvent = true;
        if (!reader.isTerminal()) {
            return true;
        }
        done = true;
        return !one || close(Arrays.copyOfRange(bytes, from, to));
    }

    /** Whether this is markup, which begins like no line of an event. */
    private static boolean isForeign(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] <= ' ' && bytes[at] >= 0) {
            at++;
        }
        return at < to && bytes[at] == '<';
    }

    private boolean isFailure(boolean whole) {
        byte[] text = Arrays.copyOfRange(data.bytes(), data.start(), data.end());
        if (reader.isError()) {
            fail(UpstreamErrors.inAnswer(text));
        } else if (whole && !reader.isWellFormed()) {
            fail(MALFORMED);
        }
        return error != null;
    }

    private void fail(UpstreamFailure failure) {
        error = failure;
        closed = true;
    }

    private boolean close(byte[] event) {
        done = true;
        closed = true;
        last = event;
        lastIsHeld = true;
        return false;
    }

    /** Begins to let the event through whose first bytes are held; false when it is an error, or no event at all. */
    private boolean begins(Sink out) {
        if (!data.locate(held.array(), 0, held.length())) {
            fail(FOREIGN);
            held.clear();
            return false;
        }
        reader.read(data.bytes(), data.start(), data.end());
        reader.nameIfUntyped(held.array(), 0, held.length());
        if (isFailure(false)) {
            held.clear();
            return false;
        }
        sawEvent = true;
        flowsLast = reader.isTerminal();
        JsonTap begun = new JsonTap(null, false);
        begun.feed(Arrays.copyOfRange(data.bytes(), data.start(), data.end()), NOWHERE);
        flowing = begun;
        out.write(held.copy());
        held.clear();
        return true;
    }

    private void flow(byte[] chunk, int from, int to, Sink out) {
        JsonTap reading = flowing;
        if (from == to || reading == null) {
            return;
        }
        reading.feed(Arrays.copyOfRange(chunk, from, to), NOWHERE);
        if (!flowsLast || !one) {
            out.pass(from, to - from);
            return;
        }
        tail.add(chunk, from, to);
        if (tail.length() > 2 * TAIL) {
            int passed = tail.length() - TAIL;
            byte[] rest = tail.copy(passed, tail.length());
            out.write(tail.copy(0, passed));
            tail.clear();
            tail.add(rest, 0, rest.length);
        }
    }

    private void endFlow() {
        JsonTap read = flowing;
        flowing = null;
        if (read == null) {
            return;
        }
        reader.found(read.usage());
        if (!read.complete()) {
            fail(MALFORMED);
        } else if (flowsLast) {
            done = true;
            if (one) {
                close(tail.copy());
            }
        }
        tail.clear();
    }

    @Override
    public void end(Sink out) {
        if (closed) {
            return;
        }
        if (flowing != null) {
            endFlowing(out);
        } else if (held.length() > 0) {
            endHeld(out);
        }
        held.clear();
    }

    private void endFlowing(Sink out) {
        JsonTap read = flowing;
        if (read != null && read.complete()) {
            endFlow();
            if (lastIsHeld) {
                last = joined(last, BLANK_LINE);
            } else {
                out.write(BLANK_LINE);
            }
        } else {
            out.write(joined(tail.copy(), BLANK_LINE));
        }
    }

    /** An event without its blank line: it counts when it is whole, and is dropped when it is cut. */
    private void endHeld(Sink out) {
        byte[] event = held.copy();
        boolean empty = !data.locate(event, 0, event.length);
        boolean isDone = Arrays.equals(data.bytes(), data.start(), data.end(), DONE, 0, DONE.length);
        if (!empty && !isDone) {
            reader.read(data.bytes(), data.start(), data.end());
            if (!reader.isWellFormed()) {
                return;
            }
        } else if (empty && !sawEvent && event[0] != ':') {
            fail(FOREIGN);
            return;
        }
        if (passes(event, 0, event.length)) {
            out.write(joined(event, BLANK_LINE));
        } else if (lastIsHeld) {
            last = joined(last, BLANK_LINE);
        }
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    @Override
    public byte[] last() {
        return last;
    }

    @Override
    public boolean complete() {
        return error == null && done;
    }

    @Override
    public @Nullable TokenUsage usage() {
        return reader.usage();
    }

    @Override
    public long estimatedOutputTokens() {
        return reader.estimate().tokens();
    }

    @Override
    public boolean sawContent() {
        return sawEvent;
    }

    @Override
    public @Nullable UpstreamFailure error() {
        return error;
    }
}
