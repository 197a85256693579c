package io.sluice.domain.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.ProofLabel.Kind;
import java.util.function.Consumer;

/**
 * Writes the answer of {@code streamGenerateContent}: each piece of text is a response of its own, as an event or as an
 * element of an array. Calls come whole, when their answer ends. The finish reasons and the usage are in the last response.
 */
final class GeminiStreamEncoder implements AnswerEncoder {
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] TEXT = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":".getBytes(UTF_8);
    private static final byte[] TEXT_END = "}],\"role\":\"model\"},\"index\":".getBytes(UTF_8);
    private static final byte[] THOUGHT_END = ",\"thought\":true}],\"role\":\"model\"},\"index\":".getBytes(UTF_8);
    private static final byte[] EVENT = "data: ".getBytes(UTF_8);
    private static final byte[] EVENT_END = "\r\n\r\n".getBytes(UTF_8);
    private static final byte[] PING = {'\r', '\n'};
    private static final byte[] ARRAY = "[".getBytes(UTF_8);
    private static final byte[] NEXT = ",\r\n".getBytes(UTF_8);
    private static final byte[] ARRAY_END = "]".getBytes(UTF_8);

    private final AnswerTarget target;
    /** Behind the candidates: model and id, up to the closing brace. */
    private final byte[] tail;

    private final ChunkWriter chunk = new ChunkWriter();
    private final AnswerState state = new AnswerState();
    private boolean begun;
    private byte[] last = NOTHING;

    GeminiStreamEncoder(AnswerTarget target) {
        this.target = target;
        this.tail = new ChunkWriter()
                .raw("}],\"modelVersion\":")
                .quoted(target.model())
                .raw(",\"responseId\":")
                .quoted(target.id())
                .raw("}")
                .take();
    }

    @Override
    public String contentType() {
        return target.arrayStream() ? "application/json; charset=UTF-8" : "text/event-stream";
    }

    @Override
    public void encode(ChatEvent event, Consumer<byte[]> out) {
        switch (event) {
            case ChatEvent.Text text -> text(text.choice(), text.text(), TEXT_END, out);
            case ChatEvent.Refusal refusal -> text(refusal.choice(), refusal.text(), TEXT_END, out);
            case ChatEvent.Thinking text -> text(text.choice(), text.text(), THOUGHT_END, out);
            case ChatEvent.ThinkingSignature proof -> {
                signature(proof.choice(), Signatures.write(Kind.THINKING, proof.proof()), out);
            }
            case ChatEvent.HiddenThinking hidden ->
                signature(hidden.choice(), Signatures.write(Kind.HIDDEN, hidden.proof()), out);
            case ChatEvent.ToolCall call -> state.call(call);
            case ChatEvent.ToolArguments arguments -> state.arguments(arguments);
            case ChatEvent.Citation citation -> state.citation(citation);
            case ChatEvent.Logprobs logprobs -> {
                ObjectNode candidate = Json.object();
                candidate.set("logprobsResult", LogprobsForm.write(logprobs.json()));
                candidate.put("index", logprobs.choice());
                response(candidate, out);
            }
            case ChatEvent.Finish finish -> finish(finish, out);
            case ChatEvent.Usage usage -> state.usage(usage.tokens());
            case ChatEvent.Ping ping -> ping(out);
            case ChatEvent.End end -> end();
            case ChatEvent.Start start -> {}
            case ChatEvent.Failed failed -> {}
        }
    }

    private void text(int choice, String text, byte[] end, Consumer<byte[]> out) {
        state.begin(choice);
        open();
        chunk.raw(TEXT).quoted(text).raw(end).number(choice).raw(tail);
        close(out);
    }

    private void signature(int choice, String signature, Consumer<byte[]> out) {
        ObjectNode candidate = Json.object();
        ObjectNode content = candidate.putObject("content");
        content.putArray("parts")
                .addObject()
                .put("text", "")
                .put("thought", true)
                .put("thoughtSignature", signature);
        content.put("role", "model");
        candidate.put("index", choice);
        response(candidate, out);
    }

    private void finish(ChatEvent.Finish finish, Consumer<byte[]> out) {
        state.finish(finish);
        ArrayNode calls = state.takeCalls(finish.choice());
        if (!calls.isEmpty()) {
            ObjectNode candidate = Json.object();
            ObjectNode content = candidate.putObject("content");
            content.set("parts", calls);
            content.put("role", "model");
            candidate.put("index", finish.choice());
            response(candidate, out);
        }
    }

    private void response(ObjectNode candidate, Consumer<byte[]> out) {
        ObjectNode response = Json.object();
        response.putArray("candidates").add(candidate);
        response.put("modelVersion", target.model()).put("responseId", target.id());
        open();
        chunk.json(response);
        close(out);
    }

    /** White space: clients look at the candidates of every response. */
    private void ping(Consumer<byte[]> out) {
        if (begun) {
            out.accept(PING.clone());
        }
    }

    private void end() {
        ObjectNode response = Json.object();
        ArrayNode candidates = response.putArray("candidates");
        for (int number : state.numbers()) {
            ObjectNode candidate = candidates.addObject();
            ObjectNode content = candidate.putObject("content");
            content.putArray("parts").addObject().put("text", "");
            content.put("role", "model");
            state.close(number, candidate);
        }
        state.putUsage(response);
        response.put("modelVersion", target.model()).put("responseId", target.id());
        open();
        chunk.json(response).raw(target.arrayStream() ? ARRAY_END : EVENT_END);
        last = chunk.take();
    }

    private void open() {
        if (target.arrayStream()) {
            chunk.raw(begun ? NEXT : ARRAY);
        } else {
            chunk.raw(EVENT);
        }
        begun = true;
    }

    private void close(Consumer<byte[]> out) {
        if (!target.arrayStream()) {
            chunk.raw(EVENT_END);
        }
        out.accept(chunk.take());
    }

    @Override
    public byte[] last() {
        return last;
    }
}
