package io.sluice.client;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import java.util.List;
import java.util.Map;

/** {@code openai-java}, chat completions. */
final class OpenAiChatSdk implements Sdk {
    private static final FunctionDefinition WEATHER = FunctionDefinition.builder()
            .name(TOOL)
            .description("Weather of a place")
            .parameters(FunctionParameters.builder()
                    .putAdditionalProperty("type", JsonValue.from("object"))
                    .putAdditionalProperty("properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                    .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                    .build())
            .build();

    private final OpenAIClient client;

    OpenAiChatSdk(String base, String key) {
        client = Sdk.openAi(base, key);
    }

    private static ChatCompletionCreateParams.Builder to(String model) {
        return ChatCompletionCreateParams.builder().model(model).maxCompletionTokens(100);
    }

    @Override
    public Said ask(String model) {
        return said(create(to(model).addSystemMessage("Be short.").addUserMessage("Say hello")), 1);
    }

    private ChatCompletion create(ChatCompletionCreateParams.Builder params) {
        return client.chat().completions().create(params.build());
    }

    private static Said said(ChatCompletion answer, int pieces) {
        return new Said(
                message(answer).content().orElse(""),
                answer.usage().orElseThrow().completionTokens(),
                pieces);
    }

    private static ChatCompletionMessage message(ChatCompletion answer) {
        return answer.choices().get(0).message();
    }

    @Override
    public Said stream(String model) {
        int[] pieces = {0};
        return said(streamed(to(model).addSystemMessage("Be short.").addUserMessage("Say hello"), pieces), pieces[0]);
    }

    private ChatCompletion streamed(ChatCompletionCreateParams.Builder params, int[] pieces) {
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
        params.streamOptions(
                ChatCompletionStreamOptions.builder().includeUsage(true).build());
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params.build())) {
            stream.stream()
                    .peek(whole::accumulate)
                    .forEach(chunk -> pieces[0] += (int) chunk.choices().stream()
                            .filter(choice -> choice.delta().content().isPresent())
                            .count());
        }
        return whole.chatCompletion();
    }

    @Override
    public Used useTool(String model, boolean forced, boolean streamed) {
        ChatCompletionCreateParams.Builder first = to(model)
                .addUserMessage(TOOL_QUESTION)
                .addTool(ChatCompletionFunctionTool.builder().function(WEATHER).build());
        if (forced) {
            first.toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED);
        }
        ChatCompletion answer = streamed ? streamed(first, new int[1]) : create(first);
        ChatCompletionMessageFunctionToolCall call =
                message(answer).toolCalls().orElseThrow().get(0).asFunction();

        Said said = said(
                create(to(model)
                        .addUserMessage(TOOL_QUESTION)
                        .addTool(ChatCompletionFunctionTool.builder()
                                .function(WEATHER)
                                .build())
                        .addMessage(message(answer))
                        .addMessage(ChatCompletionToolMessageParam.builder()
                                .toolCallId(call.id())
                                .content(TOOL_RESULT)
                                .build())),
                1);
        return new Used(new Called(call.function().name(), call.function().arguments()), said);
    }

    @Override
    public Said look(String model) {
        return said(
                create(to(model)
                        .addUserMessageOfArrayOfContentParts(List.of(
                                ChatCompletionContentPart.ofText(ChatCompletionContentPartText.builder()
                                        .text("What is this?")
                                        .build()),
                                ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                                        .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder()
                                                .url("data:image/png;base64," + PNG)
                                                .build())
                                        .build())))),
                1);
    }

    @Override
    public String fill(String model) {
        return client.chat()
                .completions()
                .create(to(model)
                        .addUserMessage("Judge")
                        .responseFormat(Verdict.class)
                        .build())
                .choices()
                .get(0)
                .message()
                .content()
                .orElseThrow()
                .answer;
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return "openai chat";
    }
}
