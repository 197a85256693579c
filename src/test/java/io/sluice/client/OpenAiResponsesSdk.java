package io.sluice.client;

import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputImage;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseOutputText;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ToolChoiceOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code openai-java}, responses without stored state. */
final class OpenAiResponsesSdk implements Sdk {
    private static final FunctionTool WEATHER = FunctionTool.builder()
            .name(TOOL)
            .description("Weather of a place")
            .strict(false)
            .parameters(FunctionTool.Parameters.builder()
                    .putAdditionalProperty("type", JsonValue.from("object"))
                    .putAdditionalProperty("properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                    .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                    .build())
            .build();

    private final OpenAIClient client;

    OpenAiResponsesSdk(String base, String key) {
        client = Sdk.openAi(base, key);
    }

    private static ResponseCreateParams.Builder to(String model) {
        return ResponseCreateParams.builder().model(model).maxOutputTokens(100).store(false);
    }

    @Override
    public Said ask(String model) {
        return said(create(to(model).instructions("Be short.").input("Say hello")), 1);
    }

    private Response create(ResponseCreateParams.Builder params) {
        return client.responses().create(params.build());
    }

    private static Said said(Response answer, int pieces) {
        String text = answer.output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .flatMap(content -> content.outputText().stream())
                .map(ResponseOutputText::text)
                .collect(Collectors.joining());
        return new Said(text, answer.usage().orElseThrow().outputTokens(), pieces);
    }

    @Override
    public Said stream(String model) {
        int[] pieces = {0};
        return said(streamed(to(model).instructions("Be short.").input("Say hello"), pieces), pieces[0]);
    }

    private Response streamed(ResponseCreateParams.Builder params, int[] pieces) {
        ResponseAccumulator whole = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(params.build())) {
            stream.stream().peek(whole::accumulate).forEach(event -> {
                if (event.outputTextDelta().isPresent()) {
                    pieces[0]++;
                }
            });
        }
        return whole.response();
    }

    @Override
    public Used useTool(String model, boolean forced, boolean streamed) {
        ResponseCreateParams.Builder first = to(model).input(TOOL_QUESTION).addTool(WEATHER);
        if (forced) {
            first.toolChoice(ToolChoiceOptions.REQUIRED);
        }
        Response answer = streamed ? streamed(first, new int[1]) : create(first);
        ResponseFunctionToolCall call = answer.output().stream()
                .map(ResponseOutputItem::functionCall)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow();

        List<ResponseInputItem> input = new ArrayList<>();
        input.add(ResponseInputItem.ofMessage(ResponseInputItem.Message.builder()
                .role(ResponseInputItem.Message.Role.USER)
                .addInputTextContent(TOOL_QUESTION)
                .build()));
        for (ResponseOutputItem item : answer.output()) {
            item.message().map(ResponseInputItem::ofResponseOutputMessage).ifPresent(input::add);
            item.reasoning().map(ResponseInputItem::ofReasoning).ifPresent(input::add);
            item.functionCall().map(ResponseInputItem::ofFunctionCall).ifPresent(input::add);
        }
        input.add(ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                .callId(call.callId())
                .output(TOOL_RESULT)
                .build()));
        Said said = said(create(to(model).inputOfResponse(input).addTool(WEATHER)), 1);
        return new Used(new Called(call.name(), call.arguments()), said);
    }

    @Override
    public Said look(String model) {
        return said(
                create(to(model)
                        .inputOfResponse(List.of(ResponseInputItem.ofMessage(ResponseInputItem.Message.builder()
                                .role(ResponseInputItem.Message.Role.USER)
                                .addInputTextContent("What is this?")
                                .addContent(ResponseInputImage.builder()
                                        .detail(ResponseInputImage.Detail.AUTO)
                                        .imageUrl("data:image/png;base64," + PNG)
                                        .build())
                                .build())))),
                1);
    }

    @Override
    public String fill(String model) {
        return client
                .responses()
                .create(to(model).input("Judge").text(Verdict.class).build())
                .output()
                .stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .flatMap(content -> content.outputText().stream())
                .findFirst()
                .orElseThrow()
                .answer;
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return "openai responses";
    }
}
