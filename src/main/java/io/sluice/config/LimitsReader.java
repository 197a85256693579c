package io.sluice.config;

import io.sluice.config.Section.Item;
import io.sluice.domain.Glob;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code limits}, of an account, a virtual key or a team. */
final class LimitsReader {
    /** The largest amount: with it, sums of whole windows stay far from overflow. */
    static final long MOST = 1L << 40;

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration SHORTEST_WINDOW = Duration.ofSeconds(1);
    private static final Duration LONGEST_WINDOW = Duration.ofHours(1);
    private static final String SCHEMA = "limits";

    private LimitsReader() {}

    /** The limits of an account, a virtual key or a team. */
    static AccountLimits read(Section owner) {
        Section limits = owner.section(SCHEMA).describedAs(SCHEMA);
        return new AccountLimits(set(limits), perModel(limits), groups(limits));
    }

    /** The limits of a usual account of a service. */
    static AccountLimits of(Preset preset) {
        List<Limit> all = new ArrayList<>();
        String zone = preset.zone() == null ? ZoneOffset.UTC.getId() : preset.zone();
        preset.limits().forEach((word, amount) -> {
            switch (word) {
                case "rpm" -> all.add(new Limit(Dimension.REQUESTS, amount, MINUTE));
                case "tpm" -> all.add(new Limit(Dimension.TOKENS, amount, MINUTE));
                case "itpm" -> all.add(new Limit(Dimension.INPUT_TOKENS, amount, MINUTE));
                case "otpm" -> all.add(new Limit(Dimension.OUTPUT_TOKENS, amount, MINUTE));
                case "ipm" -> all.add(new Limit(Dimension.IMAGES, amount, MINUTE));
                case "rpd" -> all.add(new Limit(Dimension.REQUESTS, amount, DAY, zone));
                case "tpd" -> all.add(new Limit(Dimension.TOKENS, amount, DAY, zone));
                default -> {}
            }
        });
        int concurrency = preset.limits().getOrDefault("concurrency", 0L).intValue();
        return new AccountLimits(new LimitSet(all, concurrency), Map.of(), List.of());
    }

    private static LimitSet set(Section limits) {
        List<Limit> all = new ArrayList<>();
        perMinute(limits, "rpm", Dimension.REQUESTS, all);
        perMinute(limits, "tpm", Dimension.TOKENS, all);
        perMinute(limits, "itpm", Dimension.INPUT_TOKENS, all);
        perMinute(limits, "otpm", Dimension.OUTPUT_TOKENS, all);
        perMinute(limits, "ipm", Dimension.IMAGES, all);
        perDay(limits, all);
        windows(limits, all);
        Long concurrency = limits.optional("concurrency", Section.NONE, 1, 1_000_000);
        return new LimitSet(all, concurrency == null ? 0 : concurrency.intValue());
    }

    private static void perMinute(Section limits, String key, Dimension dimension, List<Limit> all) {
        Long amount = limits.optional(key, Section.NONE, 1, MOST);
        if (amount != null) {
            all.add(new Limit(dimension, amount, MINUTE));
        }
    }

    private static void perDay(Section limits, List<Limit> all) {
        Long requests = limits.optional("rpd", Section.NONE, 1, MOST);
        Long tokens = limits.optional("tpd", Section.NONE, 1, MOST);
        ZoneId zone = limits.value("zone", new Option(limits.path("zone"), "time zone", "UTC", ""), LimitsReader::zone);
        String id = (zone == null ? ZoneOffset.UTC : zone).getId();
        if (requests != null) {
            all.add(new Limit(Dimension.REQUESTS, requests, DAY, id));
        }
        if (tokens != null) {
            all.add(new Limit(Dimension.TOKENS, tokens, DAY, id));
        }
        if (limits.has("zone") && !limits.has("rpd") && !limits.has("tpd")) {
            limits.findings().warning(limits.place("zone"), "says where days begin, and no limit is per day");
        }
    }

    private static void windows(Section limits, List<Limit> all) {
        for (Section window : limits.sections("windows")) {
            Limit limit = window(window);
            if (limit == null) {
                continue;
            }
            boolean twice = all.stream()
                    .anyMatch(other -> other.dimension() == limit.dimension()
                            && other.window().equals(limit.window()));
            if (twice) {
                window.findings()
                        .error(
                                window.place(),
                                "the same thing is limited twice per " + Scalars.show(limit.window())
                                        + "; keep one of the two");
            } else {
                all.add(limit);
            }
        }
    }

    private static @Nullable Limit window(Section window) {
        Map<Dimension, Long> amounts = new LinkedHashMap<>();
        amount(window, "requests", Dimension.REQUESTS, amounts);
        amount(window, "tokens", Dimension.TOKENS, amounts);
        amount(window, "input-tokens", Dimension.INPUT_TOKENS, amounts);
        amount(window, "output-tokens", Dimension.OUTPUT_TOKENS, amounts);
        amount(window, "images", Dimension.IMAGES, amounts);
        Duration per = window.optionalDuration("per", Section.REQUIRED, SHORTEST_WINDOW, LONGEST_WINDOW);
        if (!window.has("per")) {
            window.findings().error(window.place().at("per"), "is missing");
        }
        long named = List.of("requests", "tokens", "input-tokens", "output-tokens", "images").stream()
                .filter(window::has)
                .count();
        if (named != 1) {
            window.findings()
                    .error(
                            window.place(),
                            "names " + (named == 0 ? "nothing" : "several things")
                                    + " to count; write one of requests, tokens, input-tokens, output-tokens, images");
        }
        if (per == null || amounts.size() != 1) {
            return null;
        }
        Map.Entry<Dimension, Long> only = amounts.entrySet().iterator().next();
        return new Limit(only.getKey(), only.getValue(), per);
    }

    private static void amount(Section window, String key, Dimension dimension, Map<Dimension, Long> amounts) {
        Long amount = window.optional(key, Section.NONE, 1, MOST);
        if (amount != null) {
            amounts.put(dimension, amount);
        }
    }

    static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("is not a time zone; write UTC or Asia/Shanghai", e);
        }
    }

    /** Exact names first, then longer patterns before shorter ones. */
    private static Map<Glob, LimitSet> perModel(Section limits) {
        Map<Glob, LimitSet> read = new LinkedHashMap<>();
        limits.named("per-model", "pattern").forEach((pattern, section) -> {
            LimitSet set = nested(section);
            if (Names.isValid(section, pattern, Names::glob)) {
                read.put(new Glob(pattern), set);
            }
        });
        Map<Glob, LimitSet> ordered = new LinkedHashMap<>();
        read.keySet().stream()
                .sorted(Comparator.comparing((Glob glob) -> !glob.isExact())
                        .thenComparingInt(glob -> -glob.pattern().length()))
                .forEach(glob -> ordered.put(glob, read.getOrDefault(glob, LimitSet.NONE)));
        return ordered;
    }

    private static List<AccountLimits.Group> groups(Section limits) {
        List<AccountLimits.Group> groups = new ArrayList<>();
        for (Section group : limits.sections("groups")) {
            List<Glob> models = new ArrayList<>();
            for (Item item : group.texts("models", "patterns", Section.REQUIRED)) {
                try {
                    models.add(new Glob(Names.glob(item.text())));
                } catch (IllegalArgumentException e) {
                    group.findings().error(item.place(), item.shown() + " " + e.getMessage());
                }
            }
            if (!group.has("models")) {
                group.findings().error(group.place().at("models"), "is missing");
            }
            groups.add(new AccountLimits.Group(models, nested(group)));
        }
        return groups;
    }

    /** Limits inside limits: the same words, but no further nesting. */
    private static LimitSet nested(Section section) {
        LimitSet set = set(section.describedAs(SCHEMA));
        if (set.isEmpty()) {
            section.findings().warning(section.place(), "limits nothing");
        }
        return set;
    }
}
