package io.sluice.config;

import io.sluice.domain.media.FetchRules;
import io.sluice.domain.notice.NoticeRules;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Failover;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.HealthPolicy;
import io.sluice.domain.pool.Hedge;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.Origins;
import io.sluice.domain.pool.Origins.Origin;
import io.sluice.domain.pool.Origins.OutOfForce;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.pool.Timeouts;
import io.sluice.domain.pool.Tls;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.stored.StoredIds;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A revision as JSON for people: everything that is in force, credentials by fingerprint only. */
public final class EffectiveConfig {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private EffectiveConfig() {}

    /**
     * Renders a revision; the same revision gives the same text.
     *
     * @param revision any revision
     */
    public static JsonObject render(GatewayRevision revision) {
        StoredIds ids = revision.storedIds();
        return new JsonObject()
                .put("revision", revision.id())
                .put("files-revision", revision.origins().files())
                .put("channels", array(revision.channels(), channel -> channel(channel, revision.origins())))
                .put("models", models(revision))
                .mergeIn(PriceView.render(revision))
                .put("keys", array(List.copyOf(revision.keys().all()), EffectiveKeys::key))
                .put("teams", EffectiveKeys.teams(revision))
                .put("secrets", array(ids == null ? List.of() : ids.fingerprints(), print -> "fingerprint " + print))
                .put("notifications", notices(revision.notices()))
                .put("out-of-force", array(revision.origins().outOfForce(), EffectiveConfig::outOfForce))
                .put("warnings", new JsonArray(revision.warnings()));
    }

    /**
     * Renders a revision as JSON text.
     *
     * @param revision any revision
     */
    public static String text(GatewayRevision revision) {
        return render(revision).encode();
    }

    /** Of an entry that is managed by API. */
    static JsonObject stored(JsonObject json, @Nullable Origin origin) {
        return origin == null || !origin.isStored()
                ? json
                : json.put("origin", origin.where()).put("version", origin.version());
    }

    private static JsonObject channel(Channel channel, Origins origins) {
        JsonObject json = stored(new JsonObject().put("name", channel.name()), origins.of("channels", channel.name()))
                .put("type", channel.type().word())
                .put("base-url", channel.baseUrl().toString());
        if (channel.apiVersion() != null) {
            json.put("api-version", channel.apiVersion());
        }
        outbound(json, channel.outbound());
        JsonObject redirects = new JsonObject();
        channel.redirects().forEach(redirects::put);
        json.put("priority", channel.priority())
                .put("weight", channel.weight())
                .put("max-connections", channel.maxConnections())
                .put("on-client-gone", channel.onClientGone().name().toLowerCase(Locale.ROOT))
                .put("lenient", channel.lenient())
                .put("fetch", fetch(channel.fetch()))
                .put("responses", channel.responses().name().toLowerCase(Locale.ROOT))
                .put("timeouts", timeouts(channel.timeouts()))
                .put("health", health(channel.health()))
                .put("models", redirects)
                .put("accounts", array(channel.accounts(), EffectiveConfig::account));
        if (!channel.parameters().isEmpty()) {
            json.put("parameters", parameters(channel.parameters()));
        }
        return json;
    }

    private static JsonObject health(HealthPolicy policy) {
        HealthPolicy.Breaker breaker = policy.breaker();
        return new JsonObject()
                .put("refusals", policy.refusals())
                .put("refusals-within", Scalars.show(policy.refusalsWithin()))
                .put("probe", policy.probe().name().toLowerCase(Locale.ROOT))
                .put("probe-after", Scalars.show(policy.probeAfter()))
                .put("probe-every", Scalars.show(policy.probeEvery()))
                .put("money-after", Scalars.show(policy.moneyAfter()))
                .put("ramp", Scalars.show(policy.ramp()))
                .put("cooling-notice", Scalars.show(policy.coolingNotice()))
                .put(
                        "breaker",
                        new JsonObject()
                                .put("failures", breaker.failures())
                                .put("slow", breaker.slow())
                                .put("slow-after", Scalars.show(breaker.slowAfter()))
                                .put("least", breaker.least())
                                .put("window", Scalars.show(breaker.window()))
                                .put("open-for", Scalars.show(breaker.openFor())));
    }

    /** Names only: what is set may be a secret of the provider's. */
    private static JsonObject parameters(ParameterRules rules) {
        JsonObject json = new JsonObject()
                .put("set", new JsonArray(List.copyOf(rules.set().keySet())))
                .put("default", new JsonArray(List.copyOf(rules.defaults().keySet())))
                .put("remove", new JsonArray(rules.remove()));
        if (!rules.perModel().isEmpty()) {
            JsonObject perModel = new JsonObject();
            rules.perModel().forEach((glob, more) -> perModel.put(glob.pattern(), parameters(more)));
            json.put("per-model", perModel);
        }
        return json;
    }

    private static JsonObject fetch(FetchRules rules) {
        JsonObject json = new JsonObject().put("enabled", rules.enabled());
        return rules.enabled()
                ? json.put("hosts", rules.hosts().isEmpty() ? "all" : array(rules.hosts(), Object::toString))
                        .put(
                                "ports",
                                new JsonArray(rules.ports().stream().sorted().toList()))
                        .put("max-size", Scalars.showSize(rules.maxBytes()))
                        .put("timeout", Scalars.show(rules.timeout()))
                : json;
    }

    /** Names only: what is added may be a secret of the provider's. */
    private static void outbound(JsonObject json, Outbound outbound) {
        if (!outbound.headers().isEmpty()) {
            json.put("headers", array(List.copyOf(outbound.headers().keySet()), name -> name));
        }
        if (!outbound.query().isEmpty()) {
            json.put("query", array(List.copyOf(outbound.query().keySet()), name -> name));
        }
        if (outbound.proxy() != null) {
            json.put("proxy", outbound.proxy().toString());
        }
        if (!outbound.tls().equals(Tls.SYSTEM)) {
            json.put("tls", tls(outbound.tls()));
        }
        if (outbound.systemPrompt() != null) {
            json.put(
                    "system-prompt",
                    "fingerprint " + outbound.systemPrompt().text().fingerprint());
        }
    }

    private static JsonObject tls(Tls tls) {
        JsonObject json = new JsonObject().put("system-ca", tls.systemAuthorities());
        if (tls.authorities() != null) {
            json.put("ca", "fingerprint " + tls.authorities().fingerprint());
        }
        return tls.certificate() == null
                ? json
                : json.put("cert", "fingerprint " + tls.certificate().fingerprint());
    }

    private static JsonObject timeouts(Timeouts timeouts) {
        return new JsonObject()
                .put("connect", Scalars.show(timeouts.connect()))
                .put("first-byte", Scalars.show(timeouts.firstByte()))
                .put("first-byte-stream", Scalars.show(timeouts.firstByteStream()))
                .put("idle", Scalars.show(timeouts.idle()))
                .put("total", Scalars.show(timeouts.total()));
    }

    private static JsonObject account(Account account) {
        JsonObject json = new JsonObject()
                .put("name", account.name())
                .put("key", "fingerprint " + account.key().fingerprint())
                .put("state", account.state().word())
                .put("limits", limits(account.limits()));
        if (account.own() != null) {
            outbound(json, account.own().outbound());
            json.put("timeouts", timeouts(account.own().timeouts()));
            if (!account.own().parameters().isEmpty()) {
                json.put("parameters", parameters(account.own().parameters()));
            }
        }
        return account.quotaOf() == null ? json : json.put("quota-of", account.quotaOf());
    }

    static JsonObject limits(AccountLimits limits) {
        JsonObject json = limits(limits.all());
        if (!limits.perModel().isEmpty()) {
            JsonObject perModel = new JsonObject();
            limits.perModel().forEach((glob, set) -> perModel.put(glob.pattern(), limits(set)));
            json.put("per-model", perModel);
        }
        if (!limits.groups().isEmpty()) {
            json.put("groups", array(limits.groups(), group -> limits(group.limits())
                    .put("models", array(group.models(), Object::toString))));
        }
        return json;
    }

    private static JsonObject limits(LimitSet set) {
        JsonObject json = new JsonObject();
        JsonArray windows = new JsonArray();
        for (Limit limit : set.windows()) {
            if (limit.zone() != null) {
                json.put(limit.dimension() == Dimension.REQUESTS ? "rpd" : "tpd", limit.amount())
                        .put("zone", limit.zone());
            } else if (limit.window().equals(MINUTE)) {
                json.put(perMinute(limit.dimension()), limit.amount());
            } else {
                windows.add(new JsonObject()
                        .put(word(limit.dimension()), limit.amount())
                        .put("per", Scalars.show(limit.window())));
            }
        }
        if (!windows.isEmpty()) {
            json.put("windows", windows);
        }
        return set.concurrency() == 0 ? json : json.put("concurrency", set.concurrency());
    }

    private static String perMinute(Dimension dimension) {
        return switch (dimension) {
            case REQUESTS -> "rpm";
            case TOKENS -> "tpm";
            case INPUT_TOKENS -> "itpm";
            case OUTPUT_TOKENS -> "otpm";
            case IMAGES -> "ipm";
        };
    }

    private static JsonObject models(GatewayRevision revision) {
        JsonObject json = new JsonObject();
        revision.models()
                .forEach((name, model) ->
                        json.put(name, stored(model(model), revision.origins().of("models", name))));
        return json;
    }

    private static JsonObject model(Model model) {
        JsonObject json = new JsonObject()
                .put("candidates", array(model.candidates(), c -> c.accountId() + " → " + c.upstreamModel()))
                .put("fallbacks", new JsonArray(model.fallbacks()));
        if (!model.fallbacksOn().isEmpty()) {
            JsonObject causes = new JsonObject();
            model.fallbacksOn().forEach((cause, names) -> causes.put(word(cause), new JsonArray(names)));
            json.put("fallbacks-on", causes);
        }
        json.put("strategy", word(model.policy().strategy()))
                .put("sticky", model.policy().sticky())
                .put("attempts", model.policy().attempts())
                .put("deadline", Scalars.show(model.policy().deadline()))
                .put("max-wait", Scalars.show(model.policy().maxWait()))
                .put("max-wait-stream", Scalars.show(model.policy().maxWaitStream()));
        failover(json, model.policy().failover());
        return json.put("output-estimate", model.outputEstimate());
    }

    private static void failover(JsonObject json, Failover failover) {
        if (failover.attemptTimeout() != null) {
            json.put("attempt-timeout", Scalars.show(failover.attemptTimeout()));
        }
        json.put("ambiguous", word(failover.ambiguous()));
        if (!failover.statuses().isEmpty()) {
            json.put(
                    "retry-statuses",
                    new JsonArray(failover.statuses().stream().sorted().toList()));
        }
        json.put(
                "retry-budget",
                new JsonObject()
                        .put("share", failover.retries().percent() + "%")
                        .put("least", failover.retries().least()));
        Hedge hedge = failover.hedge();
        if (hedge != null) {
            json.put(
                    "hedge",
                    new JsonObject()
                            .put("after", hedge.after() == null ? "p95" : Scalars.show(hedge.after()))
                            .put("least", Scalars.show(hedge.least()))
                            .put("most", Scalars.show(hedge.most())));
        }
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Without where sinks are: their addresses hold tokens. */
    private static JsonObject notices(NoticeRules rules) {
        JsonObject severities = new JsonObject();
        rules.severities().forEach((event, severity) -> severities.put(event.word(), severity.word()));
        return new JsonObject()
                .put("sinks", array(rules.sinks(), EffectiveConfig::sink))
                .put("severity", severities)
                .put("group-wait", Scalars.show(rules.groupWait()))
                .put("group-interval", Scalars.show(rules.groupInterval()))
                .put("remind", rules.remind() == null ? "never" : Scalars.show(rules.remind()));
    }

    private static JsonObject sink(NoticeSink sink) {
        JsonObject json =
                new JsonObject().put("name", sink.name()).put("type", sink.way().word());
        switch (sink.way()) {
            case NoticeSink.Webhook hook ->
                json.put("url", "fingerprint " + hook.url().fingerprint());
            case NoticeSink.Chat chat ->
                json.put("url", "fingerprint " + chat.url().fingerprint());
            case NoticeSink.Mail mail ->
                json.put("host", mail.host())
                        .put("port", mail.port())
                        .put("tls", mail.tls().name().toLowerCase(Locale.ROOT))
                        .put("from", mail.from())
                        .put("to", new JsonArray(mail.to()));
        }
        return json.put("min-severity", sink.minSeverity().word())
                .put("events", sink.events().isEmpty() ? "all" : array(sink.events(), Object::toString))
                .put("rate", sink.perMinute())
                .put("title", sink.title().toString())
                .put("text", sink.text().toString())
                .put("attempts", sink.attempts())
                .put("timeout", Scalars.show(sink.timeout()));
    }

    private static JsonObject outOfForce(OutOfForce entry) {
        return new JsonObject()
                .put("kind", entry.kind())
                .put("name", entry.name())
                .put("version", entry.version())
                .put("reasons", array(entry.reasons(), Object::toString));
    }

    static <T> JsonArray array(List<T> values, Function<T, Object> render) {
        return new JsonArray(values.stream().map(render).toList());
    }
}
