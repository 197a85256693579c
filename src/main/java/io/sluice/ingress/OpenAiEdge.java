package io.sluice.ingress;

import static io.sluice.ingress.ErrorAnswer.quoted;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.message.KeyLimits;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/** OpenAI's words (platform.openai.com/docs/guides/error-codes, as of 2026). */
final class OpenAiEdge implements EdgeDialect {
    static final OpenAiEdge INSTANCE = new OpenAiEdge();

    private static final Buffer PING = Buffer.buffer(": ping\n\n");

    private OpenAiEdge() {}

    @Override
    public ChatDialect dialect() {
        return ChatDialect.OPENAI;
    }

    @Override
    public Buffer body(ErrorAnswer error, String requestId) {
        return Buffer.buffer(json(error));
    }

    @Override
    public Buffer event(ErrorAnswer error, String requestId, Buffer last) {
        return Buffer.buffer("data: " + json(error) + "\n\n");
    }

    /** A comment, which every reader of event streams skips; OpenAI's own SDKs do. */
    @Override
    public Buffer ping() {
        return PING.copy();
    }

    static String json(ErrorAnswer error) {
        return "{\"error\":{\"message\":" + quoted(error.message()) + ",\"type\":" + quoted(error.type())
                + ",\"param\":" + quoted(error.param()) + ",\"code\":" + quoted(error.code()) + "}}";
    }

    static void rateHeaders(HttpServerResponse response, KeyLimits limits) {
        if (limits.requestLimit() > 0) {
            rate(response, "requests", limits.requestLimit(), limits.requestsLeft(), limits.requestResetMillis());
        }
        if (limits.tokenLimit() > 0) {
            rate(response, "tokens", limits.tokenLimit(), limits.tokensLeft(), limits.tokenResetMillis());
        }
    }

    private static void rate(HttpServerResponse response, String what, long limit, long left, long resetMillis) {
        response.putHeader("x-ratelimit-limit-" + what, Long.toString(limit))
                .putHeader("x-ratelimit-remaining-" + what, Long.toString(left))
                .putHeader("x-ratelimit-reset-" + what, duration(resetMillis));
    }

    /** A time in the form of OpenAI's reset headers: {@code 850ms}, {@code 12.500s}. */
    private static String duration(long millis) {
        long rest = millis % 1000;
        String padding = rest < 10 ? "00" : rest < 100 ? "0" : "";
        return millis < 1000 ? millis + "ms" : millis / 1000 + "." + padding + rest + "s";
    }
}
