package io.sluice.domain.dialect;

import java.util.Locale;

/** Endpoints that a virtual key is allowed or denied together. */
public enum EndpointFamily {
    /** OpenAI's chats. */
    CHAT,
    /** OpenAI's completions of texts. */
    COMPLETIONS,
    /** OpenAI's responses, with what is asked of stored ones. */
    RESPONSES,
    /** Anthropic's messages, with the counting of their tokens. */
    MESSAGES,
    /** Gemini's contents, with the counting of their tokens. */
    GEMINI,
    /** Vectors, in every dialect. */
    EMBEDDINGS,
    /** Pictures: made, edited, varied. */
    IMAGES,
    /** Speech, transcriptions, translations. */
    AUDIO,
    /** Realtime sessions. */
    REALTIME,
    /** Documents in the order of their use. */
    RERANK,
    /** Moderations. */
    MODERATIONS;

    /** Its name in configuration and views. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The family of an endpoint. */
    public static EndpointFamily of(Endpoint endpoint) {
        return switch (endpoint) {
            case CHAT_COMPLETIONS -> CHAT;
            case COMPLETIONS -> COMPLETIONS;
            case EMBEDDINGS, EMBED_CONTENT, BATCH_EMBED_CONTENTS -> EMBEDDINGS;
            case MODERATIONS -> MODERATIONS;
            case RERANK -> RERANK;
            case IMAGE_GENERATIONS, IMAGE_EDITS, IMAGE_VARIATIONS -> IMAGES;
            case SPEECH, TRANSCRIPTIONS, TRANSLATIONS -> AUDIO;
            case RESPONSES, STORED_RESPONSES -> RESPONSES;
            case MESSAGES, COUNT_MESSAGE_TOKENS -> MESSAGES;
            case GENERATE_CONTENT, COUNT_CONTENT_TOKENS -> GEMINI;
            case REALTIME -> REALTIME;
        };
    }

    /** Whether its requests are JSON objects by which text is generated, so that a key may have defaults for them. */
    public boolean isText() {
        return switch (this) {
            case CHAT, COMPLETIONS, RESPONSES, MESSAGES, GEMINI -> true;
            case EMBEDDINGS, IMAGES, AUDIO, REALTIME, RERANK, MODERATIONS -> false;
        };
    }
}
