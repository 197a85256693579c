package io.sluice.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1 connection by hand: sends exactly the bytes it is given and reads exactly what comes back. Blocking; used
 * by one thread.
 */
public final class RawHttp implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;

    private final Socket socket;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    /** How reading ended. */
    public enum Ending {
        /** The server closed the connection. */
        EOF,
        /** The server reset the connection. */
        RESET,
        /** The connection is still open. */
        OPEN
    }

    /**
     * One answer.
     *
     * @param status from its status line
     * @param headers names in lower case; values in the order they came
     * @param body decoded, as far as it came
     * @param whole whether it came to the end that its framing names
     */
    public record Answer(int status, Map<String, List<String>> headers, byte[] body, boolean whole) {
        /** The first value of a header; null when it is absent. */
        public @Nullable String header(String name) {
            List<String> values = headers.get(name);
            return values == null ? null : values.getFirst();
        }

        /** The body as text. */
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /**
     * Everything that came.
     *
     * @param answers in the order they came, interim ones included
     * @param ending how reading ended
     * @param raw all bytes
     */
    public record Conversation(List<Answer> answers, Ending ending, byte[] raw) {
        /** Final status codes, interim answers left out. */
        public List<Integer> statuses() {
            return answers.stream().map(Answer::status).filter(s -> s >= 200).toList();
        }

        /** The last answer. */
        public Answer last() {
            return answers.getLast();
        }

        @Override
        public String toString() {
            return ending + " after " + new String(raw, StandardCharsets.ISO_8859_1);
        }
    }

    private RawHttp(Socket socket) {
        this.socket = socket;
    }

    /** Connects in clear text. */
    public static RawHttp clear(int port) {
        return new RawHttp(connect(port));
    }

    /** Connects with TLS and without ALPN. */
    public static RawHttp tls(int port, SSLContext context) {
        try {
            Socket plain = connect(port);
            return new RawHttp(context.getSocketFactory().createSocket(plain, "localhost", port, true));
        } catch (IOException e) {
            throw new AssertionError("no TLS connection to port " + port, e);
        }
    }

    static Socket connect(int port) {
        try {
            Socket socket = new Socket();
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            socket.setTcpNoDelay(true);
            return socket;
        } catch (IOException e) {
            throw new AssertionError("no connection to port " + port, e);
        }
    }

    /** Sends text; each character is one byte. */
    public RawHttp send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes. A server that has closed is no failure: what it answered is still to be read. */
    public RawHttp send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            // Reading tells how it ended.
        }
        return this;
    }

    /** Says that nothing more will be sent. */
    public RawHttp finish() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            // Reading tells how it ended.
        }
        return this;
    }

    /** Closes the connection with a reset. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Reads until the server ends the connection, or the time is over. */
    public Conversation readToEnd(Duration atMost) {
        return read(atMost, Integer.MAX_VALUE);
    }

    /** Reads until so many final answers are whole, the server ends the connection, or the time is over. */
    public Conversation read(Duration atMost, int answers) {
        long deadline = System.nanoTime() + atMost.toNanos();
        byte[] piece = new byte[16 * 1024];
        Ending ending = Ending.OPEN;
        while (wholeAnswers() < answers) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            try {
                socket.setSoTimeout((int) left);
                int count = socket.getInputStream().read(piece);
                if (count < 0) {
                    ending = Ending.EOF;
                    break;
                }
                received.write(piece, 0, count);
            } catch (SocketTimeoutException e) {
                break;
            } catch (IOException e) {
                ending = Ending.RESET;
                break;
            }
        }
        byte[] raw = received.toByteArray();
        return new Conversation(parse(raw, ending != Ending.OPEN), ending, raw);
    }

    private long wholeAnswers() {
        return parse(received.toByteArray(), false).stream()
                .filter(a -> a.whole && a.status >= 200)
                .count();
    }

    /**
     * Reads answers out of bytes.
     *
     * @param raw what came
     * @param ended whether nothing more will come, so that an answer without framing is whole
     */
    static List<Answer> parse(byte[] raw, boolean ended) {
        List<Answer> answers = new ArrayList<>();
        int at = 0;
        while (at < raw.length) {
            int headEnd = indexOf(raw, "\r\n\r\n", at);
            String head = new String(raw, at, (headEnd < 0 ? raw.length : headEnd) - at, StandardCharsets.ISO_8859_1);
            String[] lines = head.split("\r\n", -1);
            if (!lines[0].matches("HTTP/[0-9]\\.[0-9] [0-9]{3}( .*)?")) {
                if (headEnd < 0 && !ended) {
                    return answers;
                }
                throw new AssertionError("not an answer: " + head);
            }
            Map<String, List<String>> headers = new TreeMap<>();
            for (int i = 1; i < lines.length; i++) {
                int colon = lines[i].indexOf(':');
                if (colon > 0) {
                    headers.computeIfAbsent(
                                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT), n -> new ArrayList<>())
                            .add(lines[i].substring(colon + 1).strip());
                }
            }
            int status = Integer.parseInt(lines[0].substring(9, 12));
            if (headEnd < 0) {
                answers.add(new Answer(status, headers, new byte[0], false));
                return answers;
            }
            Body body = body(raw, headEnd + 4, status, headers, ended);
            answers.add(new Answer(status, headers, body.bytes, body.whole));
            at = body.end;
        }
        return answers;
    }

    private record Body(byte[] bytes, boolean whole, int end) {}

    private static Body body(byte[] raw, int at, int status, Map<String, List<String>> headers, boolean ended) {
        if (status < 200 || status == 204 || status == 304) {
            return new Body(new byte[0], true, at);
        }
        if (headers.getOrDefault("transfer-encoding", List.of()).contains("chunked")) {
            return chunked(raw, at);
        }
        List<String> lengths = headers.get("content-length");
        if (lengths == null) {
            return new Body(Arrays.copyOfRange(raw, at, raw.length), ended, raw.length);
        }
        int end = at + Integer.parseInt(lengths.getFirst());
        int there = Math.min(end, raw.length);
        return new Body(Arrays.copyOfRange(raw, at, there), end <= raw.length, there);
    }

    private static Body chunked(byte[] raw, int from) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int at = from;
        while (true) {
            int lineEnd = indexOf(raw, "\r\n", at);
            if (lineEnd < 0) {
                return new Body(body.toByteArray(), false, raw.length);
            }
            int size = Integer.parseInt(new String(raw, at, lineEnd - at, StandardCharsets.ISO_8859_1), 16);
            at = lineEnd + 2;
            if (size == 0) {
                boolean whole = indexOf(raw, "\r\n", at) == at;
                return new Body(body.toByteArray(), whole, whole ? at + 2 : raw.length);
            }
            body.write(raw, at, Math.min(size, raw.length - at));
            if (at + size + 2 > raw.length) {
                return new Body(body.toByteArray(), false, raw.length);
            }
            at += size + 2;
        }
    }

    private static int indexOf(byte[] raw, String text, int from) {
        byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = from; i <= raw.length - wanted.length; i++) {
            if (Arrays.equals(raw, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }
}
