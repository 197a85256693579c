package io.sluice.ingress;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.message.KeyLimits;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/** What the edge itself says in a client's dialect: failures, signs of life, limits. Without state. */
interface EdgeDialect {
    /**
     * The words of a dialect.
     *
     * @param dialect one that clients speak; others are answered in OpenAI's
     * @param arrayStream whether a stream comes as one JSON array
     */
    static EdgeDialect of(ChatDialect dialect, boolean arrayStream) {
        return switch (dialect) {
            case ANTHROPIC -> AnthropicEdge.INSTANCE;
            case GEMINI -> arrayStream ? GeminiEdge.ARRAY : GeminiEdge.EVENTS;
            case RESPONSES -> ResponsesEdge.INSTANCE;
            case OPENAI, BEDROCK, DASHSCOPE, QIANFAN, OLLAMA -> OpenAiEdge.INSTANCE;
        };
    }

    /** Whose words they are. */
    ChatDialect dialect();

    /** The HTTP status of a failure. */
    default int status(ErrorAnswer error) {
        return error.status();
    }

    /**
     * The body of an answer that is a failure.
     *
     * @param error what went wrong
     * @param requestId Sluice's id of the request
     */
    Buffer body(ErrorAnswer error, String requestId);

    /**
     * What ends a stream that cannot go on. Nothing in it looks like the end of a whole answer.
     *
     * @param error what went wrong
     * @param requestId Sluice's id of the request
     * @param last the last piece that was written
     */
    Buffer event(ErrorAnswer error, String requestId, Buffer last);

    /** A sign of life that its clients read over, for between two events; null when they know none. */
    @Nullable
    Buffer ping();

    /** Headers that every answer has. */
    default void greet(HttpServerResponse response, String requestId) {}

    /**
     * The virtual key's limits, for the back-off of SDKs.
     *
     * @param response takes the headers
     * @param limits the numbers
     * @param nowMillis wall clock
     */
    default void limits(HttpServerResponse response, KeyLimits limits, long nowMillis) {
        OpenAiEdge.rateHeaders(response, limits);
    }
}
