package io.sluice.config;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.pricing.Rates;
import io.sluice.domain.pricing.Tariff;
import io.sluice.domain.pricing.Unpriced;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What every model costs at every channel, and who says so. Pure. */
public final class PriceView {
    private PriceView() {}

    /**
     * A model at a channel.
     *
     * @param model public model name
     * @param channel channel's name
     * @param upstreamModel the provider's name of the model
     * @param price what it costs; null when nobody knows
     * @param unpriced what happens to its requests without a price
     */
    public record Row(
            String model,
            String channel,
            String upstreamModel,
            @Nullable Price price,
            Unpriced unpriced) {}

    /**
     * All of a revision, models in its order.
     *
     * @param revision any revision
     */
    public static List<Row> of(GatewayRevision revision) {
        Map<List<String>, Row> rows = new LinkedHashMap<>();
        for (Model model : revision.models().values()) {
            for (Candidate each : model.candidates()) {
                String channel = each.channel().name();
                rows.putIfAbsent(
                        List.of(model.name(), channel, each.upstreamModel()),
                        new Row(model.name(), channel, each.upstreamModel(), each.price(), model.unpriced()));
            }
        }
        return List.copyOf(rows.values());
    }

    /**
     * The same as JSON, amounts as text in the words of the configuration.
     *
     * @param revision any revision
     */
    public static JsonObject render(GatewayRevision revision) {
        JsonObject exchange = new JsonObject();
        revision.currencies().rates().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(rate -> exchange.put(rate.getKey(), amount(rate.getValue())));
        return new JsonObject()
                .put("currency", revision.currencies().ledger())
                .put("exchange", exchange)
                .put(
                        "prices",
                        new JsonArray(of(revision).stream().map(PriceView::row).toList()));
    }

    private static JsonObject row(Row row) {
        JsonObject json = new JsonObject()
                .put("model", row.model())
                .put("channel", row.channel())
                .put("upstream-model", row.upstreamModel());
        Price price = row.price();
        if (price == null) {
            return json.put("price", null).put("unpriced", row.unpriced() == Unpriced.REFUSE ? "refuse" : "record");
        }
        return json.put("price", tariff(price.tariff()))
                .put("rate", amount(price.rateMicros()))
                .put("revision", price.revision())
                .put("origin", price.origin());
    }

    /** One price. */
    public static JsonObject of(Price price) {
        return tariff(price.tariff())
                .put("rate", amount(price.rateMicros()))
                .put("revision", price.revision())
                .put("origin", price.origin());
    }

    private static JsonObject tariff(Tariff tariff) {
        JsonObject json = rates(tariff.rates());
        if (!tariff.tiers().isEmpty()) {
            json.put(
                    "tiers",
                    new JsonArray(tariff.tiers().stream()
                            .map(tier -> rates(tier.rates()).put("from", tier.from()))
                            .toList()));
        }
        return json.put("image", amount(tariff.imageMicros()))
                .put("call", amount(tariff.callMicros()))
                .put("currency", tariff.currency());
    }

    private static JsonObject rates(Rates rates) {
        return new JsonObject()
                .put("input", amount(rates.input()))
                .put("cached-input", amount(rates.cachedInput()))
                .put("cache-write", amount(rates.cacheWrite()))
                .put("output", amount(rates.output()))
                .put("reasoning", amount(rates.reasoning()))
                .put("input-audio", amount(rates.inputAudio()))
                .put("output-audio", amount(rates.outputAudio()));
    }

    private static String amount(long micros) {
        return BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString();
    }
}
