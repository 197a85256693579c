package io.sluice.client;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Base64ImageSource;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.TextBlock;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolChoiceAny;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code anthropic-java}. */
final class AnthropicSdk implements Sdk {
    private static final Tool WEATHER = Tool.builder()
            .name(TOOL)
            .description("Weather of a place")
            .inputSchema(Tool.InputSchema.builder()
                    .properties(Tool.InputSchema.Properties.builder()
                            .putAdditionalProperty("city", JsonValue.from(Map.of("type", "string")))
                            .build())
                    .addRequired("city")
                    .build())
            .build();

    private final AnthropicClient client;

    AnthropicSdk(String base, String key) {
        client = AnthropicOkHttpClient.builder()
                .baseUrl(base)
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    private static MessageCreateParams.Builder to(String model) {
        return MessageCreateParams.builder().model(model).maxTokens(100);
    }

    @Override
    public Said ask(String model) {
        return said(create(to(model).system("Be short.").addUserMessage("Say hello")), 1);
    }

    /** A question with the names of trials that its service knows alone. */
    Said tryOut(String model, String betas) {
        return said(create(to(model).addUserMessage("Say hello").putAdditionalHeader("anthropic-beta", betas)), 1);
    }

    private Message create(MessageCreateParams.Builder params) {
        return client.messages().create(params.build());
    }

    private static Said said(Message answer, int pieces) {
        String text = answer.content().stream()
                .flatMap(block -> block.text().stream())
                .map(TextBlock::text)
                .collect(Collectors.joining());
        return new Said(text, answer.usage().outputTokens(), pieces);
    }

    @Override
    public Said stream(String model) {
        int[] pieces = {0};
        return said(streamed(to(model).system("Be short.").addUserMessage("Say hello"), pieces), pieces[0]);
    }

    private Message streamed(MessageCreateParams.Builder params, int[] pieces) {
        MessageAccumulator whole = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> stream = client.messages().createStreaming(params.build())) {
            stream.stream().peek(whole::accumulate).forEach(event -> {
                if (event.contentBlockDelta().isPresent()) {
                    pieces[0]++;
                }
            });
        }
        return whole.message();
    }

    @Override
    public Used useTool(String model, boolean forced, boolean streamed) {
        MessageCreateParams.Builder first =
                to(model).addUserMessage(TOOL_QUESTION).addTool(WEATHER);
        if (forced) {
            first.toolChoice(ToolChoiceAny.builder().build());
        }
        Message answer = streamed ? streamed(first, new int[1]) : create(first);
        ToolUseBlock call = answer.content().stream()
                .flatMap(block -> block.toolUse().stream())
                .findFirst()
                .orElseThrow();

        Said said = said(
                create(to(model)
                        .addUserMessage(TOOL_QUESTION)
                        .addTool(WEATHER)
                        .addMessage(answer)
                        .addUserMessageOfContentBlockParams(
                                List.of(ContentBlockParam.ofToolResult(ToolResultBlockParam.builder()
                                        .toolUseId(call.id())
                                        .content(TOOL_RESULT)
                                        .build())))),
                1);
        return new Used(new Called(call.name(), json(call._input().convert(Map.class))), said);
    }

    private static String json(Object value) {
        try {
            return new ObjectMapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Said look(String model) {
        return said(
                create(to(model)
                        .addUserMessageOfContentBlockParams(List.of(
                                ContentBlockParam.ofText("What is this?"),
                                ContentBlockParam.ofImage(Base64ImageSource.builder()
                                        .mediaType(Base64ImageSource.MediaType.IMAGE_PNG)
                                        .data(PNG)
                                        .build())))),
                1);
    }

    @Override
    public String fill(String model) {
        return client
                .messages()
                .create(to(model)
                        .outputConfig(Verdict.class)
                        .addUserMessage("Judge")
                        .build())
                .content()
                .stream()
                .flatMap(block -> block.text().stream())
                .findFirst()
                .orElseThrow()
                .text()
                .answer;
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return "anthropic";
    }
}
