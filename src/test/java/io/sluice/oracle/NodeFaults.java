package io.sluice.oracle;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A small library in front of libc ({@code faults.c}) that diverts a process's connections and moves its wall clock. It is
 * compiled when a run needs it; without gcc, or on other systems than Linux, such runs cannot be.
 */
final class NodeFaults {
    private static final long COMPILE_SECONDS = 60;

    private final Path directory;
    private final Path library;

    private NodeFaults(Path directory, Path library) {
        this.directory = directory;
        this.library = library;
    }

    /**
     * Compiles it into a directory.
     *
     * @return null when this machine cannot
     */
    static @Nullable NodeFaults compile(Path directory) {
        Path source = directory.resolve("faults.c");
        Path library = directory.resolve("faults.so");
        try (InputStream text = NodeFaults.class.getResourceAsStream("/oracle/faults.c")) {
            Files.copy(text, source);
            Process gcc = new ProcessBuilder(
                            "gcc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl")
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("gcc.log").toFile())
                    .start();
            boolean compiled = gcc.waitFor(COMPILE_SECONDS, TimeUnit.SECONDS) && gcc.exitValue() == 0;
            return compiled ? new NodeFaults(directory, library) : null;
        } catch (IOException noCompiler) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * What a process must have in its environment.
     *
     * @param name of the process
     * @param diversions {@code port=relay,…}; may be empty
     */
    Map<String, String> environment(String name, String diversions) {
        stepClock(name, Duration.ZERO);
        Map<String, String> environment = new HashMap<>();
        environment.put("LD_PRELOAD", library.toString());
        environment.put("SLUICE_CLOCK", clock(name).toString());
        environment.put("SLUICE_DIVERT", diversions);
        return environment;
    }

    /** Puts a process's wall clock before or behind the machine's, at once. */
    void stepClock(String name, Duration offset) {
        ByteBuffer nanos = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        nanos.putLong(0, offset.toNanos());
        try (FileChannel file = FileChannel.open(clock(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(nanos, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path clock(String name) {
        return directory.resolve("clock-" + name);
    }
}
