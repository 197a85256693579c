package io.sluice.notify;

import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Mail;
import io.sluice.domain.notice.NoticeSink.MailTls;
import io.sluice.domain.notice.Telling;
import io.sluice.domain.notice.Wording;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** Mail in plain text, through one server. */
final class MailSink implements Sink {
    private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");
    /** Not XOAUTH2, which would be given the password for a token. */
    private static final String AUTH = "CRAM-SHA256 CRAM-SHA1 CRAM-MD5 DIGEST-MD5 PLAIN LOGIN";

    private static final int MOST_SUBJECT = 250;
    private static final int MOST_TEXT = 60_000;

    private final NoticeSink sink;
    private final Mail mail;
    private final MailClient client;

    /** Connects nowhere yet. */
    MailSink(Vertx vertx, NoticeSink sink, Mail mail) {
        this.sink = sink;
        this.mail = mail;
        this.client = MailClient.create(vertx, config(sink, mail));
    }

    private static MailConfig config(NoticeSink sink, Mail mail) {
        int timeout = Math.toIntExact(sink.timeout().toMillis());
        MailConfig config = new MailConfig(mail.host(), mail.port())
                .setSsl(mail.tls() == MailTls.TLS)
                .setStarttls(mail.tls() == MailTls.STARTTLS ? StartTLSOptions.REQUIRED : StartTLSOptions.DISABLED)
                .setTrustAll(false)
                .setHostnameVerificationAlgorithm("HTTPS")
                .setEnabledSecureTransportProtocols(PROTOCOLS)
                .setConnectTimeout(timeout)
                .setIdleTimeout(timeout)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxPoolSize(1)
                .setKeepAlive(false)
                .setUserAgent("sluice");
        if (mail.user() != null && mail.password() != null) {
            config.setLogin(LoginOption.REQUIRED)
                    .setAuthMethods(AUTH)
                    .setUsername(mail.user())
                    .setPassword(mail.password().reveal());
        } else {
            config.setLogin(LoginOption.DISABLED);
        }
        return config;
    }

    @Override
    public Future<Void> deliver(Telling telling) {
        String subject = Wording.title(telling, sink.title(), UnaryOperator.identity());
        MailMessage message = new MailMessage()
                .setFrom(mail.from())
                .setTo(mail.to())
                .setSubject(Wording.cut(subject.replaceAll("\\p{Cntrl}", " "), MOST_SUBJECT))
                .setText(Wording.cut(Wording.text(telling, sink.text(), UnaryOperator.identity()), MOST_TEXT))
                .addHeader("X-Sluice-Id", telling.id())
                .addHeader("Auto-Submitted", "auto-generated");
        return client.sendMail(message)
                .timeout(2 * sink.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .<Void>mapEmpty()
                .recover(cause -> Future.failedFuture(refusal(cause)));
    }

    /** Without what the server says, which may repeat the credential. */
    private static Undelivered refusal(Throwable cause) {
        if (cause instanceof SMTPException said && said.getReplyCode() > 0) {
            String reason = "the server answers " + said.getReplyCode();
            return said.isPermanent() ? Undelivered.forGood(reason) : Undelivered.forNow(reason);
        }
        return Undelivered.forNow(
                cause instanceof TimeoutException ? "it did not answer in time" : "it cannot be used: " + kind(cause));
    }

    private static String kind(Throwable cause) {
        return switch (cause) {
            case java.net.UnknownHostException e -> "its host name has no address";
            case java.net.ConnectException e -> "it cannot be connected";
            case javax.net.ssl.SSLException e -> "the TLS handshake failed";
            default -> cause.getClass().getSimpleName();
        };
    }

    @Override
    public Future<Void> close() {
        return client.close();
    }
}
