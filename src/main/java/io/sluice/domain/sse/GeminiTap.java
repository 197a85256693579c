package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.JsonText;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Taps an answer of Gemini's that passes as it came, in whichever of its forms: one object, one array of objects that
 * arrives in pieces, or events. Its first byte says which. Flat memory however long an event is: strings and brackets are
 * followed byte by byte, and only what {@link GeminiFields} looks for is read.
 *
 * <p>Each response passes from the moment its first name shows that it is no error; an error and all behind it are kept
 * back, and read from their first 64 KiB. An answer in events has no last piece: the end of the body closes it.
 */
public final class GeminiTap implements ResponseTap {
    private static final int MAX_HEAD = 4 * 1_024;
    private static final int MAX_ERROR = 64 * 1_024;
    private static final int MAX_TAIL = 1_024;
    private static final byte[] DATA = "data:".getBytes(UTF_8);
    private static final byte[] LATE_ERROR = "{\"error\"".getBytes(UTF_8);
    private static final byte[] BLANK_LINE = {'\n', '\n'};

    private enum Form {
        UNKNOWN,
        OBJECT,
        ARRAY,
        EVENTS
    }

    private enum State {
        /** Before the first byte that tells the form. */
        START,
        /** In an array, between its elements. */
        BETWEEN,
        /** At the beginning of a line of events. */
        LINE,
        /** Behind {@code data:}. */
        DATA,
        /** In a line that holds no more JSON. */
        REST,
        /** In a response. */
        RESPONSE,
        /** In the error that ends the answer. */
        ERROR,
        /** Behind the end of the JSON text. */
        END,
        /** No answer at all; nothing passes. */
        REFUSED
    }

    private final byte @Nullable [] publicModel;
    private final Function<byte[], UpstreamFailure> errors;
    private final GeminiFields fields = new GeminiFields();
    private final PassedRun run = new PassedRun();
    private final HeldBytes head = new HeldBytes();
    private final HeldBytes tail = new HeldBytes();
    private Form form = Form.UNKNOWN;
    private State state = State.START;
    private int matched;
    /** In events: whether a line feed has just ended a line. */
    private boolean blank;

    private boolean released;
    private boolean renaming;
    private boolean begun;
    /** Whether the answer had said why it ends before the response that is read. */
    private boolean finished;

    private @Nullable UpstreamFailure error;

    /**
     * A tap for one answer.
     *
     * @param publicModel the name that replaces each {@code modelVersion}; null to leave them
     * @param errors says what the JSON of an error inside the answer means
     */
    public GeminiTap(@Nullable String publicModel, Function<byte[], UpstreamFailure> errors) {
        this.publicModel = publicModel == null ? null : JsonText.quote(publicModel);
        this.errors = errors;
    }

    @Override
    public void feed(byte[] chunk, Sink out) {
        run.reset();
        int at = 0;
        while (at < chunk.length) {
            at = switch (state) {
                case START -> start(chunk, at, out);
                case BETWEEN -> between(chunk, at, out);
                case LINE -> line(chunk, at, out);
                case DATA -> data(chunk, at, out);
                case REST -> rest(chunk, at, out);
                case RESPONSE -> response(chunk, at, out);
                case ERROR -> error(chunk, at);
                case END -> keep(tail, chunk, at, chunk.length, MAX_TAIL);
                case REFUSED -> chunk.length;
            };
        }
        run.flush(released ? out : new HeadSink(chunk));
        if (!released && state != State.ERROR && state != State.REFUSED && head.length() > MAX_HEAD) {
            release(out);
        }
    }

    /** Takes what would pass, while it is not yet clear that it may. */
    private final class HeadSink implements Sink {
        private final byte[] chunk;

        private HeadSink(byte[] chunk) {
            this.chunk = chunk;
        }

        @Override
        public void pass(int offset, int length) {
            head.add(chunk, offset, offset + length);
        }

        @Override
        public void write(byte[] bytes) {
            head.add(bytes, 0, bytes.length);
        }
    }

    private void release(Sink out) {
        if (!released) {
            released = true;
            if (head.length() > 0) {
                out.write(head.copy());
                head.clear();
            }
        }
    }

    /** What comes next is held until it is known to be no error. */
    private void hold(Sink out) {
        if (released) {
            run.flush(out);
            released = false;
        }
    }

    private static int keep(HeldBytes target, byte[] chunk, int at, int to, int bound) {
        target.add(chunk, at, Math.min(to, at + Math.max(0, bound - target.length())));
        return to;
    }

    private int start(byte[] chunk, int at, Sink out) {
        int b = chunk[at] & 0xff;
        if (b == '{') {
            form = Form.OBJECT;
            begin();
            return at;
        }
        if (b == '[') {
            form = Form.ARRAY;
            state = State.BETWEEN;
        } else if (b >= 'a' && b <= 'z' || b == ':') {
            form = Form.EVENTS;
            state = State.LINE;
            return at;
        } else if (b > ' ' && b != 0xef && b != 0xbb && b != 0xbf) {
            refuse();
            return chunk.length;
        }
        run.pass(at, at + 1, out);
        return at + 1;
    }

    private void refuse() {
        state = State.REFUSED;
        error = UpstreamFailure.of(
                UpstreamFailure.Kind.BAD_RESPONSE, "The provider did not answer with JSON that holds an answer.");
    }

    private void begin() {
        state = State.RESPONSE;
        begun = true;
        finished = fields.allFinished();
        fields.begin();
    }

    private int between(byte[] chunk, int at, Sink out) {
        byte b = chunk[at];
        if (b == '{') {
            begin();
            return at;
        }
        if (b == ']' && !begun) {
            refuse();
            return chunk.length;
        }
        if (b == ']') {
            release(out);
            run.flush(out);
            state = State.END;
            return at;
        }
        if (b == ',') {
            hold(out);
        }
        run.pass(at, at + 1, out);
        return at + 1;
    }

    private int line(byte[] chunk, int at, Sink out) {
        byte b = chunk[at];
        if (matched == 0 && b != '\n' && b != '\r' && !fields.isOpen()) {
            hold(out);
        }
        if (b == '\n' || b == '\r') {
            if (matched == 0 && b == '\n' && fields.isOpen() && blank) {
                // The event is over, whatever its JSON still lacked.
                fields.begin();
                fields.abandon();
            }
            blank = b == '\n';
            matched = 0;
            release(out);
        } else if (b == DATA[matched]) {
            blank = false;
            if (++matched == DATA.length) {
                matched = 0;
                state = State.DATA;
            }
        } else {
            blank = false;
            matched = 0;
            release(out);
            state = State.REST;
        }
        run.pass(at, at + 1, out);
        return at + 1;
    }

    private int data(byte[] chunk, int at, Sink out) {
        byte b = chunk[at];
        if (b == ' ' || b == '\t') {
            run.pass(at, at + 1, out);
            return at + 1;
        }
        if (fields.isOpen()) {
            state = State.RESPONSE;
        } else if (b == '{') {
            begin();
        } else {
            release(out);
            state = State.REST;
        }
        return at;
    }

    private int rest(byte[] chunk, int at, Sink out) {
        int i = at;
        while (i < chunk.length && chunk[i] != '\n' && chunk[i] != '\r') {
            i++;
        }
        if (i < chunk.length) {
            i++;
            blank = chunk[i - 1] == '\n';
            state = State.LINE;
        }
        run.pass(at, i, out);
        return i;
    }

    private int response(byte[] chunk, int at, Sink out) {
        int i = fields.read(chunk, at, form == Form.EVENTS);
        GeminiFields.Stop stop = fields.stop();
        if (stop == GeminiFields.Stop.CLOSED && form == Form.OBJECT) {
            // The closing brace is the last piece.
            pass(at, i - 1, out);
            release(out);
            run.flush(out);
            state = State.END;
            return i - 1;
        }
        if (stop == GeminiFields.Stop.MODEL_BEGINS && publicModel != null) {
            pass(at, i - 1, out);
            run.flush(out);
            out.write(publicModel);
            run.skipTo(i);
            renaming = true;
            return i;
        }
        pass(at, i, out);
        switch (stop) {
            case ERROR -> {
                if (released) {
                    run.flush(out);
                    head.clear();
                    head.add(LATE_ERROR, 0, LATE_ERROR.length);
                } else {
                    run.flush(new HeadSink(chunk));
                }
                released = false;
                state = State.ERROR;
            }
            case NAMED -> release(out);
            case CLOSED -> {
                release(out);
                state = form == Form.EVENTS ? State.REST : State.BETWEEN;
            }
            case MODEL_ENDS -> renaming = false;
            case LINE_END -> {
                state = State.LINE;
                blank = chunk[i - 1] == '\n';
            }
            case MODEL_BEGINS, MORE -> {}
        }
        return i;
    }

    private void pass(int from, int to, Sink out) {
        if (renaming) {
            run.skipTo(to);
        } else {
            run.pass(from, to, out);
        }
    }

    private int error(byte[] chunk, int at) {
        int to = chunk.length;
        if (form == Form.EVENTS) {
            to = at;
            while (to < chunk.length && chunk[to] != '\n' && chunk[to] != '\r') {
                to++;
            }
        }
        keep(head, chunk, at, to, MAX_ERROR);
        if (to < chunk.length) {
            tellError();
            return chunk.length;
        }
        return to;
    }

    private void tellError() {
        byte[] text = head.copy();
        head.clear();
        int from = 0;
        int to = text.length;
        while (from < to && text[from] != '{') {
            from++;
        }
        while (to > from && text[to - 1] != '}') {
            to--;
        }
        state = State.REFUSED;
        error = errors.apply(to > from ? Arrays.copyOfRange(text, from, to) : text);
    }

    @Override
    public void end(Sink out) {
        if (state == State.ERROR) {
            tellError();
        } else if (state != State.REFUSED) {
            release(out);
            if (form == Form.EVENTS && fields.isOpen()) {
                // Keeps what the gateway may still have to say from running into the event that was cut.
                out.write(BLANK_LINE);
            }
        }
    }

    @Override
    public byte[] last() {
        return state == State.END ? tail.copy() : new byte[0];
    }

    /** A response that is cut does not say that the answer has ended. */
    private boolean isFinished() {
        return fields.isOpen() ? finished : fields.allFinished();
    }

    @Override
    public boolean complete() {
        return error == null
                && switch (form) {
                    case EVENTS -> isFinished();
                    // An array of nothing is no answer.
                    case ARRAY -> state == State.END && fields.sawContent();
                    case OBJECT, UNKNOWN -> state == State.END;
                };
    }

    @Override
    public @Nullable TokenUsage usage() {
        return fields.usage();
    }

    @Override
    public long estimatedOutputTokens() {
        return fields.estimate().tokens();
    }

    @Override
    public boolean sawContent() {
        return fields.sawContent();
    }

    @Override
    public @Nullable UpstreamFailure error() {
        return error;
    }
}
