package io.sluice.oracle;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the product is started: the jar, as its users do, with a small heap. */
final class Jvm {
    /** The jar; by default where the build puts it. */
    private static final String JAR = System.getProperty("sluice.jar", "target/sluice.jar");

    private Jvm() {}

    /** A command line of the product. */
    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-jar", JAR));
        command.addAll(List.of(arguments));
        return command;
    }
}
