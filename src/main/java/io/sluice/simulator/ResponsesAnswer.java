package io.sluice.simulator;

import static io.sluice.simulator.Json.quote;
import static io.sluice.simulator.Wording.utf8;

import java.util.ArrayList;
import java.util.List;

/** Writes answers of the Responses API. */
final class ResponsesAnswer {
    private final Fields request;
    private final Turn turn;
    private final Reply reply;
    private final String model;
    private final boolean stored;
    private final boolean sealed;
    private int sequence;

    ResponsesAnswer(Fields request, Turn turn, Reply reply, String model, boolean stored) {
        this.request = request;
        this.turn = turn;
        this.reply = reply;
        this.model = model;
        this.stored = stored;
        this.sealed = request.get("include").toString().contains("reasoning.encrypted_content");
    }

    /** The answer's id. */
    String id() {
        return "resp_" + reply.id();
    }

    private boolean cut() {
        return reply.finish() == Reply.Finish.LENGTH;
    }

    private String response(String status, String output, boolean usage) {
        String told = usage && reply.withUsage()
                ? "{\"input_tokens\":" + reply.inputTokens() + ",\"input_tokens_details\":{\"cached_tokens\":"
                        + reply.cachedTokens() + "},\"output_tokens\":" + reply.outputTokens()
                        + ",\"output_tokens_details\":{\"reasoning_tokens\":"
                        + reply.thinking().size() + "},\"total_tokens\":"
                        + (reply.inputTokens() + reply.outputTokens()) + "}"
                : "null";
        return "{\"id\":\"" + id() + "\",\"object\":\"response\",\"created_at\":" + reply.created()
                + ",\"background\":" + echoed("background", "false") + ",\"status\":\"" + status
                + "\",\"error\":null,\"incomplete_details\":"
                + (status.equals("incomplete") ? "{\"reason\":\"max_output_tokens\"}" : "null")
                + ",\"instructions\":" + echoed("instructions", "null") + ",\"max_output_tokens\":"
                + echoed("max_output_tokens", "null") + ",\"model\":" + quote(model) + ",\"output\":[" + output
                + "],\"parallel_tool_calls\":" + !turn.single + ",\"previous_response_id\":"
                + echoed("previous_response_id", "null") + ",\"reasoning\":"
                + echoed("reasoning", "{\"effort\":null,\"summary\":null}")
                + ",\"store\":" + stored + ",\"temperature\":" + echoed("temperature", "1.0")
                + ",\"text\":" + echoed("text", "{\"format\":{\"type\":\"text\"}}") + ",\"tool_choice\":"
                + echoed("tool_choice", "\"auto\"") + ",\"tools\":" + echoed("tools", "[]") + ",\"top_p\":"
                + echoed("top_p", "1.0") + ",\"truncation\":\"disabled\",\"usage\":" + told
                + ",\"user\":null,\"metadata\":" + echoed("metadata", "{}") + "}";
    }

    private String echoed(String name, String otherwise) {
        return request.has(name) ? request.get(name).toString() : otherwise;
    }

    private boolean summarised() {
        return request.get("reasoning").hasNonNull("summary");
    }

    private String reasoning(boolean done) {
        String summary =
                done && summarised() ? "{\"type\":\"summary_text\",\"text\":" + quote(reply.thoughts()) + "}" : "";
        return "{\"id\":\"rs_" + reply.id() + "\",\"type\":\"reasoning\",\"summary\":[" + summary + "]"
                + (sealed ? ",\"encrypted_content\":" + quote(Signatures.sign("reasoning")) : "") + "}";
    }

    private String message(boolean done) {
        String part = done ? part(reply.said()) : "";
        return "{\"id\":\"msg_" + reply.id() + "\",\"type\":\"message\",\"status\":\""
                + (done ? cut() ? "incomplete" : "completed" : "in_progress")
                + "\",\"role\":\"assistant\",\"content\":["
                + part + "]}";
    }

    private static String part(String text) {
        return "{\"type\":\"output_text\",\"text\":" + quote(text) + ",\"annotations\":[],\"logprobs\":[]}";
    }

    private static String call(Reply.Call call, boolean done) {
        return "{\"id\":\"fc_" + call.id() + "\",\"type\":\"function_call\",\"status\":\""
                + (done ? "completed" : "in_progress") + "\",\"call_id\":\"call_" + call.id() + "\",\"name\":"
                + quote(call.name()) + ",\"arguments\":" + (done ? quote(call.arguments()) : "\"\"") + "}";
    }

    private List<String> output() {
        List<String> items = new ArrayList<>();
        if (reply.thought()) {
            items.add(reasoning(true));
        }
        if (!reply.text().isEmpty()) {
            items.add(message(true));
        }
        reply.calls().forEach(call -> items.add(call(call, true)));
        return items;
    }

    /** The whole answer. */
    String whole() {
        return response(cut() ? "incomplete" : "completed", String.join(",", output()), true);
    }

    /** The answer while it is made in the background. */
    String queued() {
        return response("queued", "", false);
    }

    /** The answer in events. */
    Frames events() {
        Frames frames = new Frames();
        sequence = 0;
        add(frames, "response.created", "\"response\":" + response("in_progress", "", false));
        add(frames, "response.in_progress", "\"response\":" + response("in_progress", "", false));
        int index = 0;
        if (reply.thought()) {
            thoughts(frames, index++);
        }
        if (!reply.text().isEmpty()) {
            text(frames, index++);
        }
        for (Reply.Call call : reply.calls()) {
            call(frames, call, index++);
        }
        String last = cut() ? "response.incomplete" : "response.completed";
        add(frames, last, "\"response\":" + whole());
        return frames;
    }

    private void thoughts(Frames frames, int index) {
        String at = "\"item_id\":\"rs_" + reply.id() + "\",\"output_index\":" + index + ",\"summary_index\":0";
        add(frames, "response.output_item.added", "\"output_index\":" + index + ",\"item\":" + reasoning(false));
        if (summarised()) {
            add(
                    frames,
                    "response.reasoning_summary_part.added",
                    at + ",\"part\":{\"type\":\"summary_text\",\"text\":\"\"}");
            run(frames, reply.thinking(), "response.reasoning_summary_text.delta", at + ",\"delta\":", "");
            add(frames, "response.reasoning_summary_text.done", at + ",\"text\":" + quote(reply.thoughts()));
            add(
                    frames,
                    "response.reasoning_summary_part.done",
                    at + ",\"part\":{\"type\":\"summary_text\",\"text\":" + quote(reply.thoughts()) + "}");
        }
        add(frames, "response.output_item.done", "\"output_index\":" + index + ",\"item\":" + reasoning(true));
    }

    private void text(Frames frames, int index) {
        String at = "\"item_id\":\"msg_" + reply.id() + "\",\"output_index\":" + index + ",\"content_index\":0";
        add(frames, "response.output_item.added", "\"output_index\":" + index + ",\"item\":" + message(false));
        add(frames, "response.content_part.added", at + ",\"part\":" + part(""));
        run(frames, reply.text(), "response.output_text.delta", at + ",\"delta\":", ",\"logprobs\":[]");
        add(frames, "response.output_text.done", at + ",\"text\":" + quote(reply.said()) + ",\"logprobs\":[]");
        add(frames, "response.content_part.done", at + ",\"part\":" + part(reply.said()));
        add(frames, "response.output_item.done", "\"output_index\":" + index + ",\"item\":" + message(true));
    }

    private void call(Frames frames, Reply.Call call, int index) {
        String at = "\"item_id\":\"fc_" + call.id() + "\",\"output_index\":" + index;
        add(frames, "response.output_item.added", "\"output_index\":" + index + ",\"item\":" + call(call, false));
        run(frames, call.fragments(), "response.function_call_arguments.delta", at + ",\"delta\":", "");
        add(
                frames,
                "response.function_call_arguments.done",
                at + ",\"name\":" + quote(call.name()) + ",\"arguments\":" + quote(call.arguments()));
        add(frames, "response.output_item.done", "\"output_index\":" + index + ",\"item\":" + call(call, true));
    }

    private void add(Frames frames, String type, String fields) {
        frames.add(event(type, sequence++, fields));
    }

    private void run(Frames frames, List<String> pieces, String type, String before, String after) {
        int first = sequence;
        sequence += pieces.size();
        frames.tokens(pieces.size(), place -> event(type, first + place, before + quote(pieces.get(place)) + after));
    }

    private static byte[] event(String type, int number, String fields) {
        return utf8("event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":" + number + "," + fields
                + "}\n\n");
    }
}
