package io.sluice.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.genai.Chat;
import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.types.Content;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionCallingConfig;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.FunctionResponse;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.Part;
import com.google.genai.types.Schema;
import com.google.genai.types.Tool;
import com.google.genai.types.ToolConfig;
import com.google.genai.types.Type;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** {@code google-genai}. Tools are used in its own chat, which keeps the turns itself. */
final class GeminiSdk implements Sdk {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Tool WEATHER = Tool.builder()
            .functionDeclarations(FunctionDeclaration.builder()
                    .name(TOOL)
                    .description("Weather of a place")
                    .parameters(object("city")))
            .build();

    private final Client client;

    GeminiSdk(String base, String key) {
        client = Client.builder()
                .apiKey(key)
                .httpOptions(HttpOptions.builder().baseUrl(base).build())
                .build();
    }

    private static Schema object(String property) {
        return Schema.builder()
                .type(Type.Known.OBJECT)
                .properties(Map.of(
                        property, Schema.builder().type(Type.Known.STRING).build()))
                .required(property)
                .build();
    }

    private static GenerateContentConfig.Builder config() {
        return GenerateContentConfig.builder().maxOutputTokens(100);
    }

    @Override
    public Said ask(String model) {
        return said(client.models.generateContent(model, "Say hello", brief()));
    }

    private static GenerateContentConfig brief() {
        return config().systemInstruction(Content.fromParts(Part.fromText("Be short.")))
                .build();
    }

    private static Said said(GenerateContentResponse answer) {
        String text = answer.text();
        return new Said(text == null ? "" : text, tokens(answer), 1);
    }

    private static long tokens(GenerateContentResponse answer) {
        return answer.usageMetadata()
                .flatMap(usage -> usage.candidatesTokenCount())
                .orElse(0);
    }

    @Override
    public Said stream(String model) {
        StringBuilder text = new StringBuilder();
        long tokens = 0;
        int pieces = 0;
        try (ResponseStream<GenerateContentResponse> stream =
                client.models.generateContentStream(model, "Say hello", brief())) {
            for (GenerateContentResponse chunk : stream) {
                Said said = said(chunk);
                text.append(said.text());
                tokens = Math.max(tokens, said.outputTokens());
                pieces += said.text().isEmpty() ? 0 : 1;
            }
        }
        return new Said(text.toString(), tokens, pieces);
    }

    @Override
    public Used useTool(String model, boolean forced, boolean streamed) {
        GenerateContentConfig.Builder first = config().tools(WEATHER);
        if (forced) {
            first.toolConfig(ToolConfig.builder()
                    .functionCallingConfig(FunctionCallingConfig.builder().mode("ANY")));
        }
        Chat chat = client.chats.create(model, config().tools(WEATHER).build());
        List<FunctionCall> calls = new ArrayList<>();
        if (streamed) {
            try (ResponseStream<GenerateContentResponse> stream =
                    chat.sendMessageStream(TOOL_QUESTION, first.build())) {
                stream.forEach(chunk -> calls.addAll(calls(chunk)));
            }
        } else {
            calls.addAll(calls(chat.sendMessage(TOOL_QUESTION, first.build())));
        }
        FunctionCall call = calls.get(0);
        FunctionResponse.Builder result = FunctionResponse.builder().name(TOOL).response(Map.of("output", TOOL_RESULT));
        call.id().ifPresent(result::id);
        GenerateContentResponse answer = chat.sendMessage(Content.builder()
                .role("user")
                .parts(Part.builder().functionResponse(result.build()).build())
                .build());
        return new Used(new Called(call.name().orElse(""), json(call.args().orElse(Map.of()))), said(answer));
    }

    private static List<FunctionCall> calls(GenerateContentResponse answer) {
        List<FunctionCall> calls = answer.functionCalls();
        return calls == null ? List.of() : calls;
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Said look(String model) {
        return said(client.models.generateContent(
                model,
                Content.fromParts(
                        Part.fromText("What is this?"),
                        Part.fromBytes(Base64.getDecoder().decode(PNG), "image/png")),
                config().build()));
    }

    @Override
    public String fill(String model) {
        GenerateContentResponse answer = client.models.generateContent(
                model,
                "Judge",
                config().responseMimeType("application/json")
                        .responseSchema(object("answer"))
                        .build());
        try {
            return JSON.readValue(answer.text(), Verdict.class).answer;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return "google-genai";
    }
}
