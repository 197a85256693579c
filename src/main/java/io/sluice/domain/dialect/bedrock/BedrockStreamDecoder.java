package io.sluice.domain.dialect.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.tokens.TokenUsage;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads {@code ConverseStream}. Blocks of text and thinking usually come without a beginning. Usage comes behind
 * {@code messageStop}, so the answer ends with {@code metadata}, or with the stream when there is none.
 */
final class BedrockStreamDecoder implements AnswerDecoder {
    private static final int MOST_OPEN_BLOCKS = 1_024;

    private final EventStreamReader reader = new EventStreamReader();
    private final Map<Integer, OpenCall> calls = new HashMap<>();
    private int callCount;
    private boolean started;
    private boolean finished;
    private boolean over;

    /** A call whose arguments come. */
    private static final class OpenCall {
        private final int index;
        private boolean hasArguments;

        private OpenCall(int index) {
            this.index = index;
        }
    }

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        if (over) {
            return;
        }
        reader.feed(piece, (headers, bytes, from, to) -> {
            message(headers, bytes, from, to, out);
            return !over;
        });
        String fault = reader.fault();
        if (fault != null && !over) {
            fail(BedrockFaults.malformed("The provider's event stream is broken. " + fault), out);
        }
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (!over && finished && reader.isBetween()) {
            out.accept(new ChatEvent.End());
        }
        over = true;
    }

    private void fail(UpstreamFailure failure, Consumer<ChatEvent> out) {
        over = true;
        out.accept(new ChatEvent.Failed(failure));
    }

    private void malformed(Consumer<ChatEvent> out) {
        fail(BedrockFaults.malformed("The provider sent an event that its dialect does not know."), out);
    }

    private void message(EventStreamReader.Headers headers, byte[] bytes, int from, int to, Consumer<ChatEvent> out) {
        if (headers.messageType().equals("error")) {
            fail(BedrockFaults.inAnswer(headers.errorCode(), headers.errorMessage()), out);
            return;
        }
        JsonNode json = from == to ? Json.object() : Json.read(bytes, from, to);
        if (headers.messageType().equals("exception")) {
            String message = json == null ? "" : BedrockReading.message(json);
            fail(BedrockFaults.inAnswer(headers.exceptionType(), message), out);
        } else if (json == null || !json.isObject()) {
            fail(BedrockFaults.malformed("The provider sent an event that is not JSON."), out);
        } else {
            event(headers.eventType(), json, out);
        }
    }

    private void event(String type, JsonNode json, Consumer<ChatEvent> out) {
        switch (type) {
            case "messageStart" -> start(out);
            case "contentBlockStart" -> blockStart(json, out);
            case "contentBlockDelta" -> delta(json, out);
            case "contentBlockStop" -> {
                OpenCall call = calls.remove(json.path("contentBlockIndex").asInt(-1));
                if (call != null && !call.hasArguments) {
                    out.accept(new ChatEvent.ToolArguments(0, call.index, "{}"));
                }
            }
            case "messageStop" -> stop(json, out);
            case "metadata" -> {
                TokenUsage usage = BedrockReading.usage(json.path("usage"));
                if (usage != null) {
                    start(out);
                    out.accept(new ChatEvent.Usage(usage));
                }
                if (finished) {
                    over = true;
                    out.accept(new ChatEvent.End());
                }
            }
            // What later versions add says nothing that is missed.
            default -> {}
        }
    }

    private void start(Consumer<ChatEvent> out) {
        if (!started) {
            started = true;
            out.accept(new ChatEvent.Start("", "", 0));
        }
    }

    private void blockStart(JsonNode json, Consumer<ChatEvent> out) {
        JsonNode tool = json.path("start").path("toolUse");
        if (!tool.isObject() || finished) {
            return;
        }
        String id = BedrockReading.text(tool, "toolUseId");
        String name = BedrockReading.text(tool, "name");
        JsonNode block = json.path("contentBlockIndex");
        if (id.isEmpty() || name.isEmpty() || !block.canConvertToInt() || calls.size() >= MOST_OPEN_BLOCKS) {
            malformed(out);
            return;
        }
        start(out);
        OpenCall call = new OpenCall(callCount++);
        calls.put(block.intValue(), call);
        out.accept(new ChatEvent.ToolCall(0, call.index, id, name, null));
    }

    private void delta(JsonNode json, Consumer<ChatEvent> out) {
        JsonNode delta = json.path("delta");
        if (finished) {
            return;
        }
        if (!delta.isObject()) {
            malformed(out);
            return;
        }
        start(out);
        JsonNode text = delta.get("text");
        if (text != null) {
            if (!text.isTextual()) {
                malformed(out);
            } else if (!text.textValue().isEmpty()) {
                out.accept(new ChatEvent.Text(0, text.textValue()));
            }
        } else if (delta.has("toolUse")) {
            arguments(json.path("contentBlockIndex"), delta.path("toolUse").path("input"), out);
        } else if (delta.has("reasoningContent")) {
            thinking(delta.path("reasoningContent"), out);
        } else if (delta.path("citation").isObject()) {
            out.accept(new ChatEvent.Citation(0, ChatDialect.BEDROCK, delta.path("citation")));
        }
    }

    private void arguments(JsonNode block, JsonNode input, Consumer<ChatEvent> out) {
        OpenCall call = calls.get(block.asInt(-1));
        if (call == null || !input.isTextual()) {
            malformed(out);
        } else if (!input.textValue().isEmpty()) {
            call.hasArguments = true;
            out.accept(new ChatEvent.ToolArguments(0, call.index, input.textValue()));
        }
    }

    private static void thinking(JsonNode reasoning, Consumer<ChatEvent> out) {
        String text = BedrockReading.text(reasoning, "text");
        String signature = BedrockReading.text(reasoning, "signature");
        String hidden = BedrockReading.text(reasoning, "redactedContent");
        if (!text.isEmpty()) {
            out.accept(new ChatEvent.Thinking(0, text));
        }
        if (!signature.isEmpty()) {
            out.accept(new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, signature)));
        }
        if (!hidden.isEmpty()) {
            out.accept(new ChatEvent.HiddenThinking(0, new Proof(Maker.BEDROCK, hidden)));
        }
    }

    private void stop(JsonNode json, Consumer<ChatEvent> out) {
        FinishReason reason = BedrockReading.reason(BedrockReading.text(json, "stopReason"));
        if (reason == null) {
            fail(BedrockFaults.malformed("The model's output is malformed."), out);
        } else if (!finished) {
            start(out);
            finished = true;
            calls.clear();
            out.accept(new ChatEvent.Finish(0, reason, null));
        }
    }
}
