package io.sluice.simulator;

import io.vertx.core.buffer.Buffer;

/** An answer as a row of events, any of which can be written from its number alone. */
interface AnswerStream {
    /** How many events there are, the closing ones included; 1 or more. */
    int count();

    /** How many tokens come before an event: it is due when that many intervals have passed. */
    int interval(int event);

    /** Tokens that are out once so many events are. */
    long tokensIn(int events);

    /** Writes an event. */
    void append(int event, Buffer to);
}
