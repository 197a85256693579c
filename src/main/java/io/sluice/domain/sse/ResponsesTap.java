package io.sluice.domain.sse;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.json.JsonText;
import io.sluice.domain.json.KeptText;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Taps a stream of OpenAI responses events. Whole events pass as they came, at once, and are held only while they are
 * incomplete. The last event, {@code response.completed} or {@code response.incomplete}, is held back until the usage
 * record is safe; what a server sends behind it does not pass.
 *
 * <p>An event over {@value #MAX_HELD} bytes flows through beyond them, in flat memory, its model and usage read on the
 * way: the last event of a stream repeats the whole answer. Only its end is then held back, without which no client takes
 * it.
 *
 * <pre>{@code
 * UNKNOWN ──"{", "[", "<"──▶ FOREIGN (no event stream) ──end──▶ CLOSED, with an error
 *    │
 *    └──any other──▶ EVENTS ◀──event over the bound──▶ FLOWING
 *                       └──last event, error──▶ CLOSED
 * }</pre>
 */
public final class ResponsesTap implements ResponseTap {
    /** The most bytes of an incomplete event that are held. */
    public static final int MAX_HELD = 64 * 1_024;

    private static final byte[] BLANK_LINE = {'\n', '\n'};
    private static final byte[] NOTHING = new byte[0];

    private enum State {
        UNKNOWN,
        FOREIGN,
        EVENTS,
        FLOWING,
        CLOSED
    }

    private enum Fate {
        PASS,
        RENAME,
        DROP,
        LAST
    }

    private final @Nullable String publicModel;
    private final byte[] quotedModel;
    private final EventBoundary boundary = new EventBoundary();
    private final EventData data = new EventData();
    private final ResponsesEventReader reader = new ResponsesEventReader();
    private final HeldBytes held = new HeldBytes();
    private final PassedRun run = new PassedRun();
    private State state = State.UNKNOWN;
    private Fate lastFate = Fate.PASS;
    private byte[] last = NOTHING;
    private @Nullable LongResponsesEvent flowing;
    private boolean done;
    private @Nullable UpstreamFailure error;

    /**
     * A tap for one answer.
     *
     * @param publicModel the name that replaces the model's in every {@code response} object; null to leave it
     */
    public ResponsesTap(@Nullable String publicModel) {
        this.publicModel = publicModel;
        this.quotedModel = publicModel == null ? NOTHING : JsonText.quote(publicModel);
    }

    @Override
    public void feed(byte[] chunk, Sink out) {
        if (chunk.length == 0) {
            return;
        }
        run.reset();
        int at = 0;
        if (boundary.belongsToLast(chunk[0])) {
            at = 1;
            follow(out);
        }
        if (state == State.UNKNOWN) {
            recognise(chunk, at);
        }
        while (at < chunk.length && state != State.CLOSED) {
            at = state == State.FOREIGN ? collect(chunk, at) : event(chunk, at, out);
        }
        run.flush(out);
    }

    /** Takes the LF of a CRLF whose CR came with the piece before: it goes where the event went. */
    private void follow(Sink out) {
        switch (lastFate) {
            case PASS, RENAME -> run.pass(0, 1, out);
            case DROP -> {}
            case LAST -> {
                last = Arrays.copyOf(last, last.length + 1);
                last[last.length - 1] = '\n';
            }
        }
    }

    private void recognise(byte[] chunk, int from) {
        for (int i = from; i < chunk.length; i++) {
            int b = chunk[i] & 0xff;
            if (b == '{' || b == '[' || b == '<') {
                state = State.FOREIGN;
                return;
            }
            boolean blank = b == ' ' || b == '\t' || b == '\r' || b == '\n';
            boolean mark = b == 0xef || b == 0xbb || b == 0xbf;
            if (!blank && !mark) {
                state = State.EVENTS;
                return;
            }
        }
    }

    private int collect(byte[] chunk, int at) {
        held.add(chunk, at, Math.min(chunk.length, at + MAX_HELD - held.length()));
        return chunk.length;
    }

    /** Takes the event at {@code at}, or as much of it as there is; returns where that ends. */
    private int event(byte[] chunk, int at, Sink out) {
        int end = boundary.find(chunk, at, chunk.length);
        int stop = end < 0 ? chunk.length : end;
        if (flowing != null) {
            run.flush(out);
            flow(flowing, chunk, at, stop, end >= 0, out);
        } else if (end < 0 || stop - at + held.length() > MAX_HELD) {
            int room = Math.min(stop, at + MAX_HELD - held.length());
            held.add(chunk, at, room);
            if (held.length() == MAX_HELD) {
                run.flush(out);
                LongResponsesEvent begun = begin(out);
                if (begun != null) {
                    flow(begun, chunk, room, stop, end >= 0, out);
                }
            }
        } else if (held.length() > 0) {
            held.add(chunk, at, end);
            lastFate = settle(held.array(), 0, held.length());
            writeHeld(out);
        } else {
            lastFate = settle(chunk, at, end);
            passEvent(chunk, at, end, out);
        }
        return stop;
    }

    /** Begins to let the event through whose first bytes are held; null when it is an error. */
    private @Nullable LongResponsesEvent begin(Sink out) {
        boolean hasData = data.locate(held.array(), 0, held.length());
        if (hasData) {
            reader.read(data.bytes(), data.start(), data.end());
            reader.nameIfUntyped(held.array(), held.length());
            if (isFailure()) {
                held.clear();
                lastFate = Fate.DROP;
                return null;
            }
        }
        boolean terminal = hasData && reader.lastKind() == ResponsesEventReader.Kind.TERMINAL;
        int start = hasData ? reader.responseStart() : -1;
        LongResponsesEvent begun = new LongResponsesEvent(publicModel, start >= 0, terminal);
        flowing = begun;
        state = State.FLOWING;
        int read = Math.max(start, 0);
        if (read > 0) {
            out.write(held.copy(0, read));
        }
        begun.feed(held.array(), read, held.length(), out);
        held.clear();
        return begun;
    }

    private void flow(LongResponsesEvent event, byte[] chunk, int from, int to, boolean ends, Sink out) {
        event.feed(chunk, from, to, out);
        run.skipTo(to);
        if (ends) {
            endFlow(event);
        }
    }

    private void endFlow(LongResponsesEvent event) {
        flowing = null;
        reader.found(event.usage());
        state = State.EVENTS;
        lastFate = event.isTerminal() ? Fate.LAST : Fate.PASS;
        UpstreamFailure found = event.error();
        if (found != null) {
            fail(found);
        } else if (event.isTerminal()) {
            last = event.tail();
            close();
        }
    }

    private void close() {
        done = true;
        state = State.CLOSED;
    }

    private void passEvent(byte[] chunk, int from, int to, Sink out) {
        switch (lastFate) {
            case PASS -> run.pass(from, to, out);
            case RENAME -> {
                run.pass(from, reader.modelStart(), out);
                run.flush(out);
                out.write(quotedModel);
                run.pass(reader.modelEnd(), to, out);
            }
            case DROP -> {}
            case LAST -> last = renamed(chunk, from, to);
        }
    }

    private void writeHeld(Sink out) {
        run.flush(out);
        switch (lastFate) {
            case PASS -> out.write(held.copy());
            case RENAME -> out.write(renamed(held.array(), 0, held.length()));
            case DROP -> {}
            case LAST -> last = renamed(held.array(), 0, held.length());
        }
        held.clear();
    }

    /** The event with the public name in place of the model's. */
    private byte[] renamed(byte[] bytes, int from, int to) {
        int start = reader.modelStart();
        if (publicModel == null || start < 0) {
            return Arrays.copyOfRange(bytes, from, to);
        }
        int end = reader.modelEnd();
        byte[] event = new byte[start - from + quotedModel.length + to - end];
        System.arraycopy(bytes, from, event, 0, start - from);
        System.arraycopy(quotedModel, 0, event, start - from, quotedModel.length);
        System.arraycopy(bytes, end, event, start - from + quotedModel.length, to - end);
        return event;
    }

    /** Reads an event and decides what becomes of it. */
    private Fate settle(byte[] bytes, int from, int to) {
        if (!data.locate(bytes, from, to)) {
            return Fate.PASS;
        }
        reader.read(data.bytes(), data.start(), data.end());
        if (isFailure()) {
            return Fate.DROP;
        }
        if (reader.lastKind() == ResponsesEventReader.Kind.TERMINAL) {
            close();
            return Fate.LAST;
        }
        return publicModel != null && reader.modelStart() >= 0 ? Fate.RENAME : Fate.PASS;
    }

    /** Whether the event that was read last ends the answer with an error, which is then kept. */
    private boolean isFailure() {
        switch (reader.lastKind()) {
            case ERROR -> fail(UpstreamErrors.inAnswer(Arrays.copyOfRange(data.bytes(), data.start(), data.end())));
            case FAILED -> {
                int start = reader.errorStart();
                fail(
                        start < 0
                                ? UpstreamFailure.of(
                                        UpstreamFailure.Kind.SERVER_ERROR, "The provider could not finish the answer.")
                                : UpstreamErrors.inAnswer(Arrays.copyOfRange(data.bytes(), start, reader.errorEnd())));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void fail(UpstreamFailure failure) {
        error = failure;
        state = State.CLOSED;
    }

    @Override
    public void end(Sink out) {
        run.reset();
        switch (state) {
            case FOREIGN -> failForeign();
            case FLOWING -> endFlowing(out);
            case UNKNOWN, EVENTS -> {
                if (held.length() > 0) {
                    endHeld(out);
                }
            }
            case CLOSED -> {}
        }
        held.clear();
    }

    private void endFlowing(Sink out) {
        LongResponsesEvent event = flowing;
        if (event != null && event.isTerminal() && event.isWhole()) {
            endFlow(event);
            last = ended(last);
        } else {
            if (event != null) {
                byte[] rest = event.tail();
                if (rest.length > 0) {
                    out.write(rest);
                }
            }
            out.write(BLANK_LINE);
        }
    }

    /** An event without its blank line: it counts when it is whole, and is dropped when it is cut. */
    private void endHeld(Sink out) {
        lastFate = settle(held.array(), 0, held.length());
        boolean whole = data.isEmpty() || reader.isWellFormed();
        if (!whole) {
            done = false;
        } else {
            boolean passed = lastFate == Fate.PASS || lastFate == Fate.RENAME;
            writeHeld(out);
            if (passed) {
                // Keeps what the gateway may still have to say from running into an event that was never closed.
                out.write(BLANK_LINE);
            } else if (lastFate == Fate.LAST) {
                last = ended(last);
            }
        }
    }

    private static byte[] ended(byte[] event) {
        byte[] closed = Arrays.copyOf(event, event.length + BLANK_LINE.length);
        System.arraycopy(BLANK_LINE, 0, closed, event.length, BLANK_LINE.length);
        return closed;
    }

    private void failForeign() {
        byte[] body = held.copy();
        ChunkReader foreign = new ChunkReader();
        foreign.read(body, 0, body.length);
        boolean named = foreign.isError() || body[0] == '[';
        fail(
                named
                        ? UpstreamErrors.inAnswer(body)
                        : UpstreamFailure.of(
                                UpstreamFailure.Kind.BAD_RESPONSE,
                                "The provider did not answer with an event stream."));
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
    public void keep(KeptText text) {
        reader.estimate().keep(text);
    }

    @Override
    public long estimatedOutputTokens() {
        return reader.estimate().tokens();
    }

    @Override
    public boolean sawContent() {
        return reader.sawContent();
    }

    @Override
    public @Nullable UpstreamFailure error() {
        return error;
    }
}
