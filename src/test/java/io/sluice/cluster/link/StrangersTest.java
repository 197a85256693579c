package io.sluice.cluster.link;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cluster.link.Handshake.Role;
import io.sluice.cluster.link.Handshake.Step;
import io.sluice.cluster.link.Link.Peer;
import io.sluice.testkit.Await;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.LogLines;
import io.vertx.core.buffer.Buffer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What somebody can do at the port who is no member, or a bad one. */
class StrangersTest {
    private final Map<String, Integer> ports = Map.of("a", FreePort.next(), "b", FreePort.next());
    private final LinkNode a = LinkNode.open("a", 1, ports);
    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        a.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports.get("a"));
        socket.setSoTimeout(5_000);
        sockets.add(socket);
        return socket;
    }

    private static boolean isClosed(Socket socket) throws IOException {
        try {
            InputStream in = socket.getInputStream();
            return in.readAllBytes().length == 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    private Socket say(byte[] bytes) throws IOException {
        Socket socket = connect();
        socket.getOutputStream().write(bytes);
        return socket;
    }

    private static byte[] frame(Buffer body) {
        return Buffer.buffer().appendInt(body.length()).appendBuffer(body).getBytes();
    }

    @Test
    void whatIsNotTheProtocolIsClosedAtOnceAndWithoutAWord() throws IOException {
        byte[] random = new byte[4_096];
        new java.util.SplittableRandom(1).nextBytes(random);
        List<byte[]> shapes = List.of(
                "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8),
                new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3},
                Buffer.buffer().appendInt(Integer.MAX_VALUE).appendInt(1).getBytes(),
                Buffer.buffer().appendInt(1_025).getBytes(),
                frame(Buffer.buffer("GET /")),
                frame(Buffer.buffer()),
                random);
        long begin = System.nanoTime();
        for (byte[] shape : shapes) {
            assertThat(isClosed(say(shape))).isTrue();
        }
        assertThat(System.nanoTime() - begin).as("nanoseconds for all").isLessThan(1_500_000_000L);
    }

    @Test
    void anotherVersionIsToldWhy() throws IOException {
        try (LogLines log = LogLines.of(TcpLink.class)) {
            Hello hello = new Hello(3, 4, new byte[Hello.NONCE], new Peer("x", 1), "9.0.0");
            Socket socket = say(frame(hello.encode()));

            byte[] answer = socket.getInputStream().readAllBytes();

            assertThat(new String(answer, UTF_8)).endsWith("Rthe dialler speaks link version 3 to 4, the listener 1");
            Await.until(() -> log.has("was refused: the dialler speaks link version 3 to 4, the listener 1"));
        }
    }

    @Test
    void aSlowHandshakeIsGivenUp() throws IOException {
        long begin = System.nanoTime();

        Socket socket = say(new byte[] {0, 0});

        assertThat(isClosed(socket)).isTrue();
        assertThat(System.nanoTime() - begin).isBetween(1_500_000_000L, 3_500_000_000L);
    }

    @Test
    void recordedBytesOfAMemberLeadNowhere() throws IOException {
        Member member = new Member("m", 5);
        member.join(connect());
        Await.until(() -> a.knows("m"));
        sockets.getFirst().close();
        Await.until(() -> !a.knows("m"));

        Socket replay = say(member.sent.getBytes());

        byte[] answer = replay.getInputStream().readAllBytes();
        assertThat(new String(answer, UTF_8)).contains("wrong cluster name");
        assertThat(a.knows("m")).isFalse();
    }

    @Test
    void fiveThousandIdleConnectionsDoNotDisturbTheMembers() throws IOException {
        try (LinkNode b = LinkNode.open("b", 2, ports)) {
            Await.until(() -> a.knows("b") && b.knows("a"));
            long slowest = 0;
            for (int i = 0; i < 5_000; i++) {
                connect();
                if (i % 100 == 0) {
                    String frame = "f" + i;
                    long begin = System.nanoTime();
                    assertThat(b.send("a", frame)).isTrue();
                    Await.until(() -> a.received.contains("b:" + frame));
                    slowest = Math.max(slowest, System.nanoTime() - begin);
                }
            }
            assertThat(slowest).as("slowest exchange, nanoseconds").isLessThan(500_000_000L);

            try (LinkNode late =
                    LinkNode.open(LinkNode.config(FreePort.next(), ports, LinkNode.NAME, null), new Peer("late", 3))) {
                Await.until(() -> a.knows("late"));
            }
            assertThat(isClosed(sockets.getFirst())).as("the oldest was closed").isTrue();
            assertThat(isClosed(sockets.getLast()))
                    .as("the newest, after its time")
                    .isTrue();
        }
    }

    @Test
    void aMemberThatDoesNotReadBoundsWhatWaitsForIt() throws IOException {
        Member member = new Member("m", 5);
        member.join(connect());
        Await.until(() -> a.knows("m"));
        String mebibyte = "x".repeat(1 << 20);

        int taken = 0;
        while (taken < 200 && a.send("m", mebibyte)) {
            taken++;
        }

        assertThat(taken).as("MiB taken").isBetween(31, 64);
        Await.until(() -> !a.knows("m"));
    }

    @Test
    void aMemberMayNotSendMoreThanAFrameHolds() throws IOException {
        Member member = new Member("m", 5);
        Socket socket = connect();
        member.join(socket);
        Await.until(() -> a.knows("m"));

        socket.getOutputStream().write(Buffer.buffer().appendInt((16 << 20) + 1).getBytes());

        Await.until(() -> !a.knows("m"));
    }

    /** A member by hand, over a blocking socket. */
    private static final class Member {
        final Buffer sent = Buffer.buffer();
        private final Handshake handshake;

        Member(String name, long incarnation) {
            handshake = new Identity(new Peer(name, incarnation), "0", LinkNode.NAME, new SecureRandom())
                    .handshake(Role.DIALLER, peer -> Optional.empty());
        }

        void join(Socket socket) throws IOException {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            send(socket, handshake.hello());
            send(socket, ((Step.Answered) handshake.take(read(in))).answer());
            assertThat(handshake.take(read(in))).isInstanceOf(Step.Established.class);
        }

        private void send(Socket socket, Buffer body) throws IOException {
            sent.appendBytes(frame(body));
            socket.getOutputStream().write(frame(body));
        }

        private static Buffer read(DataInputStream in) throws IOException {
            return Buffer.buffer(in.readNBytes(in.readInt()));
        }
    }
}
