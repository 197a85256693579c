package io.sluice.domain.sse;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.KeptText;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer while it passes: finds usage, errors and the end, replaces the model name, holds the last piece back
 * until the usage record is safe. One tap for one answer, used by one thread; knows nothing of where bytes come from.
 */
public interface ResponseTap {
    /** What the client is told to be the {@code Content-Type}; null where the provider's word stays. */
    default @Nullable String contentType() {
        return null;
    }

    /**
     * Whether the bytes mean nothing to this tap: where the answer ends only HTTP can say, and each piece is of use to the
     * client at once, the first one too.
     */
    default boolean isOpaque() {
        return false;
    }

    /**
     * Takes the next piece of the answer. Nothing is kept of the array after the call.
     *
     * @param chunk the piece
     * @param out takes what may go to the client now, in order
     */
    void feed(byte[] chunk, Sink out);

    /**
     * The answer has ended cleanly. What was held because it was incomplete goes out; the {@link #last()} piece does not.
     *
     * @param out takes it
     */
    void end(Sink out);

    /** What closes the answer ({@code data: [DONE]}, or the end of the JSON text); sent after the usage record is safe. */
    byte[] last();

    /** Whether the answer has said that it is whole. False at the end means it was cut. */
    boolean complete();

    /** What the provider counted; null when it has not said so. */
    @Nullable
    TokenUsage usage();

    /** Tokens of the answer by a cheap estimate over what passed, for an answer that ends without usage. */
    long estimatedOutputTokens();

    /**
     * Keeps what the model writes, to be counted should the provider not say how much it was. Asked for before the first
     * piece; a tap that cannot keeps nothing.
     *
     * @param text takes it
     */
    default void keep(KeptText text) {}

    /** Whether anything passed that belongs to the answer itself: a delta, a text, a choice. */
    boolean sawContent();

    /** An error that the provider put into the answer; its bytes are not passed on. Null while there is none. */
    @Nullable
    UpstreamFailure error();

    /** Takes what a tap lets through. */
    interface Sink {
        /**
         * A part of the piece that is being fed, unchanged.
         *
         * @param offset first byte in the piece
         * @param length how many
         */
        void pass(int offset, int length);

        /**
         * Other bytes; the array is not changed afterwards.
         *
         * @param bytes what to send
         */
        void write(byte[] bytes);
    }
}
