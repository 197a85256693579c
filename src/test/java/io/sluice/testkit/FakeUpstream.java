package io.sluice.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A provider by hand: answers each HTTP/1.1 request with exactly the bytes of its script and keeps what it was sent. Plain
 * sockets, because a script must be able to reset a connection and to split a write at every byte. One virtual thread a
 * connection.
 */
public final class FakeUpstream implements AutoCloseable {
    private final ServerSocket server;
    private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Script otherwise =
            Script.json(500, "{\"error\":{\"message\":\"no script\",\"type\":\"server_error\"}}");

    /**
     * A request as it came.
     *
     * @param connection number of its connection, from 1
     * @param head request line and header lines, without the empty one
     * @param body decoded
     */
    public record Request(int connection, String head, byte[] body) {
        /** The first line. */
        public String line() {
            return head.lines().findFirst().orElseThrow();
        }

        /** All values of a header, in order. */
        public List<String> header(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return head.lines()
                    .skip(1)
                    .filter(l -> l.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(l -> l.substring(prefix.length()).strip())
                    .toList();
        }

        /** The body as text. */
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private sealed interface Step {
        record Write(byte[] bytes) implements Step {}

        record Pause(Duration time) implements Step {}

        record Close(boolean reset) implements Step {}

        record Silence() implements Step {}
    }

    /** What is done for one request. Immutable. */
    public static final class Script {
        private final List<Step> steps;

        private Script(List<Step> steps) {
            this.steps = List.copyOf(steps);
        }

        /** Nothing yet. */
        public static Script begin() {
            return new Script(List.of());
        }

        /** Bytes as they are; each character is one byte. */
        public static Script bytes(String text) {
            return begin().write(text);
        }

        /** A whole JSON answer. */
        public static Script json(int status, String body, String... headerLines) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\ncontent-type: application/json\r\n");
            for (String line : headerLines) {
                head.append(line).append("\r\n");
            }
            head.append("content-length: ").append(bytes.length).append("\r\n\r\n");
            return begin().write(head.toString()).write(bytes);
        }

        /** The head of a chunked event stream. */
        public static Script events() {
            return bytes("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
        }

        /** One event as one chunk. */
        public Script event(String data) {
            byte[] event = ("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
            return write(Integer.toHexString(event.length) + "\r\n")
                    .write(event)
                    .write("\r\n");
        }

        /** The last chunk. */
        public Script lastChunk() {
            return write("0\r\n\r\n");
        }

        /** Bytes as they are; each character is one byte. */
        public Script write(String text) {
            return write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** Bytes. */
        public Script write(byte[] bytes) {
            return then(new Step.Write(bytes));
        }

        /** Waits. */
        public Script pause(Duration time) {
            return then(new Step.Pause(time));
        }

        /** Closes the connection in order. */
        public Script fin() {
            return then(new Step.Close(false));
        }

        /** Resets the connection. */
        public Script reset() {
            return then(new Step.Close(true));
        }

        /** Says nothing until the client closes. */
        public Script silence() {
            return then(new Step.Silence());
        }

        private Script then(Step step) {
            List<Step> more = new ArrayList<>(steps);
            more.add(step);
            return new Script(more);
        }

        /** The same bytes, so many in each write. */
        public Script splitEvery(int size) {
            List<Step> split = new ArrayList<>();
            for (Step step : steps) {
                if (step instanceof Step.Write write) {
                    for (int at = 0; at < write.bytes.length; at += size) {
                        int end = Math.min(at + size, write.bytes.length);
                        split.add(new Step.Write(Arrays.copyOfRange(write.bytes, at, end)));
                    }
                } else {
                    split.add(step);
                }
            }
            return new Script(split);
        }

        /** The first so many bytes, then the end of the connection. */
        public Script cutAfter(int bytes, boolean reset) {
            List<Step> cut = new ArrayList<>();
            int left = bytes;
            for (Step step : steps) {
                if (step instanceof Step.Write write) {
                    int take = Math.min(left, write.bytes.length);
                    cut.add(new Step.Write(Arrays.copyOf(write.bytes, take)));
                    left -= take;
                    if (left == 0) {
                        break;
                    }
                } else {
                    cut.add(step);
                }
            }
            cut.add(new Step.Close(reset));
            return new Script(cut);
        }
    }

    private FakeUpstream(ServerSocket server) {
        this.server = server;
    }

    /** Listens on a free loopback port. */
    public static FakeUpstream start() {
        try {
            FakeUpstream upstream = new FakeUpstream(new ServerSocket(0, 256, InetAddress.getLoopbackAddress()));
            Thread.ofVirtual().start(upstream::accept);
            return upstream;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Its port. */
    public int port() {
        return server.getLocalPort();
    }

    /** The next requests are answered by these, one each, in the order they come. */
    public FakeUpstream next(Script... more) {
        scripts.addAll(List.of(more));
        return this;
    }

    /** Requests for which there is no next script are answered by this one. */
    public FakeUpstream otherwise(Script script) {
        otherwise = script;
        return this;
    }

    /** How many connections were made. */
    public int connections() {
        return connections.get();
    }

    /** How many connections are open. */
    public int openConnections() {
        return open.size();
    }

    /** How many requests have come and were not taken. */
    public int untaken() {
        return requests.size();
    }

    /** The next request that came; fails when none comes in time. */
    public Request take(Duration atMost) throws InterruptedException {
        Request request = requests.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
        if (request == null) {
            throw new AssertionError("no request came within " + atMost);
        }
        return request;
    }

    private void accept() {
        while (closed.getCount() > 0) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                int number = connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket, number));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            boolean goesOn = true;
            while (goesOn) {
                Request request = readRequest(in, number);
                Script script = scripts.poll();
                requests.add(request);
                goesOn = play(script == null ? otherwise : script, socket);
            }
        } catch (IOException e) {
            // The client has gone.
        } finally {
            open.remove(socket);
        }
    }

    private boolean play(Script script, Socket socket) throws IOException {
        OutputStream out = socket.getOutputStream();
        for (Step step : script.steps) {
            switch (step) {
                case Step.Write write -> {
                    out.write(write.bytes);
                    out.flush();
                }
                case Step.Pause pause -> {
                    if (waitForClose(pause.time)) {
                        return false;
                    }
                }
                case Step.Close close -> {
                    if (close.reset) {
                        socket.setSoLinger(true, 0);
                    }
                    return false;
                }
                case Step.Silence silence -> {
                    return socket.getInputStream().read() >= 0;
                }
            }
        }
        return true;
    }

    /** Waits on this upstream's own end, so that a long pause does not outlive the test. */
    private boolean waitForClose(Duration time) {
        try {
            return closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static Request readRequest(InputStream in, int number) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            head.append((char) readByte(in));
        }
        Request bare = new Request(number, head.substring(0, head.length() - 4), new byte[0]);
        List<String> lengths = bare.header("content-length");
        byte[] body = !lengths.isEmpty()
                ? in.readNBytes(Integer.parseInt(lengths.getFirst()))
                : bare.header("transfer-encoding").isEmpty() ? new byte[0] : readChunks(in);
        return new Request(number, bare.head, body);
    }

    private static byte[] readChunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int size;
        do {
            size = Integer.parseInt(readLine(in), 16);
            body.writeBytes(in.readNBytes(size));
            readLine(in);
        } while (size > 0);
        return body.toByteArray();
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int b;
        while ((b = readByte(in)) != '\n') {
            line.append((char) b);
        }
        return line.toString().strip();
    }

    private static int readByte(InputStream in) throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new IOException("the client has gone");
        }
        return b;
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
