package io.sluice.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A proxy on loopback: HTTP ({@code CONNECT}, and plain requests by their whole URL), or SOCKS 5 ({@code CONNECT} by name
 * or address, with or without user and password). Passes everything on to loopback, whatever host it is asked for, so that
 * a name which does not resolve shows who was to resolve it. One virtual thread for each direction.
 */
public final class TestProxy implements AutoCloseable {
    private static final int SOCKS_VERSION = 5;
    private static final int NO_CREDENTIAL = 0;
    private static final int PASSWORD = 2;
    private static final int NONE_FITS = 0xff;

    private final ServerSocket server;
    private final boolean socks;
    private final @Nullable String credential;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private TestProxy(boolean socks, @Nullable String credential) {
        this.socks = socks;
        this.credential = credential;
        try {
            this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError("no port", e);
        }
        Thread.startVirtualThread(this::accept);
    }

    /**
     * Starts an HTTP proxy.
     *
     * @param credential {@code user:password} that it wants; null for none
     */
    public static TestProxy http(@Nullable String credential) {
        return new TestProxy(false, credential);
    }

    /**
     * Starts a SOCKS 5 proxy.
     *
     * @param credential {@code user:password} that it wants; null for none
     */
    public static TestProxy socks(@Nullable String credential) {
        return new TestProxy(true, credential);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** What was asked for and granted: {@code CONNECT host:port}, or method and URL. */
    public List<String> asked() {
        return asked;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                open.add(client);
                Thread.startVirtualThread(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            if (socks) {
                serveSocks(client);
            } else {
                serveHttp(client);
            }
        } catch (IOException e) {
            // One of the two has gone.
        } finally {
            open.remove(client);
        }
    }

    private void serveHttp(Socket client) throws IOException {
        String head = head(client.getInputStream());
        String[] line = head.lines().findFirst().orElse("").split(" ", 3);
        String wanted = credential == null
                ? null
                : "proxy-authorization: basic "
                        + Base64.getEncoder()
                                .encodeToString(credential.getBytes(UTF_8))
                                .toLowerCase();
        if (wanted != null && head.lines().noneMatch(l -> l.toLowerCase().equals(wanted))) {
            client.getOutputStream()
                    .write("HTTP/1.1 407 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".getBytes(ISO_8859_1));
            return;
        }
        asked.add(line[0] + " " + line[1]);
        if (line[0].equals("CONNECT")) {
            try (Socket target = target(Integer.parseInt(line[1].substring(line[1].lastIndexOf(':') + 1)))) {
                client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1));
                relay(client, target);
            }
            return;
        }
        URI url = URI.create(line[1]);
        try (Socket target = target(url.getPort())) {
            String path = url.getRawPath() + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
            target.getOutputStream().write(head.replace(line[1], path).getBytes(ISO_8859_1));
            relay(client, target);
        }
    }

    private void serveSocks(Socket client) throws IOException {
        DataInputStream in = new DataInputStream(client.getInputStream());
        OutputStream out = client.getOutputStream();
        in.readByte();
        List<Integer> methods = in.readNBytes(in.readUnsignedByte()).length == 0
                ? List.of()
                : List.of(credential == null ? NO_CREDENTIAL : PASSWORD);
        out.write(new byte[] {SOCKS_VERSION, (byte) (methods.isEmpty() ? NONE_FITS : methods.getFirst())});
        if (credential != null) {
            in.readByte();
            String user = new String(in.readNBytes(in.readUnsignedByte()), UTF_8);
            String password = new String(in.readNBytes(in.readUnsignedByte()), UTF_8);
            boolean good = credential.equals(user + ":" + password);
            out.write(new byte[] {1, (byte) (good ? 0 : 1)});
            if (!good) {
                return;
            }
        }
        in.readNBytes(3);
        String host =
                switch (in.readByte()) {
                    case 1 -> InetAddress.getByAddress(in.readNBytes(4)).getHostAddress();
                    case 3 -> new String(in.readNBytes(in.readUnsignedByte()), UTF_8);
                    default -> throw new IOException("an address of another kind");
                };
        int port = in.readUnsignedShort();
        asked.add("CONNECT " + host + ":" + port);
        try (Socket target = target(port)) {
            out.write(new byte[] {SOCKS_VERSION, 0, 0, 1, 0, 0, 0, 0, 0, 0});
            relay(client, target);
        }
    }

    private Socket target(int port) throws IOException {
        Socket target = new Socket(InetAddress.getLoopbackAddress(), port);
        open.add(target);
        return target;
    }

    private static void relay(Socket client, Socket target) throws IOException {
        Thread back = Thread.startVirtualThread(() -> {
            try (client) {
                target.getInputStream().transferTo(client.getOutputStream());
            } catch (IOException e) {
                // The client has gone.
            }
        });
        try (target) {
            client.getInputStream().transferTo(target.getOutputStream());
        } finally {
            back.interrupt();
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        byte[] end = {'\r', '\n', '\r', '\n'};
        while (matched < end.length) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the client has gone");
            }
            head.write(next);
            matched = next == end[matched] ? matched + 1 : next == end[0] ? 1 : 0;
        }
        return head.toString(ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new AssertionError("not closed", e);
        }
    }
}
