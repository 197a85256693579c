package io.sluice.oracle;

import io.sluice.testkit.QuickStart;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the product is started: the jar, as its users do, with a small heap. */
final class Jvm {
    /** The jar; by default where the build puts it. */
    private static final String JAR = System.getProperty("sluice.jar", "target/sluice.jar");

    /** Set in a build, whose runs are too short for the compiler that a measurement needs. */
    private static final boolean QUICK = Boolean.getBoolean("sluice.quick-start");

    private Jvm() {}

    /** A command line of the product. */
    static List<String> command(String... arguments) {
        if (QUICK) {
            return QuickStart.command(arguments);
        }
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-jar", JAR));
        command.addAll(List.of(arguments));
        return command;
    }
}
