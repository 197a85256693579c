package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.testkit.EventStreamFrames;
import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * What a provider sends in each dialect: {@code Hi there}, of 9 and 2 tokens, whole and in pieces, and an error of its own
 * in the place of an answer.
 */
enum Wire {
    OPENAI(
            """
            {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"up","choices":[{"index":0,"message":\
            {"role":"assistant","content":"Hi there"},"finish_reason":"stop"}],\
            "usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""",
            "text/event-stream",
            3,
            List.of(
                    chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null"),
                    chunk("{\"content\":\"Hi\"}", "null"),
                    chunk("{\"content\":\" there\"}", "null"),
                    chunk("{}", "\"stop\""),
                    "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"up\","
                            + "\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}\n\n",
                    "data: [DONE]\n\n"),
            "{\"error\":{\"message\":\"Something went wrong\",\"type\":\"server_error\",\"param\":null,\"code\":null}}") {
        @Override
        byte[] errorEvent() {
            return ("data: " + error() + "\n\n").getBytes(UTF_8);
        }
    },
    /** Where OpenAI's clients of responses are passed as they come. */
    RESPONSES(
            response("completed", "[" + message("completed", part("Hi there")) + "]", responsesUsage()),
            "text/event-stream",
            8,
            List.of(
                    named("response.created", "\"response\":" + response("in_progress", "[]", "null")),
                    named("response.output_item.added", "\"output_index\":0,\"item\":" + message("in_progress", "")),
                    named(
                            "response.content_part.added",
                            "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"part\":" + part("")),
                    named("response.output_text.delta", place() + ",\"delta\":\"Hi\""),
                    named("response.output_text.delta", place() + ",\"delta\":\" there\""),
                    named("response.output_text.done", place() + ",\"text\":\"Hi there\""),
                    named("response.content_part.done", place() + ",\"part\":" + part("Hi there")),
                    named(
                            "response.output_item.done",
                            "\"output_index\":0,\"item\":" + message("completed", part("Hi there"))),
                    named(
                            "response.completed",
                            "\"response\":"
                                    + response(
                                            "completed",
                                            "[" + message("completed", part("Hi there")) + "]",
                                            responsesUsage()))),
            "{\"error\":{\"message\":\"Something went wrong\",\"type\":\"server_error\",\"param\":null,\"code\":null}}") {
        @Override
        byte[] errorEvent() {
            return named("error", "\"code\":\"server_error\",\"message\":\"Something went wrong\",\"param\":null")
                    .getBytes(UTF_8);
        }
    },
    ANTHROPIC(
            """
            {"id":"msg_1","type":"message","role":"assistant","model":"up","content":[{"type":"text","text":"Hi there"}],\
            "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":2}}""",
            "text/event-stream",
            5,
            List.of(
                    named(
                            "message_start",
                            "\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"up\","
                                    + "\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,"
                                    + "\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}"),
                    named("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"),
                    named("content_block_delta", "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}"),
                    named("content_block_delta", "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" there\"}"),
                    named("content_block_stop", "\"index\":0"),
                    named(
                            "message_delta",
                            "\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":2}"),
                    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"),
            "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Something went wrong\"}}") {
        @Override
        byte[] errorEvent() {
            return ("event: error\ndata: " + error() + "\n\n").getBytes(UTF_8);
        }
    },
    GEMINI(
            gemini("Hi there", ",\"finishReason\":\"STOP\"", 2),
            "text/event-stream",
            1,
            List.of(
                    "data: " + gemini("Hi", "", 1) + "\r\n\r\n",
                    "data: " + gemini(" there", ",\"finishReason\":\"STOP\"", 2) + "\r\n\r\n"),
            "{\"error\":{\"code\":503,\"message\":\"Something went wrong\",\"status\":\"UNAVAILABLE\"}}") {
        @Override
        byte[] errorEvent() {
            return ("data: " + error() + "\r\n\r\n").getBytes(UTF_8);
        }
    },
    BEDROCK(
            """
            {"output":{"message":{"role":"assistant","content":[{"text":"Hi there"}]}},"stopReason":"end_turn",\
            "usage":{"inputTokens":9,"outputTokens":2,"totalTokens":11},"metrics":{"latencyMs":5}}""",
            "application/vnd.amazon.eventstream",
            4,
            List.of(
                    "messageStart {\"role\":\"assistant\"}",
                    "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hi\"}}",
                    "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\" there\"}}",
                    "contentBlockStop {\"contentBlockIndex\":0}",
                    "messageStop {\"stopReason\":\"end_turn\"}",
                    "metadata {\"usage\":{\"inputTokens\":9,\"outputTokens\":2,\"totalTokens\":11},\"metrics\":{\"latencyMs\":5}}"),
            "{\"message\":\"Something went wrong\"}") {
        @Override
        byte[] event(String text) {
            int blank = text.indexOf(' ');
            return new EventStreamFrames()
                    .event(text.substring(0, blank), text.substring(blank + 1))
                    .bytes();
        }

        @Override
        byte[] errorEvent() {
            return new EventStreamFrames()
                    .exception("internalServerException", error())
                    .bytes();
        }
    },
    DASHSCOPE(
            dashScope("Hi there", "stop", 2),
            "text/event-stream",
            2,
            List.of(
                    "id:1\nevent:result\n:HTTP_STATUS/200\ndata:" + dashScope("Hi", "null", 1) + "\n\n",
                    "id:2\nevent:result\n:HTTP_STATUS/200\ndata:" + dashScope(" there", "null", 2) + "\n\n",
                    "id:3\nevent:result\n:HTTP_STATUS/200\ndata:" + dashScope("", "stop", 2) + "\n\n"),
            "{\"code\":\"InternalError\",\"message\":\"Something went wrong\",\"request_id\":\"r1\"}") {
        @Override
        byte[] errorEvent() {
            return ("id:9\nevent:error\n:HTTP_STATUS/500\ndata:" + error() + "\n\n").getBytes(UTF_8);
        }
    },
    QIANFAN(
            qianfan("Hi there", "", ",\"finish_reason\":\"normal\"", 2),
            "text/event-stream",
            2,
            List.of(
                    "data: " + qianfan("Hi", ",\"sentence_id\":0,\"is_end\":false", "", 1) + "\n\n",
                    "data: " + qianfan(" there", ",\"sentence_id\":1,\"is_end\":false", "", 2) + "\n\n",
                    "data: " + qianfan("", ",\"sentence_id\":2,\"is_end\":true", ",\"finish_reason\":\"normal\"", 2)
                            + "\n\n"),
            "{\"error_code\":336100,\"error_msg\":\"Something went wrong\",\"id\":\"as-1\"}") {
        @Override
        byte[] errorEvent() {
            return ("data: " + error() + "\n\n").getBytes(UTF_8);
        }
    },
    OLLAMA(
            ollama("Hi there", true),
            "application/x-ndjson",
            2,
            List.of(ollama("Hi", false) + "\n", ollama(" there", false) + "\n", ollama("", true) + "\n"),
            "{\"error\":\"Something went wrong\"}") {
        @Override
        byte[] errorEvent() {
            return (error() + "\n").getBytes(UTF_8);
        }
    };

    /** What stands in all errors here, and in no answer. */
    static final String ERROR_WORDS = "went wrong";

    private final String whole;
    private final String streamType;
    private final int finishing;
    private final List<String> events;
    private final String error;

    Wire(String whole, String streamType, int finishing, List<String> events, String error) {
        this.whole = whole;
        this.streamType = streamType;
        this.finishing = finishing;
        this.events = events;
        this.error = error;
    }

    static String chunk(String delta, String finish) {
        return "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"up\","
                + "\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + finish + "}]}\n\n";
    }

    static String named(String type, String fields) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + fields + "}\n\n";
    }

    private static String part(String text) {
        return "{\"type\":\"output_text\",\"text\":\"" + text + "\",\"annotations\":[]}";
    }

    private static String place() {
        return "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0";
    }

    private static String message(String status, String parts) {
        return "{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"" + status
                + "\",\"role\":\"assistant\",\"content\":[" + parts + "]}";
    }

    static String responsesUsage() {
        return "{\"input_tokens\":9,\"output_tokens\":2,\"total_tokens\":11}";
    }

    static String response(String status, String output, String usage) {
        return "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"" + status
                + "\",\"error\":null,\"incomplete_details\":null,\"model\":\"up\",\"output\":" + output + ",\"usage\":"
                + usage + "}";
    }

    private static String gemini(String text, String finish, int tokens) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"" + text + "\"}]}" + finish
                + ",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":" + tokens
                + ",\"totalTokenCount\":" + (9 + tokens) + "},\"modelVersion\":\"up\",\"responseId\":\"r1\"}";
    }

    private static String dashScope(String text, String finish, int tokens) {
        return "{\"output\":{\"choices\":[{\"finish_reason\":\"" + finish
                + "\",\"message\":{\"role\":\"assistant\",\"content\":\"" + text
                + "\"}}]},\"usage\":{\"input_tokens\":9,"
                + "\"output_tokens\":" + tokens + ",\"total_tokens\":" + (9 + tokens) + "},\"request_id\":\"r1\"}";
    }

    private static String qianfan(String text, String place, String finish, int tokens) {
        return "{\"id\":\"as-1\",\"object\":\"chat.completion\",\"created\":1" + place + ",\"result\":\"" + text
                + "\",\"is_truncated\":false,\"need_clear_history\":false" + finish
                + ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":" + tokens + ",\"total_tokens\":"
                + (9 + tokens) + "}}";
    }

    private static String ollama(String text, boolean done) {
        String more = done
                ? "\"done\":true,\"done_reason\":\"stop\",\"total_duration\":5,\"load_duration\":1,"
                        + "\"prompt_eval_count\":9,\"prompt_eval_duration\":1,\"eval_count\":2,\"eval_duration\":1"
                : "\"done\":false";
        return "{\"model\":\"up\",\"created_at\":\"2026-01-01T00:00:00.1Z\",\"message\":{\"role\":\"assistant\","
                + "\"content\":\"" + text + "\"}," + more + "}";
    }

    /** An answer in one. */
    String whole() {
        return whole;
    }

    /** Content type of its streams. */
    String streamType() {
        return streamType;
    }

    /** Which event says that the answer ends; a stream that is cut before has not ended. */
    int finishing() {
        return finishing;
    }

    /** The events of a stream, as texts to be changed and written by {@link #event}. */
    List<String> events() {
        return events;
    }

    /** The events of a stream that thinks, where its dialect can, and calls {@code get_weather} with {@code Oslo}. */
    List<String> calls() {
        return WireCalls.of(this);
    }

    /** An error in the place of an answer. */
    String error() {
        return error;
    }

    /** Bytes of many. */
    byte[] stream(List<String> texts) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        texts.forEach(text -> stream.writeBytes(event(text)));
        return stream.toByteArray();
    }

    /** Bytes of an event. */
    byte[] event(String text) {
        return text.getBytes(UTF_8);
    }

    /** An error in a stream. */
    abstract byte[] errorEvent();
}
