package io.sluice.domain.sse;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.TokenEstimate;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/** Lets an answer through that is no JSON and no events: sound, or text. It is whole when HTTP says so and there was any. */
public final class OpaqueTap implements ResponseTap {
    private static final byte[] NOTHING = new byte[0];

    private final boolean isText;
    private final TokenEstimate estimate = new TokenEstimate();
    private boolean sawContent;
    private boolean ended;

    /**
     * A tap for one answer.
     *
     * @param isText whether its bytes are text that costs tokens
     */
    public OpaqueTap(boolean isText) {
        this.isText = isText;
    }

    @Override
    public boolean isOpaque() {
        return true;
    }

    @Override
    public void feed(byte[] chunk, Sink out) {
        sawContent |= chunk.length > 0;
        if (isText) {
            estimate.addText(chunk, 0, chunk.length);
        }
        out.pass(0, chunk.length);
    }

    @Override
    public void end(Sink out) {
        ended = true;
    }

    @Override
    public byte[] last() {
        return NOTHING;
    }

    @Override
    public boolean complete() {
        return ended && sawContent;
    }

    @Override
    public @Nullable TokenUsage usage() {
        return null;
    }

    @Override
    public long estimatedOutputTokens() {
        return estimate.tokens();
    }

    @Override
    public boolean sawContent() {
        return sawContent;
    }

    @Override
    public @Nullable UpstreamFailure error() {
        return null;
    }
}
