package io.sluice.bench;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.RequestScanner;
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

/** The scan of a chat request: validation, fields, token estimate and hash in one pass. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ScanBench {
    /** About how many bytes the body has. */
    @Param({"300", "10000", "1000000"})
    public int bytes;

    /** Whether the text is Chinese. */
    @Param({"false", "true"})
    public boolean chinese;

    private byte[] body = new byte[0];

    /** Writes the body. */
    @Setup
    public void write() {
        body = ChatBodies.of(bytes, chinese);
    }

    /** One scan. */
    @Benchmark
    public RequestScan scan() {
        return RequestScanner.scan(body, Endpoint.CHAT_COMPLETIONS, 64);
    }
}
