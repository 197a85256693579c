package io.sluice.oracle;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Started by a test: has a child, prints its process id, and waits to be killed. */
final class HarnessThatDies {
    private HarnessThatDies() {}

    public static void main(String[] arguments) throws InterruptedException {
        Processes processes = new Processes(false);
        String file = processes.directory().resolve("pids").toString();
        Child child = processes.start("child", Map.of(), List.of("tail", "-f", file));
        System.out.println(child.pid() + " " + processes.directory());
        new CountDownLatch(1).await();
    }
}
