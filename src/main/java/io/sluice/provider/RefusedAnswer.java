package io.sluice.provider;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;

/** Reads the beginning of an answer that is a refusal, 64 KiB at most. */
final class RefusedAnswer {
    private static final int MOST_BYTES = 64 * 1024;

    private final HttpClientResponse answer;
    private final Reader reader;
    private final Buffer text = Buffer.buffer();
    private boolean told;

    /** Takes what was read. */
    interface Reader {
        /**
         * Called once.
         *
         * @param beginning of the body
         * @param over whether nothing more comes, so that the connection may be left as it is
         */
        void read(byte[] beginning, boolean over);
    }

    /**
     * Begins to read.
     *
     * @param answer nothing was read of it
     * @param reader is told
     */
    RefusedAnswer(HttpClientResponse answer, Reader reader) {
        this.answer = answer;
        this.reader = reader;
    }

    /** Begins. */
    void start() {
        answer.handler(piece -> {
            text.appendBuffer(piece, 0, Math.min(piece.length(), MOST_BYTES - text.length()));
            if (text.length() >= MOST_BYTES) {
                tell(false);
            }
        });
        answer.endHandler(v -> tell(true));
        answer.exceptionHandler(cause -> tell(true));
    }

    /** Takes what there is: it took too long. */
    void cut() {
        tell(false);
    }

    private void tell(boolean over) {
        if (!told) {
            told = true;
            reader.read(text.getBytes(), over);
        }
    }
}
