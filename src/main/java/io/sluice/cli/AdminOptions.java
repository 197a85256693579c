package io.sluice.cli;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which running node is asked, and as whom. */
final class AdminOptions {
    @Option(
            names = "--admin",
            paramLabel = "URL",
            description = "admin port of the node (default: the one in node.yaml)")
    @Nullable
    URI admin;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description =
                    "admin token, or the variable SLUICE_ADMIN_TOKEN (default: admin.token of node.yaml, or the file"
                            + " admin.token in the data directory)")
    @Nullable
    String token;

    @Option(
            names = "--insecure",
            description = "sends the token over http to another machine, where others may read it")
    boolean insecure;

    /** Who asks, as the caller said it; null for nobody in particular. */
    @Nullable
    String token() {
        return token != null ? token : System.getenv("SLUICE_ADMIN_TOKEN");
    }
}
