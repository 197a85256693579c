package io.sluice.preset;

import static io.sluice.preset.StrictYaml.known;
import static io.sluice.preset.StrictYaml.load;
import static io.sluice.preset.StrictYaml.mapping;
import static io.sluice.preset.StrictYaml.strings;
import static io.sluice.preset.StrictYaml.text;
import static io.sluice.preset.StrictYaml.yes;

import io.sluice.domain.Glob;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pricing.Rates;
import io.sluice.domain.pricing.Tariff;
import io.sluice.domain.pricing.Tariff.Tier;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the file of a price list, strictly: an unknown word, a doubled name or a price without a part is a fault. */
final class PriceListReader {
    private static final Set<String> FIELDS =
            Set.of("provider", "date", "source", "currency", "hosts", "presets", "types", "dated", "models");
    private static final Set<String> RATES =
            Set.of("input", "cached-input", "cache-write", "output", "reasoning", "input-audio", "output-audio");
    private static final Set<String> WHOLE = Set.of("image", "call", "tiers");
    private static final Pattern AMOUNT = Pattern.compile("[0-9]{1,7}(\\.[0-9]{1,6})?");
    private static final Pattern TOKENS = Pattern.compile("[1-9][0-9]{0,2}(_[0-9]{3}){0,2}");
    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9@*][A-Za-z0-9._:/@+*-]{0,127}");

    private PriceListReader() {}

    /**
     * Reads a list.
     *
     * @param name the file's name without its ending
     * @param yaml the file's text
     * @throws IllegalArgumentException when it says what no list may say; the message says where
     */
    static PriceList read(String name, String yaml) {
        Map<?, ?> file = mapping("the file", load(yaml));
        known("the file", file, FIELDS);
        String currency = text(file, "currency");
        if (!CURRENCY.matcher(currency).matches()) {
            throw new IllegalArgumentException("currency: three capital letters");
        }
        Set<ProviderType> types = new HashSet<>();
        for (String type : strings("types", file.get("types"))) {
            types.add(ProviderType.ofWord(type).orElseThrow(() -> new IllegalArgumentException("types: " + type)));
        }
        List<String> presets = strings("presets", file.get("presets"));
        for (String preset : presets) {
            if (!Presets.NAMES.contains(preset)) {
                throw new IllegalArgumentException("presets: " + preset + " is none");
            }
        }
        return new PriceList(
                name,
                text(file, "provider"),
                date(text(file, "date")),
                text(file, "source"),
                strings("hosts", file.get("hosts")).stream().map(Glob::new).toList(),
                Set.copyOf(presets),
                types,
                file.containsKey("dated") && yes("dated", text(file, "dated")),
                models(mapping("models", file.get("models")), currency));
    }

    private static LocalDate date(String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("date: a day such as 2026-11-01", e);
        }
    }

    /** One price may stand behind several names with commas between them. */
    private static Map<Glob, Tariff> models(Map<?, ?> stated, String currency) {
        Map<String, Tariff> byName = new HashMap<>();
        stated.forEach((names, price) -> {
            String place = "models." + names;
            Tariff tariff = tariff(place, mapping(place, price), currency);
            for (String name : String.valueOf(names).split(",", -1)) {
                if (!MODEL.matcher(name.strip()).matches()) {
                    throw new IllegalArgumentException(place + ": " + name + " is no model");
                }
                if (byName.put(name.strip(), tariff) != null) {
                    throw new IllegalArgumentException(place + ": " + name + " stands twice");
                }
            }
        });
        Map<Glob, Tariff> ordered = new LinkedHashMap<>();
        byName.keySet().stream()
                .map(Glob::new)
                .sorted(Comparator.comparing((Glob glob) -> !glob.isExact())
                        .thenComparing(glob -> -glob.pattern().length())
                        .thenComparing(Glob::pattern))
                .forEach(glob -> ordered.put(glob, byName.get(glob.pattern())));
        return ordered;
    }

    private static Tariff tariff(String place, Map<?, ?> price, String currency) {
        Set<String> fields = new HashSet<>(RATES);
        fields.addAll(WHOLE);
        known(place, price, fields);
        boolean whole = price.containsKey("image") || price.containsKey("call");
        boolean tokens = price.keySet().stream().anyMatch(RATES::contains);
        if (!whole && !tokens) {
            throw new IllegalArgumentException(place + ": names no price");
        }
        List<Tier> tiers = new ArrayList<>();
        if (price.get("tiers") instanceof List<?> list) {
            for (Object item : list) {
                tiers.add(tier(place + ".tiers", mapping(place + ".tiers", item), price));
            }
        } else if (price.containsKey("tiers")) {
            throw new IllegalArgumentException(place + ".tiers: a list");
        }
        return new Tariff(
                currency,
                tokens ? rates(place, price) : Rates.FREE,
                tiers,
                amount(place, price, "image", 0),
                amount(place, price, "call", 0));
    }

    /** What the price names, its tiers name too. */
    private static Tier tier(String place, Map<?, ?> tier, Map<?, ?> price) {
        Set<String> fields = new HashSet<>(RATES);
        fields.add("from");
        known(place, tier, fields);
        for (String rate : RATES) {
            if (price.containsKey(rate) != tier.containsKey(rate)) {
                throw new IllegalArgumentException(place + ": " + rate + " stands here or above it alone");
            }
        }
        String from = text(tier, "from");
        if (!TOKENS.matcher(from).matches()) {
            throw new IllegalArgumentException(place + ".from: a number of tokens such as 200_001");
        }
        return new Tier(Long.parseLong(from.replace("_", "")), rates(place, tier));
    }

    private static Rates rates(String place, Map<?, ?> price) {
        if (!price.containsKey("input") || !price.containsKey("output")) {
            throw new IllegalArgumentException(place + ": input and output go together");
        }
        long input = amount(place, price, "input", 0);
        long output = amount(place, price, "output", 0);
        return new Rates(
                input,
                amount(place, price, "cached-input", input),
                amount(place, price, "cache-write", input),
                output,
                amount(place, price, "reasoning", output),
                amount(place, price, "input-audio", input),
                amount(place, price, "output-audio", output));
    }

    private static long amount(String place, Map<?, ?> price, String field, long otherwise) {
        if (!price.containsKey(field)) {
            return otherwise;
        }
        String text = text(price, field);
        if (!AMOUNT.matcher(text).matches()) {
            throw new IllegalArgumentException(place + "." + field + ": an amount such as 2.50");
        }
        return new BigDecimal(text).movePointRight(6).longValueExact();
    }
}
