package io.sluice.domain.sse;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.TokenEstimate;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lets an event of a responses stream flow through that is too long to be held: its {@code response} object is read as a
 * whole answer is, in flat memory. The end of a terminal event is held back.
 */
final class LongResponsesEvent {
    private static final int TAIL = 1_024;

    private final @Nullable JsonTap response;
    private final NestedValue bounds = new NestedValue(new TokenEstimate());
    private final boolean terminal;
    private final HeldBytes tail = new HeldBytes();
    private boolean behind;

    /**
     * Begins.
     *
     * @param publicModel see {@link ResponsesTap}
     * @param hasResponse whether what is fed next is the {@code response} object
     * @param terminal whether the answer ends with the event
     */
    LongResponsesEvent(@Nullable String publicModel, boolean hasResponse, boolean terminal) {
        this.response = hasResponse ? new JsonTap(publicModel, false) : null;
        this.terminal = terminal;
        behind = !hasResponse;
        bounds.begin(false);
    }

    /** Whether the answer ends with the event. */
    boolean isTerminal() {
        return terminal;
    }

    /** Takes more of the event. */
    void feed(byte[] source, int from, int to, ResponseTap.Sink out) {
        if (from == to) {
            return;
        }
        byte[] piece = Arrays.copyOfRange(source, from, to);
        int at = 0;
        if (response != null && !behind) {
            at = bounds.read(piece, 0);
            byte[] part = at == piece.length ? piece : Arrays.copyOf(piece, at);
            ResponseTap.Sink copying = copying(part, out);
            response.feed(part, copying);
            if (bounds.isClosed()) {
                behind = true;
                response.end(copying);
                keep(response.last(), 0, out);
            }
        }
        keep(piece, at, out);
    }

    private static ResponseTap.Sink copying(byte[] piece, ResponseTap.Sink out) {
        return new ResponseTap.Sink() {
            @Override
            public void pass(int offset, int length) {
                out.write(Arrays.copyOfRange(piece, offset, offset + length));
            }

            @Override
            public void write(byte[] bytes) {
                out.write(bytes);
            }
        };
    }

    private void keep(byte[] piece, int from, ResponseTap.Sink out) {
        if (from == piece.length) {
            return;
        }
        if (!terminal) {
            out.write(from == 0 ? piece : Arrays.copyOfRange(piece, from, piece.length));
            return;
        }
        tail.add(piece, from, piece.length);
        if (tail.length() > 2 * TAIL) {
            int passed = tail.length() - TAIL;
            byte[] rest = tail.copy(passed, tail.length());
            out.write(tail.copy(0, passed));
            tail.clear();
            tail.add(rest, 0, rest.length);
        }
    }

    /** Whether a terminal event is whole, but for the blank line: something closes behind the {@code response} object. */
    boolean isWhole() {
        int end = tail.length();
        while (end > 0 && tail.array()[end - 1] <= ' ') {
            end--;
        }
        return response != null && behind && end > 1 && tail.array()[end - 1] == '}';
    }

    /** The end of a terminal event, which was held back. */
    byte[] tail() {
        return tail.copy();
    }

    /** The usage in it; null for none. */
    @Nullable
    TokenUsage usage() {
        return response == null ? null : response.usage();
    }

    /** The error that it turned out to be; null for none. */
    @Nullable
    UpstreamFailure error() {
        return response == null ? null : response.error();
    }
}
