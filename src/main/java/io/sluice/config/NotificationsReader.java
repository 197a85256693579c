package io.sluice.config;

import io.sluice.config.Section.Item;
import io.sluice.domain.Glob;
import io.sluice.domain.Secret;
import io.sluice.domain.notice.HookUrl;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.notice.NoticeEvent.Severity;
import io.sluice.domain.notice.NoticeRules;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Chat;
import io.sluice.domain.notice.NoticeSink.Mail;
import io.sluice.domain.notice.NoticeSink.MailTls;
import io.sluice.domain.notice.NoticeSink.Way;
import io.sluice.domain.notice.NoticeSink.Webhook;
import io.sluice.domain.notice.Template;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads who is told what: {@code notifications}. */
final class NotificationsReader {
    private static final int MOST_SINKS = 32;
    private static final int MOST_RECIPIENTS = 50;
    private static final int MOST_TEMPLATE = 4_096;
    private static final String TITLE = "[{severity}] Sluice: {summary}";
    private static final String TEXT = "{text}\n\n{time}, told by {node}";
    private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`|~-]{1,64}@[A-Za-z0-9.-]{1,255}");
    private static final Pattern EVENTS = Pattern.compile("[a-z*-]{1,64}");

    /** Keys of one kind of sink. */
    private static final Map<String, Set<SinkType>> ONLY = Map.of(
            "url", Set.of(SinkType.WEBHOOK, SinkType.SLACK, SinkType.FEISHU, SinkType.DINGTALK, SinkType.WECOM),
            "secret", Set.of(SinkType.WEBHOOK, SinkType.FEISHU, SinkType.DINGTALK),
            "host", Set.of(SinkType.MAIL),
            "port", Set.of(SinkType.MAIL),
            "tls", Set.of(SinkType.MAIL),
            "user", Set.of(SinkType.MAIL),
            "password", Set.of(SinkType.MAIL),
            "from", Set.of(SinkType.MAIL),
            "to", Set.of(SinkType.MAIL));

    private final NodePorts ports;
    private final Template title;
    private final Template text;
    private final List<Place> clearText;

    /** What a file may write as {@code type}. */
    enum SinkType {
        WEBHOOK,
        SLACK,
        FEISHU,
        DINGTALK,
        WECOM,
        MAIL
    }

    private NotificationsReader(NodePorts ports, Template title, Template text, List<Place> clearText) {
        this.ports = ports;
        this.title = title;
        this.text = text;
        this.clearText = clearText;
    }

    /**
     * Reads the section.
     *
     * @param clearText gets the places of secrets that stand in the file itself
     */
    static NoticeRules read(Section section, NodePorts ports, List<Place> clearText) {
        Template title = template(section, "title", Template.parse(TITLE), "`" + TITLE + "`");
        Template text = template(section, "text", Template.parse(TEXT), "see below");
        NotificationsReader reader = new NotificationsReader(ports, title, text, clearText);
        List<NoticeSink> sinks = new ArrayList<>();
        Map<String, Place> names = new HashMap<>();
        List<Section> items = section.sections("sinks");
        for (Section item : items) {
            NoticeSink sink = reader.sink(item, names);
            if (sink != null) {
                sinks.add(sink);
            }
        }
        if (items.size() > MOST_SINKS) {
            section.error("sinks", "are more than " + MOST_SINKS);
        }
        return new NoticeRules(
                sinks,
                severities(section),
                section.duration("group-wait", NoticeRules.NONE.groupWait(), Duration.ZERO, Duration.ofMinutes(5)),
                section.duration("group-interval", NoticeRules.NONE.groupInterval(), Duration.ZERO, Duration.ofDays(1)),
                section.optionalDuration("remind", "never", Duration.ofMinutes(1), Duration.ofDays(30)));
    }

    private static Map<NoticeEvent, Severity> severities(Section section) {
        Map<NoticeEvent, Severity> severities = new EnumMap<>(NoticeEvent.class);
        section.values("severity", "event", "word", "see below").forEach((word, value) -> {
            NoticeEvent event = NoticeEvent.ofWord(word)
                    .filter(known -> known != NoticeEvent.TEST)
                    .orElse(null);
            if (event == null) {
                section.findings()
                        .error(value.place(), "'" + word + "' is no event" + Suggestion.of(word, NoticeEvent.words()));
                return;
            }
            for (Severity severity : Severity.values()) {
                if (severity.word().equals(value.text())) {
                    severities.put(event, severity);
                    return;
                }
            }
            section.findings().error(value.place(), value.shown() + " is not one of info, warning, error, critical");
        });
        return severities;
    }

    private static Template template(Section section, String key, Template otherwise, String shown) {
        Template said = section.value(key, new Option(section.path(key), "template", shown, ""), written -> {
            if (written.length() > MOST_TEMPLATE) {
                throw new IllegalArgumentException("has more than " + MOST_TEMPLATE + " characters");
            }
            return Template.parse(written);
        });
        return said == null ? otherwise : said;
    }

    private @Nullable NoticeSink sink(Section sink, Map<String, Place> names) {
        String name = sink.required("name", "name", Names::name);
        Place other = name.isEmpty() ? null : names.putIfAbsent(name, sink.place());
        if (other != null) {
            sink.error("name", "the sink '" + name + "' is also in " + other.where() + "; names are unique");
        }
        if (!sink.has("type")) {
            sink.error("type", "is missing");
        }
        SinkType type = sink.optionalWord("type", SinkType.class, Section.REQUIRED);
        Way way = way(sink, type);
        Severity least = sink.word("min-severity", Severity.WARNING);
        List<Glob> events = events(sink);
        int perMinute = sink.integer("rate", 10, 1, 600);
        Template ownTitle = template(sink, "title", title, "as `notifications.title`");
        Template ownText = template(sink, "text", text, "as `notifications.text`");
        int attempts = sink.integer("attempts", 5, 1, 10);
        Duration timeout =
                sink.duration("timeout", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofMinutes(1));
        return way == null
                ? null
                : new NoticeSink(name, way, least, events, perMinute, ownTitle, ownText, attempts, timeout);
    }

    private static List<Glob> events(Section sink) {
        List<Glob> events = new ArrayList<>();
        for (Item item : sink.texts("events", "patterns", "all")) {
            Glob glob = new Glob(item.text().isEmpty() ? "?" : item.text());
            if (EVENTS.matcher(item.text()).matches()
                    && NoticeEvent.words().stream().anyMatch(glob::matches)) {
                events.add(glob);
            } else {
                sink.findings()
                        .error(
                                item.place(),
                                item.shown() + " is no event" + Suggestion.of(item.text(), NoticeEvent.words()));
            }
        }
        return events;
    }

    private @Nullable Way way(Section sink, @Nullable SinkType type) {
        boolean plaintext = sink.flag("allow-plaintext", false);
        HookUrl url = url(sink, plaintext);
        Secret secret = sink.secret("secret", "see below", Names::strongCredential);
        Mail mail = mail(sink, type, plaintext);
        if (type == null) {
            return null;
        }
        ONLY.forEach((key, types) -> {
            if (sink.has(key) && !types.contains(type)) {
                sink.error(key, "does not go with type " + type.name().toLowerCase(java.util.Locale.ROOT));
            }
        });
        for (String key : List.of("url", "secret", "password")) {
            // The address of a robot is its credential; that of a webhook of one's own is protected by its secret.
            if (sink.isClearText(key) && !(key.equals("url") && type == SinkType.WEBHOOK)) {
                clearText.add(sink.place(key));
            }
        }
        if (type == SinkType.MAIL) {
            return mail;
        }
        if (!sink.has("url")) {
            sink.error("url", "is missing");
        }
        if (type == SinkType.WEBHOOK && !sink.has("secret")) {
            sink.error("secret", "is missing; it signs what is posted, make one with: openssl rand -base64 32");
        }
        if (url == null) {
            return null;
        }
        return switch (type) {
            case WEBHOOK -> secret == null ? null : new Webhook(url, secret);
            case SLACK -> new Chat(Chat.Service.SLACK, url, null);
            case FEISHU -> new Chat(Chat.Service.FEISHU, url, secret);
            case DINGTALK -> new Chat(Chat.Service.DINGTALK, url, secret);
            case WECOM -> new Chat(Chat.Service.WECOM, url, null);
            case MAIL -> mail;
        };
    }

    /** The address holds a token as a rule, so no message shows it. */
    private @Nullable HookUrl url(Section sink, boolean plaintext) {
        Option option = new Option(sink.path("url"), "secret", "required but for mail", "https URL; see below");
        HookUrl[] read = new HookUrl[1];
        sink.secret("url", option, written -> {
            HookUrl url = BaseUrls.hook(written);
            if (!url.tls() && !plaintext && !BaseUrls.isPrivate(url.host())) {
                throw new IllegalArgumentException(
                        "would go in plain text over a public network; write https, or set" + " allow-plaintext: true");
            }
            if (BaseUrls.isLoopback(url.host()) && ports.isOwn(url.port())) {
                throw new IllegalArgumentException("is this node's own port");
            }
            read[0] = url;
            return written;
        });
        return read[0];
    }

    private static @Nullable Mail mail(Section sink, @Nullable SinkType type, boolean plaintext) {
        String host = sink.text("host", "host", "required with mail", BaseUrls::host);
        MailTls tls = sink.word("tls", MailTls.STARTTLS);
        Long port = sink.optional("port", "587, with `tls: tls` 465, with `tls: none` 25", 1, 65_535);
        String user = sink.text("user", "text", "none", Names::printable);
        Secret password = sink.secret("password", "required with user", Names::printable);
        String from = sink.text("from", "mail address", "required with mail", NotificationsReader::address);
        List<String> to = recipients(sink);
        if (type != SinkType.MAIL) {
            return null;
        }
        for (String needed : List.of("host", "from", "to")) {
            if (!sink.has(needed)) {
                sink.error(needed, "is missing");
            }
        }
        if (sink.has("user") != sink.has("password")) {
            sink.error("password", "goes with user, and user with password");
        }
        if (host == null || from == null || to.isEmpty()) {
            return null;
        }
        if (tls == MailTls.NONE && !plaintext && !BaseUrls.isPrivate(host)) {
            sink.error(
                    "tls",
                    "none would go in plain text over a public network; write starttls or tls, or set"
                            + " allow-plaintext: true");
        }
        int usual =
                switch (tls) {
                    case STARTTLS -> 587;
                    case TLS -> 465;
                    case NONE -> 25;
                };
        return new Mail(host, port == null ? usual : port.intValue(), tls, user, password, from, to);
    }

    private static List<String> recipients(Section sink) {
        List<String> to = new ArrayList<>();
        for (Item item : sink.texts("to", "mail addresses", "required with mail")) {
            try {
                to.add(address(item.text()));
            } catch (IllegalArgumentException e) {
                sink.findings().error(item.place(), item.shown() + " " + e.getMessage());
            }
        }
        if (sink.isEmptyList("to") || to.size() > MOST_RECIPIENTS) {
            sink.error("to", "names nobody, or more than " + MOST_RECIPIENTS);
        }
        return to;
    }

    private static String address(String text) {
        if (!ADDRESS.matcher(text).matches()) {
            throw new IllegalArgumentException("is not a mail address");
        }
        return text;
    }
}
