package io.sluice.domain.chat;

/** What a request may ask for and not every target can express, with the field's name in each client dialect. */
public enum Feature {
    /** Sampling temperature. */
    TEMPERATURE("temperature", "temperature", "temperature", "generationConfig.temperature"),
    /** Nucleus sampling. */
    TOP_P("top_p", "top_p", "top_p", "generationConfig.topP"),
    /** Sampling from the likeliest. */
    TOP_K("top_k", "top_k", "top_k", "generationConfig.topK"),
    /** Texts that end the answer, or too many of them. */
    STOP("stop", "stop", "stop_sequences", "generationConfig.stopSequences"),
    /** Answers that repeat. */
    SEED("seed", "seed", "seed", "generationConfig.seed"),
    /** More than one answer. */
    CHOICES("n", "n", "n", "generationConfig.candidateCount"),
    /** Presence penalty. */
    PRESENCE_PENALTY("presence_penalty", "presence_penalty", "presence_penalty", "generationConfig.presencePenalty"),
    /** Frequency penalty. */
    FREQUENCY_PENALTY(
            "frequency_penalty", "frequency_penalty", "frequency_penalty", "generationConfig.frequencyPenalty"),
    /** Probabilities. */
    LOGPROBS("logprobs", "top_logprobs", "logprobs", "generationConfig.responseLogprobs"),
    /** Bias of tokens. */
    LOGIT_BIAS("logit_bias", "logit_bias", "logit_bias", "generationConfig.logitBias"),
    /** The client's user. */
    USER("user", "user", "metadata.user_id", "labels"),
    /** The client's wish for speed or price. */
    SERVICE_TIER("service_tier", "service_tier", "service_tier", "serviceTier"),
    /** An answer in JSON. */
    JSON_ANSWER("response_format", "text.format", "output_config.format", "generationConfig.responseMimeType"),
    /** An answer in JSON after a schema. */
    SCHEMA_ANSWER("response_format", "text.format", "output_config.format", "generationConfig.responseSchema"),
    /** Thinking. */
    REASONING("reasoning_effort", "reasoning", "thinking", "generationConfig.thinkingConfig"),
    /** The proof of what another provider's model thought. */
    PROOF(
            "messages.reasoning_details",
            "input.encrypted_content",
            "messages.content.thinking.signature",
            "contents.parts.thoughtSignature"),
    /** Functions. */
    TOOLS("tools", "tools", "tools", "tools"),
    /** Which functions are called. */
    TOOL_CHOICE("tool_choice", "tool_choice", "tool_choice", "toolConfig"),
    /** Whether several are called at once. */
    PARALLEL_TOOL_CALLS(
            "parallel_tool_calls", "parallel_tool_calls", "tool_choice.disable_parallel_tool_use", "toolConfig"),
    /** A picture in the request. */
    IMAGE(
            "messages.content.image_url",
            "input.content.input_image",
            "messages.content.image",
            "contents.parts.inlineData"),
    /** How closely to look at a picture. */
    IMAGE_DETAIL(
            "messages.content.image_url.detail",
            "input.content.input_image.detail",
            "messages.content.image.detail",
            "contents.parts.mediaResolution"),
    /** A picture at an address, for a target that needs its bytes. */
    IMAGE_URL(
            "messages.content.image_url.url",
            "input.content.input_image.image_url",
            "messages.content.image.source.url",
            "contents.parts.fileData.fileUri"),
    /** Sound. */
    AUDIO(
            "messages.content.input_audio",
            "input.content.input_audio",
            "messages.content.audio",
            "contents.parts.inlineData"),
    /** Moving pictures. */
    VIDEO(
            "messages.content.video_url",
            "input.content.input_video",
            "messages.content.video",
            "contents.parts.fileData"),
    /** A document in the request. */
    DOCUMENT(
            "messages.content.file",
            "input.content.input_file",
            "messages.content.document",
            "contents.parts.inlineData"),
    /** A document at an address, for a target that needs its bytes. */
    DOCUMENT_URL(
            "messages.content.file",
            "input.content.input_file.file_url",
            "messages.content.document.source.url",
            "contents.parts.fileData.fileUri"),
    /** A file that is stored with another provider. */
    STORED_FILE(
            "messages.content.file.file_id",
            "input.content.input_file.file_id",
            "messages.content.source.file_id",
            "contents.parts.fileData.fileUri"),
    /** Something other than text in the result of a tool. */
    RESULT_MEDIA(
            "messages.content",
            "input.output",
            "messages.content.tool_result.content",
            "contents.parts.functionResponse"),
    /** A part of a message that the target does not have. */
    FOREIGN_PART("messages.content.type", "input.content.type", "messages.content.type", "contents.parts");

    private final String openai;
    private final String responses;
    private final String anthropic;
    private final String gemini;

    Feature(String openai, String responses, String anthropic, String gemini) {
        this.openai = openai;
        this.responses = responses;
        this.anthropic = anthropic;
        this.gemini = gemini;
    }

    /**
     * The field's name where the client wrote it.
     *
     * @param client the client's dialect
     */
    public String nameIn(ChatDialect client) {
        return switch (client) {
            case RESPONSES -> responses;
            case ANTHROPIC -> anthropic;
            case GEMINI -> gemini;
            case OPENAI, BEDROCK, DASHSCOPE, QIANFAN, OLLAMA -> openai;
        };
    }
}
