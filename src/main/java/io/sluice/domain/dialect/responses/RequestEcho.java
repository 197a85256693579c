package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.dialect.Json;
import java.math.BigDecimal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a {@code response} object repeats of its request: written once, for it stands in three events of a stream. */
final class RequestEcho {
    private RequestEcho() {}

    /**
     * The members, without the braces around them.
     *
     * @param request the request
     * @param model the model that the client may know
     */
    static byte[] of(ChatRequest request, String model) {
        ObjectNode echo = Json.object();
        echo.put("model", model);
        echo.put("instructions", instructions(request));
        echo.put("max_output_tokens", request.sampling().maxOutputTokens());
        echo.set("max_tool_calls", request.extras().get("max_tool_calls"));
        echo.put("parallel_tool_calls", !Boolean.FALSE.equals(request.parallelToolCalls()));
        echo.putNull("previous_response_id");
        echo.set("reasoning", reasoning(request.reasoning()));
        // Nothing is: it cannot be asked for later.
        echo.put("store", false);
        echo.put("temperature", orOne(request.sampling().temperature()));
        echo.put("top_p", orOne(request.sampling().topP()));
        Integer logprobs = request.sampling().topLogprobs();
        echo.put("top_logprobs", logprobs == null ? 0 : logprobs);
        echo.set("text", text(request));
        echo.set("tool_choice", ResponsesTools.choice(request.toolChoice()));
        ArrayNode tools = echo.putArray("tools");
        request.tools().forEach(tool -> addTool(tools, tool));
        echo.put("truncation", "disabled");
        echo.put("user", request.user());
        JsonNode metadata = request.extras().get("metadata");
        echo.set("metadata", metadata == null ? Json.object() : metadata);
        if (request.serviceTier() != null) {
            echo.put("service_tier", request.serviceTier());
        }
        byte[] json = Json.write(echo);
        return Arrays.copyOfRange(json, 1, json.length - 1);
    }

    private static BigDecimal orOne(@Nullable BigDecimal value) {
        return value == null ? BigDecimal.ONE.setScale(1) : value;
    }

    /** What the operator said before all else: it may have stood in the input as well. */
    private static @Nullable String instructions(ChatRequest request) {
        if (request.messages().isEmpty()) {
            return null;
        }
        ChatMessage first = request.messages().getFirst();
        return first.role() == ChatMessage.Role.SYSTEM
                        && first.parts().size() == 1
                        && first.parts().getFirst() instanceof Part.Text text
                ? text.text()
                : null;
    }

    private static ObjectNode reasoning(@Nullable Reasoning reasoning) {
        ObjectNode echo = Json.object();
        echo.put("effort", reasoning == null ? null : reasoning.effort());
        boolean shown = reasoning != null && Boolean.TRUE.equals(reasoning.show());
        return echo.put("summary", shown ? "auto" : null);
    }

    private static ObjectNode text(ChatRequest request) {
        ObjectNode text = Json.object();
        text.set("format", ResponsesTools.format(request.format()));
        JsonNode verbosity = request.extras().get("verbosity");
        if (verbosity != null) {
            text.set("verbosity", verbosity);
        }
        return text;
    }

    private static void addTool(ArrayNode tools, Tool tool) {
        switch (tool) {
            case Tool.Function function -> tools.add(ResponsesTools.function(function));
            case Tool.Foreign foreign -> {
                if (foreign.dialect() == ChatDialect.RESPONSES) {
                    tools.add(foreign.json());
                }
            }
        }
    }
}
