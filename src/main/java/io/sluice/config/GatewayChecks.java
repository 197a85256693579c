package io.sluice.config;

import io.sluice.config.Entries.AccountEntry;
import io.sluice.config.Entries.ChannelEntry;
import io.sluice.config.Entries.Entry;
import io.sluice.config.Entries.GlobPrice;
import io.sluice.config.Entries.KeyEntry;
import io.sluice.config.Entries.ModelEntry;
import io.sluice.config.Entries.TeamEntry;
import io.sluice.config.Entries.Worth;
import io.sluice.config.Section.Item;
import io.sluice.domain.Secret;
import io.sluice.domain.key.KeyCredential;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.quota.AccountLimits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What can be wrong between entries: names twice, references to nothing, cycles, shared credentials, emptiness. */
final class GatewayChecks {
    private final Entries entries;
    private final NodePorts ports;
    private final boolean hasLedger;
    private final Findings findings;

    GatewayChecks(Entries entries, NodePorts ports, boolean hasLedger, Findings findings) {
        this.hasLedger = hasLedger;
        this.entries = entries;
        this.ports = ports;
        this.findings = findings;
    }

    void run() {
        unique("channel", entries.channels);
        unique("model", entries.models);
        unique("key", entries.keys);
        unique("team", entries.teams);
        entries.channels.forEach(channel -> unique("account", channel.accounts()));
        credentials();
        quotas();
        virtualKeys();
        fallbacks();
        teams();
        budgets();
        sampleKey();
        prices();
        emptiness();
    }

    /** A pattern in one file only: in two, which of them counts would be chance. */
    private void prices() {
        Map<String, Place> first = new HashMap<>();
        for (GlobPrice price : entries.prices) {
            String pattern = price.glob().pattern();
            Place other = first.putIfAbsent(pattern, price.price().place());
            if (other != null) {
                findings.error(
                        price.price().place(),
                        "the price of '" + pattern + "' is also in " + other.where() + "; keep one of the two");
            }
        }
        Worth own = entries.exchange.get(entries.currency);
        if (own != null) {
            findings.error(
                    own.place(),
                    "says what " + entries.currency + " is worth, which is the currency itself; remove it");
        }
    }

    private void unique(String what, List<? extends Entry> named) {
        Map<String, Place> first = new HashMap<>();
        for (Entry entry : named) {
            Place other = entry.name().isEmpty() ? null : first.putIfAbsent(entry.name(), entry.place());
            if (other != null) {
                findings.error(
                        entry.place(),
                        "the " + what + " '" + entry.name() + "' is also in " + other.where() + "; names are unique");
            }
        }
    }

    /** One credential in two accounts would be counted twice, unless both say that they are counted together. */
    private void credentials() {
        Map<Secret, AccountEntry> first = new HashMap<>();
        for (AccountEntry account : enabledAccounts()) {
            AccountEntry other = account.key() == null ? null : first.putIfAbsent(account.key(), account);
            if (other != null
                    && (account.quotaOf() == null || !account.quotaOf().equals(other.quotaOf()))) {
                findings.error(
                        account.place(),
                        "the same credential is in " + other.place().where()
                                + "; remove one, or give both the same quota-of");
            }
        }
    }

    /** Accounts that are counted together have one set of limits: those that state limits state the same. */
    private void quotas() {
        Map<String, AccountEntry> first = new HashMap<>();
        for (AccountEntry account : enabledAccounts()) {
            if (account.quotaOf() == null || account.limits().equals(AccountLimits.NONE)) {
                continue;
            }
            AccountEntry other = first.putIfAbsent(account.quotaOf(), account);
            if (other != null && !other.limits().equals(account.limits())) {
                findings.error(
                        account.place(),
                        "the limits of quota-of '" + account.quotaOf() + "' differ from those in "
                                + other.place().where() + "; write them once, or write the same");
            }
        }
    }

    private void virtualKeys() {
        Map<KeyHash, KeyEntry> first = new HashMap<>();
        for (KeyEntry key : entries.keys) {
            for (KeyCredential credential : key.isKnown() ? key.key().credentials() : List.<KeyCredential>of()) {
                KeyEntry other = first.putIfAbsent(credential.hash(), key);
                if (other == key) {
                    findings.error(key.place().at("old-keys"), "name the key itself, or one twice");
                } else if (other != null) {
                    findings.error(
                            key.place(),
                            "is the same key as the one in " + other.place().where());
                }
            }
        }
    }

    private void fallbacks() {
        Set<String> known = new LinkedHashSet<>();
        entries.models.forEach(model -> known.add(model.name()));
        entries.channels.forEach(
                channel -> known.addAll(channel.channel().redirects().keySet()));
        Map<String, ModelEntry> models = new LinkedHashMap<>();
        entries.models.forEach(model -> models.putIfAbsent(model.name(), model));
        for (ModelEntry model : entries.models) {
            served(model.fallbacks(), known);
            model.fallbacksOn().values().forEach(fallbacks -> served(fallbacks, known));
        }
        circles("the fallbacks go", ModelEntry::fallbacks, models);
        for (FallbackCause cause : FallbackCause.values()) {
            circles(
                    "the fallbacks on " + cause.name().toLowerCase(Locale.ROOT) + " go",
                    model -> model.fallbacksOn().getOrDefault(cause, List.of()),
                    models);
        }
    }

    private void served(List<Item> fallbacks, Set<String> known) {
        Set<String> seen = new HashSet<>();
        for (Item fallback : fallbacks) {
            if (!known.contains(fallback.text())) {
                findings.error(
                        fallback.place(),
                        "no channel serves the model " + fallback.shown() + Suggestion.of(fallback.text(), known));
            } else if (!seen.add(fallback.text())) {
                findings.error(fallback.place(), fallback.shown() + " stands twice");
            }
        }
    }

    private void circles(String what, Function<ModelEntry, List<Item>> fallbacks, Map<String, ModelEntry> models) {
        Circles circles = new Circles(what, fallbacks, models);
        models.keySet().forEach(name -> circles.follow(name, new ArrayList<>()));
    }

    /** Looks for circles in one kind of fallbacks. */
    private final class Circles {
        private final String what;
        private final Function<ModelEntry, List<Item>> fallbacks;
        private final Map<String, ModelEntry> models;
        private final Set<String> done = new HashSet<>();

        private Circles(String what, Function<ModelEntry, List<Item>> fallbacks, Map<String, ModelEntry> models) {
            this.what = what;
            this.fallbacks = fallbacks;
            this.models = models;
        }

        private void follow(String name, List<String> path) {
            ModelEntry model = models.get(name);
            if (model == null || done.contains(name)) {
                return;
            }
            path.add(name);
            for (Item fallback : fallbacks.apply(model)) {
                int begin = path.indexOf(fallback.text());
                if (begin >= 0) {
                    findings.error(
                            fallback.place(),
                            what + " in a circle: " + String.join(" → ", path.subList(begin, path.size())) + " → "
                                    + fallback.text());
                } else {
                    follow(fallback.text(), path);
                }
            }
            path.removeLast();
            done.add(name);
        }
    }

    private void teams() {
        Set<String> known = entries.teams.stream().map(Entry::name).collect(Collectors.toSet());
        for (KeyEntry key : entries.keys) {
            String team = key.key().team();
            if (team != null && key.team() != null && !known.contains(team)) {
                findings.error(key.team(), "there is no team '" + team + "'" + Suggestion.of(team, known));
            }
        }
        Map<String, TeamEntry> byName = new HashMap<>();
        entries.teams.forEach(team -> byName.putIfAbsent(team.name(), team));
        for (TeamEntry team : entries.teams) {
            String parent = team.team().parent();
            if (parent != null && team.parent() != null) {
                parent(team, team.parent(), parent, byName);
            }
        }
    }

    /** Teams are nested one level: what a key is charged to stays short, and says itself what it is. */
    private void parent(TeamEntry team, Place place, String parent, Map<String, TeamEntry> byName) {
        TeamEntry above = byName.get(parent);
        if (parent.equals(team.name())) {
            findings.error(place, "is the team itself");
        } else if (above == null) {
            findings.error(place, "there is no team '" + parent + "'" + Suggestion.of(parent, byName.keySet()));
        } else if (above.team().parent() != null) {
            findings.error(
                    place,
                    "the team '" + parent + "' belongs to '" + above.team().parent()
                            + "' itself; teams are nested one level only");
        }
    }

    /** Without a ledger nobody knows what was spent. */
    private void budgets() {
        if (hasLedger) {
            return;
        }
        Stream.concat(
                        entries.keys.stream()
                                .filter(key -> !key.key().budgets().isEmpty())
                                .map(KeyEntry::place),
                        entries.teams.stream()
                                .filter(team -> !team.team().budgets().isEmpty())
                                .map(TeamEntry::place))
                .forEach(place -> findings.error(
                        place.at("budget"),
                        "needs the ledger, which this node has not; set store.url in node.yaml, or remove"
                                + " 'embedded: false' there"));
    }

    private void sampleKey() {
        ChannelEntry real = entries.channels.stream()
                .filter(c -> !c.disabled() && !ports.isSimulator(c.channel().baseUrl()))
                .findFirst()
                .orElse(null);
        if (real == null) {
            return;
        }
        for (KeyEntry key : entries.keys) {
            if (key.key().credentials().stream().anyMatch(one -> SampleKey.isSample(one.hash()))) {
                findings.error(
                        key.place(),
                        "the key '" + key.name() + "' is the public sample key, and the channel '" + real.name()
                                + "' is not the built-in simulator; make a key with 'sluice keygen'");
            }
        }
    }

    /** Files that were emptied by mistake must not lock everybody out. */
    private void emptiness() {
        if (entries.allowEmpty) {
            return;
        }
        empty("channels", entries.channels.isEmpty());
        empty("keys", entries.keys.isEmpty());
    }

    private void empty(String what, boolean isEmpty) {
        if (isEmpty) {
            findings.error(
                    Place.of(ConfigFiles.GATEWAY).at(what),
                    "there is none, in no file; set allow-empty: true if that is meant");
        }
    }

    private List<AccountEntry> enabledAccounts() {
        return entries.channels.stream()
                .filter(channel -> !channel.disabled())
                .flatMap(channel -> channel.accounts().stream())
                .filter(account -> !account.disabled())
                .toList();
    }
}
