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
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** Reads the answer of {@code Converse}, of {@value #MOST_BYTES} bytes at most. */
final class BedrockWholeDecoder implements AnswerDecoder {
    private static final int MOST_BYTES = 64 * 1024 * 1024;

    private ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private int callCount;
    private boolean over;

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        if (over) {
            return;
        }
        if (gathered.size() + piece.length > MOST_BYTES) {
            gathered = new ByteArrayOutputStream();
            fail(BedrockFaults.malformed("The provider's answer is longer than the gateway allows."), out);
            return;
        }
        gathered.write(piece, 0, piece.length);
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (over) {
            return;
        }
        over = true;
        byte[] bytes = gathered.toByteArray();
        gathered = new ByteArrayOutputStream();
        if (bytes.length == 0) {
            return;
        }
        JsonNode json = Json.read(bytes, 0, bytes.length);
        if (json == null || !json.isObject()) {
            fail(BedrockFaults.malformed("The provider did not answer with JSON."), out);
        } else if (!json.path("output").isObject()
                && !BedrockReading.message(json).isEmpty()) {
            fail(BedrockFaults.inAnswer(BedrockReading.text(json, "__type"), BedrockReading.message(json)), out);
        } else {
            answer(json, out);
        }
    }

    private void fail(UpstreamFailure failure, Consumer<ChatEvent> out) {
        over = true;
        out.accept(new ChatEvent.Failed(failure));
    }

    private void answer(JsonNode json, Consumer<ChatEvent> out) {
        JsonNode content = json.path("output").path("message").path("content");
        FinishReason reason = BedrockReading.reason(BedrockReading.text(json, "stopReason"));
        if (!content.isArray() || reason == null) {
            fail(
                    BedrockFaults.malformed(
                            reason == null ? "The model's output is malformed." : "The answer has no content."),
                    out);
            return;
        }
        out.accept(new ChatEvent.Start("", "", 0));
        for (JsonNode block : content) {
            if (!block(block, out)) {
                fail(BedrockFaults.malformed("The provider sent a call without a name or an id."), out);
                return;
            }
        }
        TokenUsage usage = BedrockReading.usage(json.path("usage"));
        if (usage != null) {
            out.accept(new ChatEvent.Usage(usage));
        }
        out.accept(new ChatEvent.Finish(0, reason, null));
        out.accept(new ChatEvent.End());
    }

    private boolean block(JsonNode block, Consumer<ChatEvent> out) {
        if (block.has("toolUse")) {
            return call(block.path("toolUse"), out);
        }
        text(block, out);
        JsonNode reasoning = block.path("reasoningContent");
        String thought = BedrockReading.text(reasoning.path("reasoningText"), "text");
        String signature = BedrockReading.text(reasoning.path("reasoningText"), "signature");
        String hidden = BedrockReading.text(reasoning, "redactedContent");
        if (!thought.isEmpty()) {
            out.accept(new ChatEvent.Thinking(0, thought));
        }
        if (!signature.isEmpty()) {
            out.accept(new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, signature)));
        }
        if (!hidden.isEmpty()) {
            out.accept(new ChatEvent.HiddenThinking(0, new Proof(Maker.BEDROCK, hidden)));
        }
        JsonNode cited = block.path("citationsContent");
        cited.path("content").forEach(part -> text(part, out));
        cited.path("citations").forEach(source -> out.accept(new ChatEvent.Citation(0, ChatDialect.BEDROCK, source)));
        return true;
    }

    private static void text(JsonNode block, Consumer<ChatEvent> out) {
        String text = BedrockReading.text(block, "text");
        if (!text.isEmpty()) {
            out.accept(new ChatEvent.Text(0, text));
        }
    }

    private boolean call(JsonNode tool, Consumer<ChatEvent> out) {
        String id = BedrockReading.text(tool, "toolUseId");
        String name = BedrockReading.text(tool, "name");
        if (id.isEmpty() || name.isEmpty()) {
            return false;
        }
        JsonNode input = tool.path("input");
        int call = callCount++;
        out.accept(new ChatEvent.ToolCall(0, call, id, name, null));
        out.accept(new ChatEvent.ToolArguments(
                0, call, input.isMissingNode() || input.isNull() ? "{}" : Json.text(input)));
        return true;
    }
}
