package io.sluice.domain.dialect;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.dialect.anthropic.AnthropicCodec;
import io.sluice.domain.dialect.gemini.GeminiCodec;
import io.sluice.domain.dialect.openai.OpenAiCodec;
import io.sluice.domain.dialect.responses.ResponsesCodec;

/** The codecs of the dialects that clients speak. */
public final class Dialects {
    private static final ClientCodec OPENAI = new OpenAiCodec();
    private static final ClientCodec RESPONSES = new ResponsesCodec();
    private static final ClientCodec ANTHROPIC = new AnthropicCodec();
    private static final ClientCodec GEMINI = new GeminiCodec();

    private Dialects() {}

    /**
     * The codec of a client's dialect.
     *
     * @throws IllegalArgumentException for a dialect that only providers speak
     */
    public static ClientCodec client(ChatDialect dialect) {
        return switch (dialect) {
            case OPENAI -> OPENAI;
            case RESPONSES -> RESPONSES;
            case ANTHROPIC -> ANTHROPIC;
            case GEMINI -> GEMINI;
            case BEDROCK, DASHSCOPE, QIANFAN, OLLAMA ->
                throw new IllegalArgumentException("no client speaks " + dialect.word());
        };
    }
}
