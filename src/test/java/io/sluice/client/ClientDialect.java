package io.sluice.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Locale;

/** What an application sends and reads in each client dialect. Shares no code with the gateway. */
enum ClientDialect {
    OPENAI {
        @Override
        String path(String model, boolean stream) {
            return "/v1/chat/completions";
        }

        @Override
        String question(String model, boolean stream, String text) {
            return """
                    {"model":"%s","stream":%s,"max_completion_tokens":40,
                     "messages":[{"role":"system","content":"Be short."},{"role":"user","content":"%s"}]}""".formatted(model, stream, text);
        }

        @Override
        String text(JsonNode answer) {
            return answer.at("/choices/0/message/content").asText("");
        }

        @Override
        String textOf(List<JsonNode> events) {
            return join(events, "/choices/0/delta/content");
        }

        @Override
        long outputTokens(JsonNode answer) {
            return answer.at("/usage/completion_tokens").asLong();
        }

        @Override
        boolean isComplete(String body, List<JsonNode> events) {
            return body.endsWith("data: [DONE]\n\n");
        }

        @Override
        String toolQuestion(String model, boolean forced) {
            return """
                    {"model":"%s","max_completion_tokens":100,"tool_choice":"%s",
                     "tools":[{"type":"function","function":{"name":"get_weather","description":"Weather of a place",
                       "parameters":%s}}],
                     "messages":[{"role":"user","content":"Use get_weather: how is the weather in Paris?"}]}""".formatted(model, forced ? "required" : "auto", SCHEMA);
        }

        @Override
        String calledTool(JsonNode answer) {
            return answer.at("/choices/0/message/tool_calls/0/function/name").asText("");
        }

        @Override
        String toolResult(String model, JsonNode answer, String result) {
            ObjectNode request = read(toolQuestion(model, false));
            ArrayNode messages = (ArrayNode) request.get("messages");
            messages.add(answer.at("/choices/0/message"));
            messages.addObject()
                    .put("role", "tool")
                    .put(
                            "tool_call_id",
                            answer.at("/choices/0/message/tool_calls/0/id").asText())
                    .put("content", result);
            return request.toString();
        }
    },
    RESPONSES {
        @Override
        String path(String model, boolean stream) {
            return "/v1/responses";
        }

        @Override
        String question(String model, boolean stream, String text) {
            return """
                    {"model":"%s","stream":%s,"max_output_tokens":40,"store":false,
                     "instructions":"Be short.","input":"%s"}""".formatted(model, stream, text);
        }

        @Override
        String text(JsonNode answer) {
            StringBuilder text = new StringBuilder();
            answer.path("output").forEach(item -> item.path("content")
                    .forEach(part -> text.append(part.path("text").asText(""))));
            return text.toString();
        }

        @Override
        String textOf(List<JsonNode> events) {
            return join(
                    events.stream()
                            .filter(event -> event.path("type").asText().equals("response.output_text.delta"))
                            .toList(),
                    "/delta");
        }

        @Override
        long outputTokens(JsonNode answer) {
            return answer.at("/usage/output_tokens").asLong();
        }

        @Override
        boolean isComplete(String body, List<JsonNode> events) {
            String type = events.getLast().path("type").asText();
            return type.equals("response.completed") || type.equals("response.incomplete");
        }

        @Override
        String toolQuestion(String model, boolean forced) {
            return """
                    {"model":"%s","max_output_tokens":100,"tool_choice":"%s","store":false,
                     "tools":[{"type":"function","name":"get_weather","description":"Weather of a place",
                       "parameters":%s,"strict":false}],
                     "input":[{"role":"user","content":"Use get_weather: how is the weather in Paris?"}]}""".formatted(model, forced ? "required" : "auto", SCHEMA);
        }

        private JsonNode call(JsonNode answer) {
            for (JsonNode item : answer.path("output")) {
                if (item.path("type").asText().equals("function_call")) {
                    return item;
                }
            }
            return answer.path("nothing");
        }

        @Override
        String calledTool(JsonNode answer) {
            return call(answer).path("name").asText("");
        }

        @Override
        String toolResult(String model, JsonNode answer, String result) {
            ObjectNode request = read(toolQuestion(model, false));
            ArrayNode input = (ArrayNode) request.get("input");
            answer.path("output").forEach(input::add);
            input.addObject()
                    .put("type", "function_call_output")
                    .put("call_id", call(answer).path("call_id").asText())
                    .put("output", result);
            return request.toString();
        }
    },
    ANTHROPIC {
        @Override
        String path(String model, boolean stream) {
            return "/v1/messages";
        }

        @Override
        void authorize(HttpRequest.Builder request, String key) {
            request.header("x-api-key", key).header("anthropic-version", "2023-06-01");
        }

        @Override
        String question(String model, boolean stream, String text) {
            return """
                    {"model":"%s","stream":%s,"max_tokens":40,"system":"Be short.",
                     "messages":[{"role":"user","content":"%s"}]}""".formatted(model, stream, text);
        }

        @Override
        String text(JsonNode answer) {
            return join(toList(answer.path("content")), "/text");
        }

        @Override
        String textOf(List<JsonNode> events) {
            return join(events, "/delta/text");
        }

        @Override
        long outputTokens(JsonNode answer) {
            return answer.at("/usage/output_tokens").asLong();
        }

        @Override
        boolean isComplete(String body, List<JsonNode> events) {
            return events.getLast().path("type").asText().equals("message_stop");
        }

        @Override
        String toolQuestion(String model, boolean forced) {
            return """
                    {"model":"%s","max_tokens":100,"tool_choice":{"type":"%s"},
                     "tools":[{"name":"get_weather","description":"Weather of a place","input_schema":%s}],
                     "messages":[{"role":"user","content":"Use get_weather: how is the weather in Paris?"}]}""".formatted(model, forced ? "any" : "auto", SCHEMA);
        }

        private JsonNode call(JsonNode answer) {
            for (JsonNode block : answer.path("content")) {
                if (block.path("type").asText().equals("tool_use")) {
                    return block;
                }
            }
            return answer.path("nothing");
        }

        @Override
        String calledTool(JsonNode answer) {
            return call(answer).path("name").asText("");
        }

        @Override
        String toolResult(String model, JsonNode answer, String result) {
            ObjectNode request = read(toolQuestion(model, false));
            ArrayNode messages = (ArrayNode) request.get("messages");
            messages.addObject().put("role", "assistant").set("content", answer.path("content"));
            messages.addObject()
                    .put("role", "user")
                    .putArray("content")
                    .addObject()
                    .put("type", "tool_result")
                    .put("tool_use_id", call(answer).path("id").asText())
                    .put("content", result);
            return request.toString();
        }
    },
    GEMINI {
        @Override
        String path(String model, boolean stream) {
            return "/v1beta/models/" + model + (stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
        }

        @Override
        void authorize(HttpRequest.Builder request, String key) {
            request.header("x-goog-api-key", key);
        }

        @Override
        String question(String model, boolean stream, String text) {
            return """
                    {"systemInstruction":{"parts":[{"text":"Be short."}]},"generationConfig":{"maxOutputTokens":40},
                     "contents":[{"role":"user","parts":[{"text":"%s"}]}]}""".formatted(text);
        }

        @Override
        String text(JsonNode answer) {
            return join(toList(answer.at("/candidates/0/content/parts")), "/text");
        }

        @Override
        String textOf(List<JsonNode> events) {
            return join(events, "/candidates/0/content/parts/0/text");
        }

        @Override
        long outputTokens(JsonNode answer) {
            return answer.at("/usageMetadata/candidatesTokenCount").asLong();
        }

        @Override
        boolean isComplete(String body, List<JsonNode> events) {
            return events.getLast().path("candidates").path(0).has("finishReason");
        }

        @Override
        String toolQuestion(String model, boolean forced) {
            return """
                    {"generationConfig":{"maxOutputTokens":100},
                     "toolConfig":{"functionCallingConfig":{"mode":"%s"}},
                     "tools":[{"functionDeclarations":[{"name":"get_weather","description":"Weather of a place",
                       "parameters":%s}]}],
                     "contents":[{"role":"user","parts":[{"text":"Use get_weather: how is the weather in Paris?"}]}]}""".formatted(forced ? "ANY" : "AUTO", SCHEMA);
        }

        private JsonNode call(JsonNode answer) {
            for (JsonNode part : answer.at("/candidates/0/content/parts")) {
                if (part.has("functionCall")) {
                    return part.path("functionCall");
                }
            }
            return answer.path("nothing");
        }

        @Override
        String calledTool(JsonNode answer) {
            return call(answer).path("name").asText("");
        }

        @Override
        String toolResult(String model, JsonNode answer, String result) {
            ObjectNode request = read(toolQuestion(model, false));
            ArrayNode contents = (ArrayNode) request.get("contents");
            contents.add(answer.at("/candidates/0/content"));
            ObjectNode response = contents.addObject()
                    .put("role", "user")
                    .putArray("parts")
                    .addObject()
                    .putObject("functionResponse");
            JsonNode call = call(answer);
            if (call.has("id")) {
                response.set("id", call.get("id"));
            }
            response.put("name", "get_weather").putObject("response").put("output", result);
            return request.toString();
        }
    };

    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}";
    private static final ObjectMapper JSON = new ObjectMapper();

    abstract String path(String model, boolean stream);

    abstract String question(String model, boolean stream, String text);

    abstract String text(JsonNode answer);

    abstract String textOf(List<JsonNode> events);

    abstract long outputTokens(JsonNode answer);

    abstract boolean isComplete(String body, List<JsonNode> events);

    /**
     * Offers a tool.
     *
     * @param forced whether it must be called; Ollama knows no such wish
     */
    abstract String toolQuestion(String model, boolean forced);

    abstract String calledTool(JsonNode answer);

    /** Has the model think, and show it. */
    String thinking(String question) {
        ObjectNode request = read(question);
        switch (this) {
            case OPENAI -> request.put("reasoning_effort", "low").put("max_completion_tokens", 8_192);
            case RESPONSES ->
                request.put("max_output_tokens", 8_192)
                        .putObject("reasoning")
                        .put("effort", "low")
                        .put("summary", "auto");
            case ANTHROPIC ->
                request.put("max_tokens", 8_192)
                        .putObject("thinking")
                        .put("type", "enabled")
                        .put("budget_tokens", 1_024);
            case GEMINI ->
                request.putObject("generationConfig")
                        .put("maxOutputTokens", 8_192)
                        .putObject("thinkingConfig")
                        .put("includeThoughts", true)
                        .put("thinkingBudget", 1_024);
        }
        return request.toString();
    }

    abstract String toolResult(String model, JsonNode answer, String result);

    void authorize(HttpRequest.Builder request, String key) {
        request.header("authorization", "Bearer " + key);
    }

    private static ObjectNode read(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<JsonNode> toList(JsonNode array) {
        List<JsonNode> list = new java.util.ArrayList<>();
        array.forEach(list::add);
        return list;
    }

    private static String join(List<JsonNode> nodes, String pointer) {
        StringBuilder text = new StringBuilder();
        nodes.forEach(node -> text.append(node.at(pointer).asText("")));
        return text.toString();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
