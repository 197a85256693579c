package io.sluice.domain.form;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a multipart form (RFC 7578; RFC 2046, section 5.1) cut anywhere while it flows by, and replaces the model's name in it.
 * Of the form it holds one part's headers and short fields at most. One filter for one pass, used by one thread.
 *
 * <p>What two parsers could read in two ways is refused, so that no provider sees a field that this one did not: line
 * ends other than CRLF around a boundary or in headers, a boundary inside a part, text before the first part or behind
 * the last, two fields of a name that counts. Every method that takes bytes fails with a {@link
 * io.sluice.domain.failure.GatewayException} that holds the client's mistake; nothing may be fed after that.
 *
 * <pre>{@code
 * BEGIN ─▶ DELIMITED ──CRLF──▶ HEADERS ─▶ CONTENT ─┐
 *              ▲  └──"--"──▶ CLOSED               │
 *              └───────────────────────────────────┘
 * }</pre>
 */
public final class FormFilter {
    /** The most parts of a form. */
    public static final int MOST_PARTS = 128;

    /** The most bytes of one part's headers. */
    public static final int MOST_HEADER_BYTES = 8 * 1_024;

    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] DASHES = {'-', '-'};
    private static final byte[] MODEL_HEADER =
            "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n".getBytes(US_ASCII);

    private enum State {
        BEGIN,
        DELIMITED,
        HEADERS,
        CONTENT,
        CLOSED
    }

    /** Takes the form as it is to be sent. */
    @FunctionalInterface
    public interface Sink {
        /**
         * More of it.
         *
         * @param source holds it; not to be kept after the call
         * @param from first byte
         * @param to behind the last byte
         */
        void take(byte[] source, int from, int to);
    }

    private final byte[] delimiter;
    private final byte @Nullable [] model;
    private final FormFields fields = new FormFields();
    private byte[] headers = new byte[256];
    private int headerBytes;
    private State state = State.BEGIN;
    private int heldFrom = 2;
    private int matched = 2;
    private int behind;
    private int parts;

    /**
     * A filter of one form.
     *
     * @param boundary as its {@code Content-Type} names it
     * @param model the name that replaces the model's, or is added where the form has none; null to leave all as it is
     */
    public FormFilter(String boundary, @Nullable String model) {
        this.delimiter = ("\r\n--" + boundary).getBytes(US_ASCII);
        this.model = model == null ? null : model.getBytes(UTF_8);
    }

    /**
     * Takes the next piece of the form.
     *
     * @param chunk its bytes; nothing is kept of the array
     * @param out takes what is to be sent, in order
     */
    public void feed(byte[] chunk, Sink out) {
        int at = 0;
        while (at < chunk.length) {
            at = switch (state) {
                case BEGIN -> begin(chunk[at], at);
                case DELIMITED -> delimited(chunk[at], at, out);
                case HEADERS -> header(chunk[at], at, out);
                case CONTENT -> content(chunk, at, out);
                case CLOSED -> epilogue(chunk, at, out);
            };
        }
    }

    /** Nothing follows; fails when the form is not whole. */
    public void end() {
        if (state != State.CLOSED || behind == 1) {
            throw FormFaults.malformed("It ends before its last boundary.");
        }
    }

    /** A form begins with its boundary; an empty line may come before. */
    private int begin(byte b, int at) {
        if (b == '\r' && matched == 2 && heldFrom == 2) {
            heldFrom = 0;
            matched = 1;
        } else if (b != delimiter[matched]) {
            throw FormFaults.malformed("It does not begin with the boundary that its Content-Type names.");
        } else if (++matched == delimiter.length) {
            state = State.DELIMITED;
        }
        return at + 1;
    }

    /** Behind a boundary: a line's end, and a part follows; or two dashes, and nothing does. */
    private int delimited(byte b, int at, Sink out) {
        if (behind == 0 && (b == '\r' || b == '-')) {
            behind = b;
            return at + 1;
        }
        if (behind == '\r' && b == '\n') {
            if (++parts > MOST_PARTS) {
                throw FormFaults.malformed("It has more than " + MOST_PARTS + " parts.");
            }
            out.take(delimiter, heldFrom, delimiter.length);
            out.take(CRLF, 0, 2);
            headerBytes = 0;
            state = State.HEADERS;
        } else if (behind == '-' && b == '-') {
            close(out);
        } else {
            throw FormFaults.malformed("Its boundary stands inside a part, or has something behind it on its line.");
        }
        behind = 0;
        return at + 1;
    }

    private void close(Sink out) {
        if (parts == 0) {
            throw FormFaults.malformed("It has no parts.");
        }
        if (model != null && !fields.sawModel()) {
            out.take(delimiter, 0, delimiter.length);
            out.take(MODEL_HEADER, 0, MODEL_HEADER.length);
            out.take(model, 0, model.length);
        }
        out.take(delimiter, heldFrom, delimiter.length);
        out.take(DASHES, 0, 2);
        state = State.CLOSED;
    }

    private int header(byte b, int at, Sink out) {
        boolean afterCr = headerBytes > 0 && headers[headerBytes - 1] == '\r';
        if (afterCr != (b == '\n')) {
            throw FormFaults.malformed("The lines of a part's headers must end in CRLF.");
        }
        if (headerBytes == MOST_HEADER_BYTES) {
            throw FormFaults.malformed("A part has more than " + MOST_HEADER_BYTES + " bytes of headers.");
        }
        if (headerBytes == headers.length) {
            headers = Arrays.copyOf(headers, 2 * headerBytes);
        }
        headers[headerBytes++] = b;
        if (b == '\n' && isBlankLine()) {
            fields.begin(PartHeaders.read(headers, headerBytes));
            out.take(headers, 0, headerBytes);
            if (model != null && fields.isModel()) {
                out.take(model, 0, model.length);
            }
            state = State.CONTENT;
            // As if a line had ended: a boundary here would be read as one by some.
            heldFrom = 2;
            matched = 2;
        }
        return at + 1;
    }

    private boolean isBlankLine() {
        return headerBytes == 2 || headerBytes >= 4 && headers[headerBytes - 3] == '\n';
    }

    /** Passes a part's content up to the boundary; what may be the beginning of one waits. */
    private int content(byte[] chunk, int from, Sink out) {
        int run = from;
        int at = from;
        while (at < chunk.length) {
            if (matched == 0) {
                while (at < chunk.length && chunk[at] != '\r' && chunk[at] != '\n') {
                    at++;
                }
                if (at < chunk.length) {
                    pass(chunk, run, at, out);
                    heldFrom = chunk[at] == '\r' ? 0 : 1;
                    matched = heldFrom + 1;
                    at++;
                }
            } else if (chunk[at] != delimiter[matched]) {
                pass(delimiter, heldFrom, matched, out);
                matched = 0;
                run = at;
            } else {
                at++;
                if (++matched == delimiter.length) {
                    endContent();
                    return at;
                }
            }
        }
        if (matched == 0) {
            pass(chunk, run, at, out);
        }
        return at;
    }

    private void endContent() {
        if (heldFrom != 0) {
            throw FormFaults.malformed("The line before a boundary must end in CRLF.");
        }
        fields.end();
        state = State.DELIMITED;
    }

    private void pass(byte[] source, int from, int to, Sink out) {
        if (from < to) {
            fields.add(source, from, to);
            if (model == null || !fields.isModel()) {
                out.take(source, from, to);
            }
        }
    }

    /** One line's end may follow the last boundary. */
    private int epilogue(byte[] chunk, int at, Sink out) {
        if (behind == 2 || chunk[at] != CRLF[behind]) {
            throw FormFaults.malformed("Something follows its last boundary.");
        }
        behind++;
        out.take(chunk, at, at + 1);
        return at + 1;
    }

    /** The model's name, when its part is over; null before, and where there is none. */
    public @Nullable String model() {
        return fields.model();
    }

    /** Whether a field that is over asks for a stream. */
    public boolean stream() {
        return fields.stream();
    }

    /** How many answers a field that is over asks for; 1 when none does. */
    public int choices() {
        return fields.choices();
    }

    /** Whether a file has begun. */
    public boolean fileBegan() {
        return fields.fileBegan();
    }

    /** Bytes of files so far. */
    public long fileBytes() {
        return fields.fileBytes();
    }

    /** Estimated tokens of the prompt so far. */
    public long textTokens() {
        return fields.textTokens();
    }
}
