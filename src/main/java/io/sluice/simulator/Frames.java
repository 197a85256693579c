package io.sluice.simulator;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** A stream put together from single events and from runs of events of one token each, which are made when needed. */
final class Frames implements AnswerStream {
    private final List<Run> runs = new ArrayList<>();
    private int count;
    private int tokens;
    private int cursor;

    /**
     * Some events of one kind.
     *
     * @param first number of the first event
     * @param count how many there are
     * @param tokensBefore tokens of the events before
     * @param tokensEach 1, or 0 for events without a token
     * @param bytes makes an event from its place in the run
     */
    private record Run(int first, int count, int tokensBefore, int tokensEach, IntFunction<byte[]> bytes) {}

    /** Adds an event without a token. */
    Frames add(byte[] event) {
        return run(1, 0, place -> event);
    }

    /** Adds events of a token each. */
    Frames tokens(int number, IntFunction<byte[]> event) {
        return run(number, 1, event);
    }

    private Frames run(int number, int tokensEach, IntFunction<byte[]> event) {
        if (number > 0) {
            runs.add(new Run(count, number, tokens, tokensEach, event));
            count = Math.addExact(count, number);
            tokens += number * tokensEach;
        }
        return this;
    }

    private Run at(int event) {
        if (event < runs.get(cursor).first) {
            cursor = 0;
        }
        while (event >= runs.get(cursor).first + runs.get(cursor).count) {
            cursor++;
        }
        return runs.get(cursor);
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public int interval(int event) {
        Run run = at(event);
        int before = run.tokensBefore + (event - run.first) * run.tokensEach;
        return run.tokensEach == 1 ? before : Math.max(0, before - 1);
    }

    @Override
    public long tokensIn(int events) {
        if (events >= count) {
            return tokens;
        }
        Run run = at(events);
        return run.tokensBefore + (long) (events - run.first) * run.tokensEach;
    }

    @Override
    public void append(int event, Buffer to) {
        Run run = at(event);
        to.appendBytes(run.bytes.apply(event - run.first));
    }
}
