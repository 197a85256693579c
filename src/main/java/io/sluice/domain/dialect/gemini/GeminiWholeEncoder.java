package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.ProofLabel.Kind;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Gathers an answer and writes it as the one object that {@code generateContent} answers with. */
final class GeminiWholeEncoder implements AnswerEncoder {
    private static final byte[] NOTHING = new byte[0];

    private final AnswerTarget target;
    private final AnswerState state = new AnswerState();
    private final Map<Integer, Parts> parts = new TreeMap<>();
    private byte[] last = NOTHING;

    /** The parts of one answer of several. */
    private static final class Parts {
        private final ArrayNode done = Json.NODES.arrayNode();
        private final ObjectNode logprobs = Json.object();
        private final StringBuilder text = new StringBuilder();
        private boolean thought;

        void text(String more, boolean isThought) {
            if (thought != isThought) {
                close();
                thought = isThought;
            }
            text.append(more);
        }

        void close() {
            if (!text.isEmpty()) {
                ObjectNode part = done.addObject().put("text", text.toString());
                if (thought) {
                    part.put("thought", true);
                }
                text.setLength(0);
            }
        }

        void signature(String signature) {
            if (thought && !text.isEmpty()) {
                close();
                ((ObjectNode) done.get(done.size() - 1)).put("thoughtSignature", signature);
            } else {
                close();
                done.addObject().put("text", "").put("thought", true).put("thoughtSignature", signature);
            }
        }
    }

    GeminiWholeEncoder(AnswerTarget target) {
        this.target = target;
    }

    @Override
    public String contentType() {
        return "application/json; charset=UTF-8";
    }

    private Parts of(int choice) {
        state.begin(choice);
        return parts.computeIfAbsent(choice, n -> new Parts());
    }

    @Override
    public void encode(ChatEvent event, Consumer<byte[]> out) {
        switch (event) {
            case ChatEvent.Text text -> of(text.choice()).text(text.text(), false);
            case ChatEvent.Refusal refusal -> of(refusal.choice()).text(refusal.text(), false);
            case ChatEvent.Thinking text -> of(text.choice()).text(text.text(), true);
            case ChatEvent.ThinkingSignature proof ->
                of(proof.choice()).signature(Signatures.write(Kind.THINKING, proof.proof()));
            case ChatEvent.HiddenThinking hidden -> {
                Parts answer = of(hidden.choice());
                answer.close();
                answer.thought = false;
                answer.signature(Signatures.write(Kind.HIDDEN, hidden.proof()));
            }
            case ChatEvent.ToolCall call -> {
                of(call.choice());
                state.call(call);
            }
            case ChatEvent.ToolArguments arguments -> state.arguments(arguments);
            case ChatEvent.Citation citation -> state.citation(citation);
            case ChatEvent.Logprobs more -> logprobs(of(more.choice()).logprobs, LogprobsForm.write(more.json()));
            case ChatEvent.Finish finish -> {
                of(finish.choice());
                state.finish(finish);
            }
            case ChatEvent.Usage usage -> state.usage(usage.tokens());
            case ChatEvent.End end -> last = Json.write(whole());
            case ChatEvent.Start start -> {}
            case ChatEvent.Ping ping -> {}
            case ChatEvent.Failed failed -> {}
        }
    }

    private static void logprobs(ObjectNode all, ObjectNode more) {
        for (Map.Entry<String, com.fasterxml.jackson.databind.JsonNode> field : more.properties()) {
            all.withArrayProperty(field.getKey()).addAll((ArrayNode) field.getValue());
        }
    }

    private ObjectNode whole() {
        ObjectNode response = Json.object();
        ArrayNode candidates = response.putArray("candidates");
        for (Map.Entry<Integer, Parts> entry : parts.entrySet()) {
            Parts answer = entry.getValue();
            answer.close();
            answer.done.addAll(state.takeCalls(entry.getKey()));
            ObjectNode candidate = candidates.addObject();
            ObjectNode content = candidate.putObject("content");
            if (!answer.done.isEmpty()) {
                content.set("parts", answer.done);
            }
            content.put("role", "model");
            state.close(entry.getKey(), candidate);
            if (!answer.logprobs.isEmpty()) {
                candidate.set("logprobsResult", answer.logprobs);
            }
        }
        state.putUsage(response);
        response.put("modelVersion", target.model()).put("responseId", target.id());
        return response;
    }

    @Override
    public byte[] last() {
        return last;
    }
}
