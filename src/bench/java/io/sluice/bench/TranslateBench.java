package io.sluice.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.ClientCodec;
import io.sluice.domain.dialect.Dialects;
import io.sluice.domain.dialect.ProviderCodec;
import io.sluice.domain.dialect.anthropic.AnthropicCodec;
import io.sluice.domain.dialect.openai.OpenAiCodec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Events a second of one core, read in the provider's dialect and written in the client's: streams of a thousand texts,
 * one event a piece as they come from a model.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class TranslateBench {
    /** Texts in the answer; the few events around them are not counted. */
    private static final int EVENTS = 1_000;

    private static final String OPENAI_START = openAi("{\"role\":\"assistant\",\"content\":\"\"}", "null");
    private static final String OPENAI_TEXT = openAi("{\"content\":\" word\"}", "null");
    private static final String OPENAI_END = openAi("{}", "\"stop\"") + "data: [DONE]\n\n";

    private static final String ANTHROPIC_START = """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_01X","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"output_tokens":1}}}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

            """;
    private static final String ANTHROPIC_TEXT = """
            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" word"}}

            """;
    private static final String ANTHROPIC_END = """
            event: content_block_stop
            data: {"type":"content_block_stop","index":0}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":57}}

            event: message_stop
            data: {"type":"message_stop"}

            """;

    /** Who answers, and who is told. */
    @Param({"OPENAI_TO_ANTHROPIC", "ANTHROPIC_TO_OPENAI"})
    public Way way = Way.OPENAI_TO_ANTHROPIC;

    private byte[] start = new byte[0];
    private byte[] text = new byte[0];
    private byte[] end = new byte[0];
    private ProviderCodec provider = new OpenAiCodec();
    private ClientCodec client = new OpenAiCodec();
    private final AnswerTarget target = new AnswerTarget("r-1", "public", true, 1_760_000_000);
    private final ChatRequest request = new ChatRequest(
            "public",
            true,
            List.of(),
            List.of(),
            null,
            null,
            Sampling.DEFAULT,
            null,
            new AnswerFormat.Text(),
            null,
            null,
            Map.of());

    /** Who answers, and who is told. */
    public enum Way {
        /** A model of OpenAI for a client of Anthropic. */
        OPENAI_TO_ANTHROPIC,
        /** A model of Anthropic for a client of OpenAI. */
        ANTHROPIC_TO_OPENAI
    }

    private static String openAi(String delta, String finish) {
        return "data: {\"id\":\"chatcmpl-B9xQ\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,"
                + "\"model\":\"gpt-4o-2024-08-06\",\"system_fingerprint\":\"fp_e5\",\"choices\":[{\"index\":0,\"delta\":"
                + delta + ",\"logprobs\":null,\"finish_reason\":" + finish + "}],\"usage\":null}\n\n";
    }

    /** Writes the provider's events. */
    @Setup
    public void write() {
        boolean toAnthropic = way == Way.OPENAI_TO_ANTHROPIC;
        start = (toAnthropic ? OPENAI_START : ANTHROPIC_START).getBytes(UTF_8);
        text = (toAnthropic ? OPENAI_TEXT : ANTHROPIC_TEXT).getBytes(UTF_8);
        end = (toAnthropic ? OPENAI_END : ANTHROPIC_END).getBytes(UTF_8);
        provider = toAnthropic ? new OpenAiCodec() : new AnthropicCodec();
        client = Dialects.client(toAnthropic ? ChatDialect.ANTHROPIC : ChatDialect.OPENAI);
    }

    /** One answer. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int events(Blackhole sent) {
        AnswerDecoder decoder = Objects.requireNonNull(provider.answerDecoder("text/event-stream", true));
        AnswerEncoder encoder = client.answerEncoder(request, target);
        Consumer<byte[]> out = sent::consume;
        Consumer<ChatEvent> events = event -> encoder.encode(event, out);
        decoder.feed(start, events);
        for (int i = 0; i < EVENTS; i++) {
            decoder.feed(text, events);
        }
        decoder.feed(end, events);
        decoder.end(events);
        return encoder.last().length;
    }
}
