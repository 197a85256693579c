package io.sluice.bench;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The load tool of {@code src/bench/run}: one JVM of its own for each command, results as tab-separated lines that
 * begin with {@code result} on standard output. Exit code 0 when something was measured, errors counted in the lines; 1 when nothing could be.
 */
@Command(
        name = "LoadTool",
        subcommands = {ClosedLoad.class, OpenLoad.class, StreamLoad.class, ColdStart.class, FreePorts.class})
public final class LoadTool {
    private LoadTool() {}

    /** Runs one command. */
    public static void main(String[] args) {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        System.exit(new CommandLine(new LoadTool()).execute(args));
    }
}
