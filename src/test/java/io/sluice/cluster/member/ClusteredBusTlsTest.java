package io.sluice.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cluster.link.Link.Peer;
import io.sluice.config.ClusterConfig.ClusterTlsConfig;
import io.sluice.message.Address;
import io.sluice.message.ConfigChanged;
import io.sluice.message.MessageCodecs;
import io.sluice.testkit.Await;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.TestNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusteredBusTlsTest {
    private final Map<String, Integer> ports = Map.of("a", FreePort.next(), "b", FreePort.next());

    @Test
    void announcementsAreSealedAndStrangersShutOut(@TempDir Path dir) throws IOException {
        Certificates made = Certificates.in(dir);
        ClusterTlsConfig tls = new ClusterTlsConfig(
                made.tls().cert(), made.tls().key(), made.tls().cert());
        try (MemberNode a = MemberNode.start(MemberNode.config("a", ports, MemberNode.NAME, tls), new Peer("a", 1));
                MemberNode b =
                        MemberNode.start(MemberNode.config("b", ports, MemberNode.NAME, tls), new Peer("b", 2))) {
            MessageCodecs.registerAll(a.vertx().eventBus());
            MessageCodecs.registerAll(b.vertx().eventBus());
            List<ConfigChanged> heard = new CopyOnWriteArrayList<>();
            TestNode.await(b.bus().hear(Address.CONFIG_CHANGED, heard::add).completion());

            Await.until(() -> {
                a.bus().announce(Address.CONFIG_CHANGED, new ConfigChanged("a", "r1"));
                return !heard.isEmpty();
            });

            assertThat(heard).contains(new ConfigChanged("a", "r1"));
            assertThat(speaks(made.trusting(), b.config().busPort()))
                    .as("who trusts the members but shows no certificate")
                    .isFalse();
        }
    }

    private static boolean speaks(SSLContext context, int port) throws IOException {
        try (Socket socket = context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(3_000);
            socket.getOutputStream().write(0);
            return socket.getInputStream().read() >= 0;
        } catch (SSLException e) {
            return false;
        }
    }
}
