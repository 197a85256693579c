package io.sluice.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.sluice.domain.Secret;
import io.sluice.domain.notice.HookUrl;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Mail;
import io.sluice.domain.notice.NoticeSink.MailTls;
import io.sluice.domain.notice.NoticeSink.Webhook;
import io.sluice.domain.notice.Occurrence;
import io.sluice.domain.notice.Telling;
import io.sluice.domain.notice.Telling.Group;
import io.sluice.domain.notice.Telling.State;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.JvmTrust;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of sinks are verified. */
class SinkTlsTest {
    private static final Telling TELLING = new Telling(
            "n1-1",
            List.of(new Group(
                    NoticeEvent.TEST,
                    NoticeEvent.Severity.INFO,
                    State.BEGUN,
                    List.of(new Occurrence(NoticeEvent.TEST, "n1", false, 0, "text", List.of(), 0)))),
            0,
            "n1",
            0);

    @TempDir
    private Path directory;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void closes() {
        TestNode.await(vertx.close());
    }

    /** Refused by whom trusts nobody that signed it, taken by whom does. */
    private void onlyWithTrust(Supplier<Sink> sinks) {
        assertThatThrownBy(() -> TestNode.await(deliver(sinks)))
                .rootCause()
                .isInstanceOf(Undelivered.class)
                .hasMessageContaining("the TLS handshake failed");
        try (JvmTrust trust = JvmTrust.only(directory.resolve("store.p12"))) {
            TestNode.await(deliver(sinks));
        }
    }

    private static Future<Void> deliver(Supplier<Sink> sinks) {
        Sink sink = sinks.get();
        return sink.deliver(TELLING).eventually(sink::close);
    }

    @Test
    void ofWebhooks() {
        Certificates certificates = Certificates.in(directory);
        HttpServer server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .addCertPath(certificates.tls().cert().toString())
                                .addKeyPath(certificates.tls().key().toString())))
                .requestHandler(request -> request.response().end());
        TestNode.await(server.listen(0, "127.0.0.1"));
        Webhook hook =
                new Webhook(new HookUrl(true, "localhost", server.actualPort(), Secret.of("/")), NotifyNode.SECRET);
        NoticeSink config = NotifyNode.sink("hook", hook);

        onlyWithTrust(() -> new HookSink(vertx, config, hook.url(), HookForm.of(config, hook), InstantSource.system()));
    }

    @Test
    void ofMailServers() {
        Certificates.in(directory);
        System.setProperty(
                "greenmail.tls.keystore.file", directory.resolve("store.p12").toString());
        System.setProperty("greenmail.tls.keystore.password", "test-password");
        GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS));
        try {
            server.start();
            Mail mail = new Mail(
                    "localhost",
                    server.getSmtps().getPort(),
                    MailTls.TLS,
                    null,
                    null,
                    "sluice@example.com",
                    List.of("ops@example.com"));

            onlyWithTrust(() -> new MailSink(vertx, NotifyNode.sink("mail", mail), mail));

            assertThat(server.getReceivedMessages()).hasSize(1);
        } finally {
            server.stop();
            System.clearProperty("greenmail.tls.keystore.file");
            System.clearProperty("greenmail.tls.keystore.password");
        }
    }
}
