package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Glob;
import io.sluice.domain.Secret;
import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.dialect.EndpointFamily;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.key.AccessLines;
import io.sluice.domain.key.Cidr;
import io.sluice.domain.key.KeyCredential;
import io.sluice.domain.key.KeyHandling;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.KeyQuota;
import io.sluice.domain.key.KeyRights;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.media.FetchRules;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.AmbiguousFaults;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Channel.OnClientGone;
import io.sluice.domain.pool.Channel.Responses;
import io.sluice.domain.pool.Failover;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Hedge;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.pool.Proxy;
import io.sluice.domain.pool.RetryShare;
import io.sluice.domain.pool.RoutePolicy;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pool.SystemPrompt;
import io.sluice.domain.pool.Timeouts;
import io.sluice.domain.pool.Tls;
import io.sluice.domain.pricing.Unpriced;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import io.sluice.domain.stored.StoredIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayRevisionTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static final Proxy PROXY =
            new Proxy(Proxy.Kind.HTTP, "proxy.example", 3128, Secret.of("user"), Secret.of("value-of-PROXY"));

    private static Secret secretFile(String name) throws IOException {
        return Secret.of(Files.readString(TestFiles.everyOption().resolve("secrets/" + name)));
    }

    private static GatewayRevision everyOption() {
        Path dir = TestFiles.everyOption();
        ReferenceSource source = ReferenceSource.of(dir, name -> "value-of-" + name);
        GatewayRevision revision = ConfigLoader.loadGateway(ConfigFiles.read(dir), new Reading(source), null, List.of())
                .value();
        assertThat(revision).isNotNull();
        return revision;
    }

    private static Limit limit(Dimension dimension, long amount, Duration window) {
        return new Limit(dimension, amount, window);
    }

    @Test
    void accountSaysWhatItDoesOtherwiseThanItsChannel() throws IOException {
        Channel channel = everyOption().channels().getFirst();
        Account own = channel.accounts().getFirst();
        Account plain = channel.accounts().getLast();

        assertThat(channel.outboundOf(plain))
                .isEqualTo(new Outbound(
                        Map.of("x-team", Secret.of("value-of-TEAM"), "user-agent", Secret.of("our own/1.0")),
                        Map.of("trace", Secret.of("on")),
                        PROXY,
                        new Tls(secretFile("ca.crt"), false, secretFile("client.crt"), secretFile("client.key")),
                        new SystemPrompt(Secret.of("value-of-PROMPT"), 5)));
        assertThat(channel.outboundOf(own))
                .isEqualTo(new Outbound(
                        Map.of(
                                "x-team", Secret.of("search"),
                                "user-agent", Secret.of("our own/1.0"),
                                "x-other", Secret.of("value-of-OTHER")),
                        Map.of("trace", Secret.of("on"), "debug", Secret.of("1")),
                        null,
                        Tls.SYSTEM,
                        new SystemPrompt(Secret.of("Be brief."), 3)));
        assertThat(channel.timeoutsOf(plain).idle()).isEqualTo(Duration.ofSeconds(4));
        assertThat(channel.timeoutsOf(own).idle()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void rulesOfAModelAndOfAnAccountGoBefore() {
        GatewayRevision revision = everyOption();
        Candidate own = Objects.requireNonNull(revision.models().get("gpt-4"))
                .candidates()
                .getFirst();
        Candidate plain = Objects.requireNonNull(revision.models().get("gpt-4"))
                .candidates()
                .get(1);

        assertThat(plain.parameters().set()).containsEntry("seed", "1").doesNotContainKeys("temperature", "user");
        assertThat(plain.parameters().defaults()).isEqualTo(Map.of("temperature", "1"));
        assertThat(plain.parameters().remove()).containsExactly("user", "top_p");
        assertThat(own.parameters().set()).containsEntry("user", "\"team-a\"").doesNotContainKey("seed");
        assertThat(own.parameters().defaults()).isEqualTo(Map.of("temperature", "1", "seed", "2"));
        assertThat(own.parameters().remove()).containsExactly("top_p");
    }

    @Test
    void accountTakesOneTimeAndLeavesTheOthersToItsChannel() {
        String files =
                TestFiles.CHANNEL.replace("key: \"${env:KEY}\" }", "key: \"${env:KEY}\", timeouts: { idle: 7s } }");
        GatewayRevision revision = TestFiles.gateway(files + "    timeouts: { connect: 2s }\n" + TestFiles.KEY)
                .revision();

        Channel channel = revision.channels().getFirst();
        Timeouts timeouts = channel.timeoutsOf(channel.accounts().getFirst());
        assertThat(timeouts.connect()).isEqualTo(Duration.ofSeconds(2));
        assertThat(timeouts.idle()).isEqualTo(Duration.ofSeconds(7));
        assertThat(timeouts.total()).isEqualTo(Timeouts.DEFAULT.total());
    }

    @Test
    void showsNoValueThatIsAdded() {
        GatewayRevision revision = everyOption();

        assertThat(EffectiveConfig.text(revision))
                .contains("\"headers\":[\"x-team\",\"user-agent\"]", "\"query\":[\"trace\",\"debug\"]")
                .doesNotContain("value-of-TEAM", "value-of-OTHER", "our own");
        assertThat(EffectiveConfig.text(revision))
                .contains("\"proxy\":\"http://***@proxy.example:3128\"", "\"system-ca\":false")
                .doesNotContain("value-of-PROXY", "value-of-PROMPT", "Be brief", "BEGIN");
        assertThat(revision.toString())
                .doesNotContain(
                        "value-of-TEAM",
                        "value-of-OTHER",
                        "our own",
                        "value-of-PROXY",
                        "value-of-PROMPT",
                        "Be brief",
                        "BEGIN");
    }

    @Test
    void hasDefaultsForEverything() {
        GatewayRevision revision =
                TestFiles.gateway(TestFiles.CHANNEL + TestFiles.KEY).revision();

        Channel channel = revision.channels().getFirst();
        assertThat(channel.priority()).isZero();
        assertThat(channel.weight()).isEqualTo(1);
        assertThat(channel.parameters()).isEqualTo(ParameterRules.NONE);
        assertThat(channel.timeouts()).isEqualTo(Timeouts.DEFAULT);
        assertThat(channel.onClientGone()).isEqualTo(OnClientGone.CANCEL);
        assertThat(channel.fetch()).isEqualTo(FetchRules.OFF);
        assertThat(channel.fetch().enabled()).isFalse();
        assertThat(channel.maxConnections()).isEqualTo(4096);
        assertThat(channel.responses()).isEqualTo(Responses.TRANSLATE);
        assertThat(revision.storedIds()).isNull();
        assertThat(revision.models().get("m").policy()).isEqualTo(RoutePolicy.DEFAULT);
        assertThat(revision.models().get("m").outputEstimate()).isEqualTo(1024);
        VirtualKey key = revision.keys().named("k").orElseThrow();
        assertThat(key.rights()).isEqualTo(KeyRights.ALL);
        assertThat(key.quota()).isEqualTo(KeyQuota.NONE);
        assertThat(key.handling()).isEqualTo(KeyHandling.USUAL);
        assertThat(revision.warnings()).isEmpty();
    }

    @Test
    void readsEveryOptionOfAChannel() {
        Channel channel = everyOption().channels().getFirst();

        Map<String, String> set = new LinkedHashMap<>();
        set.put("temperature", "0.5");
        set.put("tags", "[\"a\",1,true]");
        set.put("quoted", "\"017\"");
        set.put("nested", "{\"x\":null}");
        set.put("many", "1000");
        assertThat(channel.baseUrl()).hasToString("https://api.openai.com/v1");
        assertThat(channel.priority()).isEqualTo(10);
        assertThat(channel.weight()).isEqualTo(3);
        assertThat(channel.parameters())
                .isEqualTo(new ParameterRules(
                        set,
                        Map.of("top_p", "0.9"),
                        List.of("user"),
                        Map.of(
                                new Glob("gpt-4o*"),
                                new ParameterRules(
                                        Map.of("seed", "1"), Map.of("temperature", "1"), List.of("top_p"), Map.of()))));
        assertThat(channel.timeouts())
                .isEqualTo(new Timeouts(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(5)));
        assertThat(channel.onClientGone()).isEqualTo(OnClientGone.DRAIN);
        assertThat(channel.fetch())
                .isEqualTo(new FetchRules(
                        true,
                        List.of(new Glob("images.example.com"), new Glob("*.cdn.example")),
                        Set.of(443, 8443),
                        5 * 1024 * 1024,
                        Duration.ofSeconds(3)));
        assertThat(channel.maxConnections()).isEqualTo(64);
        assertThat(channel.responses()).isEqualTo(Responses.TRANSLATE);
        assertThat(channel.redirects())
                .containsExactly(Map.entry("gpt-4o-mini", "gpt-4o-mini"), Map.entry("gpt-4", "gpt-4o"));
        assertThat(channel.accounts())
                .extracting(account -> account.index() + " " + account.id() + " "
                        + account.key().reveal())
                .containsExactly(
                        "0 openai/team-a value-of-KEY_A",
                        "1 openai/k-" + Secret.of("k-one").fingerprint() + " k-one",
                        "2 openai/named k-two",
                        "3 openai/shares value-of-KEY_A",
                        "4 openai/off value-of-KEY_OFF");
    }

    @ParameterizedTest
    @CsvSource({
        "openai, https://api.openai.com/v1, '', NATIVE",
        "openai, https://llm.example/v1, '', TRANSLATE",
        "openai, https://llm.example/v1, native, NATIVE",
        "openai, https://api.openai.com/v1, translate, TRANSLATE",
        "azure, https://x.openai.azure.com/openai/v1, '', NATIVE",
        "anthropic, https://api.anthropic.com/v1, '', TRANSLATE",
        "anthropic, https://api.anthropic.com/v1, translate, TRANSLATE"
    })
    void passesResponsesWhereTheServiceHasThem(String type, String url, String word, Responses expected) {
        String channel = "channels:\n  - { name: c, type: " + type + ", base-url: \"" + url
                + "\", accounts: [{ name: a, key: x }], models: { m: {} }"
                + (word.isEmpty() ? "" : ", responses: " + word) + " }\n";

        assertThat(TestFiles.gateway(channel + TestFiles.KEY)
                        .revision()
                        .channels()
                        .getFirst()
                        .responses())
                .isEqualTo(expected);
    }

    @Test
    void readsTheInstallationsSecrets() {
        StoredIds ids = everyOption().storedIds();

        assertThat(ids).isNotNull();
        assertThat(ids.fingerprints())
                .containsExactly(
                        Secret.of("value-of-INSTALLATION_SECRET_THAT_IS_LONG_ENOUGH")
                                .fingerprint(),
                        Secret.of("value-of-OLDER_INSTALLATION_SECRET_LONG_ENOUGH")
                                .fingerprint());
        assertThat(EffectiveConfig.render(everyOption()).getJsonArray("secrets").encode())
                .isEqualTo("[\"fingerprint " + ids.fingerprints().get(0) + "\",\"fingerprint "
                        + ids.fingerprints().get(1) + "\"]");
    }

    @Test
    void saysOfAnInstallationsSecretThatStandsInTheFile() {
        assertThat(TestFiles.gateway(
                                TestFiles.CHANNEL + TestFiles.KEY + "secrets: [0123456789abcdef0123456789abcdef]\n")
                        .revision()
                        .warnings())
                .anyMatch(warning -> warning.contains("secrets in clear text") && warning.contains("secrets[0]"));
    }

    @Test
    void readsEveryLimit() {
        GatewayRevision revision = everyOption();

        assertThat(revision.accounts().get(0).limits().all())
                .isEqualTo(new LimitSet(
                        List.of(
                                limit(Dimension.REQUESTS, 500, MINUTE),
                                limit(Dimension.TOKENS, 200_000, MINUTE),
                                limit(Dimension.INPUT_TOKENS, 150_000, MINUTE),
                                limit(Dimension.OUTPUT_TOKENS, 60_000, MINUTE),
                                limit(Dimension.IMAGES, 5, MINUTE),
                                new Limit(Dimension.REQUESTS, 10_000, Duration.ofDays(1), "Asia/Shanghai"),
                                new Limit(Dimension.TOKENS, 1_000_000, Duration.ofDays(1), "Asia/Shanghai"),
                                limit(Dimension.REQUESTS, 20, Duration.ofSeconds(1)),
                                limit(Dimension.TOKENS, 20_000, Duration.ofSeconds(10)),
                                limit(Dimension.INPUT_TOKENS, 900_000, Duration.ofHours(1)),
                                limit(Dimension.OUTPUT_TOKENS, 5_000, Duration.ofSeconds(5)),
                                limit(Dimension.IMAGES, 2, Duration.ofSeconds(10))),
                        20));
        assertThat(revision.accounts().get(0).limits().perModel().keySet())
                .containsExactly(new Glob("gpt-4o"), new Glob("gpt-4o*"));
        assertThat(revision.accounts().get(2).limits().all().windows())
                .containsExactlyInAnyOrder(
                        limit(Dimension.REQUESTS, 7, MINUTE), limit(Dimension.TOKENS, 8_000, MINUTE));
        assertThat(revision.accounts().get(3).limits())
                .isEqualTo(revision.accounts().get(0).limits());
    }

    @Test
    void spreadsRequestsOfAzureOverTheMinute() {
        String azure = TestFiles.CHANNEL
                .replace("type: openai", "type: azure\n    api-version: 2024-10-21")
                .replace("{ name: a,", "{ name: a, limits: { rpm: 100, tpm: 9000%s },");

        assertThat(azure(azure.formatted("")))
                .containsExactly(
                        limit(Dimension.REQUESTS, 100, MINUTE),
                        limit(Dimension.TOKENS, 9000, MINUTE),
                        limit(Dimension.REQUESTS, 17, Duration.ofSeconds(10)));
        assertThat(azure(azure.formatted(", windows: [{ requests: 5, per: 1s }]")))
                .containsExactly(
                        limit(Dimension.REQUESTS, 100, MINUTE),
                        limit(Dimension.TOKENS, 9000, MINUTE),
                        limit(Dimension.REQUESTS, 5, Duration.ofSeconds(1)));
    }

    private static LimitSet perMinute(Dimension dimension, long amount) {
        return new LimitSet(List.of(limit(dimension, amount, MINUTE)), 0);
    }

    private static List<Limit> azure(String channel) {
        return TestFiles.gateway(channel + TestFiles.KEY)
                .revision()
                .accounts()
                .getFirst()
                .limits()
                .all()
                .windows();
    }

    @Test
    void chargesEachCandidateToItsScopes() {
        GatewayRevision revision = everyOption();

        assertThat(revision.models().get("gpt-4").candidates().getFirst().scopes())
                .extracting(Scope::id)
                .containsExactly("quota:org", "quota:org|model:gpt-4o", "quota:org|group:0");
        assertThat(revision.models()
                        .get("gpt-4")
                        .candidates()
                        .getFirst()
                        .scopes()
                        .get(1)
                        .limits())
                .isEqualTo(new LimitSet(
                        List.of(limit(Dimension.REQUESTS, 5, MINUTE), limit(Dimension.TOKENS, 30_000, MINUTE)), 0));
        assertThat(revision.models().get("gpt-4o-mini").candidates().get(2).scopes())
                .extracting(Scope::id)
                .containsExactly("account:openai/named");
        assertThat(revision.models().get("gpt-4o").candidates().getFirst().scopes())
                .isEmpty();
    }

    @Test
    void readsEveryOptionOfModelsAndKeys() {
        GatewayRevision revision = everyOption();

        Model model = revision.models().get("gpt-4o");
        assertThat(model.fallbacks()).containsExactly("gpt-4o-mini", "claude-sonnet");
        assertThat(model.policy())
                .isEqualTo(new RoutePolicy(
                        Strategy.FILL,
                        false,
                        5,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(5),
                        Duration.ZERO,
                        new Failover(
                                Duration.ofSeconds(4),
                                AmbiguousFaults.NEVER,
                                Set.of(404, 451),
                                new RetryShare(35, 4),
                                new Hedge(null, Duration.ofMillis(300), Duration.ofSeconds(4)))));
        assertThat(model.fallbacksOn())
                .isEqualTo(Map.of(
                        FallbackCause.CONTEXT, List.of("claude-sonnet"),
                        FallbackCause.CONTENT, List.of("claude-sonnet", "gpt-4o-mini"),
                        FallbackCause.OVERLOADED, List.of("gpt-4o-mini")));
        assertThat(model.outputEstimate()).isEqualTo(2048);
        assertThat(model.unpriced()).isEqualTo(Unpriced.RECORD);
        assertThat(revision.models().get("gpt-4").policy())
                .isEqualTo(new RoutePolicy(
                        Strategy.SPREAD,
                        true,
                        2,
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(30),
                        new Failover(
                                Duration.ofSeconds(20),
                                AmbiguousFaults.REPEAT,
                                Set.of(422),
                                new RetryShare(35, 4),
                                new Hedge(Duration.ofMillis(800), Duration.ofMillis(200), Duration.ofSeconds(5)))));
        VirtualKey key = revision.keys().named("my-app").orElseThrow();
        assertThat(key.rights())
                .isEqualTo(new KeyRights(
                        List.of(new Glob("gpt-4o*")),
                        List.of(new Glob("gpt-4o-audio*"), new Glob("o1")),
                        Set.of(EndpointFamily.CHAT, EndpointFamily.MESSAGES, EndpointFamily.RERANK),
                        List.of(Cidr.parse("10.0.0.0/8")),
                        Instant.parse("2027-01-01T00:00:00Z"),
                        true));
        LimitSet own = key.quota().limits().all();
        assertThat(own.concurrency()).isEqualTo(10);
        assertThat(key.scopes("gpt-4o"))
                .containsExactly(
                        new Scope("key:my-app", own),
                        new Scope("key:my-app|model:gpt-4o", perMinute(Dimension.REQUESTS, 10)),
                        new Scope("key:my-app|group:0", perMinute(Dimension.TOKENS, 50_000)),
                        new Scope("team:research", perMinute(Dimension.REQUESTS, 1000)),
                        new Scope("team:research|model:gpt-4o", perMinute(Dimension.TOKENS, 9000)),
                        new Scope("team:science", perMinute(Dimension.REQUESTS, 5000)));
        assertThat(key.scopes("o1"))
                .extracting(Scope::id)
                .containsExactly("key:my-app", "team:research", "team:science");
        assertThat(key.team()).isEqualTo("research");
        assertThat(key.parentTeam()).isEqualTo("science");
        KeyHandling handling = key.handling();
        assertThat(handling.priority()).isEqualTo(-3);
        assertThat(handling.maxWait()).isEqualTo(Duration.ofMinutes(2));
        assertThat(handling.diagnostics()).isTrue();
        assertThat(handling.log()).isEqualTo(AccessLines.QUIET);
        assertThat(handling.tags()).containsExactly("env=prod", "cost-center=4711");
        assertThat(handling.defaults().keySet())
                .containsExactlyInAnyOrder(
                        EndpointFamily.CHAT,
                        EndpointFamily.COMPLETIONS,
                        EndpointFamily.RESPONSES,
                        EndpointFamily.MESSAGES,
                        EndpointFamily.GEMINI);
        assertThat(Objects.requireNonNull(handling.defaults().get(EndpointFamily.CHAT))
                        .defaults())
                .isEqualTo(Map.of("temperature", "0.2", "stop", "[\"END\"]"));
        assertThat(key.credentials())
                .containsExactly(
                        new KeyCredential(KeyHash.ofKey("value-of-KEY_APP")),
                        new KeyCredential(KeyHash.ofKey("value-of-OLD_KEY_APP"), Instant.parse("2026-12-24T12:00:00Z")),
                        new KeyCredential(
                                KeyHash.ofHex("fedcba9876543210".repeat(4)), Instant.parse("2026-12-01T00:00:00Z")));
        VirtualKey other = revision.keys().named("by-hash").orElseThrow();
        assertThat(other.hash().hex()).isEqualTo("0123456789abcdef".repeat(4));
        assertThat(other.handling().tags()).containsExactly("batch", "nightly");
    }

    @Test
    void keysSpendTheirOwnBudgetAndThoseOfTheirTeams() {
        GatewayRevision revision = new TestFiles().with("gateway.yaml", """
                        channels: [{ name: c, type: openai, base-url: "https://api.example.com/v1", models: { m: { } }, accounts: [{ name: a, key: "k-1" }] }]
                        keys:
                          - { name: mine, key: 0123456789abcdef-a, team: small, budget: { amount: 1.5, every: total } }
                          - { name: yours, key: 0123456789abcdef-b, team: large }
                        teams:
                          - { name: small, parent: large, budget: { amount: 2, every: day, zone: Asia/Tokyo } }
                          - { name: large, budget: { amount: 3, every: 12h } }
                        """).revision();

        assertThat(revision.keys().named("mine").orElseThrow().budgets())
                .containsExactly(
                        new Budget("key:mine", 1_500_000, new BudgetWindow.Total()),
                        new Budget(
                                "team:small",
                                2_000_000,
                                new BudgetWindow.Calendar(BudgetWindow.Unit.DAY, ZoneId.of("Asia/Tokyo"))),
                        new Budget("team:large", 3_000_000, new BudgetWindow.Rolling(Duration.ofHours(12))));
        assertThat(revision.keys().named("yours").orElseThrow().budgets())
                .containsExactly(new Budget("team:large", 3_000_000, new BudgetWindow.Rolling(Duration.ofHours(12))));
    }

    @Test
    void budgetsNeedTheLedger() {
        TestFiles files =
                new TestFiles().with("node.yaml", "store: { embedded: false }").with("gateway.yaml", """
                keys: [{ name: k, key: 0123456789abcdef-a, budget: { amount: 1, every: day } }]
                teams: [{ name: t, budget: { amount: 1, every: day } }]
                allow-empty: true
                """);
        NodeConfig node = files.loadNode().value();

        assertThat(ConfigLoader.loadGateway(files.files(), new Reading(files), node, List.of())
                        .errors())
                .extracting(ConfigError::toString)
                .anySatisfy(error -> assertThat(error)
                        .contains("keys[0].budget: needs the ledger, which this node has not; set store.url"))
                .anySatisfy(error -> assertThat(error).contains("teams[0].budget: needs the ledger"));
    }

    @Test
    void whatIsOutStaysInTheRevisionWithTheStricterWord() {
        GatewayRevision revision = everyOption();

        assertThat(revision.channels())
                .extracting(Channel::name)
                .containsExactly("openai", "azure-eu", "claude", "off");
        assertThat(revision.accounts())
                .filteredOn(account -> account.state() != AccountState.ENABLED)
                .extracting(account -> account.id() + " " + account.state())
                .containsExactly("openai/off DISABLED", "off/a DRAINING");
        PoolSnapshot initial = PoolSnapshot.UNKNOWN.of(revision);
        assertThat(initial.isOf(revision.id())).isTrue();
        revision.models().values().forEach(model -> model.candidates()
                .forEach(candidate -> assertThat(initial.standing(candidate.slot(), 0))
                        .as(candidate.accountId())
                        .isEqualTo(
                                switch (candidate.account().state()) {
                                    case ENABLED -> PoolSnapshot.UP;
                                    case DRAINING -> PoolSnapshot.DRAINING;
                                    case DISABLED -> PoolSnapshot.DISABLED;
                                })));
    }

    @Test
    void ordersCandidatesByPriorityThenFile() {
        GatewayRevision revision = TestFiles.gateway(TestFiles.CHANNEL + TestFiles.KEY)
                .with("gateway.d/10-low.yaml", channel("low", -1, "L"))
                .with("gateway.d/20-high.yaml", channel("high", 5, "H"))
                .with("gateway.d/30-same.yaml", channel("same", 0, "S"))
                .variable("L", "sk-l")
                .variable("H", "sk-h")
                .variable("S", "sk-s")
                .revision();

        assertThat(revision.models().get("m").candidates())
                .extracting(Candidate::accountId)
                .containsExactly("high/a", "c/a", "same/a", "low/a");
        assertThat(revision.accounts()).extracting(a -> a.index()).containsExactly(0, 1, 2, 3);
    }

    private static String channel(String name, int priority, String variable) {
        return TestFiles.CHANNEL
                .replace("name: c", "name: " + name + "\n    priority: " + priority)
                .replace("KEY", variable);
    }

    @Test
    void keepsAModelThatOnlyFallsBack() {
        GatewayRevision revision = TestFiles.gateway(
                        TestFiles.CHANNEL + TestFiles.KEY + "models: { best: { fallbacks: [m] }, none: {} }\n")
                .revision();

        assertThat(revision.models().keySet()).containsExactly("m", "n", "best");
        assertThat(revision.models().get("best").candidates()).isEmpty();
        assertThat(revision.warnings())
                .containsExactly(
                        "gateway.yaml:9: models.none: no usable channel serves the model 'none'; it is left out");
    }

    @Test
    void warnsOnceOfSecretsInClearTextAndNeverShowsThem() {
        GatewayRevision revision = TestFiles.gateway(TestFiles.CHANNEL.replace("${env:KEY}", "sk-canary-upstream")
                        + "keys: [{ name: k, key: canary-0123456789 }]\n")
                .revision();

        assertThat(revision.warnings())
                .containsExactly("secrets in clear text: gateway.yaml:5 channels[0].accounts[0].key, gateway.yaml:7"
                        + " keys[0].key; write ${env:NAME}, ${file:path} or, for a virtual key, key-hash");
        assertThat(revision.toString() + EffectiveConfig.render(revision).encode())
                .doesNotContain("canary");
    }

    @Test
    void warnsOfLimitsThatNoUsualRequestFits() {
        GatewayRevision revision = TestFiles.gateway(
                        TestFiles.CHANNEL.replace("{ name: a,", "{ name: a, limits: { tpm: 1000 },") + TestFiles.KEY)
                .revision();

        assertThat(revision.warnings())
                .contains(
                        "models.m: a request without a maximum reserves 1024 tokens, more than the limit of c/a; raise"
                                + " the limit or lower output-estimate");
    }

    @Test
    void namesTheStateByFilesAndResolvedValuesOnly() {
        String text = TestFiles.CHANNEL + TestFiles.KEY;
        String id = TestFiles.gateway(text).revision().id();

        assertThat(id).matches("[0-9a-f]{12}");
        assertThat(TestFiles.gateway(text)
                        .with("node.yaml", "node: { name: x }")
                        .revision()
                        .id())
                .isEqualTo(id);
        assertThat(TestFiles.gateway(text + "# more\n").revision().id()).isNotEqualTo(id);
        assertThat(TestFiles.gateway(text).variable("KEY", "sk-2").revision().id())
                .isNotEqualTo(id);
    }

    @Test
    void servesTheSampleAsItIsDelivered() {
        Path dir = Path.of("config");
        Loaded<NodeConfig> node = ConfigLoader.loadNode(dir, NodeOverrides.NONE);
        Loaded<GatewayRevision> gateway = ConfigLoader.loadGateway(dir, node.value());

        assertThat(node.errors()).isEmpty();
        assertThat(node.warnings()).isEmpty();
        assertThat(gateway.errors()).isEmpty();
        GatewayRevision revision = gateway.value();
        assertThat(revision.warnings()).isEmpty();
        assertThat(revision.models().keySet())
                .containsExactly("gpt-4o-mini", "gpt-4o", "text-embedding-3-small", "whisper-1");
        assertThat(revision.keys().find(KeyHash.ofKey(SampleKey.TEXT))).isPresent();
    }

    @Test
    void rendersWhatIsInForceWithoutSecrets() {
        String json = EffectiveConfig.render(everyOption()).encode();

        assertThat(json)
                .contains(
                        "\"rpm\":500",
                        "\"per-model\":{\"gpt-4o\":",
                        "{\"requests\":20,\"per\":\"1s\"}",
                        "\"ipm\":5",
                        "\"rpd\":10000,\"zone\":\"Asia/Shanghai\"",
                        "{\"images\":2,\"per\":\"10s\"}",
                        "{\"name\":\"research\",\"parent\":\"science\",\"limits\":{\"rpm\":1000,",
                        "\"max-wait\":\"2m\"",
                        "\"fallbacks-on\":{\"context\":[\"claude-sonnet\"],",
                        "\"attempt-timeout\":\"4s\",\"ambiguous\":\"never\",\"retry-statuses\":[404,451],"
                                + "\"retry-budget\":{\"share\":\"35%\",\"least\":4},"
                                + "\"hedge\":{\"after\":\"p95\",\"least\":\"300ms\",\"most\":\"4s\"}",
                        "\"diagnostics\":true",
                        "\"budget\":{\"amount\":\"50\",\"every\":\"30d\"}",
                        "\"budget\":{\"amount\":\"500.5\",\"every\":\"month\",\"zone\":\"Asia/Shanghai\"}",
                        "\"team\":\"research\"")
                .contains("fingerprint " + Secret.of("k-two").fingerprint())
                .doesNotContain("value-of", "k-two");
    }
}
