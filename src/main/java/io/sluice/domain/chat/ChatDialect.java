package io.sluice.domain.chat;

import java.util.Locale;

/** How chats are written on the wire. */
public enum ChatDialect {
    /** OpenAI chat completions. */
    OPENAI,
    /** OpenAI responses. */
    RESPONSES,
    /** Anthropic messages. */
    ANTHROPIC,
    /** Google Gemini {@code generateContent}. */
    GEMINI,
    /** Amazon Bedrock {@code Converse}. */
    BEDROCK,
    /** Alibaba DashScope, native. */
    DASHSCOPE,
    /** Baidu Qianfan, the older API with access tokens. */
    QIANFAN,
    /** Ollama, native. */
    OLLAMA;

    /** Its word in messages and documents. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
