package io.sluice.provider.preset;

import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.KeptText;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.sse.SseEvents;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.provider.AnswerReading;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Taps an answer that passes as it came, and keeps errors back that are no errors in OpenAI's own words. An answer that is
 * one JSON text is held until it is whole, for {@value #MOST_HELD} bytes at most: errors are short. Of a stream every
 * event is looked at before it passes; the inner tap holds events that are not whole yet.
 */
public final class InAnswerTap implements ResponseTap {
    /** The most bytes of a JSON answer that are held until it is clear that it is no error. */
    public static final int MOST_HELD = 16 * 1_024;

    private static final int LONGEST_EVENT = 16 * 1_024 * 1_024;

    private final ResponseTap inner;
    private final InAnswerErrors errors;
    private final @Nullable SseEvents events;
    private byte @Nullable [] held = new byte[0];
    private @Nullable UpstreamFailure error;

    private InAnswerTap(ResponseTap inner, ErrorTable table, boolean stream) {
        this.inner = inner;
        this.errors = new InAnswerErrors(table);
        this.events = stream ? new SseEvents(LONGEST_EVENT) : null;
    }

    /**
     * A tap for one answer.
     *
     * @param inner reads what is no error
     * @param table the provider's
     * @param contentType the answer's, in lower case
     * @return the inner tap itself where the provider has no errors inside answers
     */
    public static ResponseTap of(ResponseTap inner, ErrorTable table, String contentType) {
        return table.inAnswer().isEmpty()
                ? inner
                : new InAnswerTap(inner, table, contentType.startsWith("text/event-stream"));
    }

    /** The same for a reading: what an adapter of a provider with such a table gives out. */
    public static AnswerReading reading(AnswerReading inner, ErrorTable table) {
        return contentType -> {
            ResponseTap tap = inner.tap(contentType);
            return tap == null ? null : of(tap, table, contentType);
        };
    }

    @Override
    public @Nullable String contentType() {
        return inner.contentType();
    }

    @Override
    public boolean isOpaque() {
        return inner.isOpaque();
    }

    @Override
    public void feed(byte[] chunk, Sink out) {
        if (error != null) {
            return;
        }
        if (events != null) {
            events.feed(chunk, this::look);
            if (error == null) {
                inner.feed(chunk, out);
            }
        } else if (held == null) {
            inner.feed(chunk, out);
        } else if (held.length + chunk.length <= MOST_HELD) {
            int before = held.length;
            held = Arrays.copyOf(held, before + chunk.length);
            System.arraycopy(chunk, 0, held, before, chunk.length);
        } else {
            release(out);
            inner.feed(chunk, out);
        }
    }

    private boolean look(byte[] bytes, int from, int to) {
        error = errors.find(bytes, from, to);
        return error == null;
    }

    /** The bytes that were held are no part of the piece that is being fed. */
    private void release(Sink out) {
        byte[] before = held;
        held = null;
        if (before != null && before.length > 0) {
            inner.feed(before, new Sink() {
                @Override
                public void pass(int offset, int length) {
                    out.write(Arrays.copyOfRange(before, offset, offset + length));
                }

                @Override
                public void write(byte[] bytes) {
                    out.write(bytes);
                }
            });
        }
    }

    @Override
    public void end(Sink out) {
        if (error != null) {
            return;
        }
        if (events != null) {
            events.end(this::look);
        } else if (held != null) {
            look(held, 0, held.length);
            if (error == null) {
                release(out);
            }
        }
        if (error == null) {
            inner.end(out);
        }
    }

    @Override
    public byte[] last() {
        return inner.last();
    }

    @Override
    public boolean complete() {
        return error == null && inner.complete();
    }

    @Override
    public @Nullable TokenUsage usage() {
        return inner.usage();
    }

    @Override
    public void keep(KeptText text) {
        inner.keep(text);
    }

    @Override
    public long estimatedOutputTokens() {
        return inner.estimatedOutputTokens();
    }

    @Override
    public boolean sawContent() {
        return inner.sawContent();
    }

    @Override
    public @Nullable UpstreamFailure error() {
        return error == null ? inner.error() : error;
    }
}
