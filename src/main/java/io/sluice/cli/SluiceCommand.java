package io.sluice.cli;

import io.sluice.config.Suggestion;
import io.sluice.node.HeadStart;
import io.sluice.node.StartFailure;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code sluice}: without a command it is {@code sluice run}. */
@Command(
        name = "sluice",
        description = "An LLM gateway that keeps every provider account inside its limits.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        footer = "%nWithout a command, a node is started. Files are described in the configuration reference.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class SluiceCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    private static final Set<String> NODE_OPTIONS = Set.of("--config", "--data", "--port", "--admin-port", "--log");

    private static final List<Class<?>> COMMANDS = List.of(
            RunCommand.class,
            CheckCommand.class,
            ExplainCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            KeygenCommand.class,
            KeysCommand.class,
            ModelsCommand.class,
            NotifyCommand.class,
            PoolCommand.class,
            PostgresCommand.class,
            ResealCommand.class,
            SimulateCommand.class,
            TeamsCommand.class,
            UsageCommand.class);

    @Mixin
    final NodeOptions options = new NodeOptions();

    @Spec
    private CommandSpec spec;

    /**
     * Runs a command and ends the process with its exit code: 0 for success, 1 for a failure, 2 for a command line that
     * cannot be read.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        if (mayStartNode(args)) {
            HeadStart.begin();
        }
        System.exit(parser(args).execute(args));
    }

    /** Seen at the first word, before the command line is read. */
    private static boolean mayStartNode(String... args) {
        String first = args.length == 0 ? "run" : args[0];
        return first.equals("run") || NODE_OPTIONS.contains(first);
    }

    /**
     * The parser for a command line. A node starts without the classes of all other commands, which take a good part of a
     * second; what does not start one is told by the parser that knows all of them.
     */
    static CommandLine parser(String... args) {
        try {
            CommandLine starting = commandLine(List.of(RunCommand.class));
            ParseResult root = starting.parseArgs(args);
            if (!root.isUsageHelpRequested() && !root.isVersionHelpRequested()) {
                return starting;
            }
        } catch (ParameterException another) {
            // Said by the one below, with all the words that there are.
        }
        return commandLine();
    }

    /** The parser of all commands; its output may be captured. */
    static CommandLine commandLine() {
        return commandLine(COMMANDS);
    }

    private static CommandLine commandLine(List<Class<?>> commands) {
        CommandLine line = new CommandLine(new SluiceCommand());
        commands.forEach(line::addSubcommand);
        return line.setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(SluiceCommand::misread)
                .setExecutionExceptionHandler(SluiceCommand::failed);
    }

    @Override
    public Integer call() throws Exception {
        return RunCommand.run(options, spec.commandLine());
    }

    private static int misread(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String line = e instanceof UnmatchedArgumentException unmatched
                ? unknown(unmatched.getUnmatched().getFirst(), command)
                : String.valueOf(e.getMessage()).lines().findFirst().orElse("the command line cannot be read");
        say(command, line + " (see " + command.getCommandSpec().qualifiedName() + " --help)");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static String unknown(String word, CommandLine command) {
        return word.startsWith("-")
                ? "unknown option '" + word + "'"
                        + Suggestion.of(
                                word, command.getCommandSpec().optionsMap().keySet())
                : "unknown command '" + word + "'"
                        + Suggestion.of(word, command.getSubcommands().keySet());
    }

    private static int failed(Exception e, CommandLine command, ParseResult parsed) throws Exception {
        if (e instanceof CliFailure || e instanceof StartFailure) {
            say(command, String.valueOf(e.getMessage()));
            return FAILED;
        }
        throw e;
    }

    private static void say(CommandLine command, String text) {
        PrintWriter err = command.getErr();
        text.lines().forEach(line -> err.println("sluice: " + line));
        err.flush();
    }
}
