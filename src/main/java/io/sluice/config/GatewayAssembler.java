package io.sluice.config;

import io.sluice.config.Entries.AccountEntry;
import io.sluice.config.Entries.ChannelEntry;
import io.sluice.config.Entries.GlobPrice;
import io.sluice.config.Entries.KeyEntry;
import io.sluice.config.Entries.ModelEntry;
import io.sluice.config.Entries.Policy;
import io.sluice.config.Entries.TeamEntry;
import io.sluice.config.Section.Item;
import io.sluice.domain.Glob;
import io.sluice.domain.Secret;
import io.sluice.domain.key.KeyRights;
import io.sluice.domain.key.KeyRing;
import io.sluice.domain.key.Teams;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Failover;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Hedge;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.Origins;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.RoutePolicy;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.pricing.Unpriced;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Scope;
import io.sluice.domain.stored.StoredIds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes a revision of entries that have passed every check. */
final class GatewayAssembler {
    private final Entries entries;
    private final NodePorts ports;
    private final Findings findings;
    private final Map<String, AccountLimits> shared = new HashMap<>();

    private record Pair(int account, String upstreamModel) {}

    GatewayAssembler(Entries entries, NodePorts ports, Findings findings) {
        this.entries = entries;
        this.ports = ports;
        this.findings = findings;
    }

    /**
     * Makes the revision.
     *
     * @param id its id
     * @param origins where entries come from
     */
    GatewayRevision assemble(String id, Origins origins) {
        for (ChannelEntry channel : entries.channels) {
            for (AccountEntry account : channel.accounts()) {
                if (account.quotaOf() != null && !account.limits().equals(AccountLimits.NONE)) {
                    shared.putIfAbsent(
                            account.quotaOf(), channel.channel().type().enforced(account.limits()));
                }
            }
        }
        List<Channel> channels = channels();
        Pricing pricing = new Pricing(entries, id, findings);
        Map<String, Model> models = models(channels, pricing);
        pricing.warn();
        clearText();
        unmatched(models);
        return new GatewayRevision(
                id,
                channels,
                models,
                keys(),
                storedIds(),
                entries.notices,
                pricing.currencies(),
                findings.warnings(),
                origins);
    }

    private @Nullable StoredIds storedIds() {
        List<Secret> secrets =
                entries.secrets.stream().map(item -> Secret.of(item.text())).toList();
        return secrets.isEmpty() ? null : new StoredIds(secrets);
    }

    /** The keys, each charged also to its team. */
    private KeyRing keys() {
        return new KeyRing(
                entries.keys.stream().map(KeyEntry::key).toList(),
                new Teams(entries.teams.stream().map(TeamEntry::team).toList()));
    }

    private List<Channel> channels() {
        List<Channel> channels = new ArrayList<>();
        int index = 0;
        for (ChannelEntry entry : entries.channels) {
            List<Account> accounts = new ArrayList<>();
            for (AccountEntry account : entry.accounts()) {
                if (account.key() != null) {
                    accounts.add(new Account(
                            entry.name() + "/" + account.name(),
                            account.name(),
                            index++,
                            account.key(),
                            limits(entry.channel().type(), account),
                            account.quotaOf(),
                            account.own(),
                            entry.state().strictest(account.state())));
                }
            }
            if (!accounts.isEmpty()) {
                channels.add(entry.channel().withAccounts(accounts));
            }
        }
        return channels;
    }

    private AccountLimits limits(ProviderType type, AccountEntry account) {
        return account.quotaOf() == null
                ? type.enforced(account.limits())
                : shared.getOrDefault(account.quotaOf(), AccountLimits.NONE);
    }

    private Map<String, Model> models(List<Channel> channels, Pricing pricing) {
        Map<String, ModelEntry> described = new LinkedHashMap<>();
        entries.models.forEach(model -> described.put(model.name(), model));
        Map<String, List<GlobPrice>> prices = new HashMap<>();
        entries.channels.forEach(channel -> prices.put(channel.name(), Pricing.sorted(channel.prices())));
        Map<String, List<Candidate>> candidates = new LinkedHashMap<>();
        Map<Pair, Integer> slots = new HashMap<>();
        for (Channel channel : channels) {
            channel.redirects().forEach((model, upstream) -> {
                List<Candidate> list = candidates.computeIfAbsent(model, m -> new ArrayList<>());
                Price price = pricing.of(
                        channel, prices.getOrDefault(channel.name(), List.of()), described.get(model), upstream);
                for (Account account : channel.accounts()) {
                    int slot = slots.computeIfAbsent(new Pair(account.index(), upstream), p -> slots.size());
                    list.add(new Candidate(channel, account, model, upstream, scopes(account, upstream), slot, price));
                }
            });
        }
        Map<String, Model> models = new LinkedHashMap<>();
        candidates.forEach((name, list) -> models.put(name, model(name, list, described.get(name))));
        described.forEach((name, entry) -> {
            if (models.containsKey(name)) {
                return;
            }
            if (leadsToCandidate(entry, candidates.keySet(), described)) {
                models.put(name, model(name, List.of(), entry));
            } else {
                findings.warning(entry.place(), "no usable channel serves the model '" + name + "'; it is left out");
            }
        });
        models.values().forEach(this::unfitting);
        models.values().forEach(this::refused);
        return models;
    }

    /** Whether a model's fallbacks reach one that has candidates; they were checked to have no circle. */
    private static boolean leadsToCandidate(ModelEntry entry, Set<String> served, Map<String, ModelEntry> described) {
        for (Item fallback : entry.fallbacks()) {
            ModelEntry next = described.get(fallback.text());
            if (served.contains(fallback.text()) || (next != null && leadsToCandidate(next, served, described))) {
                return true;
            }
        }
        return false;
    }

    private Model model(String name, List<Candidate> candidates, @Nullable ModelEntry entry) {
        List<Candidate> ordered = candidates.stream()
                .sorted(Comparator.comparingInt((Candidate c) -> -c.channel().priority()))
                .toList();
        return entry == null
                ? new Model(
                        name, ordered, List.of(), policy(Policy.NONE), GatewayReader.OUTPUT_ESTIMATE, entries.unpriced)
                : new Model(
                        name,
                        ordered,
                        entry.fallbacks().stream().map(Item::text).toList(),
                        fallbacksOn(entry),
                        policy(entry.policy()),
                        entry.outputEstimate(),
                        entry.unpriced() == null ? entries.unpriced : entry.unpriced());
    }

    private RoutePolicy policy(Policy own) {
        RoutePolicy standard = RoutePolicy.DEFAULT;
        return new RoutePolicy(
                said(own, Policy::strategy, standard.strategy()),
                said(own, Policy::sticky, standard.sticky()),
                said(own, Policy::attempts, (long) standard.attempts()).intValue(),
                said(own, Policy::deadline, standard.deadline()),
                said(own, Policy::maxWait, standard.maxWait()),
                said(own, Policy::maxWaitStream, standard.maxWaitStream()),
                new Failover(
                        saidOrNull(own, Policy::attemptTimeout),
                        said(own, Policy::ambiguous, standard.failover().ambiguous()),
                        said(own, Policy::statuses, standard.failover().statuses()),
                        entries.retries,
                        said(own, Policy::hedge, Optional.<Hedge>empty()).orElse(null)));
    }

    private static Map<FallbackCause, List<String>> fallbacksOn(ModelEntry entry) {
        Map<FallbackCause, List<String>> models = new EnumMap<>(FallbackCause.class);
        entry.fallbacksOn()
                .forEach((cause, items) ->
                        models.put(cause, items.stream().map(Item::text).toList()));
        return models;
    }

    /** What the model says, else what {@code routing} says, else the default. */
    private <T> T said(Policy own, Function<Policy, @Nullable T> part, T standard) {
        T value = saidOrNull(own, part);
        return value != null ? value : standard;
    }

    private <T> @Nullable T saidOrNull(Policy own, Function<Policy, @Nullable T> part) {
        T first = part.apply(own);
        return first != null ? first : part.apply(entries.routing);
    }

    /** The account, the account × model, and every group of models that the upstream name is in. */
    private static List<Scope> scopes(Account account, String upstream) {
        List<Scope> scopes = new ArrayList<>();
        String id = account.quotaOf() == null ? "account:" + account.id() : "quota:" + account.quotaOf();
        account.limits().addScopes(id, upstream, scopes);
        return scopes;
    }

    /** Accounts to which no request goes, for want of a price. */
    private void refused(Model model) {
        List<String> accounts = model.unpriced() == Unpriced.RECORD
                ? List.of()
                : model.candidates().stream()
                        .filter(candidate -> candidate.price() == null)
                        .map(Candidate::accountId)
                        .toList();
        if (!accounts.isEmpty()) {
            findings.warning("models." + model.name() + ": nothing goes to " + String.join(", ", accounts)
                    + ", where it has no price, for unpriced is refuse; write a price for it");
        }
    }

    /** Accounts on which a request that names no maximum never fits. */
    private void unfitting(Model model) {
        List<String> accounts = model.candidates().stream()
                .filter(candidate -> candidate.scopes().stream()
                        .flatMap(scope -> scope.limits().windows().stream())
                        .anyMatch(limit ->
                                (limit.dimension() == Dimension.TOKENS || limit.dimension() == Dimension.OUTPUT_TOKENS)
                                        && limit.amount() < model.outputEstimate()))
                .map(Candidate::accountId)
                .toList();
        if (!accounts.isEmpty()) {
            findings.warning(
                    "models." + model.name() + ": a request without a maximum reserves " + model.outputEstimate()
                            + " tokens, more than the limit of " + String.join(", ", accounts)
                            + "; raise the limit or lower output-estimate");
        }
    }

    /** One sentence for all secrets that stand in the files themselves; the simulator's are no secrets. */
    private void clearText() {
        List<Place> places = new ArrayList<>();
        for (ChannelEntry channel : entries.channels) {
            if (!ports.isSimulator(channel.channel().baseUrl())) {
                channel.accounts().stream()
                        .filter(AccountEntry::clearText)
                        .forEach(account -> places.add(account.place().at("key")));
            }
        }
        entries.keys.forEach(key -> places.addAll(key.clearText()));
        entries.secrets.stream().filter(Item::written).forEach(secret -> places.add(secret.place()));
        places.addAll(entries.clearTextSinks);
        if (!places.isEmpty()) {
            findings.warning("secrets in clear text: " + Findings.places(places)
                    + "; write ${env:NAME}, ${file:path} or, for a virtual key, key-hash");
        }
    }

    /** Patterns of keys and teams that match nothing, mistyped as a rule. */
    private void unmatched(Map<String, Model> models) {
        Set<String> told = new HashSet<>();
        for (KeyEntry key : entries.keys) {
            KeyRights rights = key.key().rights();
            Stream.of(
                            rights.models(),
                            rights.denyModels(),
                            patterns(key.key().quota().limits()))
                    .flatMap(List::stream)
                    .forEach(glob -> unmatched(key.place(), glob, models, told));
        }
        for (TeamEntry team : entries.teams) {
            patterns(team.team().limits()).forEach(glob -> unmatched(team.place(), glob, models, told));
        }
    }

    private void unmatched(Place place, Glob glob, Map<String, Model> models, Set<String> told) {
        if (models.keySet().stream().noneMatch(glob::matches) && told.add(glob.pattern())) {
            findings.warning(place, "no model matches '" + glob.pattern() + "'");
        }
    }

    private static List<Glob> patterns(AccountLimits limits) {
        return Stream.concat(
                        limits.perModel().keySet().stream(),
                        limits.groups().stream().flatMap(group -> group.models().stream()))
                .toList();
    }
}
