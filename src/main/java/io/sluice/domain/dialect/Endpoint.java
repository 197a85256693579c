package io.sluice.domain.dialect;

/** What a client asks a model for, in the OpenAI dialect. */
public enum Endpoint {
    /** {@code POST /v1/chat/completions}. */
    CHAT_COMPLETIONS("/chat/completions", "chat_completions", "messages"),
    /** {@code POST /v1/completions}. */
    COMPLETIONS("/completions", "completions", "prompt"),
    /** {@code POST /v1/embeddings}. */
    EMBEDDINGS("/embeddings", "embeddings", "input");

    private final String path;
    private final String word;
    private final String inputField;

    Endpoint(String path, String word, String inputField) {
        this.path = path;
        this.word = word;
        this.inputField = inputField;
    }

    /** Path below the API's root, with a leading slash. */
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
        return this != EMBEDDINGS;
    }
}
