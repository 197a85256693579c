package io.sluice.simulator;

import static io.sluice.simulator.Json.quote;

/** Writes answers of Converse and ConverseStream. */
final class BedrockAnswer {
    private final Reply reply;

    BedrockAnswer(Reply reply) {
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

    private String measures() {
        String usage = "\"usage\":{\"inputTokens\":" + reply.freshTokens() + ",\"outputTokens\":"
                + reply.outputTokens() + ",\"totalTokens\":" + (reply.inputTokens() + reply.outputTokens())
                + ",\"cacheReadInputTokens\":" + reply.cachedTokens() + ",\"cacheWriteInputTokens\":"
                + reply.writtenTokens() + "},";
        return (reply.withUsage() ? usage : "") + "\"metrics\":{\"latencyMs\":12}";
    }

    /** The whole answer. */
    String whole() {
        StringBuilder content = new StringBuilder();
        if (reply.thought()) {
            content.append(",{\"reasoningContent\":{\"reasoningText\":{\"text\":" + quote(reply.thoughts())
                    + ",\"signature\":" + quote(Signatures.sign(reply.thoughts())) + "}}}");
        }
        if (!reply.text().isEmpty()) {
            content.append(",{\"text\":" + quote(reply.said()) + "}");
        }
        for (Reply.Call call : reply.calls()) {
            content.append(",{\"toolUse\":{\"toolUseId\":\"tooluse_" + call.id() + "\",\"name\":" + quote(call.name())
                    + ",\"input\":" + Json.orEmptyObject(call.arguments()) + "}}");
        }
        return "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":["
                + (content.isEmpty() ? "" : content.substring(1)) + "]}},\"stopReason\":\"" + stopReason() + "\","
                + measures() + "}";
    }

    /** The answer in events. */
    Frames events() {
        Frames frames = new Frames();
        frames.add(EventStream.event("messageStart", "{\"p\":\"abcd\",\"role\":\"assistant\"}"));
        int index = 0;
        if (reply.thought()) {
            int block = index++;
            frames.tokens(
                    reply.thinking().size(),
                    place -> delta(
                            block,
                            "{\"reasoningContent\":{\"text\":"
                                    + quote(reply.thinking().get(place)) + "}}"));
            frames.add(delta(
                    block, "{\"reasoningContent\":{\"signature\":" + quote(Signatures.sign(reply.thoughts())) + "}}"));
            frames.add(stop(block));
        }
        if (!reply.text().isEmpty()) {
            int block = index++;
            frames.tokens(
                    reply.text().size(),
                    place -> delta(block, "{\"text\":" + quote(reply.text().get(place)) + "}"));
            frames.add(stop(block));
        }
        for (Reply.Call call : reply.calls()) {
            int block = index++;
            byte[] opening = EventStream.event(
                    "contentBlockStart",
                    "{\"contentBlockIndex\":" + block + ",\"p\":\"ab\",\"start\":{\"toolUse\":{\"name\":"
                            + quote(call.name()) + ",\"toolUseId\":\"tooluse_" + call.id() + "\"}}}");
            frames.tokens(1, place -> opening);
            frames.tokens(
                    call.fragments().size(),
                    place -> delta(
                            block,
                            "{\"toolUse\":{\"input\":" + quote(call.fragments().get(place)) + "}}"));
            frames.add(stop(block));
        }
        frames.add(EventStream.event("messageStop", "{\"p\":\"abcdef\",\"stopReason\":\"" + stopReason() + "\"}"));
        return frames.add(EventStream.event("metadata", "{" + measures() + ",\"p\":\"abc\"}"));
    }

    private static byte[] delta(int index, String delta) {
        return EventStream.event(
                "contentBlockDelta", "{\"contentBlockIndex\":" + index + ",\"delta\":" + delta + ",\"p\":\"abcde\"}");
    }

    private static byte[] stop(int index) {
        return EventStream.event("contentBlockStop", "{\"contentBlockIndex\":" + index + ",\"p\":\"a\"}");
    }
}
