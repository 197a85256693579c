package io.sluice.simulator;

import io.vertx.core.MultiMap;
import java.util.List;

/**
 * One dialect as a plain question in it.
 *
 * @param name what the test's report calls it
 * @param uri of a whole answer
 * @param streamUri of a stream
 * @param body of a whole answer
 * @param streamBody of a stream
 * @param headers with the credential {@code k}
 * @param end what stands in a whole stream's last bytes
 * @param usage what names the usage
 * @param limited what stands in the error of a request limit
 * @param limitedStatus its status
 * @param broken what stands in a stream's error
 */
record DialectSample(
        String name,
        String uri,
        String streamUri,
        String body,
        String streamBody,
        MultiMap headers,
        String end,
        String usage,
        String limited,
        int limitedStatus,
        String broken) {
    @Override
    public String toString() {
        return name;
    }

    static MultiMap head(String... pairs) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("content-type", "application/json");
        for (int i = 0; i < pairs.length; i += 2) {
            headers.add(pairs[i], pairs[i + 1]);
        }
        return headers;
    }

    static MultiMap anthropic() {
        return head("x-api-key", "k", "anthropic-version", "2023-06-01");
    }

    static MultiMap gemini() {
        return head("x-goog-api-key", "k");
    }

    static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello you\"}]";
    static final String CONTENTS = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hello you\"}]}]}";

    /** Every dialect whose credential needs no access token. */
    static List<DialectSample> all() {
        String anthropic = "{\"model\":\"claude-x\",\"max_tokens\":100," + MESSAGES;
        String gemini = "/v1beta/models/gemini-2.5-flash";
        String bedrock = "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Hello you\"}]}]}";
        String dashscope = "{\"model\":\"qwen-plus\",\"input\":{" + MESSAGES + "},\"parameters\":{\"result_format\":"
                + "\"message\"";
        String responses = "{\"model\":\"gpt-4o\",\"input\":\"Hello you\"";
        String ollama = "{\"model\":\"llama3.2\"," + MESSAGES;
        String generation = "/api/v1/services/aigc/text-generation/generation";
        String openAi = "{\"model\":\"m\"," + MESSAGES;
        return List.of(
                new DialectSample(
                        "anthropic",
                        "/anthropic/v1/messages",
                        "/v1/messages",
                        anthropic + "}",
                        anthropic + ",\"stream\":true}",
                        anthropic(),
                        "event: message_stop",
                        "input_tokens",
                        "rate_limit_error",
                        429,
                        "overloaded_error"),
                new DialectSample(
                        "gemini",
                        gemini + ":generateContent",
                        gemini + ":streamGenerateContent?alt=sse",
                        CONTENTS,
                        CONTENTS,
                        gemini(),
                        "\"finishReason\":\"STOP\"",
                        "usageMetadata",
                        "RESOURCE_EXHAUSTED",
                        429,
                        "INTERNAL"),
                new DialectSample(
                        "gemini array",
                        gemini + ":generateContent?key=k",
                        gemini + ":streamGenerateContent?key=k",
                        CONTENTS,
                        CONTENTS,
                        head(),
                        "]",
                        "usageMetadata",
                        "RESOURCE_EXHAUSTED",
                        429,
                        "INTERNAL"),
                new DialectSample(
                        "bedrock",
                        "/bedrock/model/anthropic.claude-x-v1%3A0/converse",
                        "/bedrock/model/anthropic.claude-x-v1%3A0/converse-stream",
                        bedrock,
                        bedrock,
                        head("authorization", "Bearer k"),
                        "latencyMs",
                        "inputTokens",
                        "Too many requests",
                        429,
                        "internalServerException"),
                new DialectSample(
                        "dashscope",
                        generation,
                        generation,
                        dashscope + "}}",
                        dashscope + ",\"incremental_output\":true}}",
                        head("authorization", "Bearer k", "x-dashscope-sse", "enable"),
                        "\"finish_reason\":\"stop\"",
                        "input_tokens",
                        "Throttling.RateQuota",
                        429,
                        "event:error"),
                new DialectSample(
                        "dashscope compatible",
                        "/compatible-mode/v1/chat/completions",
                        "/compatible-mode/v1/chat/completions",
                        openAi + ",\"top_k\":3}",
                        openAi + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
                        head("authorization", "Bearer k"),
                        "[DONE]",
                        "prompt_tokens",
                        "limit_requests",
                        429,
                        "internal_error"),
                new DialectSample(
                        "ollama",
                        "/api/chat",
                        "/api/chat",
                        ollama + ",\"stream\":false}",
                        ollama + "}",
                        head("authorization", "Bearer k"),
                        "\"done\":true",
                        "prompt_eval_count",
                        "rate limit",
                        429,
                        "{\"error\":"),
                new DialectSample(
                        "responses",
                        "/v1/responses",
                        "/v1/responses",
                        responses + "}",
                        responses + ",\"stream\":true}",
                        head("authorization", "Bearer k"),
                        "\"status\":\"completed\"",
                        "\"input_tokens\"",
                        "rate_limit_exceeded",
                        429,
                        "event: error"));
    }
}
