package io.sluice.domain.dialect.responses;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.function.Consumer;

/**
 * Writes the events of one stream, numbered from 0; for an answer in one piece it writes nothing. Also counts what is
 * gathered to be said again: texts of an answer are repeated when they are whole, so they cannot flow by unseen.
 */
final class ResponseEvents {
    /** The most bytes of texts, arguments and the like of one answer that are kept to be said again. */
    static final int MOST_GATHERED = 32 * 1_024 * 1_024;

    private final boolean stream;
    private final JsonBytes event = new JsonBytes();
    private long sequence;
    private long gathered;
    private boolean cut;

    ResponseEvents(boolean stream) {
        this.stream = stream;
    }

    /** What stands before the number of an event. */
    static byte[] head(String type) {
        return ("event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":").getBytes(US_ASCII);
    }

    /**
     * Begins an event.
     *
     * @param head see {@link #head(String)}
     * @return where its other members go, a comma before each
     */
    JsonBytes begin(byte[] head) {
        event.clear();
        return stream ? event.raw(head).number(sequence++) : event;
    }

    /** Ends the event that was begun. */
    void end(Consumer<byte[]> out) {
        if (stream) {
            out.accept(finished());
        }
    }

    /** Ends the event that was begun, and keeps it. */
    byte[] finished() {
        byte[] whole = event.raw("}\n\n").copy();
        event.clear();
        return whole;
    }

    /** Writes a comment, which clients pass over. */
    void comment(Consumer<byte[]> out) {
        if (stream) {
            out.accept(": ping\n\n".getBytes(US_ASCII));
        }
    }

    boolean isStream() {
        return stream;
    }

    /** Keeps more of a text that is said again later, as far as the bound lets it. */
    void gather(JsonBytes target, String more) {
        if (gathered > MOST_GATHERED) {
            cut = true;
            return;
        }
        int before = target.length();
        target.contents(more);
        gathered += target.length() - before;
    }

    /** Keeps more elements of a list that is said again later. */
    void gather(JsonBytes list, byte[] elements) {
        if (gathered > MOST_GATHERED) {
            cut = true;
            return;
        }
        list.raw(list.isEmpty() ? "" : ",").raw(elements);
        gathered += elements.length;
    }

    /** Whether something was too long to be kept: the whole answer is then said to be incomplete. */
    boolean isCut() {
        return cut;
    }
}
