package io.sluice.domain.sse;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.KeptText;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gives stored responses their client's ids, in every event of a stream and in whole answers, before another tap reads them.
 * Holds back no more than an id.
 */
public final class ResponseIdTap implements ResponseTap {
    private static final byte[] NOTHING = {};

    private final ResponseTap tap;
    private final ResponseIdSplice splice;

    /**
     * A tap for one answer of OpenAI's responses API.
     *
     * @param tap reads the answer behind this
     * @param events whether it is an event stream
     * @param naming what the client calls a provider's id, in ASCII without quotation marks and backslashes; null leaves it
     */
    public ResponseIdTap(ResponseTap tap, boolean events, Function<String, @Nullable String> naming) {
        this.tap = tap;
        this.splice = new ResponseIdSplice(events, naming);
    }

    @Override
    public @Nullable String contentType() {
        return tap.contentType();
    }

    @Override
    public boolean isOpaque() {
        return tap.isOpaque();
    }

    @Override
    public void keep(KeptText text) {
        tap.keep(text);
    }

    @Override
    public void feed(byte[] chunk, Sink out) {
        feed(chunk, splice.feed(chunk), out);
    }

    private void feed(byte[] chunk, byte[] changed, Sink out) {
        if (changed == chunk) {
            tap.feed(chunk, out);
        } else if (changed.length > 0) {
            tap.feed(changed, new Sink() {
                @Override
                public void pass(int offset, int length) {
                    out.write(Arrays.copyOfRange(changed, offset, offset + length));
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
        feed(NOTHING, splice.end(), out);
        tap.end(out);
    }

    @Override
    public byte[] last() {
        return tap.last();
    }

    @Override
    public boolean complete() {
        return tap.complete();
    }

    @Override
    public @Nullable TokenUsage usage() {
        return tap.usage();
    }

    @Override
    public long estimatedOutputTokens() {
        return tap.estimatedOutputTokens();
    }

    @Override
    public boolean sawContent() {
        return tap.sawContent();
    }

    @Override
    public @Nullable UpstreamFailure error() {
        return tap.error();
    }
}
