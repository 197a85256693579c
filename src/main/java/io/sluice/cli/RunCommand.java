package io.sluice.cli;

import io.sluice.config.NodeConfig;
import io.sluice.config.NodeConfig.LogFormat;
import io.sluice.log.Logging;
import io.sluice.node.Managed;
import io.sluice.node.Node;
import io.sluice.node.NodeSetup;
import io.sluice.node.Signals;
import io.sluice.node.StartFailure;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice run}, and {@code sluice} alone. */
@Command(name = "run", description = "Starts a node (the default command).", mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    /** How much longer than the drain time a stop may take before the process ends without it. */
    private static final Duration STOP_MARGIN = Duration.ofSeconds(15);

    @ParentCommand
    private SluiceCommand parent;

    @Mixin
    private NodeOptions options = new NodeOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return run(options.or(parent.options), spec.commandLine());
    }

    /** Runs a node until a signal ends it. */
    static int run(NodeOptions options, CommandLine command) throws Exception {
        Signals signals = Signals.take();
        List<String> warnings = new ArrayList<>();
        NodeSetup setup = ConfigFiles.read(options, warnings::add);
        LogFormat format = options.log != null ? options.log : setup.config().logFormat();
        try {
            Logging.start(format, setup.dir());
        } catch (IOException e) {
            throw new CliFailure(String.valueOf(e.getMessage()));
        }
        try {
            warnings.forEach(warning -> LOG.warn("{}", warning));
            return run(Managed.in(setup), signals, new StartReport(format, command.getOut()));
        } finally {
            Logging.stop();
        }
    }

    private static int run(NodeSetup setup, Signals signals, StartReport report) throws Exception {
        Node node = Node.create(setup);
        signals.first().thenAccept(signal -> {
            LOG.info(
                    "SIG{}: draining, for at most {} s",
                    signal,
                    setup.config().drain().toSeconds());
            node.stop();
        });
        try {
            await(node.start());
        } catch (ExecutionException e) {
            if (signals.first().isDone()) {
                return 0;
            }
            throw e.getCause() instanceof StartFailure failure
                    ? failure
                    : new CliFailure("the node did not start: " + e.getCause());
        }
        report.print(setup, node);
        signals.first().get();
        return awaitStop(node, setup.config());
    }

    private static int awaitStop(Node node, NodeConfig config) throws Exception {
        try {
            node.stop()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(
                            config.drainNotice()
                                    .plus(config.drain())
                                    .plus(STOP_MARGIN)
                                    .toMillis(),
                            TimeUnit.MILLISECONDS);
            LOG.info("stopped");
            return 0;
        } catch (TimeoutException e) {
            LOG.error("the node did not stop in time");
            return 1;
        }
    }

    private static void await(Future<Void> future) throws ExecutionException, InterruptedException {
        future.toCompletionStage().toCompletableFuture().get();
    }
}
