package io.sluice.config;

import io.sluice.config.Entries.GlobPrice;
import io.sluice.config.Entries.ModelEntry;
import io.sluice.config.Entries.Policy;
import io.sluice.config.Section.Item;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Failover;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.pool.Hedge;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.RoutePolicy;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.quota.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the models of a revision: who serves them, in which order, and by which policy. */
final class ModelAssembler {
    private final Entries entries;
    private final Pricing pricing;
    private final Findings findings;

    private record Pair(int account, String upstreamModel) {}

    ModelAssembler(Entries entries, Pricing pricing, Findings findings) {
        this.entries = entries;
        this.pricing = pricing;
        this.findings = findings;
    }

    /**
     * The models that somebody serves, those that only lead to them among them; of the others it is told that they are left out.
     *
     * @param channels the usable ones, in file order
     */
    Map<String, Model> models(List<Channel> channels) {
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
}
