package io.sluice.notify;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.domain.Secret;
import io.sluice.domain.notice.HookUrl;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.notice.NoticeEvent.Severity;
import io.sluice.domain.notice.NoticeRules;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Chat;
import io.sluice.domain.notice.NoticeSink.Webhook;
import io.sluice.domain.notice.Pace;
import io.sluice.domain.notice.Template;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Origins;
import io.sluice.domain.pricing.Currencies;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.Notice;
import io.sluice.message.RevisionChanged;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** A notifier on a bus, which does not wait for long. */
final class NotifyNode {
    static final Secret SECRET = Secret.of("0123456789abcdef");

    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final Bus bus;

    NotifyNode(Vertx vertx, String run, Pace pace, NoticeRules rules) {
        bus = new Bus(vertx, Duration.ofSeconds(10));
        TestNode.await(vertx.deployVerticle(new NotifyVerticle(
                new Identity(run.replaceAll("/.*", ""), run),
                revision(rules),
                pace,
                new Clocks(System::nanoTime, InstantSource.system()),
                new GatewayMetrics(registry).notices(),
                () -> 0)));
    }

    static GatewayRevision revision(NoticeRules rules) {
        GatewayRevision plain = new RevisionBuilder()
                .channel("c", channel -> channel.serves("m"))
                .build();
        return new GatewayRevision(
                "test00000001",
                plain.channels(),
                plain.models(),
                plain.keys(),
                null,
                rules,
                Currencies.USD,
                List.of(),
                Origins.NONE);
    }

    static NoticeRules rules(Duration groupWait, NoticeSink... sinks) {
        return new NoticeRules(List.of(sinks), Map.of(), groupWait, Duration.ZERO, null);
    }

    static NoticeSink webhook(String name, int port) {
        return sink(name, new Webhook(new HookUrl(false, "127.0.0.1", port, Secret.of("/" + name)), SECRET));
    }

    static NoticeSink slack(String name, int port) {
        return sink(
                name, new Chat(Chat.Service.SLACK, new HookUrl(false, "127.0.0.1", port, Secret.of("/" + name)), null));
    }

    static NoticeSink sink(String name, NoticeSink.Way way) {
        return new NoticeSink(
                name,
                way,
                Severity.INFO,
                List.of(),
                600,
                Template.parse("{summary}"),
                Template.parse("{text}"),
                3,
                Duration.ofSeconds(5));
    }

    void raise(NoticeEvent event, String subject, boolean over) {
        bus.publish(Address.NOTICE_RAISED, new Notice(event, subject, over, "text", List.of(), 0));
    }

    void reload(NoticeRules rules) {
        bus.publish(Address.REVISION_CHANGED, new RevisionChanged(revision(rules)));
    }

    /** What a sink's counter of an outcome says. */
    double count(String sink, String outcome) {
        var counter = registry.find("sluice.notices")
                .tag("sink", sink)
                .tag("outcome", outcome)
                .counter();
        return counter == null ? 0 : counter.count();
    }

    /** What the scrape says of a sink; NaN for nothing. */
    double isUp(String sink) {
        String row = "sluice_notice_sink_up{sink=\"" + sink + "\"} ";
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith(row))
                .mapToDouble(line -> Double.parseDouble(line.substring(row.length())))
                .findFirst()
                .orElse(Double.NaN);
    }
}
