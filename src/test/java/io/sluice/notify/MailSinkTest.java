package io.sluice.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.sluice.domain.Secret;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Mail;
import io.sluice.domain.notice.NoticeSink.MailTls;
import io.sluice.domain.notice.Occurrence;
import io.sluice.domain.notice.Telling;
import io.sluice.domain.notice.Telling.Group;
import io.sluice.domain.notice.Telling.State;
import io.sluice.domain.notice.Template;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Mail through a real SMTP server in this process. */
class MailSinkTest {
    private final Vertx vertx = Vertx.vertx();
    private final GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

    @BeforeEach
    void starts() {
        server.start();
    }

    @AfterEach
    void stops() {
        server.stop();
        TestNode.await(vertx.close());
    }

    private Sink sink(MailTls tls, @Nullable String user, @Nullable Secret password) {
        Mail mail = new Mail(
                "127.0.0.1",
                server.getSmtp().getPort(),
                tls,
                user,
                password,
                "sluice@example.com",
                List.of("ops@example.com", "night@example.com"));
        NoticeSink config = new NoticeSink(
                "mail",
                mail,
                NoticeEvent.Severity.INFO,
                List.of(),
                10,
                Template.parse("[{severity}] {summary}"),
                Template.parse("{text}"),
                1,
                Duration.ofSeconds(5));
        return new MailSink(vertx, config, mail);
    }

    private static Telling telling(String subject, String text) {
        Occurrence dead = new Occurrence(NoticeEvent.ACCOUNT_DISABLED, subject, false, 0, text, List.of(), 0);
        return new Telling(
                "n1-1",
                List.of(new Group(dead.event(), dead.event().severity(), State.BEGUN, List.of(dead))),
                0,
                "n1",
                0);
    }

    @Test
    void sendsPlainText() throws Exception {
        TestNode.await(
                sink(MailTls.NONE, null, null).deliver(telling("openai/中", "The provider said: 余额不足\n.\n..\nQUIT")));

        MimeMessage[] received = server.getReceivedMessages();
        assertThat(received).as("one for each").hasSize(2);
        MimeMessage mail = received[0];
        assertThat(mail.getSubject()).isEqualTo("[error] account disabled: openai/中");
        assertThat(mail.getFrom()[0]).hasToString("sluice@example.com");
        assertThat(mail.getAllRecipients())
                .extracting(Object::toString)
                .containsExactly("ops@example.com", "night@example.com");
        assertThat(mail.getContentType()).startsWith("text/plain");
        assertThat(mail.getContent().toString().replace("\r\n", "\n").strip())
                .isEqualTo("The provider said: 余额不足\n.\n..\nQUIT");
        assertThat(mail.getHeader("X-Sluice-Id")).containsExactly("n1-1");
        assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
    }

    @Test
    void noTextMakesAHeader() throws MessagingException {
        TestNode.await(sink(MailTls.NONE, null, null).deliver(telling("a\r\nBcc: x@example.com", "text")));

        MimeMessage mail = server.getReceivedMessages()[0];
        assertThat(mail.getHeader("Bcc")).isNull();
        assertThat(mail.getSubject()).isEqualTo("[error] account disabled: a  Bcc: x@example.com");
        assertThat(server.getReceivedMessages()).hasSize(2);
    }

    @Test
    void logsIn() {
        server.setUser("sluice@example.com", "sluice", "CANARY-right");

        TestNode.await(sink(MailTls.NONE, "sluice", Secret.of("CANARY-right")).deliver(telling("a", "text")));
        assertThat(server.getReceivedMessages()).hasSize(2);

        assertThatThrownBy(() -> TestNode.await(
                        sink(MailTls.NONE, "sluice", Secret.of("CANARY-wrong")).deliver(telling("a", "text"))))
                .hasRootCauseInstanceOf(Undelivered.class)
                .rootCause()
                .hasMessageContaining("535")
                .hasMessageNotContaining("CANARY");
    }

    @Test
    void sendsNothingWithoutTheTlsThatIsWanted() {
        assertThatThrownBy(
                        () -> TestNode.await(sink(MailTls.STARTTLS, null, null).deliver(telling("a", "text"))))
                .hasRootCauseInstanceOf(Undelivered.class);
        assertThatThrownBy(() -> TestNode.await(sink(MailTls.TLS, null, null).deliver(telling("a", "text"))))
                .hasRootCauseInstanceOf(Undelivered.class);

        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void aServerThatIsGoneIsForNow() {
        Sink sink = sink(MailTls.NONE, null, null);
        server.stop();

        assertThatThrownBy(() -> TestNode.await(sink.deliver(telling("a", "text"))))
                .rootCause()
                .isInstanceOfSatisfying(
                        Undelivered.class, why -> assertThat(why.isHopeless()).isFalse());
        server.start();
    }
}
