package io.sluice.domain.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.dialect.openai.OpenAiCodec;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** An answer read in one dialect and written in another; here both are OpenAI's. */
class TranslatingTapTest {
    private static final String TEXT =
            "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}]}\n\n";
    private static final String END = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":1}}\n\n"
            + "data: [DONE]\n\n";

    private final StringBuilder written = new StringBuilder();
    private final ResponseTap.Sink sink = new ResponseTap.Sink() {
        @Override
        public void pass(int offset, int length) {
            throw new AssertionError("nothing passes unchanged");
        }

        @Override
        public void write(byte[] bytes) {
            written.append(new String(bytes, UTF_8));
        }
    };

    private static ResponseTap tap(boolean stream) {
        OpenAiCodec codec = new OpenAiCodec();
        ObjectNode body = (ObjectNode) Objects.requireNonNull(Json.read("{\"messages\":[]}"));
        ChatRequest request = codec.decodeRequest(body, "m", stream);
        return new TranslatingTap(
                Objects.requireNonNull(codec.answerDecoder("text/event-stream", stream)),
                codec.answerEncoder(request, new AnswerTarget("r", "m", true, 1)));
    }

    @Test
    void streamIsWholeWithItsEndAndItsLastPieceIsHeld() {
        ResponseTap tap = tap(true);

        tap.feed((TEXT + END).getBytes(UTF_8), sink);
        tap.end(sink);

        assertThat(written).contains("Hello").doesNotContain("[DONE]");
        assertThat(new String(tap.last(), UTF_8)).isEqualTo("data: [DONE]\n\n");
        assertThat(tap.complete()).isTrue();
        assertThat(tap.usage()).isEqualTo(new TokenUsage(2, 0, 1, 0));
        assertThat(tap.estimatedOutputTokens()).isPositive();
    }

    @Test
    void errorInTheStreamIsNotPassedOn() {
        ResponseTap tap = tap(true);

        tap.feed((TEXT + "data: {\"error\":{\"message\":\"gone\",\"code\":\"429\"}}\n\n" + END).getBytes(UTF_8), sink);
        tap.end(sink);

        assertThat(written).contains("Hello").doesNotContain("gone", "finish_reason\":\"stop");
        assertThat(tap.complete()).isFalse();
        assertThat(Objects.requireNonNull(tap.error()).kind()).isEqualTo(UpstreamFailure.Kind.RATE_LIMITED);
    }

    /** A provider that streams without end must not fill the memory of a client who waits for one answer. */
    @Test
    void endlessStreamIsNotGathered() {
        ResponseTap tap = tap(false);
        byte[] piece = TEXT.replace("Hello", "x".repeat(1 << 20)).getBytes(UTF_8);
        for (int i = 0; i < 65; i++) {
            tap.feed(piece, sink);
        }

        assertThat(Objects.requireNonNull(tap.error()).kind()).isEqualTo(UpstreamFailure.Kind.BAD_RESPONSE);
        assertThat(written).isEmpty();
    }
}
