package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.json.JsonText;
import io.sluice.domain.json.KeptText;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Taps a stream of chat or text completion chunks, or of Anthropic's events. Whole events pass as they came, at once, and are held only while they
 * are incomplete.
 *
 * <p>An event over {@value #MAX_HELD} bytes flows through unread beyond them, in flat memory: a model name, an error and
 * text are found in its beginning only, usage and a finish reason not at all.
 *
 * <pre>{@code
 * UNKNOWN ──"{", "[", "<"──▶ FOREIGN (no event stream) ──end──▶ CLOSED, with an error
 *    │
 *    └──any other──▶ EVENTS ◀──event over the bound──▶ FLOWING
 *                       └──[DONE], error──▶ CLOSED
 * }</pre>
 */
public final class SseTap implements ResponseTap {
    /** The most bytes of an incomplete event that are held. */
    public static final int MAX_HELD = 64 * 1_024;

    private static final byte[] BLANK_LINE = {'\n', '\n'};
    private static final byte[] DONE = "[DONE]".getBytes(UTF_8);
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

    private final byte @Nullable [] publicModel;
    private final boolean hideUsageChunk;
    private final EventBoundary boundary = new EventBoundary();
    private final EventData data = new EventData();
    private final EventReader reader;
    private final HeldBytes held = new HeldBytes();
    private final PassedRun run = new PassedRun();
    private State state = State.UNKNOWN;
    private Fate lastFate = Fate.PASS;
    private byte[] last = NOTHING;
    private boolean done;
    /** Whether the event that was to end the answer is the one that is cut. */
    private boolean cut;

    private @Nullable UpstreamFailure error;

    /**
     * A tap for one answer.
     *
     * @param publicModel the name that replaces every model name of the answer; null to leave them
     * @param hideUsageChunk whether the chunk that holds nothing but usage is kept from the client
     */
    public SseTap(@Nullable String publicModel, boolean hideUsageChunk) {
        this(publicModel, hideUsageChunk, new ChunkReader());
    }

    private SseTap(@Nullable String publicModel, boolean hideUsageChunk, EventReader reader) {
        this.publicModel = publicModel == null ? null : JsonText.quote(publicModel);
        this.hideUsageChunk = hideUsageChunk;
        this.reader = reader;
    }

    /**
     * A tap for one answer in Anthropic's events, the last of which is {@code message_stop}.
     *
     * @param publicModel the name that replaces the answer's model name; null to leave it
     */
    public static SseTap ofMessages(@Nullable String publicModel) {
        return new SseTap(publicModel, false, new MessageEventReader());
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
        if (state == State.FLOWING) {
            run.pass(at, stop, out);
            reader.estimate().addText(chunk, at, stop);
            state = end < 0 ? State.FLOWING : State.EVENTS;
        } else if (end < 0) {
            int room = Math.min(stop, at + MAX_HELD - held.length());
            held.add(chunk, at, room);
            if (held.length() == MAX_HELD) {
                lastFate = settle(held.array(), 0, held.length(), false);
                writeHeld(out);
                state = state == State.CLOSED ? State.CLOSED : State.FLOWING;
                if (state == State.FLOWING) {
                    run.pass(room, stop, out);
                    reader.estimate().addText(chunk, room, stop);
                }
            }
        } else if (held.length() > 0) {
            held.add(chunk, at, end);
            lastFate = settle(held.array(), 0, held.length(), true);
            writeHeld(out);
        } else {
            lastFate = settle(chunk, at, end, true);
            passEvent(chunk, at, end, out);
        }
        return stop;
    }

    private void passEvent(byte[] chunk, int from, int to, Sink out) {
        switch (lastFate) {
            case PASS -> run.pass(from, to, out);
            case RENAME -> {
                run.pass(from, reader.modelStart(), out);
                run.flush(out);
                out.write(replacement());
                run.pass(reader.modelEnd(), to, out);
            }
            case DROP -> {}
            case LAST -> last = Arrays.copyOfRange(chunk, from, to);
        }
    }

    private void writeHeld(Sink out) {
        run.flush(out);
        switch (lastFate) {
            case PASS -> out.write(held.copy());
            case RENAME -> {
                out.write(held.copy(0, reader.modelStart()));
                out.write(replacement());
                out.write(held.copy(reader.modelEnd(), held.length()));
            }
            case DROP -> {}
            case LAST -> last = held.copy();
        }
        held.clear();
    }

    private byte[] replacement() {
        return publicModel == null ? NOTHING : publicModel;
    }

    /**
     * Reads an event and decides what becomes of it.
     *
     * @param whole whether its end has come
     */
    private Fate settle(byte[] bytes, int from, int to, boolean whole) {
        if (!data.locate(bytes, from, to)) {
            return Fate.PASS;
        }
        if (Arrays.equals(data.bytes(), data.start(), data.end(), DONE, 0, DONE.length)) {
            done = true;
            state = State.CLOSED;
            return Fate.LAST;
        }
        reader.read(data.bytes(), data.start(), data.end());
        if (reader.isError()) {
            fail(UpstreamErrors.inAnswer(Arrays.copyOfRange(data.bytes(), data.start(), data.end())));
            return Fate.DROP;
        }
        if (whole && !reader.isWellFormed() && data.bytes()[data.start()] == '{') {
            fail(UpstreamFailure.of(
                    UpstreamFailure.Kind.BAD_RESPONSE, "The provider sent an event that is not valid JSON."));
            return Fate.DROP;
        }
        if (reader.isLast()) {
            done = true;
            state = State.CLOSED;
            return Fate.LAST;
        }
        if (hideUsageChunk && reader.isUsageChunk()) {
            return Fate.DROP;
        }
        return publicModel != null && reader.modelStart() >= 0 ? Fate.RENAME : Fate.PASS;
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
            case FLOWING -> closeEvent(out);
            case UNKNOWN, EVENTS -> {
                if (held.length() > 0) {
                    endHeld(out);
                }
            }
            case CLOSED -> {}
        }
        held.clear();
    }

    /** An event without its blank line: it counts when it is whole, and is dropped when it is cut. */
    private void endHeld(Sink out) {
        boolean finished = reader.allFinished();
        lastFate = settle(held.array(), 0, held.length(), false);
        boolean whole = lastFate == Fate.LAST || data.isEmpty() || reader.isWellFormed();
        if (whole) {
            boolean passed = lastFate == Fate.PASS || lastFate == Fate.RENAME;
            writeHeld(out);
            if (passed) {
                closeEvent(out);
            }
        } else {
            cut = !finished;
        }
    }

    /** Keeps what the gateway may still have to say from running into an event that was never closed. */
    private void closeEvent(Sink out) {
        if (!complete()) {
            out.write(BLANK_LINE);
        }
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
        return error == null && (done || reader.allFinished() && !cut);
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
        return reader.sawChoice();
    }

    @Override
    public @Nullable UpstreamFailure error() {
        return error;
    }
}
