package io.sluice.domain.dialect;

import io.sluice.domain.chat.ChatDialect;

/** What a client asks for: one kind of request in one dialect. */
public enum Endpoint {
    /** {@code POST /v1/chat/completions}. */
    CHAT_COMPLETIONS(ChatDialect.OPENAI, "/chat/completions", "chat_completions", "messages", Kind.CHAT),
    /** {@code POST /v1/completions}. */
    COMPLETIONS(ChatDialect.OPENAI, "/completions", "completions", "prompt", Kind.TEXT),
    /** {@code POST /v1/embeddings}. */
    EMBEDDINGS(ChatDialect.OPENAI, "/embeddings", "embeddings", "input", Kind.EMBEDDINGS),
    /** {@code POST /v1/responses}. */
    RESPONSES(ChatDialect.RESPONSES, "/responses", "responses", "input", Kind.CHAT),
    /** {@code POST /v1/messages}, Anthropic's. */
    MESSAGES(ChatDialect.ANTHROPIC, "/messages", "messages", "messages", Kind.CHAT),
    /** {@code POST /v1/messages/count_tokens}, Anthropic's. */
    COUNT_MESSAGE_TOKENS(
            ChatDialect.ANTHROPIC, "/messages/count_tokens", "messages_count_tokens", "messages", Kind.COUNT_TOKENS),
    /**
     * {@code POST /v1beta/models/{model}:generateContent} and {@code :streamGenerateContent}, Gemini's: model and stream
     * stand in the path.
     */
    GENERATE_CONTENT(ChatDialect.GEMINI, ":generateContent", "generate_content", "contents", Kind.CHAT),
    /** {@code POST /v1beta/models/{model}:countTokens}, Gemini's. */
    COUNT_CONTENT_TOKENS(ChatDialect.GEMINI, ":countTokens", "content_count_tokens", "contents", Kind.COUNT_TOKENS),
    /** {@code POST /v1beta/models/{model}:embedContent}, Gemini's. */
    EMBED_CONTENT(ChatDialect.GEMINI, ":embedContent", "embed_content", "content", Kind.EMBEDDINGS),
    /** {@code POST /v1beta/models/{model}:batchEmbedContents}, Gemini's. */
    BATCH_EMBED_CONTENTS(
            ChatDialect.GEMINI, ":batchEmbedContents", "batch_embed_contents", "requests", Kind.EMBEDDINGS);

    private final ChatDialect dialect;
    private final String path;
    private final String word;
    private final String inputField;
    private final Kind kind;

    Endpoint(ChatDialect dialect, String path, String word, String inputField, Kind kind) {
        this.dialect = dialect;
        this.path = path;
        this.word = word;
        this.inputField = inputField;
        this.kind = kind;
    }

    /** What is asked for, whatever the dialect. */
    public enum Kind {
        /** The next message of a chat. */
        CHAT,
        /** The continuation of a text. */
        TEXT,
        /** Vectors. */
        EMBEDDINGS,
        /** How many tokens a chat has. */
        COUNT_TOKENS
    }

    /** The dialect that requests and answers are written in. */
    public ChatDialect dialect() {
        return dialect;
    }

    /** What is asked for. */
    public Kind kind() {
        return kind;
    }

    /** Path below the API's root, with a leading slash; for Gemini what follows the model. */
    public String path() {
        return path;
    }

    /** Value of the {@code endpoint} tag in metrics and logs. */
    public String word() {
        return word;
    }

    /** The required field that carries the input. */
    public String inputField() {
        return inputField;
    }

    /** Whether the endpoint can stream. */
    public boolean streams() {
        return kind == Kind.CHAT || kind == Kind.TEXT;
    }
}
