package io.sluice.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * The processes of a run and their directory. None outlives the run: closing ends them, a shutdown hook does when the
 * harness is told to end, and when the harness is killed a watchdog in a shell does, by the process ids in a list.
 */
final class Processes implements AutoCloseable {
    /** Looks whether the harness lives; a process id is believed only while its command line names the directory. */
    private static final String WATCHDOG = """
            while kill -0 "$1" 2>/dev/null && [ -e "$2/pids" ]; do sleep 1; done
            [ -e "$2/pids" ] || exit 0
            while read -r pid; do
              grep -qF "$2" "/proc/$pid/cmdline" 2>/dev/null && kill -9 "$pid"
            done <"$2/pids"
            [ "$3" = true ] || rm -rf "$2"
            """;

    private final Path directory;
    private final boolean keep;
    private final Path list;
    private final List<Child> children = new CopyOnWriteArrayList<>();
    private final Thread hook = new Thread(this::end);

    /**
     * No processes yet.
     *
     * @param keep whether the directory stays, with configuration and logs
     */
    Processes(boolean keep) {
        this.keep = keep;
        try {
            directory = Files.createTempDirectory("sluice-oracle");
            list = Files.createFile(directory.resolve("pids"));
            String harness = Long.toString(ProcessHandle.current().pid());
            new ProcessBuilder("sh", "-c", WATCHDOG, "watchdog", harness, directory.toString(), Boolean.toString(keep))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Where the run keeps its files. */
    Path directory() {
        return directory;
    }

    /**
     * Starts a process.
     *
     * @param name of its log, below the directory
     * @param environment what is added to the harness's own
     * @param command names the directory somewhere
     */
    Child start(String name, Map<String, String> environment, List<String> command) {
        Path log = directory.resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            Child child = new Child(name, builder.start(), log);
            children.add(child);
            Files.writeString(list, child.pid() + "\n", StandardOpenOption.APPEND);
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Where a process has its files, and what it finds in its environment.
     *
     * @param home directory
     * @param environment what is added to the harness's own
     * @param processes of the run
     */
    record Place(Path home, Map<String, String> environment, Processes processes) {
        Child start(List<String> command) {
            return processes.start(home.getFileName().toString(), environment, command);
        }
    }

    /** A place for a process. */
    Place place(String name, Map<String, String> environment) {
        return new Place(directory.resolve(name), environment, this);
    }

    private void end() {
        children.forEach(Child::kill);
        try {
            Files.deleteIfExists(list);
            if (!keep) {
                delete();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void delete() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(hook);
        end();
    }
}
