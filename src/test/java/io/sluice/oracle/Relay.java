package io.sluice.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Passes the bytes of every connection on to a port of this machine, along two lines; a few threads for each connection. */
final class Relay implements AutoCloseable {
    private static final int PIECE = 16 * 1024;
    private static final int BACKLOG = 256;

    private final ServerSocket server;
    private final int target;
    private final Line forth;
    private final Line back;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /**
     * Listens on a free port.
     *
     * @param target where connections go
     * @param forth what happens to what the client sends
     * @param back what happens to the answers
     */
    Relay(int target, Line forth, Line back) {
        this.target = target;
        this.forth = forth;
        this.back = back;
        try {
            server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                sockets.add(near);
                Thread.ofVirtual().start(() -> join(near));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void join(Socket near) {
        if (forth.isBroken() || back.isBroken()) {
            reset(near);
            return;
        }
        try {
            forth.pass(0);
            Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(far);
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            Thread answers = Thread.ofVirtual().start(() -> pump(far, near, back));
            pump(near, far, forth);
            answers.join();
            end(far);
            end(near);
        } catch (IOException nobodyListens) {
            reset(near);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A half that ends leaves the other one open; one that breaks takes it along. */
    private void pump(Socket from, Socket to, Line line) {
        byte[] piece = new byte[PIECE];
        try {
            int count = from.getInputStream().read(piece);
            while (count >= 0) {
                line.pass(count);
                to.getOutputStream().write(piece, 0, count);
                count = from.getInputStream().read(piece);
            }
            line.pass(0);
            to.shutdownOutput();
        } catch (IOException broken) {
            reset(to);
            reset(from);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Resets every connection. */
    void resetAll() {
        sockets.forEach(this::reset);
    }

    private void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException closedAlready) {
            // then there is nothing to reset
        }
        end(socket);
    }

    private void end(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        resetAll();
    }
}
