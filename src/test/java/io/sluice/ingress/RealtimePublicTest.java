package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import io.sluice.domain.media.PublicAddress;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pool.Tls;
import io.sluice.provider.fetch.MediaNetwork;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.RealtimeClient;
import io.sluice.testkit.RealtimeUpstream;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.net.NetServer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Realtime sessions of channels that may be at public addresses only: what is connected to was looked at before. */
class RealtimePublicTest {
    private static final String KEY = "sk-test-0123456789abcdef";

    private @Nullable RealtimeUpstream upstream;
    private @Nullable TestNode node;
    private @Nullable RealtimeClient client;

    @AfterEach
    void stop() {
        if (client != null) {
            client.close();
        }
        if (node != null) {
            node.close();
        }
        if (upstream != null) {
            upstream.close();
        }
    }

    /** The names {@code *.test}, all of this machine. */
    private record Loopback(boolean allowed) implements MediaNetwork {
        @Override
        public Future<List<InetAddress>> resolve(String host) {
            try {
                return host.endsWith(".test")
                        ? Future.succeededFuture(List.of(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1})))
                        : Future.failedFuture(new UnknownHostException(host));
            } catch (UnknownHostException e) {
                return Future.failedFuture(e);
            }
        }

        @Override
        public boolean isAllowed(InetAddress address) {
            return allowed || PublicAddress.isPublic(address.getAddress());
        }

        @Override
        public Future<?> close() {
            return Future.succeededFuture();
        }
    }

    private static GatewayRevision revision(BaseUrl url, Tls tls) {
        return new RevisionBuilder()
                .channel("one", c -> c.url(url)
                        .outbound(new Outbound(Map.of(), Map.of(), null, tls, null))
                        .redirect("pub", "up-1")
                        .accounts("a"))
                .key("app", KEY)
                .policy(Strategy.FILL, false, 1, Duration.ofSeconds(10))
                .build();
    }

    private RealtimeClient client(@Nullable MediaNetwork network, BaseUrl url, Tls tls) {
        TestNode fresh = TestNode.of(revision(url, tls));
        node = (network == null ? fresh : fresh.network(network)).start();
        client = new RealtimeClient(node.port());
        return client;
    }

    private static BaseUrl at(boolean tls, String host, int port) {
        return new BaseUrl(tls, host, port, "/v1").inPublic();
    }

    @Test
    void nothingIsConnectedWhereANameIsOfThisMachine() throws Exception {
        upstream = RealtimeUpstream.start();
        RealtimeClient asking = client(null, at(false, "localhost", upstream.port()), Tls.SYSTEM);

        assertThat(asking.refused(asking.options("pub").addHeader("authorization", "Bearer " + KEY))
                        .getStatus())
                .isEqualTo(502);

        assertThat(upstream.asked()).isZero();
    }

    /** Sees bytes that are no HTTP request too. */
    @Test
    void notEvenTheHandshakeOfTlsIs() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        RealtimeClient asking = client(new Loopback(false), at(true, "provider.test", 9), Tls.SYSTEM);
        NetServer server = TestNode.await(node.vertx()
                .createNetServer()
                .connectHandler(socket -> connections.incrementAndGet())
                .listen(0, "127.0.0.1"));
        node.revision(revision(at(true, "provider.test", server.actualPort()), Tls.SYSTEM));

        assertThat(asking.refused(asking.options("pub").addHeader("authorization", "Bearer " + KEY))
                        .getStatus())
                .isEqualTo(502);

        assertThat(connections).hasValue(0);
    }

    @Test
    void theHostIsTheNamesAllTheSame() throws Exception {
        upstream = RealtimeUpstream.start();
        RealtimeClient asking = client(new Loopback(true), at(false, "provider.test", upstream.port()), Tls.SYSTEM);

        asking.open("pub", KEY);

        assertThat(upstream.take().headers()).containsEntry("host", "provider.test:" + upstream.port());
    }

    /** The certificate is for the address too, which is not what was asked for. */
    @Test
    void theCertificateIsForTheName(@TempDir Path directory) throws Exception {
        Certificates certificates = Certificates.in(directory);
        Tls trusting = new Tls(Secret.of(Files.readString(certificates.tls().cert())), false, null, null);
        upstream = RealtimeUpstream.start(certificates.tls());
        RealtimeClient asking = client(new Loopback(true), at(true, "provider.test", upstream.port()), trusting);

        asking.open("pub", KEY);
        RealtimeUpstream.Session session = upstream.take();

        assertThat(session.named()).isEqualTo("provider.test");
        assertThat(session.headers()).containsEntry("host", "provider.test:" + upstream.port());
    }

    @Test
    void anotherNamesCertificateWillNotDo(@TempDir Path directory) throws Exception {
        Certificates certificates = Certificates.in(directory);
        Tls trusting = new Tls(Secret.of(Files.readString(certificates.tls().cert())), false, null, null);
        upstream = RealtimeUpstream.start(certificates.tls());
        RealtimeClient asking = client(new Loopback(true), at(true, "other.test", upstream.port()), trusting);

        assertThat(asking.refused(asking.options("pub").addHeader("authorization", "Bearer " + KEY))
                        .getStatus())
                .isEqualTo(502);

        assertThat(upstream.asked()).isZero();
    }
}
