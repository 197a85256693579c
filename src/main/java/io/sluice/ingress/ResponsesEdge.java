package io.sluice.ingress;

import static io.sluice.ingress.ErrorAnswer.quoted;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.sluice.domain.chat.ChatDialect;
import io.vertx.core.buffer.Buffer;

/** OpenAI's words where they differ for responses: each event has a type and a number. */
final class ResponsesEdge implements EdgeDialect {
    static final ResponsesEdge INSTANCE = new ResponsesEdge();

    private static final String NUMBER = "\"sequence_number\":";
    private static final int LONGEST_NUMBER = 15;

    private ResponsesEdge() {}

    @Override
    public ChatDialect dialect() {
        return ChatDialect.RESPONSES;
    }

    @Override
    public Buffer body(ErrorAnswer error, String requestId) {
        return OpenAiEdge.INSTANCE.body(error, requestId);
    }

    @Override
    public Buffer event(ErrorAnswer error, String requestId, Buffer last) {
        String code = error.code() == null ? error.type() : error.code();
        return Buffer.buffer("event: error\ndata: {\"type\":\"error\",\"code\":" + quoted(code) + ",\"message\":"
                + quoted(error.message()) + ",\"param\":" + quoted(error.param()) + "," + NUMBER + next(last)
                + "}\n\n");
    }

    @Override
    public Buffer ping() {
        return OpenAiEdge.INSTANCE.ping();
    }

    /** The number that follows the last one written; 0 when it cannot be seen any more. */
    private static long next(Buffer last) {
        String text = last.toString(ISO_8859_1);
        int at = text.lastIndexOf(NUMBER);
        // Inside a string the quotation mark would be escaped.
        while (at > 0 && text.charAt(at - 1) == '\\') {
            at = text.lastIndexOf(NUMBER, at - 1);
        }
        if (at < 0) {
            return 0;
        }
        long number = 0;
        int from = at + NUMBER.length();
        while (from < text.length() && text.charAt(from) == ' ') {
            from++;
        }
        int digits = 0;
        while (from + digits < text.length()
                && digits < LONGEST_NUMBER
                && text.charAt(from + digits) >= '0'
                && text.charAt(from + digits) <= '9') {
            number = number * 10 + text.charAt(from + digits) - '0';
            digits++;
        }
        return digits == 0 ? 0 : number + 1;
    }
}
