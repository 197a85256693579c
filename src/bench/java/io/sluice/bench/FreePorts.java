package io.sluice.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints, as {@code result port}, loopback ports that nobody listens on at the moment. */
@Command(name = "ports")
final class FreePorts implements Callable<Integer> {
    @Parameters(description = "how many")
    private int count;

    @Override
    public Integer call() throws IOException {
        List<ServerSocket> held = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
                System.out.println("result\t" + held.get(i).getLocalPort());
            }
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
        return 0;
    }
}
