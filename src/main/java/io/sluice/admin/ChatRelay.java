package io.sluice.admin;

import io.sluice.admin.SideCalls.Answered;
import io.sluice.admin.api.EventSink;
import io.sluice.domain.sse.SseEvents;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells a client of the admin API how a chat goes on: {@code attempt} when there is an answer, then {@code text}, {@code
 * thinking}, {@code tool-calls}, {@code usage}, and {@code end} or {@code error} at last. Reads no faster than its client.
 * Used on the admin verticle's context.
 */
final class ChatRelay {
    private static final int MOST_OF_AN_EVENT = 4 * 1024 * 1024;
    private static final int MOST_OF_AN_ERROR = 64 * 1024;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final EventSink sink;
    private final LongSupplier clock;
    private final long began;
    private final SseEvents events = new SseEvents(MOST_OF_AN_EVENT);
    private String requestId = "";
    private @Nullable String finish;
    private @Nullable JsonObject error;
    private long firstTextNanos;
    private boolean whole;

    /**
     * Nothing was told.
     *
     * @param sink where to
     * @param clock monotonic nanoseconds
     */
    ChatRelay(EventSink sink, LongSupplier clock) {
        this.sink = sink;
        this.clock = clock;
        this.began = clock.getAsLong();
    }

    /**
     * Tells the answer.
     *
     * @return when everything was told; with what the answer failed with, null when it is whole
     */
    Future<@Nullable JsonObject> tell(Answered answered) {
        HttpClientResponse response = answered.response();
        requestId = header(response, "x-request-id");
        sink.left(answered::giveUp);
        return (response.statusCode() == 200 ? stream(response) : refused(response))
                .onComplete(done -> answered.client().close());
    }

    private Future<@Nullable JsonObject> stream(HttpClientResponse response) {
        sink.send(
                "attempt",
                new JsonObject()
                        .put("request-id", requestId)
                        .put("account", header(response, "x-sluice-account"))
                        .put("upstream-model", header(response, "x-sluice-upstream-model"))
                        .put("attempts", header(response, "x-sluice-attempts"))
                        .put("queued-ms", header(response, "x-sluice-queued-ms"))
                        .put("head-ms", sinceBegin(clock.getAsLong())));
        Promise<@Nullable JsonObject> told = Promise.promise();
        response.handler(piece -> {
            if (!events.feed(piece.getBytes(), this::event)) {
                response.pause();
                answeredTooMuch(told);
            } else if (sink.isFull()) {
                response.pause();
                sink.drained(ready -> {
                    sink.drained(null);
                    response.resume();
                });
            }
        });
        response.exceptionHandler(cause -> {
            if (error == null) {
                error = new JsonObject().put("code", "cut").put("message", "The answer was cut before its end.");
            }
            told.tryComplete(end());
        });
        response.endHandler(ended -> {
            events.end(this::event);
            told.tryComplete(end());
        });
        response.resume();
        return told.future();
    }

    private void answeredTooMuch(Promise<@Nullable JsonObject> told) {
        error = new JsonObject().put("code", "event_too_long").put("message", "The answer has an event without end.");
        told.tryComplete(end());
    }

    private boolean event(byte[] bytes, int from, int to) {
        String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        if (text.equals("[DONE]")) {
            whole = true;
            return true;
        }
        try {
            chunk(new JsonObject(text));
        } catch (DecodeException | ClassCastException e) {
            // A provider's own word that is no chunk: there is nothing in it to show.
            return true;
        }
        return true;
    }

    private void chunk(JsonObject chunk) {
        if (chunk.getValue("error") instanceof JsonObject told) {
            error = told;
            return;
        }
        JsonArray choices = chunk.getJsonArray("choices", new JsonArray());
        for (Object each : choices) {
            JsonObject choice = (JsonObject) each;
            JsonObject delta = choice.getJsonObject("delta", new JsonObject());
            text("text", delta.getString("content"));
            text("thinking", delta.getString("reasoning_content", delta.getString("reasoning")));
            if (delta.getValue("tool_calls") instanceof JsonArray calls) {
                sink.send("tool-calls", new JsonObject().put("tool-calls", calls));
            }
            finish = choice.getString("finish_reason", finish);
        }
        if (chunk.getValue("usage") instanceof JsonObject usage) {
            sink.send("usage", usage);
        }
    }

    private void text(String kind, @Nullable String piece) {
        if (piece != null && !piece.isEmpty()) {
            if (firstTextNanos == 0) {
                firstTextNanos = clock.getAsLong();
            }
            sink.send(kind, new JsonObject().put("text", piece));
        }
    }

    private Future<@Nullable JsonObject> refused(HttpClientResponse response) {
        Buffer body = Buffer.buffer();
        Promise<@Nullable JsonObject> told = Promise.promise();
        response.handler(piece -> {
            if (body.length() < MOST_OF_AN_ERROR) {
                body.appendBuffer(piece);
            }
        });
        response.exceptionHandler(cause -> told.tryComplete(failed(response, body)));
        response.endHandler(ended -> told.tryComplete(failed(response, body)));
        response.resume();
        return told.future();
    }

    private JsonObject failed(HttpClientResponse response, Buffer body) {
        JsonObject json = new JsonObject();
        try {
            json.mergeIn(body.toJsonObject().getJsonObject("error", new JsonObject()));
        } catch (DecodeException | ClassCastException e) {
            json.put("message", "The answer is no JSON.");
        }
        json.put("status", response.statusCode());
        String wait = header(response, "retry-after");
        return timings(wait.isEmpty() ? json : json.put("retry-after", wait));
    }

    /** What it failed with, with the timings; tells the end itself when it did not fail. */
    private @Nullable JsonObject end() {
        if (error == null && !whole && finish == null) {
            error = new JsonObject().put("code", "cut").put("message", "The answer has no end.");
        }
        if (error != null) {
            return timings(error.copy());
        }
        sink.send("end", timings(new JsonObject().put("finish-reason", finish)));
        return null;
    }

    private JsonObject timings(JsonObject json) {
        json.put("request-id", requestId).put("total-ms", sinceBegin(clock.getAsLong()));
        return firstTextNanos == 0 ? json : json.put("first-token-ms", sinceBegin(firstTextNanos));
    }

    private long sinceBegin(long nanos) {
        return (nanos - began) / NANOS_PER_MILLI;
    }

    private static String header(HttpClientResponse response, String name) {
        String value = response.getHeader(name);
        return value == null ? "" : value;
    }
}
