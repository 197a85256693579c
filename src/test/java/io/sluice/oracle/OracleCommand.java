package io.sluice.oracle;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The oracle runs by hand: {@code src/bench/run oracle [options] [RUN…]}. Prints a Markdown table. Exit code 1 when a run
 * overshot ({@code --apart}: when it did not), 2 when the command line is wrong, 3 when a run could not be made.
 */
@Command(
        name = "oracle",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Runs nodes, provider and load with faults, and asks the provider whether any account got too much.")
public final class OracleCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", arity = "0..*", description = "which runs, or all; without any, lists them")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--window",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "window of every limit (default: 60)")
    private Duration window = Duration.ofMinutes(1);

    @Option(
            names = "--length",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description = "of the load (default: five windows)")
    private @Nullable Duration length;

    @Option(names = "--factor", description = "offers so many times the run's own load (default: 1)")
    private double factor = 1;

    @Option(names = "--seed", description = "of everything that is drawn (default: another one each time)")
    private long seed = System.nanoTime();

    @Option(
            names = "--apart",
            description = "nodes know nothing of one another: must overshoot, or the oracle is blind")
    private boolean apart;

    @Option(names = "--keep", description = "keeps the directory with configuration and logs")
    private boolean keep;

    @Option(names = "--log", description = "prints what was done when")
    private boolean log;

    /** Reads seconds. */
    private static final class Seconds implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return Duration.ofMillis((long) (Double.parseDouble(text) * 1000));
        }
    }

    /** Runs the command line and exits. */
    public static void main(String[] arguments) {
        ((Logger) LoggerFactory.getLogger("io.vertx")).setLevel(Level.OFF); // connections of killed nodes
        System.exit(new CommandLine(new OracleCommand()).execute(arguments));
    }

    @Override
    public Integer call() {
        if (names.isEmpty()) {
            Scenarios.ALL.forEach(each -> System.out.printf("%-16s %s%n", each.name(), each.what()));
            return 0;
        }
        List<Scenario> chosen = names.equals(List.of("all"))
                ? Scenarios.ALL
                : names.stream().map(Scenarios::named).toList();
        describe();
        System.out.println(Table.HEADER);
        int exit = 0;
        for (Scenario scenario : chosen) {
            exit = Math.max(exit, run(apart ? scenario.apart() : scenario));
        }
        return exit;
    }

    private int run(Scenario scenario) {
        Duration time = length == null ? window.multipliedBy(5) : length;
        try {
            Result result = OracleRun.of(scenario, new Settings(window, time, factor, seed, keep));
            System.out.println(Table.row(result));
            if (log) {
                result.log().forEach(line -> System.err.println(scenario.name() + " " + line));
            }
            return result.overshoots() == apart ? 0 : 1;
        } catch (RuntimeException e) {
            System.out.println("| " + scenario.name() + " | could not be run, see below |");
            e.printStackTrace();
            return 3;
        }
    }

    private void describe() {
        System.out.printf(
                "%s, %d processors, JDK %s, %s %s; seed %d%n%n",
                Instant.now().truncatedTo(ChronoUnit.MINUTES),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                seed);
    }
}
