package io.sluice.config;

import io.sluice.config.Entries.GlobPrice;
import io.sluice.config.Entries.PriceEntry;
import io.sluice.config.Entries.Worth;
import io.sluice.domain.Glob;
import io.sluice.domain.pricing.Currencies;
import io.sluice.domain.pricing.Rates;
import io.sluice.domain.pricing.Tariff;
import io.sluice.domain.pricing.Tariff.Tier;
import io.sluice.domain.tokens.TokenUsage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads prices: {@code price} of a model, {@code prices} of a channel or of the whole file, and what currencies are worth. */
final class PriceReader {
    private static final String SCHEMA = "price";
    private static final List<String> RATES =
            List.of("input", "cached-input", "cache-write", "output", "reasoning", "input-audio", "output-audio");
    private static final String PER_MILLION = "0 to 1_000_000 per million tokens";

    private final Section price;

    private PriceReader(Section price) {
        this.price = price;
    }

    /** The price of a mapping's {@code price}; null when there is none, or it is wrong. */
    static @Nullable PriceEntry read(Section owner) {
        Section price = owner.section(SCHEMA);
        PriceEntry entry = new PriceReader(price.describedAs(SCHEMA)).read();
        return price.isPresent() ? entry : null;
    }

    /** The prices of a mapping's {@code prices}, by pattern. */
    static List<GlobPrice> all(Section owner) {
        List<GlobPrice> all = new ArrayList<>();
        owner.named("prices", "pattern").forEach((pattern, section) -> {
            GlobPrice price = one(pattern, section);
            if (price != null) {
                all.add(price);
            }
        });
        return all;
    }

    /** The price of a pattern; null when it is wrong, which is then an error. */
    static @Nullable GlobPrice one(String pattern, Section section) {
        PriceEntry entry = new PriceReader(section.describedAs(SCHEMA)).read();
        return Names.isValid(section, pattern, Names::glob) && entry != null
                ? new GlobPrice(new Glob(pattern), entry)
                : null;
    }

    /** What one unit of other currencies is worth in the ledger's. */
    static Map<String, Worth> exchange(Section owner) {
        Map<String, Worth> rates = new LinkedHashMap<>();
        owner.values("exchange", "currency", "amount", "none").forEach((code, item) -> {
            try {
                currency(code);
            } catch (IllegalArgumentException e) {
                owner.findings().error(item.place(), "'" + code + "' " + e.getMessage());
            }
            try {
                long rate = Scalars.micros(item.text());
                if (rate == 0 || rate > Currencies.MOST_RATE) {
                    throw new IllegalArgumentException("is outside 0.000001 to 1_000_000");
                }
                rates.put(code, new Worth(item.place(), rate));
            } catch (IllegalArgumentException e) {
                owner.findings().error(item.place(), item.shown() + " " + e.getMessage());
            }
        });
        return rates;
    }

    static String currency(String text) {
        if (!text.matches("[A-Z]{3}")) {
            throw new IllegalArgumentException("is not a currency; write three capital letters, such as USD");
        }
        return text;
    }

    private @Nullable PriceEntry read() {
        int before = price.findings().errorCount();
        Rates rates = rates(price);
        Long image = money(price, "image", "0", "0 to 1_000_000 for each picture");
        Long call = money(price, "call", "0", "0 to 1_000_000 for each request");
        String currency = price.text("currency", "ISO 4217 code", "as `currency`", PriceReader::currency);
        List<Tier> tiers = new ArrayList<>();
        for (Section tier : price.sections("tiers")) {
            tier(tier, tiers);
        }
        if (price.isPresent() && !saysTokens(price) && !price.has("image") && !price.has("call")) {
            price.findings().error(price.place(), "names no price; write input and output, or image, or call");
        } else if (price.isPresent() && (saysTokens(price) || price.has("tiers"))) {
            together(price);
        }
        return price.findings().errorCount() > before
                ? null
                : new PriceEntry(
                        price.place(), currency, rates, tiers, image == null ? 0 : image, call == null ? 0 : call);
    }

    private void tier(Section tier, List<Tier> tiers) {
        Long from = tier.optional("from", Section.REQUIRED, 1, TokenUsage.MAX);
        Rates rates = rates(tier);
        if (!tier.has("from")) {
            tier.error("from", "is missing");
        } else if (from != null && !tiers.isEmpty() && tiers.getLast().from() >= from) {
            tier.error("from", "is not more than that of the tier before it; write the shortest first");
        }
        for (String rate : RATES) {
            if (price.has(rate) && !tier.has(rate)) {
                tier.error(rate, "is missing; a tier names what the price above it names");
            } else if (tier.has(rate) && !price.has(rate)) {
                tier.error(rate, "is not in the price above the tier; name it there too");
            }
        }
        if (from != null) {
            tiers.add(new Tier(from, rates));
        }
    }

    /** Half a price would let the other half be free. */
    private static void together(Section price) {
        for (String needed : List.of("input", "output")) {
            if (!price.has(needed)) {
                price.error(needed, "is missing; write 0 where there is nothing to pay");
            }
        }
    }

    private static boolean saysTokens(Section price) {
        return RATES.stream().anyMatch(price::has);
    }

    private static Rates rates(Section section) {
        long input = or(money(section, "input", "required without image and call", PER_MILLION), 0);
        Long cached = money(section, "cached-input", "as `input`", PER_MILLION);
        Long written = money(section, "cache-write", "as `input`", PER_MILLION);
        long output = or(money(section, "output", "required without image and call", PER_MILLION), 0);
        Long reasoning = money(section, "reasoning", "as `output`", PER_MILLION);
        Long heard = money(section, "input-audio", "as `input`", PER_MILLION);
        Long spoken = money(section, "output-audio", "as `output`", PER_MILLION);
        return new Rates(
                input,
                or(cached, input),
                or(written, input),
                output,
                or(reasoning, output),
                or(heard, input),
                or(spoken, output));
    }

    private static long or(@Nullable Long said, long otherwise) {
        return said == null ? otherwise : said;
    }

    private static @Nullable Long money(Section section, String key, String fallback, String range) {
        Option option = new Option(section.path(key), "money", fallback, range);
        return section.value(key, option, text -> {
            long micros = Scalars.micros(text);
            if (micros > Tariff.MOST_EACH) {
                throw new IllegalArgumentException("is outside 0 to 1_000_000");
            }
            return micros;
        });
    }
}
