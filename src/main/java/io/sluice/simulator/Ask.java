package io.sluice.simulator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a valid request asks for.
 *
 * @param model model as the body names it; empty when it names none, which only dated Azure paths allow
 * @param stream whether as a stream
 * @param includeUsage whether the stream ends with a usage chunk
 * @param choices answers wanted, 1 or more; for embeddings the number of inputs
 * @param maxTokens most tokens of an answer, or {@link Integer#MAX_VALUE}
 * @param inputTokens tokens of the request by the simulator's rule
 * @param tool what it says about tools; null when it offers none or forbids their use
 * @param embedding what it says about embeddings; null for other endpoints
 * @param turn a chat request that wants more than plain words or one tool call; null for the usual ones
 */
record Ask(
        String model,
        boolean stream,
        boolean includeUsage,
        int choices,
        int maxTokens,
        long inputTokens,
        @Nullable Tool tool,
        @Nullable Embedding embedding,
        @Nullable Turn turn) {
    /**
     * The offered tool that would be called.
     *
     * @param name function name
     * @param arguments example arguments made from its schema
     * @param demanded whether the request demands a call
     * @param named whether the request demands this very function
     */
    record Tool(String name, String arguments, boolean demanded, boolean named) {}

    /**
     * How vectors are wanted.
     *
     * @param base64 whether as base64 of little-endian floats
     * @param dimensions length of each vector
     * @param seeds one number for each input, the same for the same input
     */
    record Embedding(boolean base64, int dimensions, List<Integer> seeds) {
        /** Copies the list. */
        Embedding {
            seeds = List.copyOf(seeds);
        }
    }
}
