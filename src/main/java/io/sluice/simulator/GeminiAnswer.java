package io.sluice.simulator;

import static io.sluice.simulator.Json.quote;
import static io.sluice.simulator.Wording.utf8;

/** Writes answers of generateContent. */
final class GeminiAnswer {
    private final Reply reply;
    private final boolean showsThoughts;
    private final int candidates;

    GeminiAnswer(Reply reply, boolean showsThoughts, int candidates) {
        this.reply = reply;
        this.showsThoughts = showsThoughts;
        this.candidates = candidates;
    }

    private String finish() {
        return reply.finish() == Reply.Finish.LENGTH ? "MAX_TOKENS" : "STOP";
    }

    private String call(int index) {
        Reply.Call call = reply.calls().get(index);
        String id = reply.model().startsWith("gemini-3") ? "\"id\":\"fc_" + call.id() + "\"," : "";
        String signature = index == 0 ? ",\"thoughtSignature\":" + quote(Signatures.sign(call.name())) : "";
        return "{\"functionCall\":{" + id + "\"name\":" + quote(call.name()) + ",\"args\":"
                + Json.orEmptyObject(call.arguments()) + "}" + signature + "}";
    }

    private String tail(int said) {
        String usage = "";
        if (reply.withUsage()) {
            long thoughts = reply.thinking().size();
            usage = ",\"usageMetadata\":{\"promptTokenCount\":" + reply.inputTokens()
                    + (reply.cachedTokens() > 0 ? ",\"cachedContentTokenCount\":" + reply.cachedTokens() : "")
                    + (said > 0 ? ",\"candidatesTokenCount\":" + said : "")
                    + (thoughts > 0 ? ",\"thoughtsTokenCount\":" + thoughts : "") + ",\"totalTokenCount\":"
                    + (reply.inputTokens() + said + thoughts)
                    + ",\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":" + reply.inputTokens() + "}]}";
        }
        return usage + ",\"modelVersion\":" + quote(reply.model()) + ",\"responseId\":\"" + reply.id() + "\"}";
    }

    /** The whole answer. */
    String whole() {
        StringBuilder parts = new StringBuilder();
        if (showsThoughts && reply.thought()) {
            parts.append(",{\"text\":" + quote(reply.thoughts()) + ",\"thought\":true}");
        }
        if (!reply.text().isEmpty()) {
            parts.append(",{\"text\":" + quote(reply.said()) + "}");
        }
        for (int i = 0; i < reply.calls().size(); i++) {
            parts.append(',').append(call(i));
        }
        StringBuilder body = new StringBuilder("{\"candidates\":[");
        for (int i = 0; i < candidates; i++) {
            body.append(i == 0 ? "" : ",").append("{\"content\":{");
            if (parts.length() > 0) {
                body.append("\"parts\":[").append(parts, 1, parts.length()).append("],");
            }
            body.append("\"role\":\"model\"},\"finishReason\":\"" + finish() + "\",\"index\":" + i + "}");
        }
        int said = reply.outputTokens() - reply.thinking().size();
        return body.append(']').append(tail(said * candidates)).toString();
    }

    /**
     * The answer in chunks.
     *
     * @param array whether they are the elements of a JSON array instead of events
     */
    Frames chunks(boolean array) {
        Frames frames = new Frames();
        if (array) {
            frames.add(utf8("["));
        }
        if (showsThoughts) {
            frames.tokens(
                    reply.thinking().size(),
                    place -> chunk(
                            array,
                            place == 0,
                            "{\"text\":" + quote(reply.thinking().get(place)) + ",\"thought\":true}",
                            "",
                            0));
        }
        boolean thought = showsThoughts && reply.thought();
        frames.tokens(
                reply.text().size(),
                place -> chunk(
                        array,
                        place == 0 && !thought,
                        "{\"text\":" + quote(reply.text().get(place)) + "}",
                        "",
                        place + 1));
        boolean begun = thought || !reply.text().isEmpty();
        for (int i = 0; i < reply.calls().size(); i++) {
            byte[] call =
                    chunk(array, i == 0 && !begun, call(i), "", reply.calls().size());
            frames.tokens(1, place -> call);
        }
        boolean first = !begun && reply.calls().isEmpty();
        int said = reply.outputTokens() - reply.thinking().size();
        frames.add(chunk(array, first, "{\"text\":\"\"}", ",\"finishReason\":\"" + finish() + "\"", said));
        if (array) {
            frames.add(utf8("]"));
        }
        return frames;
    }

    private byte[] chunk(boolean array, boolean first, String part, String finish, int said) {
        String body = "{\"candidates\":[{\"content\":{\"parts\":[" + part + "],\"role\":\"model\"}" + finish
                + ",\"index\":0}]" + tail(said);
        return utf8(array ? (first ? "" : ",\r\n") + body : "data: " + body + "\r\n\r\n");
    }
}
