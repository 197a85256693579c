package io.sluice.simulator;

import static io.sluice.simulator.Json.quote;
import static io.sluice.simulator.Wording.utf8;

import org.jspecify.annotations.Nullable;

/** Writes answers of the Messages API. */
final class AnthropicAnswer {
    private final Reply reply;

    AnthropicAnswer(Reply reply) {
        this.reply = reply;
    }

    private String stopReason() {
        return switch (reply.finish()) {
            case STOP -> "end_turn";
            case LENGTH -> "max_tokens";
            case STOP_SEQUENCE -> "stop_sequence";
            case CALLS -> "tool_use";
        };
    }

    private String stopFields() {
        String stop = reply.stop();
        return "\"stop_reason\":\"" + stopReason() + "\",\"stop_sequence\":" + (stop == null ? "null" : quote(stop));
    }

    private String usage(int output) {
        return "{\"input_tokens\":" + reply.freshTokens() + ",\"cache_creation_input_tokens\":" + reply.writtenTokens()
                + ",\"cache_read_input_tokens\":" + reply.cachedTokens()
                + ",\"cache_creation\":{\"ephemeral_5m_input_tokens\":" + reply.writtenTokens()
                + ",\"ephemeral_1h_input_tokens\":0},\"output_tokens\":" + output + ",\"service_tier\":\"standard\"}";
    }

    private String head() {
        return "{\"id\":\"msg_" + reply.id() + "\",\"type\":\"message\",\"role\":\"assistant\",\"model\":"
                + quote(reply.model()) + ",\"content\":[";
    }

    /** The whole answer. */
    String whole() {
        StringBuilder body = new StringBuilder(head());
        String comma = "";
        if (reply.thought()) {
            body.append("{\"type\":\"thinking\",\"thinking\":" + quote(reply.thoughts()) + ",\"signature\":"
                    + quote(Signatures.sign(reply.thoughts())) + "}");
            comma = ",";
        }
        if (!reply.text().isEmpty()) {
            body.append(comma + "{\"type\":\"text\",\"text\":" + quote(reply.said()) + "}");
            comma = ",";
        }
        for (Reply.Call call : reply.calls()) {
            body.append(comma + "{\"type\":\"tool_use\",\"id\":\"toolu_" + call.id() + "\",\"name\":"
                    + quote(call.name()) + ",\"input\":" + Json.orEmptyObject(call.arguments()) + "}");
            comma = ",";
        }
        body.append("],").append(stopFields());
        if (reply.withUsage()) {
            body.append(",\"usage\":").append(usage(reply.outputTokens()));
        }
        return body.append('}').toString();
    }

    /** The answer in events. */
    Frames events() {
        Frames frames = new Frames();
        String usage = reply.withUsage() ? ",\"usage\":" + usage(1) : "";
        frames.add(event(
                "message_start",
                "\"message\":" + head() + "],\"stop_reason\":null,\"stop_sequence\":null" + usage + "}"));
        int index = 0;
        if (reply.thought()) {
            int block = index++;
            start(frames, block, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
            frames.add(event("ping", null));
            frames.tokens(
                    reply.thinking().size(),
                    place -> delta(
                            block,
                            "{\"type\":\"thinking_delta\",\"thinking\":"
                                    + quote(reply.thinking().get(place)) + "}"));
            frames.add(delta(
                    block,
                    "{\"type\":\"signature_delta\",\"signature\":" + quote(Signatures.sign(reply.thoughts())) + "}"));
            frames.add(event("content_block_stop", "\"index\":" + block));
        }
        if (!reply.text().isEmpty()) {
            int block = index++;
            start(frames, block, "{\"type\":\"text\",\"text\":\"\"}");
            frames.add(event("ping", null));
            frames.tokens(
                    reply.text().size(),
                    place -> delta(
                            block,
                            "{\"type\":\"text_delta\",\"text\":"
                                    + quote(reply.text().get(place)) + "}"));
            frames.add(event("content_block_stop", "\"index\":" + block));
        }
        for (Reply.Call call : reply.calls()) {
            int block = index++;
            byte[] opening = event(
                    "content_block_start",
                    "\"index\":" + block + ",\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_" + call.id()
                            + "\",\"name\":" + quote(call.name()) + ",\"input\":{}}");
            frames.tokens(1, place -> opening);
            frames.add(delta(block, "{\"type\":\"input_json_delta\",\"partial_json\":\"\"}"));
            frames.tokens(
                    call.fragments().size(),
                    place -> delta(
                            block,
                            "{\"type\":\"input_json_delta\",\"partial_json\":"
                                    + quote(call.fragments().get(place)) + "}"));
            frames.add(event("content_block_stop", "\"index\":" + block));
        }
        String last = reply.withUsage() ? ",\"usage\":" + usage(reply.outputTokens()) : "";
        frames.add(event("message_delta", "\"delta\":{" + stopFields() + "}" + last));
        return frames.add(event("message_stop", null));
    }

    private static void start(Frames frames, int index, String block) {
        frames.add(event("content_block_start", "\"index\":" + index + ",\"content_block\":" + block));
    }

    private static byte[] delta(int index, String delta) {
        return event("content_block_delta", "\"index\":" + index + ",\"delta\":" + delta);
    }

    private static byte[] event(String type, @Nullable String fields) {
        return utf8("event: " + type + "\ndata: {\"type\":\"" + type + "\"" + (fields == null ? "" : "," + fields)
                + "}\n\n");
    }
}
