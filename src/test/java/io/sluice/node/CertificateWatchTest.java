package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.admin.AdminVerticle;
import io.sluice.config.TlsConfig;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.CertificateChanged;
import io.sluice.message.MessageCodecs;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Await;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.Revisions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateWatchTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void aReplacedCertificateIsServedWithoutARestart(@TempDir Path dir) throws Exception {
        MessageCodecs.registerAll(vertx.eventBus());
        TlsConfig tls = Certificates.in(Files.createDirectory(dir.resolve("a"))).tls();
        AdminVerticle admin = new AdminVerticle(Admins.setup(Nodes.admin(null, tls), Revisions.of("r1", 1, "m")));
        await(vertx.deployVerticle(admin));
        await(vertx.deployVerticle(new CertificateWatch(List.of(tls.cert(), tls.key()))));
        Promise<CertificateChanged> changed = Promise.promise();
        new Bus(vertx, Duration.ofSeconds(1)).consume(Address.CERTIFICATE_CHANGED, changed::tryComplete);

        Served before = ask(admin.port());
        TlsConfig next =
                Certificates.in(Files.createDirectory(dir.resolve("b"))).tls();
        BigInteger nextSerial = serial(next.cert());
        Files.move(next.cert(), tls.cert(), StandardCopyOption.REPLACE_EXISTING);
        Files.move(next.key(), tls.key(), StandardCopyOption.REPLACE_EXISTING);
        await(changed.future());
        Served after = ask(admin.port());
        // The server reads the files on a worker: ask until it has.
        for (int i = 0; i < 100 && after.equals(before); i++) {
            after = ask(admin.port());
        }

        assertThat(before.version).isEqualTo(HttpVersion.HTTP_2);
        assertThat(after).isEqualTo(new Served(nextSerial, HttpVersion.HTTP_2, 503));
    }

    private Served ask(int port) throws Exception {
        var client = vertx.createHttpClient(new HttpClientOptions()
                .setSsl(true)
                .setTrustAll(true)
                .setUseAlpn(true)
                .setProtocolVersion(HttpVersion.HTTP_2));
        return await(client.request(HttpMethod.GET, port, "127.0.0.1", "/health/ready")
                .compose(request -> request.send()
                        .map(response -> new Served(
                                serial(request.connection().sslSession()), request.version(), response.statusCode())))
                .eventually(client::close));
    }

    private static BigInteger serial(SSLSession session) {
        try {
            return ((X509Certificate) session.getPeerCertificates()[0]).getSerialNumber();
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static BigInteger serial(Path certificate) throws Exception {
        try (InputStream in = Files.newInputStream(certificate)) {
            return ((X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in))
                    .getSerialNumber();
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(Await.MOST_SECONDS, TimeUnit.SECONDS);
    }

    private record Served(BigInteger serial, HttpVersion version, int status) {}
}
