package io.sluice.simulator;

import static io.sluice.simulator.Json.quote;
import static io.sluice.simulator.Wording.utf8;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** Writes chat answers of OpenAI's shape that hold more than plain words. */
final class OpenAiChat {
    private final String id;
    private final long created;
    private final String model;
    private final Reply reply;
    private final Turn turn;
    private final boolean azure;
    private final boolean thoughts;

    private OpenAiChat(boolean azure, Turn turn, Reply reply, String model, boolean thoughts) {
        this.azure = azure;
        this.turn = turn;
        this.reply = reply;
        this.id = (thoughts ? "as-" : "chatcmpl-") + reply.id();
        this.created = reply.created();
        this.model = model;
        this.thoughts = thoughts;
    }

    /**
     * Plans an answer.
     *
     * @param route where it was asked; null for a provider that only has OpenAI's shape
     * @param model the model it names
     * @param thoughts whether thoughts are shown as {@code reasoning_content}
     */
    static Planned plan(@Nullable Route route, Turn turn, Asked asked, String model, boolean thoughts) {
        Reply reply = Reply.to(turn, asked);
        OpenAiChat chat = new OpenAiChat(route != null && route.dialect().azure(), turn, reply, model, thoughts);
        return turn.stream
                ? Planned.stream(
                        model, ResponseHeaders.EVENT_STREAM, turn.inputTokens, reply.outputTokens(), chat.events())
                : Planned.whole(
                        model,
                        ResponseHeaders.JSON,
                        turn.inputTokens,
                        reply.outputTokens(),
                        () -> Buffer.buffer(chat.whole()));
    }

    private String finish() {
        return switch (reply.finish()) {
            case LENGTH -> "length";
            case CALLS -> turn.choice == Turn.Choice.NAMED ? "stop" : "tool_calls";
            default -> "stop";
        };
    }

    private String usage() {
        int reasoning = reply.thinking().size();
        return "{\"prompt_tokens\":" + reply.inputTokens() + ",\"completion_tokens\":" + reply.outputTokens()
                + ",\"total_tokens\":" + (reply.inputTokens() + reply.outputTokens())
                + ",\"prompt_tokens_details\":{\"cached_tokens\":" + reply.cachedTokens() + ",\"audio_tokens\":0},"
                + "\"completion_tokens_details\":{\"reasoning_tokens\":" + reasoning + ",\"audio_tokens\":0,"
                + "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}";
    }

    private String whole() {
        StringBuilder body = new StringBuilder(head("chat.completion"));
        body.append("\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":");
        body.append(reply.calls().isEmpty() ? quote(reply.said()) : "null");
        if (thoughts && reply.thought()) {
            body.append(",\"reasoning_content\":").append(quote(reply.thoughts()));
        }
        if (!reply.calls().isEmpty()) {
            body.append(",\"tool_calls\":[");
            for (int i = 0; i < reply.calls().size(); i++) {
                Reply.Call call = reply.calls().get(i);
                body.append(i == 0 ? "" : ",")
                        .append("{\"id\":\"call_" + call.id() + "\",\"type\":\"function\",\"function\":{\"name\":")
                        .append(quote(call.name()))
                        .append(",\"arguments\":")
                        .append(quote(call.arguments()))
                        .append("}}");
            }
            body.append(']');
        }
        body.append(",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"" + finish() + "\"");
        body.append(azure ? ",\"content_filter_results\":{}" : "").append("}]");
        if (reply.withUsage()) {
            body.append(",\"usage\":").append(usage());
        }
        return body.append('}').toString();
    }

    private String head(String object) {
        return "{\"id\":\"" + id + "\",\"object\":\"" + object + "\",\"created\":" + created + ",\"model\":"
                + quote(model) + ",\"service_tier\":\"default\",\"system_fingerprint\":\"" + AnswerBody.FINGERPRINT
                + "\",";
    }

    private AnswerStream events() {
        Frames frames = new Frames();
        if (azure) {
            frames.add(utf8(AnswerBody.PROMPT_FILTER_EVENT));
        }
        frames.add(chunk(
                "{\"role\":\"assistant\",\"content\":" + (reply.calls().isEmpty() ? "\"\"" : "null")
                        + ",\"refusal\":null}",
                null));
        if (thoughts) {
            frames.tokens(
                    reply.thinking().size(),
                    place -> chunk(
                            "{\"reasoning_content\":" + quote(reply.thinking().get(place)) + "}", null));
        }
        frames.tokens(
                reply.text().size(),
                place -> chunk("{\"content\":" + quote(reply.text().get(place)) + "}", null));
        for (int i = 0; i < reply.calls().size(); i++) {
            Reply.Call call = reply.calls().get(i);
            int index = i;
            frames.tokens(
                    1,
                    place -> chunk(
                            "{\"tool_calls\":[{\"index\":" + index + ",\"id\":\"call_" + call.id()
                                    + "\",\"type\":\"function\",\"function\":{\"name\":" + quote(call.name())
                                    + ",\"arguments\":\"\"}}]}",
                            null));
            frames.tokens(
                    call.fragments().size(),
                    place -> chunk(
                            "{\"tool_calls\":[{\"index\":" + index + ",\"function\":{\"arguments\":"
                                    + quote(call.fragments().get(place)) + "}}]}",
                            null));
        }
        frames.add(chunk("{}", finish()));
        if (turn.usage && reply.withUsage()) {
            frames.add(event(head("chat.completion.chunk") + "\"choices\":[],\"usage\":" + usage() + "}"));
        }
        return frames.add(utf8("data: [DONE]\n\n"));
    }

    private byte[] chunk(String delta, @Nullable String finish) {
        return event(head("chat.completion.chunk") + "\"choices\":[{\"index\":0,\"delta\":" + delta
                + ",\"logprobs\":null,\"finish_reason\":" + (finish == null ? "null" : quote(finish))
                + (azure ? ",\"content_filter_results\":{}" : "") + "}]" + (turn.usage ? ",\"usage\":null}" : "}"));
    }

    private static byte[] event(String data) {
        return utf8("data: " + data + "\n\n");
    }
}
