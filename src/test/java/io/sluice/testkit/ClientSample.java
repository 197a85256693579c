package io.sluice.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** How a client of each dialect asks for a chat, and how it knows its answer. */
public enum ClientSample {
    /** OpenAI's chat completions. */
    OPENAI(
            "/v1/chat/completions",
            "\"model\":\"M\",\"stream\":S,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]",
            "/choices/0/message/content",
            "data: [DONE]",
            "\"error\":{"),
    /** OpenAI's responses. */
    RESPONSES(
            "/v1/responses",
            "\"model\":\"M\",\"stream\":S,\"input\":\"x\"",
            "/output/0/content/0/text",
            "\"type\":\"response.completed\"",
            "\"type\":\"error\""),
    /** Anthropic's messages. */
    ANTHROPIC(
            "/v1/messages",
            "\"model\":\"M\",\"stream\":S,\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]",
            "/content/0/text",
            "event: message_stop",
            "event: error"),
    /** Gemini's contents; a stream is of events. */
    GEMINI(
            "/v1beta/models/M:generateContent",
            "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"x\"}]}]",
            "/candidates/0/content/parts/0/text",
            "\"finishReason\":\"STOP\"",
            "\"error\":{"),
    /** Gemini's contents; a stream is one JSON array. */
    GEMINI_ARRAY(
            "/v1beta/models/M:generateContent",
            "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"x\"}]}]",
            "/candidates/0/content/parts/0/text",
            "\"finishReason\":\"STOP\"",
            "\"error\":{");

    private final String target;
    private final String fields;
    private final String pointer;
    private final String end;
    private final String error;

    ClientSample(String target, String fields, String pointer, String end, String error) {
        this.target = target;
        this.fields = fields;
        this.pointer = pointer;
        this.end = end;
        this.error = error;
    }

    /**
     * The request's bytes.
     *
     * @param key the virtual key
     * @param model the model it asks for
     * @param stream whether it asks for a stream
     */
    public byte[] request(String key, String model, boolean stream) {
        String where = target.replace("M:", model + ":");
        if (stream && this == GEMINI) {
            where = where.replace(":generateContent", ":streamGenerateContent?alt=sse");
        } else if (stream && this == GEMINI_ARRAY) {
            where = where.replace(":generateContent", ":streamGenerateContent");
        }
        String body = "{" + fields.replace("\"M\"", "\"" + model + "\"").replace(":S,", ":" + stream + ",") + "}";
        return ("POST " + where + " HTTP/1.1\r\nHost: h\r\nx-api-key: " + key
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(ISO_8859_1);
    }

    /** Where the text stands in an answer in one. */
    public String pointer() {
        return pointer;
    }

    /** What stands at the end of a whole stream, and nowhere else. */
    public String end() {
        return end;
    }

    /** What stands in an error in its stream. */
    public String error() {
        return error;
    }

    /** Whether its streams are events. */
    public boolean events() {
        return this != GEMINI_ARRAY;
    }
}
