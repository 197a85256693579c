package io.sluice.testkit;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection by hand (RFC 9113), over TLS with ALPN: every frame that a test can think of, also those that no
 * client sends. Acknowledges nothing by itself. Blocking; used by one thread.
 */
public final class RawHttp2 implements AutoCloseable {
    /** Frame types. */
    public static final int DATA = 0,
            HEADERS = 1,
            PRIORITY = 2,
            RST_STREAM = 3,
            SETTINGS = 4,
            PING = 6,
            GOAWAY = 7,
            WINDOW_UPDATE = 8,
            CONTINUATION = 9;

    /** Flags: the stream ends (DATA, HEADERS), acknowledgement (SETTINGS, PING), the header block ends. */
    public static final int END_STREAM = 1, ACK = 1, END_HEADERS = 4;

    /** Error code of GOAWAY when the peer makes too much noise. */
    public static final int ENHANCE_YOUR_CALM = 11;

    /** Flag of HEADERS: five bytes of priority stand before the block. */
    private static final int PRIORITIZED = 0x20;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

    /**
     * One frame.
     *
     * @param type frame type
     * @param flags its flags
     * @param stream its stream; 0 for the connection
     * @param payload its payload
     */
    public record Frame(int type, int flags, int stream, byte[] payload) {
        /** The error code of RST_STREAM and GOAWAY. */
        public int errorCode() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }

        /** Whether a flag is set. */
        public boolean is(int flag) {
            return (flags & flag) != 0;
        }
    }

    /**
     * What the server said.
     *
     * @param frames every frame in order
     * @param closed whether the server ended the connection
     */
    public record Conversation(List<Frame> frames, boolean closed) {
        /** Frames of a type. */
        public List<Frame> of(int type) {
            return frames.stream().filter(f -> f.type == type).toList();
        }
    }

    private RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
        this.in = new DataInputStream(socket.getInputStream());
    }

    /** Connects, agrees on h2, and sends preface and empty settings. */
    public static RawHttp2 connect(int port, SSLContext context) {
        try {
            Socket plain = RawHttp.connect(port);
            SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true);
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            secure.setSSLParameters(parameters);
            secure.startHandshake();
            if (!"h2".equals(secure.getApplicationProtocol())) {
                throw new AssertionError("the server agreed on '" + secure.getApplicationProtocol() + "', not h2");
            }
            RawHttp2 connection = new RawHttp2(secure);
            connection.out.write(PREFACE);
            return connection.send(SETTINGS, 0, 0);
        } catch (IOException e) {
            throw new AssertionError("no HTTP/2 connection to port " + port, e);
        }
    }

    /** Sends a frame. A server that has closed is no failure: what it said is still to be read. */
    public RawHttp2 send(int type, int flags, int stream, byte... payload) {
        return sendBytes(frame(type, flags, stream, payload));
    }

    /** Sends bytes as they are, for many frames in one write. */
    public RawHttp2 sendBytes(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            // Reading tells how it ended.
        }
        return this;
    }

    /** The bytes of a frame. */
    public static byte[] frame(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** The payload of WINDOW_UPDATE, RST_STREAM and the like. */
    public static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    /**
     * A header block (RFC 7541): every field literal, without indexing and without Huffman coding.
     *
     * @param namesAndValues in turn
     */
    public static byte[] block(String... namesAndValues) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            block.write(0);
            text(block, namesAndValues[i]);
            text(block, namesAndValues[i + 1]);
        }
        return block.toByteArray();
    }

    private static void text(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        int length = bytes.length;
        if (length < 127) {
            block.write(length);
        } else {
            block.write(127);
            for (length -= 127; length >= 128; length >>= 7) {
                block.write(length & 127 | 128);
            }
            block.write(length);
        }
        block.writeBytes(bytes);
    }

    /** The pseudo header fields of a request, with more fields behind them. */
    public static byte[] request(String method, String path, String... more) {
        String[] fields = new String[8 + more.length];
        System.arraycopy(
                new String[] {":method", method, ":scheme", "https", ":authority", "localhost", ":path", path},
                0,
                fields,
                0,
                8);
        System.arraycopy(more, 0, fields, 8, more.length);
        return block(fields);
    }

    /** The fields of a HEADERS frame that holds its whole block. To be asked in the order the frames came. */
    public Http2Headers decode(Frame headers) {
        try {
            int skip = headers.is(PRIORITIZED) ? 5 : 0;
            return decoder.decodeHeaders(
                    headers.stream, Unpooled.wrappedBuffer(headers.payload, skip, headers.payload.length - skip));
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Reads the next frame; null when none comes in time. */
    public @Nullable Frame read(Duration atMost) throws EOFException {
        try {
            socket.setSoTimeout((int) Math.max(1, atMost.toMillis()));
            int high = in.read();
            if (high < 0) {
                throw new EOFException();
            }
            int length = high << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt() & 0x7fffffff;
            return new Frame(type, flags, stream, in.readNBytes(length));
        } catch (SocketTimeoutException e) {
            return null;
        } catch (EOFException e) {
            throw e;
        } catch (IOException e) {
            EOFException reset = new EOFException("reset");
            reset.initCause(e);
            throw reset;
        }
    }

    /** Reads until the server ends the connection, a frame is the wanted one, or the time is over. */
    public Conversation readUntil(Duration atMost, java.util.function.Predicate<Frame> wanted) {
        long deadline = System.nanoTime() + atMost.toNanos();
        List<Frame> frames = new ArrayList<>();
        try {
            long left;
            while ((left = deadline - System.nanoTime()) > 0) {
                Frame frame = read(Duration.ofNanos(left));
                if (frame == null) {
                    break;
                }
                frames.add(frame);
                if (wanted.test(frame)) {
                    break;
                }
            }
            return new Conversation(frames, false);
        } catch (EOFException e) {
            return new Conversation(frames, true);
        }
    }

    /** Reads until the server ends the connection or the time is over. */
    public Conversation readToEnd(Duration atMost) {
        return readUntil(atMost, frame -> false);
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
