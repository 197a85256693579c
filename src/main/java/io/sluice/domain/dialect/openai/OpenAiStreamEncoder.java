package io.sluice.domain.dialect.openai;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.ProofLabel;
import io.sluice.domain.dialect.ProofLabel.Kind;
import io.sluice.domain.tokens.TokenUsage;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer in chunks (OpenAI API reference, chat streaming, 2026). A choice begins with a chunk that holds its role,
 * written with its first event and not before: a provider that fails right after its beginning leaves the client untouched.
 * Thinking goes as {@link ReasoningDetails} says, its text in both fields.
 */
final class OpenAiStreamEncoder implements AnswerEncoder {
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] PING = ": ping\n\n".getBytes(US_ASCII);
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(US_ASCII);

    private final Utf8Buffer buffer = new Utf8Buffer();
    private final byte[] head;
    private final byte[] tail;
    private final boolean includeUsage;
    private final List<@Nullable Choice> choices = new ArrayList<>(1);
    private @Nullable TokenUsage usage;
    private boolean ended;

    /** What must be remembered of a choice. */
    private static final class Choice {
        private final BitSet withoutArguments = new BitSet();
        private boolean refused;
        private int textLength;
        private int blocks;
    }

    OpenAiStreamEncoder(AnswerTarget target) {
        head = buffer.ascii("data: {\"id\":")
                .quoted("chatcmpl-" + target.id())
                .ascii(",\"object\":\"chat.completion.chunk\",\"created\":")
                .number(target.created())
                .ascii(",\"model\":")
                .quoted(target.model())
                .ascii(",\"choices\":[")
                .take();
        tail = (target.includeUsage() ? "],\"usage\":null}\n\n" : "]}\n\n").getBytes(US_ASCII);
        includeUsage = target.includeUsage();
    }

    @Override
    public String contentType() {
        return "text/event-stream; charset=utf-8";
    }

    @Override
    public void encode(ChatEvent event, Consumer<byte[]> out) {
        switch (event) {
            case ChatEvent.Text text -> {
                Choice choice = begun(text.choice(), out);
                choice.textLength += text.text().length();
                delta(text.choice()).ascii("\"content\":").quoted(text.text());
                send(out);
            }
            case ChatEvent.ToolArguments arguments -> arguments(arguments, out);
            case ChatEvent.Thinking thinking -> thinking(thinking, out);
            case ChatEvent.ThinkingSignature proof -> {
                Choice choice = begun(proof.choice(), out);
                detail(
                        proof.choice(),
                        choice.blocks++,
                        "reasoning.text\",\"signature",
                        ReasoningDetails.outward(Kind.THINKING, proof.proof()));
                send(out);
            }
            case ChatEvent.HiddenThinking hidden -> {
                Choice choice = begun(hidden.choice(), out);
                detail(
                        hidden.choice(),
                        choice.blocks++,
                        "reasoning.encrypted\",\"data",
                        ReasoningDetails.outward(Kind.HIDDEN, hidden.proof()));
                send(out);
            }
            case ChatEvent.Refusal refusal -> {
                begun(refusal.choice(), out).refused = true;
                delta(refusal.choice()).ascii("\"refusal\":").quoted(refusal.text());
                send(out);
            }
            case ChatEvent.ToolCall call -> call(call, out);
            case ChatEvent.Citation citation -> {
                Choice choice = begun(citation.choice(), out);
                delta(citation.choice())
                        .ascii("\"annotations\":[")
                        .raw(Json.write(Annotations.write(citation, choice.textLength)))
                        .ascii("]");
                send(out);
            }
            case ChatEvent.Logprobs logprobs -> {
                begun(logprobs.choice(), out);
                delta(logprobs.choice())
                        .ascii("},\"logprobs\":")
                        .raw(Json.write(logprobs.json()))
                        .ascii(",\"finish_reason\":null}")
                        .raw(tail);
                out.accept(buffer.take());
            }
            case ChatEvent.Finish finish -> finish(finish, out);
            case ChatEvent.Usage told -> usage = told.tokens();
            case ChatEvent.End end -> end(out);
            case ChatEvent.Ping ping -> {
                if (!choices.isEmpty()) {
                    out.accept(PING.clone());
                }
            }
            case ChatEvent.Start start -> {}
            case ChatEvent.Failed failed -> {}
        }
    }

    @Override
    public byte[] last() {
        return ended ? DONE.clone() : NOTHING;
    }

    /** The choice, after the chunk with its role. */
    private Choice begun(int number, Consumer<byte[]> out) {
        if (number < choices.size()) {
            Choice known = choices.get(number);
            if (known != null) {
                return known;
            }
        }
        while (choices.size() <= number) {
            choices.add(null);
        }
        Choice choice = new Choice();
        choices.set(number, choice);
        delta(number).ascii("\"role\":\"assistant\",\"content\":\"\",\"refusal\":null");
        send(out);
        return choice;
    }

    private Utf8Buffer delta(int choice) {
        return buffer.raw(head).ascii("{\"index\":").number(choice).ascii(",\"delta\":{");
    }

    private void send(Consumer<byte[]> out) {
        buffer.ascii("},\"logprobs\":null,\"finish_reason\":null}").raw(tail);
        out.accept(buffer.take());
    }

    private void thinking(ChatEvent.Thinking thinking, Consumer<byte[]> out) {
        Choice choice = begun(thinking.choice(), out);
        delta(thinking.choice())
                .ascii("\"reasoning_content\":")
                .quoted(thinking.text())
                .ascii(",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":")
                .quoted(thinking.text())
                .ascii(",\"index\":")
                .number(choice.blocks)
                .ascii("}]");
        send(out);
    }

    private void detail(int choice, int block, String typeAndField, String value) {
        delta(choice)
                .ascii("\"reasoning_details\":[{\"type\":\"")
                .ascii(typeAndField)
                .ascii("\":")
                .quoted(value)
                .ascii(",\"index\":")
                .number(block)
                .ascii("}]");
    }

    private void call(ChatEvent.ToolCall call, Consumer<byte[]> out) {
        begun(call.choice(), out).withoutArguments.set(call.call());
        delta(call.choice())
                .ascii("\"tool_calls\":[{\"index\":")
                .number(call.call())
                .ascii(",\"id\":")
                .quoted(call.id())
                .ascii(",\"type\":\"function\",\"function\":{\"name\":")
                .quoted(call.name())
                .ascii(",\"arguments\":\"\"}");
        if (call.proof() != null) {
            buffer.ascii(",\"extra_content\":{\"google\":{\"thought_signature\":")
                    .quoted(ProofLabel.of(Kind.CALL, call.proof()))
                    .ascii("}}");
        }
        buffer.ascii("}]");
        send(out);
    }

    private void arguments(ChatEvent.ToolArguments arguments, Consumer<byte[]> out) {
        Choice choice = begun(arguments.choice(), out);
        if (!arguments.json().isEmpty()) {
            choice.withoutArguments.clear(arguments.call());
            arguments(arguments.choice(), arguments.call(), arguments.json(), out);
        }
    }

    private void arguments(int choice, int call, String json, Consumer<byte[]> out) {
        delta(choice)
                .ascii("\"tool_calls\":[{\"index\":")
                .number(call)
                .ascii(",\"function\":{\"arguments\":")
                .quoted(json)
                .ascii("}}]");
        send(out);
    }

    /** A call without arguments has none to parse, which clients do not expect. */
    private void finish(ChatEvent.Finish finish, Consumer<byte[]> out) {
        Choice choice = begun(finish.choice(), out);
        choice.withoutArguments.stream().forEach(call -> arguments(finish.choice(), call, "{}", out));
        choice.withoutArguments.clear();
        delta(finish.choice())
                .ascii("},\"logprobs\":null,\"finish_reason\":\"")
                .ascii(FinishWords.write(finish.reason(), choice.refused))
                .ascii("\"}")
                .raw(tail);
        out.accept(buffer.take());
    }

    private void end(Consumer<byte[]> out) {
        ended = true;
        if (includeUsage && usage != null) {
            buffer.raw(head).ascii("],\"usage\":");
            OpenAiUsage.write(usage, buffer);
            out.accept(buffer.ascii("}\n\n").take());
        }
    }
}
