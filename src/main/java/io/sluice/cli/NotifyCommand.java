package io.sluice.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice notify}: what is below it. */
@Command(
        name = "notify",
        description = "Tries whether operators can be told.",
        mixinStandardHelpOptions = true,
        subcommands = NotifyTestCommand.class)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class NotifyCommand implements Runnable {
    @ParentCommand
    SluiceCommand parent;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "notify needs a command: test");
    }
}
