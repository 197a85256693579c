package io.sluice.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Cuts are what they are called: silent ones lose nothing, broken ones are noticed, one way is one way. */
class RelayTest {
    private static final int SILENCE_MILLIS = 150;
    private static final int PATIENCE_MILLIS = 5_000;

    private final Line forth = new Line(new SplittableRandom(1));
    private final Line back = new Line(new SplittableRandom(2));
    private ServerSocket server;
    private Relay relay;
    private Socket near;
    private Socket far;

    @BeforeEach
    void connect() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        relay = new Relay(server.getLocalPort(), forth, back);
        near = new Socket(InetAddress.getLoopbackAddress(), relay.port());
        far = server.accept();
    }

    @AfterEach
    void close() throws IOException {
        relay.close();
        near.close();
        far.close();
        server.close();
    }

    private static int read(Socket socket, int patienceMillis) throws IOException {
        socket.setSoTimeout(patienceMillis);
        return socket.getInputStream().read();
    }

    private static void send(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
    }

    @Test
    void passesBytesBothWaysAndCountsThem() throws IOException {
        send(near, 7);
        send(far, 8);

        assertThat(read(far, PATIENCE_MILLIS)).isEqualTo(7);
        assertThat(read(near, PATIENCE_MILLIS)).isEqualTo(8);
        assertThat(forth.bytes()).isOne();
        assertThat(back.bytes()).isOne();
    }

    @Test
    void holdsOneDirectionSilentlyAndLosesNothing() throws IOException {
        forth.hold();
        send(near, 7);
        send(far, 8);

        assertThat(read(near, PATIENCE_MILLIS)).isEqualTo(8);
        assertThatThrownBy(() -> read(far, SILENCE_MILLIS)).isInstanceOf(SocketTimeoutException.class);
        forth.heal();
        assertThat(read(far, PATIENCE_MILLIS)).isEqualTo(7);
    }

    @Test
    void breaksOffSoThatBothSidesNoticeAndNobodyComesBack() throws IOException {
        send(near, 7);
        assertThat(read(far, PATIENCE_MILLIS)).isEqualTo(7); // so that the relay knows both sides
        back.breakOff();
        relay.resetAll();

        assertThatThrownBy(() -> read(near, PATIENCE_MILLIS)).hasMessageContaining("reset");
        assertThatThrownBy(() -> read(far, PATIENCE_MILLIS)).hasMessageContaining("reset");
        try (Socket again = new Socket(InetAddress.getLoopbackAddress(), relay.port())) {
            assertThatThrownBy(() -> read(again, PATIENCE_MILLIS)).hasMessageContaining("reset");
        }
    }

    @Test
    void passesTheEndOfOneDirectionOn() throws IOException {
        near.shutdownOutput();

        assertThat(read(far, PATIENCE_MILLIS)).isEqualTo(-1);
        send(far, 8);
        assertThat(read(near, PATIENCE_MILLIS)).isEqualTo(8);
    }
}
