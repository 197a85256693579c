package io.sluice.provider;

import io.sluice.domain.pool.ProviderType;
import io.sluice.provider.anthropic.AnthropicAdapter;
import io.sluice.provider.azure.AzureAdapter;
import io.sluice.provider.bedrock.BedrockAdapter;
import io.sluice.provider.dashscope.DashScopeAdapter;
import io.sluice.provider.gemini.GeminiAdapter;
import io.sluice.provider.ollama.OllamaAdapter;
import io.sluice.provider.openai.OpenAiAdapter;
import io.sluice.provider.qianfan.QianfanAdapter;
import java.util.EnumMap;
import java.util.Map;

/** The adapter of each provider type that is built. */
final class ProviderAdapters {
    private static final Map<ProviderType, ProviderAdapter> ADAPTERS = new EnumMap<>(Map.of(
            ProviderType.OPENAI, new OpenAiAdapter(),
            ProviderType.AZURE, new AzureAdapter(),
            ProviderType.ANTHROPIC, new AnthropicAdapter(),
            ProviderType.GEMINI, new GeminiAdapter(),
            ProviderType.BEDROCK, new BedrockAdapter(),
            ProviderType.DASHSCOPE, new DashScopeAdapter(),
            ProviderType.QIANFAN, new QianfanAdapter(),
            ProviderType.OLLAMA, new OllamaAdapter()));

    private ProviderAdapters() {}

    /**
     * The adapter of a type.
     *
     * @throws IllegalStateException when the type is not built; the loader disables its channels
     */
    static ProviderAdapter of(ProviderType type) {
        ProviderAdapter adapter = ADAPTERS.get(type);
        if (adapter == null) {
            throw new IllegalStateException("no adapter for " + type.word());
        }
        return adapter;
    }
}
