package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.testkit.Nodes;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {
    @Test
    void freePortsPass() {
        assertThatCode(() -> Ports.check(Nodes.lanes(1))).doesNotThrowAnyException();
    }

    @Test
    void namesEveryPortInUseAndItsOption() throws Exception {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        try (ServerSocket one = new ServerSocket(0, 1, loopback);
                ServerSocket two = new ServerSocket(0, 1, loopback)) {
            assertThatThrownBy(() -> Ports.check(Nodes.ports(one.getLocalPort(), two.getLocalPort())))
                    .isInstanceOf(StartFailure.class)
                    .hasMessage("port " + one.getLocalPort()
                            + " (http) is in use; choose another with --port N or http.port in node.yaml\nport "
                            + two.getLocalPort()
                            + " (admin) is in use; choose another with --admin-port N or admin.port in node.yaml");
        }
    }
}
