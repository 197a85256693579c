package io.sluice.oracle;

import java.net.InetAddress;
import java.net.Socket;

/** Started by a test: prints the wall clock in seconds, and what a port of this machine says first. */
final class WhatAProcessSees {
    private WhatAProcessSees() {}

    public static void main(String[] arguments) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]))) {
            System.out.println(System.currentTimeMillis() / 1000 + " "
                    + socket.getInputStream().read());
        }
    }
}
