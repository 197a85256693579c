package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.sluice.domain.dialect.Endpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * Top-level fields that are read. All before {@link #TOOLS} are decided on, so they may stand only once, in whichever of
 * their spellings.
 */
enum RequestField {
    MODEL("model"),
    STREAM("stream"),
    STREAM_OPTIONS("stream_options"),
    MAX_TOKENS("max_tokens"),
    MAX_COMPLETION_TOKENS("max_completion_tokens"),
    MAX_OUTPUT_TOKENS("max_output_tokens"),
    N("n"),
    BEST_OF("best_of"),
    /** SiliconFlow's {@code n} of images. */
    BATCH_SIZE("batch_size"),
    STREAM_FORMAT("stream_format"),
    USER("user"),
    PROMPT_CACHE_KEY("prompt_cache_key"),
    METADATA("metadata"),
    MESSAGES("messages"),
    PROMPT("prompt"),
    INPUT("input"),
    QUERY("query"),
    ITEMS("input"),
    CONTENTS("contents"),
    CONTENT("content"),
    REQUESTS("requests"),
    /** A whole request whose tokens Gemini is to count. */
    COUNTED_REQUEST("generateContentRequest", "generate_content_request"),
    GENERATION_CONFIG("generationConfig", "generation_config"),
    /** What may stand for the input of a response: its beginning is stored at the provider. */
    STORED_RESPONSE("previous_response_id"),
    STORED_CONVERSATION("conversation"),
    STORED_PROMPT("prompt"),
    TOOLS("tools"),
    DOCUMENTS("documents"),
    FUNCTIONS("functions"),
    RESPONSE_FORMAT("response_format"),
    TEXT_FORMAT("text"),
    SYSTEM("system"),
    INSTRUCTIONS("instructions"),
    SYSTEM_INSTRUCTION("systemInstruction", "system_instruction");

    private static final Spelling[][] TABLES = tables();

    private final List<String> spellings;

    RequestField(String... spellings) {
        this.spellings = List.of(spellings);
    }

    /**
     * One way to write a field's name.
     *
     * @param text the name
     * @param bytes the same in ASCII
     * @param field what it names
     */
    record Spelling(String text, byte[] bytes, RequestField field) {}

    /** The fields of an endpoint, in the order in which they are compared. */
    static Spelling[] of(Endpoint endpoint) {
        return TABLES[endpoint.ordinal()];
    }

    boolean isDecidedOn() {
        return compareTo(TOOLS) < 0;
    }

    private static Spelling[][] tables() {
        Endpoint[] endpoints = Endpoint.values();
        Spelling[][] tables = new Spelling[endpoints.length][];
        for (Endpoint endpoint : endpoints) {
            List<Spelling> table = new ArrayList<>();
            for (RequestField field : fields(endpoint)) {
                field.spellings.forEach(text -> table.add(new Spelling(text, text.getBytes(US_ASCII), field)));
            }
            tables[endpoint.ordinal()] = table.toArray(Spelling[]::new);
        }
        return tables;
    }

    private static List<RequestField> fields(Endpoint endpoint) {
        return switch (endpoint) {
            case CHAT_COMPLETIONS -> openAi(MESSAGES);
            case COMPLETIONS -> openAi(PROMPT);
            case EMBEDDINGS -> openAi(INPUT);
            case MODERATIONS -> List.of(MODEL, INPUT);
            case RERANK -> List.of(MODEL, QUERY, DOCUMENTS);
            case IMAGE_GENERATIONS -> List.of(MODEL, STREAM, N, BATCH_SIZE, PROMPT);
            // Forms, which are no JSON.
            case IMAGE_EDITS, IMAGE_VARIATIONS, TRANSCRIPTIONS, TRANSLATIONS -> List.of();
            case SPEECH -> List.of(MODEL, STREAM_FORMAT, INPUT, INSTRUCTIONS);
            case RESPONSES ->
                List.of(
                        MODEL,
                        STREAM,
                        MAX_OUTPUT_TOKENS,
                        USER,
                        PROMPT_CACHE_KEY,
                        ITEMS,
                        STORED_RESPONSE,
                        STORED_CONVERSATION,
                        STORED_PROMPT,
                        TOOLS,
                        TEXT_FORMAT,
                        INSTRUCTIONS);
            case STORED_RESPONSES -> List.of();
            case MESSAGES -> List.of(MODEL, STREAM, MAX_TOKENS, METADATA, MESSAGES, TOOLS, SYSTEM);
            case COUNT_MESSAGE_TOKENS -> List.of(MODEL, MESSAGES, TOOLS, SYSTEM);
            case GENERATE_CONTENT -> List.of(CONTENTS, GENERATION_CONFIG, TOOLS, SYSTEM_INSTRUCTION);
            case COUNT_CONTENT_TOKENS -> List.of(CONTENTS, COUNTED_REQUEST, TOOLS, SYSTEM_INSTRUCTION);
            case EMBED_CONTENT -> List.of(CONTENT);
            case REALTIME -> List.of();
            case BATCH_EMBED_CONTENTS -> List.of(REQUESTS);
        };
    }

    private static List<RequestField> openAi(RequestField input) {
        return List.of(
                MODEL,
                STREAM,
                STREAM_OPTIONS,
                MAX_TOKENS,
                MAX_COMPLETION_TOKENS,
                N,
                BEST_OF,
                USER,
                PROMPT_CACHE_KEY,
                input,
                TOOLS,
                FUNCTIONS,
                RESPONSE_FORMAT);
    }
}
