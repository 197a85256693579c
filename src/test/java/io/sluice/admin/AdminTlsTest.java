package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.message.MessageCodecs;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.Revisions;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API behind client certificates: the authority is the one certificate of the test. */
class AdminTlsTest {
    private final Vertx vertx = Vertx.vertx();
    private Certificates certificates;
    private int port;

    @TempDir
    private Path dir;

    @BeforeEach
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        certificates = Certificates.in(dir);
        AdminVerticle admin = new AdminVerticle(Admins.setup(
                Nodes.adminFor(certificates.tls(), certificates.tls().cert()), Revisions.of("r1", 1, "m")));
        TestNode.await(vertx.deployVerticle(admin));
        port = admin.port();
    }

    @AfterEach
    void close() {
        TestNode.await(vertx.close());
    }

    private int status(boolean certificate, String path) {
        HttpClientOptions options =
                new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false);
        if (certificate) {
            options.setKeyCertOptions(new PemKeyCertOptions()
                    .setCertPath(certificates.tls().cert().toString())
                    .setKeyPath(certificates.tls().key().toString()));
        }
        HttpClient client = vertx.createHttpClient(options);
        return TestNode.await(client.request(HttpMethod.GET, port, "localhost", path)
                .compose(request -> request.putHeader("authorization", "Bearer " + Admins.TOKEN.reveal())
                        .send())
                .map(response -> response.statusCode()));
    }

    @Test
    void theApiWantsACertificateBesideTheTokenAndHealthDoesNot() {
        assertThat(status(true, "/admin/v1/config")).isEqualTo(200);
        assertThat(status(false, "/admin/v1/config")).isEqualTo(403);
        assertThat(status(false, "/metrics")).isEqualTo(200);
    }
}
