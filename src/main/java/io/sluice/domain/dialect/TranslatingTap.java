package io.sluice.domain.dialect;

import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.KeptText;
import io.sluice.domain.json.TokenEstimate;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Taps an answer by reading it in one dialect and writing it in another. */
final class TranslatingTap implements ResponseTap {
    /** The most bytes of a provider's stream that are gathered into an answer in one. */
    private static final long MOST_GATHERED = 64L * 1024 * 1024;

    private final AnswerDecoder decoder;
    private final AnswerEncoder encoder;
    private final TokenEstimate estimate = new TokenEstimate();
    private @Nullable Consumer<byte[]> writing;
    private @Nullable TokenUsage usage;
    private @Nullable UpstreamFailure error;
    private boolean sawContent;
    private boolean complete;
    private long fed;

    TranslatingTap(AnswerDecoder decoder, AnswerEncoder encoder) {
        this.decoder = decoder;
        this.encoder = encoder;
    }

    @Override
    public String contentType() {
        return encoder.contentType();
    }

    @Override
    public void feed(byte[] chunk, Sink out) {
        if (error == null && !complete) {
            fed += chunk.length;
            if (fed > MOST_GATHERED && !encoder.contentType().startsWith("text/event-stream")) {
                error = UpstreamFailure.of(UpstreamFailure.Kind.BAD_RESPONSE, "The provider's answer is too long.");
                return;
            }
            writing = out::write;
            decoder.feed(chunk, this::event);
        }
    }

    @Override
    public void end(Sink out) {
        if (error == null && !complete) {
            writing = out::write;
            decoder.end(this::event);
        }
    }

    private void event(ChatEvent event) {
        if (error != null || complete) {
            return;
        }
        switch (event) {
            case ChatEvent.Failed failed -> {
                error = failed.failure();
                return;
            }
            case ChatEvent.Usage told -> usage = told.tokens();
            case ChatEvent.Text text -> count(text.text());
            case ChatEvent.Thinking text -> count(text.text());
            case ChatEvent.Refusal text -> count(text.text());
            case ChatEvent.ToolArguments text -> count(text.json());
            case ChatEvent.ToolCall call -> count(call.name());
            case ChatEvent.End end -> complete = true;
            case ChatEvent.Start start -> {}
            case ChatEvent.ThinkingSignature signature -> sawContent = true;
            case ChatEvent.HiddenThinking hidden -> sawContent = true;
            case ChatEvent.Citation citation -> {}
            case ChatEvent.Logprobs logprobs -> {}
            case ChatEvent.Finish finish -> sawContent = true;
            case ChatEvent.Ping ping -> {}
        }
        if (writing != null) {
            encoder.encode(event, writing);
        }
    }

    private void count(String text) {
        sawContent = true;
        estimate.addText(text);
    }

    @Override
    public byte[] last() {
        return encoder.last();
    }

    @Override
    public boolean complete() {
        return complete && error == null;
    }

    @Override
    public @Nullable TokenUsage usage() {
        return usage;
    }

    @Override
    public void keep(KeptText text) {
        estimate.keep(text);
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
        return error;
    }
}
