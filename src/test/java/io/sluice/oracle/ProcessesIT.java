package io.sluice.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The harness leaves nothing behind, and the faults reach a Java process. */
class ProcessesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static List<String> java(Class<?> main, String... arguments) {
        String executable =
                Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new java.util.ArrayList<>(
                List.of(executable, "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    @Test
    void leavesNothingWhenItIsKilled() throws IOException {
        Process harness = new ProcessBuilder(java(HarnessThatDies.class)).start();
        String[] said;
        try (BufferedReader output = harness.inputReader()) {
            said = output.readLine().split(" ");
        }
        long child = Long.parseLong(said[0]);
        assertThat(isAlive(child)).isTrue();

        harness.destroyForcibly();

        Await.until(PATIENCE, () -> !isAlive(child) && !Files.exists(Path.of(said[1])));
    }

    @Test
    void endsAPausedProcess() {
        Child child;
        Path directory;
        try (Processes processes = new Processes(false)) {
            directory = processes.directory();
            child = processes.start(
                    "child",
                    Map.of(),
                    List.of("tail", "-f", directory.resolve("pids").toString()));
            child.pause();
        }

        assertThat(child.isAlive()).isFalse();
        assertThat(directory).doesNotExist();
    }

    @Test
    void divertsConnectionsAndMovesTheClockOfAJavaProcess(@TempDir Path directory) throws Exception {
        NodeFaults faults = NodeFaults.compile(directory);
        assumeTrue(faults != null, "needs Linux and gcc");
        try (ServerSocket behind = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket meant = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ProcessBuilder process =
                    new ProcessBuilder(java(WhatAProcessSees.class, Integer.toString(meant.getLocalPort())));
            process.environment().putAll(faults.environment("x", meant.getLocalPort() + "=" + behind.getLocalPort()));
            faults.stepClock("x", Duration.ofHours(1));
            behind.setSoTimeout((int) PATIENCE.toMillis());
            Process seen = process.start();
            try (Socket arrived = behind.accept()) {
                arrived.getOutputStream().write(7);
            }

            String[] said = seen.inputReader().readLine().split(" ");

            long ahead = Long.parseLong(said[0]) - System.currentTimeMillis() / 1000;
            assertThat(Duration.ofSeconds(ahead)).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
            assertThat(said[1]).isEqualTo("7");
        }
    }
}
