package io.sluice.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.config.Entries.ModelEntry;
import io.sluice.config.Entries.Policy;
import io.sluice.config.Entries.TeamEntry;
import io.sluice.config.Section.Item;
import io.sluice.domain.notice.NoticeRules;
import io.sluice.domain.pool.Model.Price;
import io.sluice.domain.pool.RoutePolicy;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.stored.StoredIds;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code gateway.yaml} and the files of {@code gateway.d} into one set of entries. */
final class GatewayReader {
    private static final Duration SHORTEST_DEADLINE = Duration.ofMillis(100);
    private static final Duration LONGEST_DEADLINE = Duration.ofHours(1);
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
        file.sections("teams").forEach(this::team);
        NoticeRules notices = NotificationsReader.read(file.section("notifications"), ports, entries.clearTextSinks);
        if (isFirst(file, "notifications")) {
            entries.notices = notices;
        }
        Policy routing = policy(file.section("routing"), null);
        if (isFirst(file, "routing")) {
            entries.routing = routing;
        }
        String currency = file.text("currency", "ISO 4217 code", "USD", GatewayReader::currency);
        if (isFirst(file, "currency") && currency != null && !currency.equals("USD")) {
            file.findings().notApplied("currencies", file.place("currency"));
        }
        List<Item> secrets = file.texts("secrets", "secrets", "see below");
        if (isFirst(file, "secrets")) {
            secrets(file, secrets);
        }
        boolean allowEmpty = file.flag("allow-empty", false);
        if (isFirst(file, "allow-empty")) {
            entries.allowEmpty = allowEmpty;
        }
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
                policy(model, "as `routing`"),
                model.integer("output-estimate", OUTPUT_ESTIMATE, 1, 10_000_000),
                price(model.section("price")));
    }

    /**
     * Reads how requests are tried.
     *
     * @param outer what counts where nothing is said; null for the defaults
     */
    private static Policy policy(Section section, @Nullable String outer) {
        RoutePolicy standard = RoutePolicy.DEFAULT;
        return new Policy(
                section.optionalWord(
                        "strategy",
                        Strategy.class,
                        shown(outer, standard.strategy().name().toLowerCase(Locale.ROOT))),
                section.optionalFlag("sticky", shown(outer, Boolean.toString(standard.sticky()))),
                section.optional("attempts", shown(outer, Integer.toString(standard.attempts())), 1, 20),
                section.optionalDuration(
                        "deadline",
                        shown(outer, Scalars.show(standard.deadline())),
                        SHORTEST_DEADLINE,
                        LONGEST_DEADLINE),
                wait(section, "max-wait", shown(outer, Scalars.show(standard.maxWait()))),
                wait(section, "max-wait-stream", shown(outer, Scalars.show(standard.maxWaitStream()))));
    }

    private static String shown(@Nullable String outer, String standard) {
        return outer != null ? outer : standard;
    }

    private static @Nullable Duration wait(Section section, String key, String shownDefault) {
        return section.optionalDuration(key, shownDefault, Duration.ZERO, KeyReader.LONGEST_WAIT);
    }

    private static @Nullable Price price(Section price) {
        Long input = money(price, "input", Section.REQUIRED);
        Long cached = money(price, "cached-input", "as `input`");
        Long output = money(price, "output", Section.REQUIRED);
        if (!price.isPresent()) {
            return null;
        }
        for (String needed : List.of("input", "output")) {
            if (!price.has(needed)) {
                price.error(needed, "is missing");
            }
        }
        price.findings().notApplied("prices", price.place());
        return input == null || output == null ? null : new Price(input, cached == null ? input : cached, output);
    }

    private static @Nullable Long money(Section price, String key, String fallback) {
        Option option = new Option(price.path(key), "money", fallback, "`currency` per million tokens");
        return price.value(key, option, Scalars::micros);
    }

    private void team(Section team) {
        String name = team.required("name", "name", Names::name);
        entries.teams.add(new TeamEntry(team.place(), name, LimitsReader.plain(team)));
        KeyReader.budget(team);
    }

    private static String currency(String text) {
        if (!text.matches("[A-Z]{3}")) {
            throw new IllegalArgumentException("is not a currency; write three capital letters, such as USD");
        }
        return text;
    }
}
