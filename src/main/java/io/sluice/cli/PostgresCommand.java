package io.sluice.cli;

import io.sluice.config.StoreServer;
import io.sluice.node.Signals;
import io.sluice.store.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice postgres}. */
@Command(
        name = "postgres",
        description = {
            "Starts the embedded PostgreSQL alone, on loopback: for several nodes on one machine, or for a look at a",
            "stopped node's ledger. For trying out; see the ledger's description for a server of your own."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class PostgresCommand implements Callable<Integer> {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "data",
            description = "data directory; PostgreSQL's own is \"postgres\" in it (default: data)")
    private Path data;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "5432",
            description = "loopback port (default: 5432; 0 for any free one)")
    private int port;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Signals signals = Signals.take();
        Path directory = data.resolve("postgres");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory, port, List.of())) {
            StoreServer server = postgres.server();
            PrintWriter out = spec.commandLine().getOut();
            out.println("PostgreSQL at postgresql://" + server);
            out.println(
                    "the password of " + server.user() + " is in " + directory.resolve(EmbeddedPostgres.PASSWORD_FILE));
            out.flush();
            signals.first().get();
        } catch (IOException e) {
            throw new CliFailure(String.valueOf(e.getMessage()));
        }
        return 0;
    }
}
