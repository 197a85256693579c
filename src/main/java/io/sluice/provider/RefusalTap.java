package io.sluice.provider;

import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.json.KeptText;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Another tap, whose answer may be an error: one that the provider's table knows more of, or that refuses the credential. */
final class RefusalTap implements ResponseTap {
    private final ResponseTap inner;
    private final UnaryOperator<UpstreamFailure> meaning;
    private final Runnable refused;
    private @Nullable UpstreamFailure error;

    /**
     * Watches an answer.
     *
     * @param inner reads it
     * @param meaning what an error means, as its reader took it
     * @param refused is called once, when the answer refuses the account or its credential
     */
    RefusalTap(ResponseTap inner, UnaryOperator<UpstreamFailure> meaning, Runnable refused) {
        this.inner = inner;
        this.meaning = meaning;
        this.refused = refused;
    }

    private void look() {
        UpstreamFailure read = error == null ? inner.error() : null;
        if (read != null) {
            UpstreamFailure means = meaning.apply(read);
            error = means;
            if (means.kind() == Kind.ACCOUNT_REFUSED || ErrorTable.CREDENTIAL_GONE.equals(means.code())) {
                refused.run();
            }
        }
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
        inner.feed(chunk, out);
        look();
    }

    @Override
    public void end(Sink out) {
        inner.end(out);
        look();
    }

    @Override
    public byte[] last() {
        return inner.last();
    }

    @Override
    public boolean complete() {
        return inner.complete();
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
