package io.sluice.provider;

import io.sluice.domain.pool.Channel;
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
import java.util.Objects;

/** The adapter of each provider type. */
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

    /** The adapter of a channel: that of its type, and of its preset where it has one. */
    static ProviderAdapter of(Channel channel) {
        return channel.type() == ProviderType.OPENAI && channel.preset() != null
                ? new OpenAiAdapter(channel.preset())
                : of(channel.type());
    }

    /** The adapter of a type. */
    static ProviderAdapter of(ProviderType type) {
        return Objects.requireNonNull(ADAPTERS.get(type), () -> "no adapter for " + type.word());
    }
}
