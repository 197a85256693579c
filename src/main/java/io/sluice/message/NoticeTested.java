package io.sluice.message;

import java.util.List;

/**
 * Whether messages arrive. The answer to {@link TestNotice}.
 *
 * @param results of each sink that was tried; empty when there is none of the name
 * @param sinks names of all sinks there are
 */
public record NoticeTested(List<Result> results, List<String> sinks) {
    /** Copies the lists. */
    public NoticeTested {
        results = List.copyOf(results);
        sinks = List.copyOf(sinks);
    }

    /**
     * Of one sink.
     *
     * @param sink its name
     * @param delivered whether it took the message
     * @param why not; empty when it did; names no secret
     */
    public record Result(String sink, boolean delivered, String why) {}
}
