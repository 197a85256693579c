package io.sluice.domain.notice;

import io.sluice.domain.Glob;
import io.sluice.domain.Secret;
import io.sluice.domain.notice.NoticeEvent.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Somewhere that operators are told.
 *
 * @param name unique among sinks; safe to show and log
 * @param way how it is reached
 * @param minSeverity what is less bad is not told here
 * @param events what is told here; empty for all
 * @param perMinute most messages a minute, 1 or more
 * @param title of every message
 * @param text of every message
 * @param attempts how often a message is tried, 1 or more
 * @param timeout for one attempt
 */
public record NoticeSink(
        String name,
        Way way,
        Severity minSeverity,
        List<Glob> events,
        int perMinute,
        Template title,
        Template text,
        int attempts,
        Duration timeout) {
    /** Copies the list. */
    public NoticeSink {
        events = List.copyOf(events);
    }

    /** Whether it is told of an event. */
    boolean wants(NoticeEvent event, Severity severity) {
        return severity.compareTo(minSeverity) >= 0
                && (events.isEmpty() || events.stream().anyMatch(glob -> glob.matches(event.word())));
    }

    /** How a sink is reached. */
    public sealed interface Way {
        /** Its word in files. */
        String word();
    }

    /**
     * Sluice's own form, signed.
     *
     * @param url where it is
     * @param secret signs what is posted
     */
    public record Webhook(HookUrl url, Secret secret) implements Way {
        @Override
        public String word() {
            return "webhook";
        }
    }

    /**
     * A robot of a chat service.
     *
     * @param service whose form
     * @param url where it is
     * @param secret signs what is posted; null where the robot asks for no signature
     */
    public record Chat(
            Service service, HookUrl url, @Nullable Secret secret) implements Way {
        /** Services, and what has their form. */
        public enum Service {
            /** Slack, and Mattermost, Rocket.Chat, Discord with {@code /slack}. */
            SLACK,
            /** Feishu and Lark. */
            FEISHU,
            /** DingTalk. */
            DINGTALK,
            /** WeCom. */
            WECOM
        }

        @Override
        public String word() {
            return service.name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Mail.
     *
     * @param host of the server that takes it
     * @param port 1 to 65535
     * @param tls how the connection is protected
     * @param user who sends; null where the server asks nobody
     * @param password the user's; null exactly where the user is
     * @param from whose mail it is
     * @param to who gets it; not empty
     */
    public record Mail(
            String host,
            int port,
            MailTls tls,
            @Nullable String user,
            @Nullable Secret password,
            String from,
            List<String> to)
            implements Way {
        /** Copies the list. */
        public Mail {
            to = List.copyOf(to);
        }

        @Override
        public String word() {
            return "mail";
        }
    }

    /** How a mail server's connection is protected. */
    public enum MailTls {
        /** By TLS, asked for in the conversation; without it nothing is sent. */
        STARTTLS,
        /** By TLS from the first byte. */
        TLS,
        /** Not at all. */
        NONE
    }
}
