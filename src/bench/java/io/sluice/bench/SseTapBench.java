package io.sluice.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.sse.SseTap;
import org.openjdk.jmh.infra.Blackhole;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The tap on a chat stream of a thousand chunks, one event a piece or many. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class SseTapBench {
    /** Events in the answer. */
    private static final int EVENTS = 1_000;

    private static final String EVENT = "data: {\"id\":\"chatcmpl-B9xQ\",\"object\":\"chat.completion.chunk\","
            + "\"created\":1760000000,\"model\":\"gpt-4o-2024-08-06\",\"system_fingerprint\":\"fp_e5\",\"choices\":[{\"index\":0,"
            + "\"delta\":{\"content\":\" word\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n";

    /** Events that come in one piece. */
    @Param({"1", "20"})
    public int perPiece;

    /** Whether the model's name is replaced. */
    @Param({"false", "true"})
    public boolean rename;

    private byte[] piece = new byte[0];

    /** Writes the piece. */
    @Setup
    public void write() {
        piece = EVENT.repeat(perPiece).getBytes(UTF_8);
    }

    /** One answer. */
    @Benchmark
    public long answer(Blackhole sent) {
        SseTap tap = new SseTap(rename ? "public" : null, true);
        ResponseTap.Sink sink = new ResponseTap.Sink() {
            @Override
            public void pass(int offset, int length) {
                sent.consume(offset + length);
            }

            @Override
            public void write(byte[] bytes) {
                sent.consume(bytes);
            }
        };
        for (int i = 0; i < EVENTS; i += perPiece) {
            tap.feed(piece, sink);
        }
        return tap.estimatedOutputTokens();
    }
}
