package io.sluice.store;

import java.util.List;
import java.util.function.Function;

/**
 * A request that is done once however often it comes.
 *
 * @param key what its client calls it, 1 to 255 characters; every actor has names of its own
 * @param marks what is asked for, each as 32 bytes that tell nothing of it: the first is kept, any is known again; the same key
 *     with another request is a mistake of the client
 * @param write an answer as JSON text, without secrets, to be kept for a day
 * @param read such a text as the answer to a repetition
 * @param <T> type of the answer
 */
public record Once<T>(String key, List<byte[]> marks, Function<T, String> write, Function<String, T> read) {}
