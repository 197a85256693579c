package io.sluice.config;

import io.sluice.config.Entries.AccountEntry;
import io.sluice.config.Entries.ChannelEntry;
import io.sluice.config.Entries.KeyEntry;
import io.sluice.config.Entries.TeamEntry;
import io.sluice.config.Section.Item;
import io.sluice.domain.Glob;
import io.sluice.domain.key.KeyRights;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pricing.Unpriced;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Says of a revision what is allowed, and is hardly meant. */
final class RevisionAdvice {
    private final Entries entries;
    private final NodePorts ports;
    private final Findings findings;

    RevisionAdvice(Entries entries, NodePorts ports, Findings findings) {
        this.entries = entries;
        this.ports = ports;
        this.findings = findings;
    }

    /** Of the models themselves. */
    void ofModels(Map<String, Model> models) {
        models.values().forEach(this::unfitting);
        models.values().forEach(this::refused);
    }

    /** Of what was written, and of what names models. */
    void ofEntries(Map<String, Model> models) {
        clearText();
        unmatched(models);
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
