package io.sluice.simulator;

import static io.sluice.simulator.Json.quote;
import static io.sluice.simulator.Wording.utf8;

import java.util.List;

/** Writes answers of DashScope's own API. */
final class DashScopeAnswer {
    private final Reply reply;
    private final boolean incremental;
    private final boolean message;
    private final boolean multimodal;

    DashScopeAnswer(Reply reply, DashScopeRules.Read read, boolean multimodal) {
        this.reply = reply;
        this.incremental = read.incremental();
        this.message = read.message();
        this.multimodal = multimodal;
    }

    private String finish() {
        return switch (reply.finish()) {
            case LENGTH -> "length";
            case CALLS -> "tool_calls";
            default -> "stop";
        };
    }

    private String body(String thoughts, String text, String calls, String finish, int tokens) {
        String output;
        if (message) {
            String content = multimodal ? text.isEmpty() ? "[]" : "[{\"text\":" + quote(text) + "}]" : quote(text);
            output = "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":" + content
                    + ",\"reasoning_content\":" + quote(thoughts)
                    + (calls.isEmpty() ? "" : ",\"tool_calls\":[" + calls + "]")
                    + "},\"finish_reason\":\"" + finish + "\"}]}";
        } else {
            output = "{\"text\":" + quote(text) + ",\"finish_reason\":\"" + finish + "\"}";
        }
        String usage = reply.withUsage()
                ? ",\"usage\":{\"input_tokens\":" + reply.inputTokens() + ",\"output_tokens\":" + tokens
                        + ",\"total_tokens\":" + (reply.inputTokens() + tokens)
                        + ",\"prompt_tokens_details\":{\"cached_tokens\":" + reply.cachedTokens() + "}}"
                : "";
        return "{\"output\":" + output + usage + ",\"request_id\":\"" + reply.id() + "\"}";
    }

    private static String call(int index, String id, String name, String arguments) {
        return "{\"index\":" + index + ",\"id\":\"" + id + "\",\"type\":\"function\",\"function\":{"
                + (name.isEmpty() ? "" : "\"name\":" + quote(name) + ",") + "\"arguments\":" + quote(arguments) + "}}";
    }

    private String calls() {
        StringBuilder calls = new StringBuilder();
        for (int i = 0; i < reply.calls().size(); i++) {
            Reply.Call call = reply.calls().get(i);
            calls.append(i == 0 ? "" : ",").append(call(i, "call_" + call.id(), call.name(), call.arguments()));
        }
        return calls.toString();
    }

    /** The whole answer. */
    String whole() {
        return body(reply.thoughts(), reply.said(), calls(), finish(), reply.outputTokens());
    }

    /** The answer in events. */
    Frames events() {
        Frames frames = new Frames();
        int thoughts = reply.thinking().size();
        frames.tokens(
                thoughts, place -> event(place + 1, body(upTo(reply.thinking(), place), "", "", "null", place + 1)));
        frames.tokens(
                reply.text().size(),
                place -> event(
                        thoughts + place + 1,
                        body(soFar(), upTo(reply.text(), place), "", "null", thoughts + place + 1)));
        int number = thoughts + reply.text().size();
        StringBuilder done = new StringBuilder();
        for (int i = 0; i < reply.calls().size(); i++) {
            Reply.Call call = reply.calls().get(i);
            String id = "call_" + call.id();
            String before = done.toString();
            int index = i;
            int first = number + 1;
            frames.tokens(
                    1,
                    place -> event(first, body(soFar(), "", before + call(index, id, call.name(), ""), "null", first)));
            frames.tokens(
                    call.fragments().size(),
                    place -> event(
                            first + place + 1,
                            body(
                                    soFar(),
                                    "",
                                    before
                                            + call(
                                                    index,
                                                    incremental ? "" : id,
                                                    incremental ? "" : call.name(),
                                                    upTo(call.fragments(), place)),
                                    "null",
                                    first + place + 1)));
            number = first + call.fragments().size();
            if (!incremental) {
                done.append(call(i, id, call.name(), call.arguments())).append(',');
            }
        }
        int last = number;
        String said = incremental ? "" : reply.said();
        frames.add(event(last + 1, body(soFar(), said, incremental ? "" : calls(), finish(), reply.outputTokens())));
        return frames;
    }

    /** A piece, or everything up to it. */
    private String upTo(List<String> pieces, int place) {
        return incremental ? pieces.get(place) : String.join("", pieces.subList(0, place + 1));
    }

    private String soFar() {
        return incremental ? "" : reply.thoughts();
    }

    private static byte[] event(int number, String data) {
        return utf8("id:" + number + "\nevent:result\n:HTTP_STATUS/200\ndata:" + data + "\n\n");
    }
}
