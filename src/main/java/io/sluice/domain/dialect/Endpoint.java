package io.sluice.domain.dialect;

import io.sluice.domain.chat.ChatDialect;
import org.jspecify.annotations.Nullable;

/** What a client asks for: one kind of request in one dialect. */
public enum Endpoint {
    /** {@code POST /v1/chat/completions}. */
    CHAT_COMPLETIONS(ChatDialect.OPENAI, "/chat/completions", "chat_completions", "messages", Kind.CHAT),
    /** {@code POST /v1/completions}. */
    COMPLETIONS(ChatDialect.OPENAI, "/completions", "completions", "prompt", Kind.TEXT),
    /** {@code POST /v1/embeddings}. */
    EMBEDDINGS(ChatDialect.OPENAI, "/embeddings", "embeddings", "input", Kind.EMBEDDINGS),
    /** {@code POST /v1/moderations}. */
    MODERATIONS(ChatDialect.OPENAI, "/moderations", "moderations", "input", Kind.MODERATION),
    /** {@code POST /v1/rerank}, as Cohere and Jina shaped it: OpenAI has none. */
    RERANK(ChatDialect.OPENAI, "/rerank", "rerank", "query", Kind.RANKING),
    /** {@code POST /v1/images/generations}. */
    IMAGE_GENERATIONS(ChatDialect.OPENAI, "/images/generations", "images_generations", "prompt", Kind.IMAGES),
    /** {@code POST /v1/audio/speech}. */
    SPEECH(ChatDialect.OPENAI, "/audio/speech", "audio_speech", "input", Kind.SPEECH),
    /** {@code POST /v1/images/edits}, a form. */
    IMAGE_EDITS(ChatDialect.OPENAI, "/images/edits", "images_edits", "image", Kind.IMAGES),
    /** {@code POST /v1/images/variations}, a form. */
    IMAGE_VARIATIONS(ChatDialect.OPENAI, "/images/variations", "images_variations", "image", Kind.IMAGES),
    /** {@code POST /v1/audio/transcriptions}, a form. */
    TRANSCRIPTIONS(ChatDialect.OPENAI, "/audio/transcriptions", "audio_transcriptions", "file", Kind.TRANSCRIPTION),
    /** {@code POST /v1/audio/translations}, a form. */
    TRANSLATIONS(ChatDialect.OPENAI, "/audio/translations", "audio_translations", "file", Kind.TRANSCRIPTION),
    /** {@code POST /v1/responses}. */
    RESPONSES(ChatDialect.RESPONSES, "/responses", "responses", "input", Kind.CHAT),
    /** {@code GET /v1/responses/{id}} and what else is asked of a stored response. */
    STORED_RESPONSES(ChatDialect.RESPONSES, "/responses/", "stored_responses", "response_id", Kind.STORED),
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
            ChatDialect.GEMINI, ":batchEmbedContents", "batch_embed_contents", "requests", Kind.EMBEDDINGS),
    /** {@code GET /v1/realtime}, a session over WebSocket. */
    REALTIME(ChatDialect.OPENAI, "/realtime", "realtime", "model", Kind.SESSION);

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
        COUNT_TOKENS,
        /** Whether a text or picture is harmful. */
        MODERATION,
        /** Documents in the order of their use for a question. */
        RANKING,
        /** Pictures. */
        IMAGES,
        /** A text as sound. */
        SPEECH,
        /** Sound as a text. */
        TRANSCRIPTION,
        /** Something about an object that a provider keeps; the request has no body, and takes no tokens. */
        STORED,
        /** A conversation in events, both ways at once. */
        SESSION
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

    /** Whether the endpoint can stream events. */
    public boolean streams() {
        return isText() || kind == Kind.IMAGES || kind == Kind.SPEECH || kind == Kind.TRANSCRIPTION;
    }

    /** Whether a request is a multipart form, which flows to the provider, and not JSON. */
    public boolean isForm() {
        return kind == Kind.TRANSCRIPTION || this == IMAGE_EDITS || this == IMAGE_VARIATIONS;
    }

    /** Whether text is generated: what costs output tokens by its length, and gains from a cache of the same beginning. */
    public boolean isText() {
        return kind == Kind.CHAT || kind == Kind.TEXT;
    }

    /** Whether it is a POST of JSON. */
    public boolean hasBody() {
        return kind != Kind.STORED && kind != Kind.SESSION;
    }

    /**
     * Whether every provider is taken to have it, or something that it can be translated to; or it is asked of those alone that
     * keep what is asked about.
     */
    public boolean isCommon() {
        return switch (kind) {
            case CHAT, TEXT, EMBEDDINGS, COUNT_TOKENS, STORED -> true;
            case MODERATION, RANKING, IMAGES, SPEECH, TRANSCRIPTION, SESSION -> false;
        };
    }

    /** The model of a request that names none; null where it must name one. */
    public @Nullable String defaultModel() {
        return this == MODERATIONS ? "omni-moderation-latest" : null;
    }
}
