package io.sluice.testkit;

import io.sluice.domain.Glob;
import io.sluice.domain.Secret;
import io.sluice.domain.key.Cidr;
import io.sluice.domain.key.KeyHandling;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.KeyQuota;
import io.sluice.domain.key.KeyRights;
import io.sluice.domain.key.KeyRing;
import io.sluice.domain.key.Team;
import io.sluice.domain.key.Teams;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.media.FetchRules;
import io.sluice.domain.notice.NoticeRules;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Failover;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.HealthPolicy;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.Origins;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.RoutePolicy;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pool.Timeouts;
import io.sluice.domain.pricing.Currencies;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.pricing.Unpriced;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import io.sluice.domain.stored.StoredIds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Builds a revision in a few calls: channels in file order, then what the models and keys say about them. */
public final class RevisionBuilder {
    private final Map<String, Integer> slots = new LinkedHashMap<>();
    private final List<ChannelBuilder> channels = new ArrayList<>();
    private final List<VirtualKey> keys = new ArrayList<>();
    private final List<Team> teams = new ArrayList<>();
    private final Map<String, Price> prices = new LinkedHashMap<>();
    private Unpriced unpriced = Unpriced.RECORD;
    private final Map<String, List<String>> fallbacks = new LinkedHashMap<>();
    private final Map<String, Map<FallbackCause, List<String>>> fallbacksOn = new LinkedHashMap<>();
    private RoutePolicy policy = RoutePolicy.DEFAULT;
    private String id = "test00000000";
    private @Nullable StoredIds storedIds;

    /** A channel under construction. */
    public static final class ChannelBuilder {
        private final String name;
        private ProviderType type = ProviderType.OPENAI;
        private BaseUrl url = new BaseUrl(false, "127.0.0.1", 9, "/v1");
        private @Nullable String apiVersion;
        private @Nullable String secret;
        private int priority;
        private int weight = 1;
        private Timeouts timeouts = Timeouts.DEFAULT;
        private Outbound outbound = Outbound.NONE;
        private ParameterRules parameters = ParameterRules.NONE;
        private Channel.OnClientGone onClientGone = Channel.OnClientGone.CANCEL;
        private boolean lenient;
        private FetchRules fetch = FetchRules.OFF;
        private @Nullable Preset preset;
        private Channel.@Nullable Responses responses;
        private HealthPolicy health = HealthPolicy.DEFAULT;
        private int maxConnections = 16;
        private final Map<String, AccountLimits> accounts = new LinkedHashMap<>();
        private final Map<String, String> redirects = new LinkedHashMap<>();
        private final Map<String, AccountState> states = new LinkedHashMap<>();

        private ChannelBuilder(String name) {
            this.name = name;
        }

        /** Where it is, on loopback. */
        public ChannelBuilder port(int port) {
            return url(new BaseUrl(false, "127.0.0.1", port, url.path()));
        }

        /** Where it is. */
        public ChannelBuilder url(BaseUrl newUrl) {
            url = newUrl;
            return this;
        }

        /** Azure, by deployment path when there is a version. */
        public ChannelBuilder azure(@Nullable String version) {
            type = ProviderType.AZURE;
            apiVersion = version;
            return this;
        }

        /** How its accounts are judged. */
        public ChannelBuilder health(HealthPolicy newHealth) {
            health = newHealth;
            return this;
        }

        /** Whether requests to the responses API pass, in the place of what is usual. */
        public ChannelBuilder responses(Channel.Responses newResponses) {
            responses = newResponses;
            return this;
        }

        /** Of another type. */
        public ChannelBuilder type(ProviderType newType) {
            type = newType;
            return this;
        }

        /** The key of every account, in the place of its canary. */
        public ChannelBuilder secret(String text) {
            secret = text;
            return this;
        }

        /** A service by name. */
        public ChannelBuilder preset(Preset newPreset) {
            preset = newPreset;
            type = newPreset.type();
            return this;
        }

        public ChannelBuilder priority(int newPriority) {
            priority = newPriority;
            return this;
        }

        public ChannelBuilder weight(int newWeight) {
            weight = newWeight;
            return this;
        }

        public ChannelBuilder timeouts(Timeouts newTimeouts) {
            timeouts = newTimeouts;
            return this;
        }

        /** What is added to requests. */
        public ChannelBuilder outbound(Outbound added) {
            outbound = added;
            return this;
        }

        public ChannelBuilder parameters(ParameterRules rules) {
            parameters = rules;
            return this;
        }

        /** Drops what it cannot carry. */
        public ChannelBuilder lenient() {
            lenient = true;
            return this;
        }

        /** Reads on when the client leaves. */
        public ChannelBuilder drains() {
            onClientGone = Channel.OnClientGone.DRAIN;
            return this;
        }

        /** What is fetched for it. */
        public ChannelBuilder fetch(FetchRules rules) {
            fetch = rules;
            return this;
        }

        public ChannelBuilder maxConnections(int most) {
            maxConnections = most;
            return this;
        }

        /** Accounts without limits; the key of {@code a} is {@code CANARY-channel-a}. */
        public ChannelBuilder accounts(String... names) {
            for (String account : names) {
                accounts.put(account, AccountLimits.NONE);
            }
            return this;
        }

        /** An account with limits. */
        public ChannelBuilder account(String account, LimitSet limits) {
            return account(account, new AccountLimits(limits, Map.of(), List.of()));
        }

        /** An account with limits of its own and of its models; groups are left out. */
        public ChannelBuilder account(String account, AccountLimits limits) {
            accounts.put(account, limits);
            return this;
        }

        /** What the files want of an account. */
        public ChannelBuilder state(String account, AccountState wanted) {
            states.put(account, wanted);
            return this;
        }

        /** Models with the same name upstream. */
        public ChannelBuilder serves(String... models) {
            for (String model : models) {
                redirects.put(model, model);
            }
            return this;
        }

        /** A model with another name upstream. */
        public ChannelBuilder redirect(String model, String upstream) {
            redirects.put(model, upstream);
            return this;
        }

        private Channel build(int firstIndex) {
            List<Account> built = new ArrayList<>();
            accounts.forEach((account, limits) -> built.add(new Account(
                    name + "/" + account,
                    account,
                    firstIndex + built.size(),
                    Secret.of(secret == null ? "CANARY-" + name + "-" + account : secret),
                    limits,
                    null,
                    null,
                    states.getOrDefault(account, AccountState.ENABLED))));
            return new Channel(
                    name,
                    type,
                    url,
                    apiVersion,
                    priority,
                    weight,
                    built,
                    redirects,
                    parameters,
                    timeouts,
                    outbound,
                    onClientGone,
                    lenient,
                    fetch,
                    maxConnections,
                    preset,
                    responses == null ? Channel.Responses.usual(type, url) : responses,
                    health);
        }
    }

    /** The installation's secrets, of 32 bytes or more, the newest first. */
    public RevisionBuilder secrets(String... secrets) {
        storedIds = new StoredIds(List.of(secrets).stream().map(Secret::of).toList());
        return this;
    }

    /** The revision's id. */
    public RevisionBuilder id(String newId) {
        id = newId;
        return this;
    }

    /** Adds a channel; without accounts it gets {@code a}. */
    public RevisionBuilder channel(String name, UnaryOperator<ChannelBuilder> how) {
        ChannelBuilder channel = how.apply(new ChannelBuilder(name));
        if (channel.accounts.isEmpty()) {
            channel.accounts("a");
        }
        channels.add(channel);
        return this;
    }

    /** Adds a key that may do everything. */
    public RevisionBuilder key(String name, String text) {
        return key(name, text, List.of(), null);
    }

    /** Adds a key for some models. */
    public RevisionBuilder key(String name, String text, List<String> models, @Nullable Instant expires) {
        List<Glob> globs = models.stream().map(Glob::new).toList();
        return key(plain(name, text)
                .with(KeyRights.ALL.withModels(globs, List.of()).until(expires)));
    }

    private static VirtualKey plain(String name, String text) {
        return new VirtualKey(name, KeyHash.ofKey(text));
    }

    /** Adds a key for some networks. */
    public RevisionBuilder keyFrom(String name, String text, String... networks) {
        List<Cidr> from = List.of(networks).stream().map(Cidr::parse).toList();
        return key(plain(name, text).with(KeyRights.ALL.withNetworks(from)));
    }

    /** Adds a key that was switched off. */
    public RevisionBuilder disabledKey(String name, String text) {
        return key(plain(name, text).switchedOff());
    }

    /** Adds a key whose answers say how they came about. */
    public RevisionBuilder diagnosticKey(String name, String text) {
        return key(plain(name, text).with(KeyHandling.USUAL.diagnosing()));
    }

    /** Adds a key with limits. */
    public RevisionBuilder limitedKey(String name, String text, LimitSet limits) {
        return key(plain(name, text).with(KeyQuota.ofKey(name, limits)));
    }

    /** Adds a key that waits for room as it says itself. */
    public RevisionBuilder waitingKey(String name, String text, int priority, Duration maxWait) {
        return key(plain(name, text).with(KeyHandling.USUAL.waiting(priority, maxWait)));
    }

    /** Adds a team. */
    public RevisionBuilder team(Team team) {
        teams.add(team);
        return this;
    }

    /** Adds a key as it is without its team. */
    public RevisionBuilder key(VirtualKey key) {
        keys.add(key);
        return this;
    }

    /** Models to try when a model has no candidate. */
    public RevisionBuilder fallbacks(String model, String... others) {
        fallbacks.put(model, List.of(others));
        return this;
    }

    /** Models to try when a request for a model fails for a cause. */
    public RevisionBuilder fallbacksOn(FallbackCause cause, String model, String... others) {
        fallbacksOn
                .computeIfAbsent(model, m -> new EnumMap<>(FallbackCause.class))
                .put(cause, List.of(others));
        return this;
    }

    /** What a model costs, at every account. */
    public RevisionBuilder price(String model, Price price) {
        prices.put(model, price);
        return this;
    }

    /** What happens to requests that nobody can price. */
    public RevisionBuilder unpriced(Unpriced then) {
        unpriced = then;
        return this;
    }

    /** What may follow a failed attempt, for every model. */
    public RevisionBuilder failover(Failover failover) {
        policy = new RoutePolicy(
                policy.strategy(),
                policy.sticky(),
                policy.attempts(),
                policy.deadline(),
                policy.maxWait(),
                policy.maxWaitStream(),
                failover);
        return this;
    }

    /** How every model is tried. */
    public RevisionBuilder policy(Strategy strategy, boolean sticky, int attempts, Duration deadline) {
        policy = new RoutePolicy(
                strategy,
                sticky,
                attempts,
                deadline,
                RoutePolicy.DEFAULT.maxWait(),
                RoutePolicy.DEFAULT.maxWaitStream(),
                policy.failover());
        return this;
    }

    public GatewayRevision build() {
        slots.clear();
        List<Channel> built = new ArrayList<>();
        int index = 0;
        for (ChannelBuilder channel : channels) {
            built.add(channel.build(index));
            index += channel.accounts.size();
        }
        Map<String, Model> models = new LinkedHashMap<>();
        built.stream()
                .flatMap(c -> c.redirects().keySet().stream())
                .distinct()
                .forEach(name -> models.put(name, model(name, built)));
        return new GatewayRevision(
                id,
                built,
                models,
                new KeyRing(keys, new Teams(teams)),
                storedIds,
                NoticeRules.NONE,
                Currencies.USD,
                List.of(),
                Origins.NONE);
    }

    private Model model(String name, List<Channel> built) {
        List<Candidate> candidates = built.stream()
                .filter(c -> c.redirects().containsKey(name))
                .sorted(Comparator.comparingInt(Channel::priority).reversed())
                .flatMap(c -> c.accounts().stream().map(a -> candidate(c, a, name)))
                .toList();
        return new Model(
                name,
                candidates,
                fallbacks.getOrDefault(name, List.of()),
                fallbacksOn.getOrDefault(name, Map.of()),
                policy,
                1_000,
                unpriced);
    }

    private Candidate candidate(Channel channel, Account account, String model) {
        String upstream = channel.redirects().get(model);
        String id = "account:" + account.id();
        List<Scope> scopes = new ArrayList<>();
        scopes.add(new Scope(id, account.limits().all()));
        account.limits().perModel().forEach((pattern, limits) -> {
            if (pattern.matches(upstream)) {
                scopes.add(new Scope(id + "|model:" + upstream, limits));
            }
        });
        scopes.removeIf(scope -> scope.limits().isEmpty());
        int slot = slots.computeIfAbsent(account.index() + " " + upstream, pair -> slots.size());
        return new Candidate(channel, account, model, upstream, scopes, slot, prices.get(model));
    }
}
