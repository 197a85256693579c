package io.sluice.domain.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.anthropic.AnthropicCodec;
import io.sluice.domain.dialect.bedrock.BedrockCodec;
import io.sluice.domain.dialect.dashscope.DashScopeCodec;
import io.sluice.domain.dialect.gemini.GeminiCodec;
import io.sluice.domain.dialect.ollama.OllamaCodec;
import io.sluice.domain.dialect.openai.OpenAiCodec;
import io.sluice.domain.dialect.qianfan.QianfanCodec;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.pool.ProviderType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A client's dialect and a provider's type, with the codecs that serve it.
 *
 * @param client the client's dialect
 * @param type the provider's type
 */
record Pair(ChatDialect client, ProviderType type) {
    /** The dialects of clients. */
    static final List<ChatDialect> CLIENTS =
            List.of(ChatDialect.OPENAI, ChatDialect.RESPONSES, ChatDialect.ANTHROPIC, ChatDialect.GEMINI);

    /** All pairs that are translated; where the dialects are one, requests pass as they came. */
    static List<Pair> translated() {
        List<Pair> pairs = new ArrayList<>();
        for (ChatDialect client : CLIENTS) {
            for (ProviderType type : ProviderType.values()) {
                Pair pair = new Pair(client, type);
                if (!pair.passes()) {
                    pairs.add(pair);
                }
            }
        }
        return pairs;
    }

    /** Whether requests pass as the client wrote them. */
    boolean passes() {
        return switch (type) {
            case OPENAI, AZURE -> client == ChatDialect.OPENAI;
            case ANTHROPIC -> client == ChatDialect.ANTHROPIC;
            case GEMINI -> client == ChatDialect.GEMINI;
            case BEDROCK, DASHSCOPE, QIANFAN, OLLAMA -> false;
        };
    }

    /** What writes requests to the provider and reads its answers. */
    ProviderCodec codec() {
        return switch (type) {
            case OPENAI, AZURE -> new OpenAiCodec();
            case ANTHROPIC -> new AnthropicCodec();
            case GEMINI -> new GeminiCodec();
            case BEDROCK -> new BedrockCodec();
            case DASHSCOPE -> new DashScopeCodec(ErrorTable.NONE);
            case QIANFAN -> new QianfanCodec(ErrorTable.NONE);
            case OLLAMA -> new OllamaCodec();
        };
    }

    /** A model of the provider that can do most of what its dialect can say. */
    String model() {
        return switch (type) {
            case OPENAI, AZURE -> "gpt-5-mini";
            case ANTHROPIC -> "claude-sonnet-4-5";
            case GEMINI -> "gemini-3-pro-preview";
            case BEDROCK -> "anthropic.claude-sonnet-4-5-20250929-v1:0";
            case DASHSCOPE -> "qwen3-vl-plus";
            case QIANFAN -> "ernie-4.0-8k";
            case OLLAMA -> "qwen3-vl";
        };
    }

    /** Reads the client's request. */
    ChatRequest read(ObjectNode body) {
        return Dialects.client(client)
                .decodeRequest(body, "house-model", body.path("stream").asBoolean());
    }

    /** Writes the client's request for the provider, as it goes on the wire. */
    JsonNode write(ObjectNode body, Losses losses) {
        return Objects.requireNonNull(Json.read(Json.text(codec().encodeRequest(read(body), model(), losses))));
    }

    @Override
    public String toString() {
        return client.word() + " to " + type.word();
    }

    /** The request that says all that a dialect can say. */
    static ObjectNode sample(ChatDialect client) {
        return (ObjectNode) Objects.requireNonNull(Json.read(resource("/golden/" + client.word() + "/request.json")));
    }

    /** The text of a resource. */
    static String resource(String name) {
        try (InputStream in = Pair.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
