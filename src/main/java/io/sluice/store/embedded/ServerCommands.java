package io.sluice.store.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Starts PostgreSQL's programs: as a user that they accept, with nothing of the operator's own settings.
 *
 * @param program directory of the program
 * @param prefix what goes before a command
 */
record ServerCommands(Path program, List<String> prefix) {
    /** A process that runs on; its output comes as one stream. */
    Process start(String name, List<String> arguments) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(Unprivileged.join(prefix, Unprivileged.join(List.of(binary(name)), arguments)));
        // Nothing of what the operator has set for clients.
        builder.environment().keySet().removeIf(key -> key.startsWith("PG") || key.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C");
        return builder.redirectErrorStream(true).start();
    }

    /**
     * Runs a command to its end.
     *
     * @param input what it reads
     * @return what it said
     * @throws IOException with what it said, when it fails or takes longer than it may
     */
    String run(String name, List<String> arguments, String input, Duration atMost)
            throws IOException, InterruptedException {
        Process process = start(name, arguments);
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(UTF_8));
        }
        StringBuilder said = new StringBuilder();
        Thread reader = Thread.startVirtualThread(
                () -> process.inputReader().lines().limit(1_000).forEach(line -> said.append(line)
                        .append('\n')));
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new IOException(name + " took longer than " + atMost.toSeconds() + " s");
        }
        reader.join(Duration.ofSeconds(1));
        if (process.exitValue() != 0) {
            throw new IOException(name + " failed: " + reason(said.toString()));
        }
        return said.toString();
    }

    /** The path of a program's file. */
    String binary(String name) {
        boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
        return program.resolve("bin")
                .resolve(windows ? name + ".exe" : name)
                .toAbsolutePath()
                .toString();
    }

    /** The lines that say what went wrong, or the last ones. */
    static String reason(String output) {
        List<String> lines = output.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        List<String> telling = lines.stream()
                .filter(line -> line.matches("(?i).*(fatal|panic|error|detail|hint):.*"))
                .map(line -> line.replaceFirst("^.*?(?=FATAL|PANIC|DETAIL|HINT)", ""))
                .toList();
        List<String> shown = telling.isEmpty() ? lines : telling;
        return shown.stream().skip(Math.max(0, shown.size() - 3)).collect(Collectors.joining("; "));
    }
}
