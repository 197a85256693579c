package io.sluice.config;

import io.sluice.config.Entries.GlobPrice;
import io.sluice.config.Entries.ModelEntry;
import io.sluice.config.Entries.PriceEntry;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pricing.Currencies;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.pricing.Tariff;
import io.sluice.preset.PriceLists;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds what each model costs at each channel: the channel's own word, the model's, the files', and then the lists'. */
final class Pricing {
    private static final int NAMED = 3;

    private final Currencies currencies;
    private final List<GlobPrice> general;
    private final String revision;
    private final Findings findings;
    private final Map<String, TreeSet<String>> worthless = new TreeMap<>();

    Pricing(Entries entries, String revision, Findings findings) {
        Map<String, Long> rates = new TreeMap<>();
        entries.exchange.forEach((code, worth) -> rates.put(code, worth.micros()));
        this.currencies = new Currencies(entries.currency, rates);
        this.general = sorted(entries.prices);
        this.revision = revision;
        this.findings = findings;
    }

    /** Exact names first, then longer patterns before shorter ones. */
    static List<GlobPrice> sorted(List<GlobPrice> prices) {
        return prices.stream()
                .sorted(Comparator.comparing((GlobPrice price) -> !price.glob().isExact())
                        .thenComparingInt(price -> -price.glob().pattern().length()))
                .toList();
    }

    Currencies currencies() {
        return currencies;
    }

    /**
     * What a model costs.
     *
     * @param own the channel's prices, sorted
     * @param model what the files say of the public model; null for nothing
     * @return null when nobody knows, or it is in a currency that nobody says the worth of
     */
    @Nullable
    Price of(Channel channel, List<GlobPrice> own, @Nullable ModelEntry model, String upstream) {
        PriceEntry said = of(own, upstream);
        if (said == null && model != null) {
            said = model.price();
        }
        if (said == null) {
            said = of(general, upstream);
        }
        if (said != null) {
            return price(said.in(currencies.ledger()), revision, said.origin(), said.origin());
        }
        PriceLists.Listed listed = PriceLists.find(channel, upstream);
        return listed == null
                ? null
                : price(listed.tariff(), listed.revision(), listed.origin(), channel.name() + "/" + upstream);
    }

    private static @Nullable PriceEntry of(List<GlobPrice> prices, String upstream) {
        for (GlobPrice price : prices) {
            if (price.glob().matches(upstream)) {
                return price.price();
            }
        }
        return null;
    }

    private @Nullable Price price(Tariff tariff, String of, String origin, String shown) {
        OptionalLong rate = currencies.rateOf(tariff.currency());
        if (rate.isEmpty()) {
            worthless.computeIfAbsent(tariff.currency(), c -> new TreeSet<>()).add(shown);
            return null;
        }
        return new Price(tariff, rate.getAsLong(), of, origin);
    }

    /** One sentence for each currency of which nobody says the worth. */
    void warn() {
        worthless.forEach((currency, shown) -> {
            int more = shown.size() - NAMED;
            String places = String.join(", ", shown.stream().limit(NAMED).toList());
            findings.warning("prices in " + currency + " count as unknown, for nothing says what it is worth in "
                    + currencies.ledger() + " (" + places + (more > 0 ? " and " + more + " more" : "")
                    + "); write exchange: { " + currency + ": … }");
        });
    }
}
