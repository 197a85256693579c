package io.sluice.provider;

import java.util.List;

/** Streams that think and call a tool, in each dialect. */
final class WireCalls {
    private WireCalls() {}

    static List<String> of(Wire wire) {
        return switch (wire) {
            case OPENAI -> openAi();
            case RESPONSES -> responses();
            case ANTHROPIC -> anthropic();
            case GEMINI ->
                List.of(
                        gemini("{\"text\":\"Well\",\"thought\":true}", ""),
                        gemini(
                                "{\"functionCall\":{\"name\":\"get_weather\",\"args\":{\"city\":\"Oslo\"}},\"thoughtSignature\":\"Cq8=\"}",
                                ",\"finishReason\":\"STOP\""));
            case BEDROCK ->
                List.of(
                        "messageStart {\"role\":\"assistant\"}",
                        "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"text\":\"Well\"}}}",
                        "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"signature\":\"c2ln\"}}}",
                        "contentBlockStop {\"contentBlockIndex\":0}",
                        "contentBlockStart {\"contentBlockIndex\":1,\"start\":{\"toolUse\":{\"toolUseId\":\"t1\",\"name\":\"get_weather\"}}}",
                        "contentBlockDelta {\"contentBlockIndex\":1,\"delta\":{\"toolUse\":{\"input\":\"{\\\"city\\\":\"}}}",
                        "contentBlockDelta {\"contentBlockIndex\":1,\"delta\":{\"toolUse\":{\"input\":\"\\\"Oslo\\\"}\"}}}",
                        "contentBlockStop {\"contentBlockIndex\":1}",
                        "messageStop {\"stopReason\":\"tool_use\"}",
                        "metadata {\"usage\":{\"inputTokens\":9,\"outputTokens\":2,\"totalTokens\":11}}");
            case DASHSCOPE ->
                List.of(
                        dashScope("\"reasoning_content\":\"Well\",\"content\":\"\"", "null"),
                        dashScope(
                                "\"content\":\"\",\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"arguments\":\"{\\\"city\\\":\"}}]",
                                "null"),
                        dashScope(
                                "\"content\":\"\",\"tool_calls\":[{\"index\":0,\"id\":\"\",\"type\":\"function\",\"function\":{\"arguments\":\" \\\"Oslo\\\"}\"}}]",
                                "tool_calls"));
            case QIANFAN ->
                List.of(
                        "data: {\"id\":\"as-1\",\"object\":\"chat.completion\",\"created\":1,\"sentence_id\":0,\"is_end\":true,"
                                + "\"result\":\"\",\"function_call\":{\"name\":\"get_weather\",\"arguments\":\"{\\\"city\\\":\\\"Oslo\\\"}\"},"
                                + "\"finish_reason\":\"function_call\",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}\n\n");
            case OLLAMA ->
                List.of(
                        ollama("\"content\":\"\",\"thinking\":\"Well\"", "\"done\":false"),
                        ollama(
                                "\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"get_weather\",\"arguments\":{\"city\":\"Oslo\"}}}]",
                                "\"done\":false"),
                        ollama(
                                "\"content\":\"\"",
                                "\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":9,\"eval_count\":2"));
        };
    }

    private static List<String> openAi() {
        return List.of(
                Wire.chunk("{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"Well\"}", "null"),
                Wire.chunk(
                        "{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"arguments\":\"\"}}]}",
                        "null"),
                Wire.chunk("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]}", "null"),
                Wire.chunk("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"Oslo\\\"}\"}}]}", "null"),
                Wire.chunk("{}", "\"tool_calls\""),
                "data: [DONE]\n\n");
    }

    private static List<String> responses() {
        String call =
                "{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"call_1\",\"name\":\"get_weather\",\"status\":\"%s\","
                        + "\"arguments\":\"%s\"}";
        String arguments = "{\\\"city\\\":\\\"Oslo\\\"}";
        return List.of(
                Wire.named("response.created", "\"response\":" + Wire.response("in_progress", "[]", "null")),
                Wire.named(
                        "response.output_item.added",
                        "\"output_index\":0,\"item\":" + call.formatted("in_progress", "")),
                Wire.named(
                        "response.function_call_arguments.delta",
                        "\"item_id\":\"fc_1\",\"output_index\":0,\"delta\":\"{\\\"city\\\":\""),
                Wire.named(
                        "response.function_call_arguments.done",
                        "\"item_id\":\"fc_1\",\"output_index\":0,\"arguments\":\"" + arguments + "\""),
                Wire.named(
                        "response.output_item.done",
                        "\"output_index\":0,\"item\":" + call.formatted("completed", arguments)),
                Wire.named(
                        "response.completed",
                        "\"response\":"
                                + Wire.response(
                                        "completed",
                                        "[" + call.formatted("completed", arguments) + "]",
                                        Wire.responsesUsage())));
    }

    private static List<String> anthropic() {
        return List.of(
                Wire.named(
                        "message_start",
                        "\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"up\",\"content\":[],"
                                + "\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}"),
                Wire.named(
                        "content_block_start",
                        "\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"),
                Wire.named(
                        "content_block_delta",
                        "\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"Well\"}"),
                Wire.named(
                        "content_block_delta",
                        "\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"c2ln\"}"),
                Wire.named("content_block_stop", "\"index\":0"),
                "event: ping\ndata: {\"type\":\"ping\"}\n\n",
                Wire.named(
                        "content_block_start",
                        "\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"get_weather\",\"input\":{}}"),
                Wire.named(
                        "content_block_delta",
                        "\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"city\\\":\"}"),
                Wire.named(
                        "content_block_delta",
                        "\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"\\\"Oslo\\\"}\"}"),
                Wire.named("content_block_stop", "\"index\":1"),
                Wire.named(
                        "message_delta",
                        "\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":2}"),
                "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    private static String gemini(String part, String finish) {
        return "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" + part + "]}" + finish
                + ",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":2,\"totalTokenCount\":11},"
                + "\"modelVersion\":\"up\",\"responseId\":\"r1\"}\r\n\r\n";
    }

    private static String dashScope(String message, String finish) {
        return "id:1\nevent:result\n:HTTP_STATUS/200\ndata:{\"output\":{\"choices\":[{\"finish_reason\":\"" + finish
                + "\",\"message\":{\"role\":\"assistant\"," + message
                + "}}]},\"usage\":{\"input_tokens\":9,\"output_tokens\":2,\"total_tokens\":11},\"request_id\":\"r1\"}\n\n";
    }

    private static String ollama(String message, String more) {
        return "{\"model\":\"up\",\"created_at\":\"2026-01-01T00:00:00.1Z\",\"message\":{\"role\":\"assistant\","
                + message + "}," + more + "}\n";
    }
}
