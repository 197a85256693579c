package io.sluice.cli;

import io.sluice.node.Signals;
import io.sluice.node.SimulatorRun;
import io.sluice.simulator.InvalidScriptException;
import io.sluice.simulator.SimulatorOptions;
import io.sluice.simulator.SimulatorScript;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code sluice simulate}. */
@Command(
        name = "simulate",
        description = {
            "Starts the simulated provider on its own: every provider's dialect, scripted faults, an oracle.",
            "The path decides about the dialect: /v1 OpenAI, /openai Azure, /anthropic, /gemini, /vertex, /bedrock,",
            "/dashscope, /compatible-mode/v1, /qianfan/v2, /rpc/2.0 (Qianfan, legacy), /ollama;",
            "/token and /oauth/2.0/token give access tokens."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class SimulateCommand implements Callable<Integer> {
    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8090",
            description = "loopback port (default: 8090; 0 for any free one)")
    private int port;

    @Option(
            names = "--script",
            paramLabel = "FILE",
            description = "behaviour by credential (default: no limits, no faults)")
    private @Nullable Path script;

    @Option(
            names = "--window",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = DurationConverter.class,
            description = "rolling window of limits and oracle, with its unit: ms, s, m (default: 60s)")
    private Duration window = Duration.ofMinutes(1);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Signals signals = Signals.take();
        SimulatorOptions options =
                SimulatorOptions.onPort(port).withWindow(window).withScript(script());
        try (SimulatorRun simulator = SimulatorRun.start(options)) {
            PrintWriter out = spec.commandLine().getOut();
            String url = "http://127.0.0.1:" + simulator.port();
            out.println("simulated provider at " + url + "/v1, oracle at " + url + "/oracle");
            out.flush();
            signals.first().get();
        }
        return 0;
    }

    private SimulatorScript script() throws CliFailure {
        if (script == null) {
            return SimulatorScript.PLAIN;
        }
        try {
            return SimulatorScript.load(script);
        } catch (InvalidScriptException e) {
            throw new CliFailure(String.valueOf(e.getMessage()));
        }
    }

    /** Reads {@code 500ms}, {@code 60s}, {@code 1m}. */
    static final class DurationConverter implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m)");

        @Override
        public Duration convert(String text) {
            Matcher form = FORM.matcher(text);
            if (!form.matches()) {
                throw new TypeConversionException(
                        "'" + text + "' is not a time with its unit, for example 500ms, 60s, 1m");
            }
            long amount = Long.parseLong(form.group(1));
            return switch (form.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                default -> Duration.ofMinutes(amount);
            };
        }
    }
}
