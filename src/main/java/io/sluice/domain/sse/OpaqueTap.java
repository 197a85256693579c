package io.sluice.domain.sse;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.tokens.TokenUsage;
import org.jspecify.annotations.Nullable;

/** Lets an answer through that is no JSON and no events: sound. It is whole when HTTP says so and there was any. */
public final class OpaqueTap implements ResponseTap {
    private static final byte[] NOTHING = new byte[0];

    private boolean sawContent;
    private boolean ended;

    @Override
    public boolean isOpaque() {
        return true;
    }

    @Override
    public void feed(byte[] chunk, Sink out) {
        sawContent |= chunk.length > 0;
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
        return 0;
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
