package io.sluice.domain.pool;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A provider's wire dialect, by the word used in configuration ({@code openai}, {@code azure}, …). */
public enum ProviderType {
    /** OpenAI, and any service that speaks its API. */
    OPENAI(true),
    /** Azure OpenAI, by deployment path and {@code api-version}, or its version-less form. */
    AZURE(true),
    /** Anthropic Messages; not built yet. */
    ANTHROPIC(false),
    /** Google Gemini; not built yet. */
    GEMINI(false),
    /** Amazon Bedrock Converse; not built yet. */
    BEDROCK(false),
    /** Alibaba DashScope, native; not built yet. */
    DASHSCOPE(false),
    /** Baidu Qianfan; not built yet. */
    QIANFAN(false),
    /** Ollama, native; not built yet (its OpenAI-compatible port works as {@code openai}). */
    OLLAMA(false);

    private final boolean built;

    ProviderType(boolean built) {
        this.built = built;
    }

    /** Whether this version has an adapter for it; a channel of another type is disabled with a warning. */
    public boolean isBuilt() {
        return built;
    }

    /** The word in configuration files and metrics. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The type of a word, if there is one. */
    public static Optional<ProviderType> ofWord(String word) {
        return Arrays.stream(values()).filter(t -> t.word().equals(word)).findFirst();
    }

    /** All words, for error messages. */
    public static List<String> words() {
        return Arrays.stream(values()).map(ProviderType::word).toList();
    }
}
