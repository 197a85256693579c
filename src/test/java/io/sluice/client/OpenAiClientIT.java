package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.models.Model;
import io.sluice.testkit.NodeProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own Java client through a real node, as an application would use it. */
class OpenAiClientIT {
    private static final String KEY = "sk-test-of-the-client-0001";
    private static final String GATEWAY = """
            channels:
              - name: sim
                type: openai
                base-url: http://127.0.0.1:@SIM@/v1
                accounts:
                  - { name: a, key: upstream-credential-a }
                models: { chat: { upstream: gpt-4o-mini }, embed: { upstream: text-embedding-3-small }, hidden: {} }
            keys:
              - { name: app, key: %s, models: [chat, embed] }
              - { name: slow, key: %s-slow, limits: { rpm: 1 } }
            """.formatted(KEY, KEY);

    @TempDir
    static Path dir;

    private static NodeProcess node;
    private static OpenAIClient client;

    @BeforeAll
    static void start() throws Exception {
        node = NodeProcess.start(dir, GATEWAY);
        client = clientOf(KEY);
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        node.close();
    }

    private static OpenAIClient clientOf(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(node.baseUrl())
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    private static ChatCompletionCreateParams.Builder hello() {
        return ChatCompletionCreateParams.builder()
                .model("chat")
                .maxCompletionTokens(12)
                .addUserMessage("Say hello");
    }

    @Test
    void chats() {
        ChatCompletion answer = client.chat().completions().create(hello().build());

        assertThat(answer.model()).isEqualTo("chat");
        assertThat(answer.choices().get(0).message().content())
                .hasValueSatisfying(text -> assertThat(text).isNotBlank());
        assertThat(answer.usage()).hasValueSatisfying(usage -> {
            assertThat(usage.promptTokens()).isPositive();
            assertThat(usage.completionTokens()).isBetween(1L, 12L);
        });
    }

    @Test
    void streamsWithoutTheUsageChunkThatItDidNotAskFor() {
        List<ChatCompletionChunk> chunks = streamed(hello().build());

        assertThat(chunks).hasSizeGreaterThan(3).allSatisfy(chunk -> {
            assertThat(chunk.model()).isEqualTo("chat");
            assertThat(chunk.choices()).isNotEmpty();
        });
        assertThat(chunks.get(chunks.size() - 1).choices().get(0).finishReason())
                .isPresent();
    }

    @Test
    void streamsWithTheUsageChunkThatItAskedFor() {
        List<ChatCompletionChunk> chunks = streamed(hello().streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build());

        ChatCompletionChunk last = chunks.get(chunks.size() - 1);
        assertThat(last.choices()).isEmpty();
        assertThat(last.usage())
                .hasValueSatisfying(usage -> assertThat(usage.totalTokens()).isPositive());
    }

    private static List<ChatCompletionChunk> streamed(ChatCompletionCreateParams params) {
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            return stream.stream().toList();
        }
    }

    @Test
    void callsTools() {
        FunctionDefinition weather = FunctionDefinition.builder()
                .name("get_weather")
                .parameters(FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty("properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                        .build())
                .build();

        ChatCompletion answer = client.chat()
                .completions()
                .create(hello().addTool(ChatCompletionFunctionTool.builder()
                                .function(weather)
                                .build())
                        .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
                        .build());

        assertThat(answer.choices().get(0).message().toolCalls())
                .hasValueSatisfying(calls ->
                        assertThat(calls.get(0).asFunction().function().name()).isEqualTo("get_weather"));
    }

    @Test
    void embeds() {
        var answer = client.embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("embed")
                        .inputOfArrayOfStrings(List.of("one", "two"))
                        .build());

        assertThat(answer.data()).hasSize(2).allSatisfy(e -> assertThat(e.embedding())
                .isNotEmpty());
        assertThat(answer.model()).isEqualTo("embed");
    }

    @Test
    void listsWhatTheKeyMayUse() {
        assertThat(client.models().list().data()).extracting(Model::id).containsExactly("chat", "embed");
        assertThat(client.models().retrieve("chat").id()).isEqualTo("chat");
    }

    @Test
    void failsWithTypedExceptions() {
        assertThatThrownBy(() -> clientOf("sk-nobody-knows-this-one").models().list())
                .isInstanceOf(UnauthorizedException.class)
                .hasMessageContaining("unknown");
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(hello().model("hidden").build()))
                .isInstanceOf(PermissionDeniedException.class);
        assertThatThrownBy(() ->
                        client.chat().completions().create(hello().model("none").build()))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(hello().putAdditionalBodyProperty("n", JsonValue.from("two"))
                                .build()))
                .isInstanceOf(BadRequestException.class);
    }

    @Test
    void backsOffAtTheKeysOwnLimit() {
        OpenAIClient slow = clientOf(KEY + "-slow");
        slow.chat().completions().create(hello().build());

        assertThatThrownBy(() -> slow.chat().completions().create(hello().build()))
                .isInstanceOfSatisfying(RateLimitException.class, refusal -> {
                    assertThat(refusal.headers().values("retry-after")).isNotEmpty();
                    assertThat(refusal.headers().values("x-ratelimit-limit-requests"))
                            .containsExactly("1");
                    assertThat(refusal.headers().values("x-ratelimit-remaining-requests"))
                            .containsExactly("0");
                });
        slow.close();
    }
}
