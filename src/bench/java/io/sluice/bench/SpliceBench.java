package io.sluice.bench;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.json.RequestSplice;
import io.sluice.domain.pool.ParameterRules;
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

/** The splice of a chat request: another model name, and the wish for usage. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class SpliceBench {
    /** About how many bytes the body has. */
    @Param({"300", "10000", "1000000"})
    public int bytes;

    private RequestScan scan = RequestScanner.scan(ChatBodies.of(1, false), Endpoint.CHAT_COMPLETIONS, 64);

    /** Scans the body. */
    @Setup
    public void prepare() {
        scan = RequestScanner.scan(ChatBodies.of(bytes, false), Endpoint.CHAT_COMPLETIONS, 64);
    }

    /** One splice. */
    @Benchmark
    public byte[] splice() {
        return RequestSplice.apply(scan, "my-deployment", true, ParameterRules.NONE);
    }
}
