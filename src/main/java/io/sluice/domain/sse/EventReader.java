package io.sluice.domain.sse;

import io.sluice.domain.json.TokenEstimate;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/** Reads the JSON of one event of an answer after another, in one dialect, and remembers what they say together. */
interface EventReader {
    /**
     * Reads one event. Of text that is no JSON, or is cut, what stood before the fault counts.
     *
     * @param text holds it
     * @param from first byte
     * @param to behind the last byte
     */
    void read(byte[] text, int from, int to);

    /** Whether the last event was JSON, whole. */
    boolean isWellFormed();

    /** Whether the last event reports an error. */
    boolean isError();

    /** Whether the last event holds nothing but the usage. */
    boolean isUsageChunk();

    /** Whether the last event closes the answer. */
    boolean isLast();

    /** Where the last event's model stands, quotes included; -1 when it names none. */
    int modelStart();

    /** Behind the last event's model. */
    int modelEnd();

    /** The newest usage of all events. */
    @Nullable
    TokenUsage usage();

    /** Estimate over the text of all events. */
    TokenEstimate estimate();

    /** Whether any event had a part of the answer itself. */
    boolean sawChoice();

    /** Whether everything that began has said why it ended. */
    boolean allFinished();
}
