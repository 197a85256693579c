package io.sluice.domain.sse;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.KeptText;
import io.sluice.domain.tokens.TokenUsage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The tap of an answer whose first byte tells its form: one for the form that was asked for, else another. */
public final class FormTap implements ResponseTap {
    private final char first;
    private final ResponseTap passing;
    private final Supplier<@Nullable ResponseTap> other;
    private ResponseTap chosen;
    private @Nullable KeptText kept;
    private boolean begun;

    /**
     * A tap for one answer.
     *
     * @param first what the answer begins with, if it has the form that was asked for
     * @param passing reads it then, and whatever begins with neither <code>{</code> nor {@code [}
     * @param other makes the tap for the other form, of the same content type; null when there is none
     */
    public FormTap(char first, ResponseTap passing, Supplier<@Nullable ResponseTap> other) {
        this.first = first;
        this.passing = passing;
        this.other = other;
        this.chosen = passing;
    }

    @Override
    public @Nullable String contentType() {
        return chosen.contentType();
    }

    @Override
    public void feed(byte[] chunk, Sink out) {
        for (int i = 0; i < chunk.length && !begun; i++) {
            int b = chunk[i] & 0xff;
            if (b > ' ' && b != 0xef && b != 0xbb && b != 0xbf) {
                begun = true;
                choose(b);
            }
        }
        chosen.feed(chunk, out);
    }

    private void choose(int begins) {
        if (begins != first && (begins == '{' || begins == '[')) {
            ResponseTap made = other.get();
            chosen = made == null ? passing : made;
            if (kept != null) {
                chosen.keep(kept);
            }
        }
    }

    @Override
    public void end(Sink out) {
        chosen.end(out);
    }

    @Override
    public byte[] last() {
        return chosen.last();
    }

    @Override
    public boolean complete() {
        return chosen.complete();
    }

    @Override
    public @Nullable TokenUsage usage() {
        return chosen.usage();
    }

    @Override
    public void keep(KeptText text) {
        kept = text;
        chosen.keep(text);
    }

    @Override
    public long estimatedOutputTokens() {
        return chosen.estimatedOutputTokens();
    }

    @Override
    public boolean sawContent() {
        return chosen.sawContent();
    }

    @Override
    public @Nullable UpstreamFailure error() {
        return chosen.error();
    }
}
