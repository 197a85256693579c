package io.sluice.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.config.Entries.Entry;
import io.sluice.config.Entries.ModelEntry;
import io.sluice.config.Entries.Policy;
import io.sluice.config.Entries.TeamEntry;
import io.sluice.config.Entries.Worth;
import io.sluice.config.Section.Item;
import io.sluice.domain.key.Team;
import io.sluice.domain.notice.NoticeRules;
import io.sluice.domain.pool.RetryShare;
import io.sluice.domain.pricing.Unpriced;
import io.sluice.domain.quota.Scope;
import io.sluice.domain.stored.StoredIds;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code gateway.yaml} and the files of {@code gateway.d} into one set of entries. */
final class GatewayReader {
    static final int OUTPUT_ESTIMATE = 1024;

    private final NodePorts ports;
    private final Entries entries = new Entries();
    private final Map<String, Place> once = new HashMap<>();

    GatewayReader(NodePorts ports) {
        this.ports = ports;
    }

    /** Reads the top of one file, and adds what it says. */
    void read(Section file) {
        file.sections("channels").forEach(c -> entries.channels.add(ChannelReader.read(c, ports)));
        file.named("models", "model").forEach((name, model) -> {
            ModelEntry entry = model(name, model);
            if (Names.isValid(model, name, Names::model)) {
                entries.models.add(entry);
            }
        });
        file.sections("keys").forEach(key -> entries.keys.add(KeyReader.read(key)));
        file.sections("teams").forEach(team -> entries.teams.add(team(team)));
        NoticeRules notices = NotificationsReader.read(file.section("notifications"), ports, entries.clearTextSinks);
        if (isFirst(file, "notifications")) {
            entries.notices = notices;
        }
        Policy routing = PolicyReader.policy(file.section("routing"), null);
        RetryShare retries = PolicyReader.retries(file.section("routing").section("retry-budget"));
        if (isFirst(file, "routing")) {
            entries.routing = routing;
            entries.retries = retries;
        }
        money(file);
        List<Item> secrets = file.texts("secrets", "secrets", "see below");
        if (isFirst(file, "secrets")) {
            secrets(file, secrets);
        }
        boolean allowEmpty = file.flag("allow-empty", false);
        if (isFirst(file, "allow-empty")) {
            entries.allowEmpty = allowEmpty;
        }
    }

    private void money(Section file) {
        entries.prices.addAll(PriceReader.all(file));
        String currency = file.text("currency", "ISO 4217 code", "USD", PriceReader::currency);
        if (isFirst(file, "currency") && currency != null) {
            entries.currency = currency;
        }
        Map<String, Worth> exchange = PriceReader.exchange(file);
        if (isFirst(file, "exchange")) {
            entries.exchange = exchange;
        }
        Unpriced unpriced = file.word("unpriced", Unpriced.RECORD);
        if (isFirst(file, "unpriced")) {
            entries.unpriced = unpriced;
        }
    }

    /** Reads the top of a stored entry; it is no part of {@link #entries()}. Null when that is wrong, which is then an error. */
    @Nullable
    Entry readStored(StoredEntry stored, Section item) {
        return switch (stored.kind()) {
            case CHANNEL -> ChannelReader.read(item, ports);
            case TEAM -> team(item);
            case MODEL -> {
                Names.isValid(item, stored.name(), Names::model);
                yield model(stored.name(), item);
            }
            case PRICE -> PriceReader.one(stored.name(), item);
        };
    }

    private void secrets(Section file, List<Item> secrets) {
        if (secrets.size() > StoredIds.MAX_SECRETS) {
            file.error("secrets", "are more than " + StoredIds.MAX_SECRETS + "; remove the oldest, at the end");
        }
        for (Item secret : secrets) {
            if (secret.text().getBytes(UTF_8).length < StoredIds.MIN_SECRET) {
                file.findings()
                        .error(
                                secret.place(),
                                "the secret is shorter than " + StoredIds.MIN_SECRET
                                        + " bytes; make one with: openssl rand -base64 32");
            }
        }
        entries.secrets.addAll(secrets);
    }

    Entries entries() {
        return entries;
    }

    /** Whether a key that may stand in one file only stands here; a second place is an error. */
    private boolean isFirst(Section file, String key) {
        if (!file.has(key)) {
            return false;
        }
        Place first = once.putIfAbsent(key, file.place(key));
        if (first != null) {
            file.error(key, "stands also in " + first.where() + "; keep one of the two");
        }
        return first == null;
    }

    private static ModelEntry model(String name, Section model) {
        return new ModelEntry(
                model.place(),
                name,
                model.texts("fallbacks", "model names", "none"),
                PolicyReader.fallbacksOn(model.section("fallbacks-on")),
                PolicyReader.policy(model, "as `routing`"),
                model.integer("output-estimate", OUTPUT_ESTIMATE, 1, 10_000_000),
                PriceReader.read(model),
                model.optionalWord("unpriced", Unpriced.class, "as `unpriced`"));
    }

    private static TeamEntry team(Section team) {
        String name = team.required("name", "name", Names::name);
        String parent = team.text("parent", "name", Section.NONE, Names::name);
        return new TeamEntry(
                team.place(),
                new Team(name, parent, LimitsReader.read(team), BudgetReader.read(team, Scope.TEAM_PREFIX + name)),
                parent == null ? null : team.place("parent"));
    }
}
