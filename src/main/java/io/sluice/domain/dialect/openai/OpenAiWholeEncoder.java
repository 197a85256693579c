package io.sluice.domain.dialect.openai;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.ProofLabel;
import io.sluice.domain.dialect.ProofLabel.Kind;
import io.sluice.domain.tokens.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gathers an answer and writes it in one, all but its last brace at {@link ChatEvent.End}. */
final class OpenAiWholeEncoder implements AnswerEncoder {
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] CLOSE = "}".getBytes(US_ASCII);

    private final AnswerTarget target;
    private final TreeMap<Integer, Choice> choices = new TreeMap<>();
    private @Nullable TokenUsage usage;
    private boolean ended;

    /** One choice as far as it has come. */
    private static final class Choice {
        private final StringBuilder text = new StringBuilder();
        private final StringBuilder refusal = new StringBuilder();
        private final StringBuilder thinking = new StringBuilder();
        private final List<Part> thought = new ArrayList<>();
        private final List<Call> calls = new ArrayList<>();
        private final ArrayNode annotations = Json.NODES.arrayNode();
        private @Nullable ObjectNode logprobs;
        private String finish = "stop";
    }

    /** One call as far as it has come. */
    private record Call(ChatEvent.ToolCall begin, StringBuilder arguments) {}

    OpenAiWholeEncoder(AnswerTarget target) {
        this.target = target;
    }

    @Override
    public String contentType() {
        return "application/json";
    }

    @Override
    public void encode(ChatEvent event, Consumer<byte[]> out) {
        switch (event) {
            case ChatEvent.Text text -> of(text.choice()).text.append(text.text());
            case ChatEvent.Refusal refusal -> of(refusal.choice()).refusal.append(refusal.text());
            case ChatEvent.Thinking thinking -> of(thinking.choice()).thinking.append(thinking.text());
            case ChatEvent.ThinkingSignature proof -> closeThinking(of(proof.choice()), proof.proof());
            case ChatEvent.HiddenThinking hidden -> {
                Choice choice = of(hidden.choice());
                if (!choice.thinking.isEmpty()) {
                    closeThinking(choice, null);
                }
                choice.thought.add(new Part.HiddenThinking(hidden.proof()));
            }
            case ChatEvent.ToolCall call -> of(call.choice()).calls.add(new Call(call, new StringBuilder()));
            case ChatEvent.ToolArguments more -> arguments(more);
            case ChatEvent.Citation citation -> {
                Choice choice = of(citation.choice());
                choice.annotations.add(Annotations.write(citation, choice.text.length()));
            }
            case ChatEvent.Logprobs logprobs -> logprobs(of(logprobs.choice()), logprobs.json());
            case ChatEvent.Finish finish -> {
                Choice choice = of(finish.choice());
                choice.finish = FinishWords.write(finish.reason(), !choice.refusal.isEmpty());
            }
            case ChatEvent.Usage told -> usage = told.tokens();
            case ChatEvent.End end -> end(out);
            case ChatEvent.Start start -> {}
            case ChatEvent.Ping ping -> {}
            case ChatEvent.Failed failed -> {}
        }
    }

    @Override
    public byte[] last() {
        return ended ? CLOSE.clone() : NOTHING;
    }

    private Choice of(int number) {
        return choices.computeIfAbsent(number, n -> new Choice());
    }

    private static void closeThinking(Choice choice, @Nullable Proof proof) {
        choice.thought.add(new Part.Thinking(choice.thinking.toString(), proof));
        choice.thinking.setLength(0);
    }

    private void arguments(ChatEvent.ToolArguments more) {
        for (Call call : of(more.choice()).calls) {
            if (call.begin.call() == more.call()) {
                call.arguments.append(more.json());
            }
        }
    }

    private static void logprobs(Choice choice, JsonNode more) {
        ObjectNode all = choice.logprobs == null ? Json.object() : choice.logprobs;
        choice.logprobs = all;
        for (var field : Fields.of(more)) {
            if (field.getValue() instanceof ArrayNode list && all.get(field.getKey()) instanceof ArrayNode before) {
                before.addAll(list);
            } else if (!field.getValue().isNull() || !all.has(field.getKey())) {
                all.set(field.getKey(), field.getValue().deepCopy());
            }
        }
    }

    private void end(Consumer<byte[]> out) {
        ended = true;
        Utf8Buffer buffer = new Utf8Buffer()
                .ascii("{\"id\":")
                .quoted("chatcmpl-" + target.id())
                .ascii(",\"object\":\"chat.completion\",\"created\":")
                .number(target.created())
                .ascii(",\"model\":")
                .quoted(target.model())
                .ascii(",\"choices\":");
        ArrayNode list = Json.NODES.arrayNode();
        choices.forEach((number, choice) -> list.add(written(number, choice)));
        buffer.raw(Json.write(list));
        if (usage != null) {
            buffer.ascii(",\"usage\":");
            OpenAiUsage.write(usage, buffer);
        }
        choices.clear();
        out.accept(buffer.take());
    }

    private static ObjectNode written(int number, Choice choice) {
        ObjectNode message = Json.object().put("role", "assistant");
        boolean silent = choice.text.isEmpty() && (!choice.calls.isEmpty() || !choice.refusal.isEmpty());
        message.put("content", silent ? null : choice.text.toString());
        message.put("refusal", choice.refusal.isEmpty() ? null : choice.refusal.toString());
        if (!choice.annotations.isEmpty()) {
            message.set("annotations", choice.annotations);
        }
        if (!choice.thinking.isEmpty()) {
            closeThinking(choice, null);
        }
        ReasoningDetails.write(choice.thought, message, true, ReasoningDetails::outward);
        if (!choice.calls.isEmpty()) {
            ArrayNode calls = message.putArray("tool_calls");
            choice.calls.forEach(call -> calls.add(written(call)));
        }
        ObjectNode written = Json.object().put("index", number);
        written.set("message", message);
        written.set("logprobs", choice.logprobs);
        return written.put("finish_reason", choice.finish);
    }

    private static ObjectNode written(Call call) {
        ObjectNode written = Json.object().put("id", call.begin.id()).put("type", "function");
        written.putObject("function")
                .put("name", call.begin.name())
                .put("arguments", call.arguments.isEmpty() ? "{}" : call.arguments.toString());
        if (call.begin.proof() != null) {
            written.putObject("extra_content")
                    .putObject("google")
                    .put("thought_signature", ProofLabel.of(Kind.CALL, call.begin.proof()));
        }
        return written;
    }
}
