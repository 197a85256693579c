package io.sluice.cli;

import io.sluice.domain.key.KeyFormat;
import io.sluice.domain.key.KeyHash;
import java.io.PrintWriter;
import java.security.SecureRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice keygen}. */
@Command(
        name = "keygen",
        description = "Makes a virtual key: prints it once, and the hash that goes into a file.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class KeygenCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        String key = KeyFormat.generate(new SecureRandom()::nextInt);
        PrintWriter out = spec.commandLine().getOut();
        out.println(key);
        out.println();
        out.println(
                "This is shown once and kept nowhere: give it to the application. Under keys: in gateway.yaml goes");
        out.println();
        out.println("  - name: my-app");
        out.println("    key-hash: sha256:" + KeyHash.ofKey(key).hex());
        out.flush();
    }
}
