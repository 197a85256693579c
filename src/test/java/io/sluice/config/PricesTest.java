package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pricing.Currencies;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.pricing.Rates;
import io.sluice.domain.pricing.Tariff;
import io.sluice.domain.pricing.Tariff.Tier;
import io.sluice.domain.pricing.Unpriced;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whose word counts when several say what something costs, and what is refused. */
class PricesTest {
    private static final String OPENAI = """
            channels:
              - name: c
                type: openai
                base-url: https://api.openai.com/v1
                accounts: [{ name: a, key: "${env:KEY}" }]
                models: { gpt-4o-mini: {}, ours: { upstream: gpt-4o }, unknown: {} }
            """;

    private static GatewayRevision revision(String more) {
        return TestFiles.gateway(OPENAI + TestFiles.KEY + more).revision();
    }

    private static @Nullable Price price(GatewayRevision revision, String model) {
        return candidate(revision, model).price();
    }

    private static Candidate candidate(GatewayRevision revision, String model) {
        return Objects.requireNonNull(revision.models().get(model)).candidates().getFirst();
    }

    private static long input(@Nullable Price price) {
        return Objects.requireNonNull(price).tariff().rates().input();
    }

    @Test
    void readsEveryPartOfAPrice() {
        GatewayRevision revision = ConfigLoader.loadGateway(
                        ConfigFiles.read(TestFiles.everyOption()),
                        new Reading(ReferenceSource.of(TestFiles.everyOption(), name -> "value-of-" + name)),
                        null,
                        List.of())
                .value();

        assertThat(revision).isNotNull();
        assertThat(revision.currencies()).isEqualTo(new Currencies("EUR", Map.of("USD", 930_000L, "CNY", 130_000L)));
        assertThat(revision.models().get("gpt-4o").unpriced()).isEqualTo(Unpriced.RECORD);
        assertThat(revision.models().get("gpt-4o-mini").unpriced()).isEqualTo(Unpriced.REFUSE);
        assertThat(price(revision, "gpt-4o"))
                .isEqualTo(new Price(
                        new Tariff(
                                "USD",
                                new Rates(
                                        2_500_000,
                                        1_250_000,
                                        3_125_000,
                                        10_000_000,
                                        12_000_000,
                                        40_000_000,
                                        80_000_000),
                                List.of(new Tier(
                                        200_001,
                                        new Rates(
                                                5_000_000,
                                                2_500_000,
                                                6_250_000,
                                                20_000_000,
                                                24_000_000,
                                                80_000_000,
                                                160_000_000))),
                                40_000,
                                1_000),
                        930_000,
                        revision.id(),
                        Objects.requireNonNull(price(revision, "gpt-4o")).origin()));
        assertThat(Objects.requireNonNull(price(revision, "gpt-4o")).origin())
                .matches("gateway.yaml:[0-9]+ models.gpt-4o.price");
        assertThat(input(price(revision, "claude-sonnet"))).isEqualTo(3_000_000);
        assertThat(Objects.requireNonNull(price(revision, "gpt-4"))
                        .tariff()
                        .rates()
                        .input())
                .as("the channel's own word")
                .isEqualTo(2_000_000);
    }

    @Test
    void listKnowsUpstreamNames() {
        GatewayRevision revision = revision("");

        assertThat(input(price(revision, "gpt-4o-mini"))).isEqualTo(150_000);
        assertThat(input(price(revision, "ours"))).isEqualTo(2_500_000);
        assertThat(Objects.requireNonNull(price(revision, "ours")).revision()).matches("list 20[0-9-]{8}");
        assertThat(Objects.requireNonNull(price(revision, "ours")).origin()).isEqualTo("price list openai: gpt-4o");
        assertThat(price(revision, "unknown")).isNull();
        assertThat(revision.warnings()).isEmpty();
    }

    /** Each says another price, and every file says less than the one before it. */
    static Stream<Arguments> words() {
        String general = "prices: { \"gpt-*\": { input: 7, output: 7 }, gpt-4o: { input: 6, output: 6 } }\n";
        String model = "models: { ours: { price: { input: 5, output: 5 } } }\n";
        String channel = "    prices: { \"gpt-4*\": { input: 4, output: 4 }, \"*\": { input: 9, output: 9 } }\n";
        return Stream.of(
                arguments("", "", 2_500_000, "price list openai: gpt-4o"),
                arguments("", general, 6_000_000, "gateway.yaml:9 prices.gpt-4o"),
                arguments("", general + model, 5_000_000, "gateway.yaml:10 models.ours.price"),
                arguments(channel, general + model, 4_000_000, "gateway.yaml:7 channels[0].prices.gpt-4*"));
    }

    @ParameterizedTest
    @MethodSource("words")
    void nearestWordCounts(String channel, String more, long input, String origin) {
        GatewayRevision revision =
                TestFiles.gateway(OPENAI + channel + TestFiles.KEY + more).revision();

        Price price = Objects.requireNonNull(price(revision, "ours"));
        assertThat(price.tariff().rates().input()).isEqualTo(input);
        assertThat(price.origin()).isEqualTo(origin);
        assertThat(price.revision()).isEqualTo(origin.startsWith("gateway") ? revision.id() : price.revision());
    }

    @Test
    void whatIsNotSaidIsAsItsWhole() {
        GatewayRevision revision = revision("prices: { unknown: { input: 3, output: 15 } }\n");

        assertThat(Objects.requireNonNull(price(revision, "unknown")).tariff().rates())
                .isEqualTo(new Rates(3_000_000, 3_000_000, 3_000_000, 15_000_000, 15_000_000, 3_000_000, 15_000_000));
    }

    @Test
    void nothingIsAPriceToo() {
        GatewayRevision revision = revision("prices: { unknown: { input: 0, output: 0 } }\n");

        assertThat(Objects.requireNonNull(price(revision, "unknown")).tariff().rates())
                .isEqualTo(Rates.FREE);
    }

    @Test
    void picturesAndCallsNeedNoTokens() {
        GatewayRevision revision = revision("prices: { unknown: { image: 0.04, call: 0.5 } }\n");

        Tariff tariff = Objects.requireNonNull(price(revision, "unknown")).tariff();
        assertThat(tariff.imageMicros()).isEqualTo(40_000);
        assertThat(tariff.callMicros()).isEqualTo(500_000);
        assertThat(tariff.rates()).isEqualTo(Rates.FREE);
    }

    @Test
    void currencyOfUnknownWorthIsNoPrice() {
        GatewayRevision revision = revision("prices: { unknown: { input: 1, output: 1, currency: CNY } }\n");

        assertThat(price(revision, "unknown")).isNull();
        assertThat(revision.warnings())
                .containsExactly("prices in CNY count as unknown, for nothing says what it is worth in USD"
                        + " (gateway.yaml:9 prices.unknown); write exchange: { CNY: … }");
    }

    /** The list's dollars are worth nothing in a ledger of euros that does not know them. */
    @Test
    void listIsExchangedToo() {
        assertThat(price(revision("currency: EUR\n"), "ours")).isNull();
        assertThat(revision("currency: EUR\n").warnings().getFirst())
                .contains("prices in USD count as unknown")
                .contains("(c/gpt-4o, c/gpt-4o-mini)");
        assertThat(Objects.requireNonNull(price(revision("currency: EUR\nexchange: { USD: 0.93 }\n"), "ours"))
                        .rateMicros())
                .isEqualTo(930_000);
    }

    @Test
    void saysWhatIsRefusedForWantOfAPrice() {
        GatewayRevision revision = revision("unpriced: refuse\nmodels: { gpt-4o-mini: { unpriced: record } }\n");

        assertThat(revision.models().get("unknown").unpriced()).isEqualTo(Unpriced.REFUSE);
        assertThat(revision.models().get("gpt-4o-mini").unpriced()).isEqualTo(Unpriced.RECORD);
        assertThat(revision.warnings())
                .containsExactly("models.unknown: nothing goes to c/a, where it has no price, for unpriced is refuse;"
                        + " write a price for it");
    }

    @Test
    void viewSaysWhatEverythingCostsAndWhoSaysSo() {
        JsonObject view = EffectiveConfig.render(revision(
                "exchange: { CNY: 0.14 }\nprices: { unknown: { input: 4, output: 16.5, currency: CNY, image: 0.1 } }\n"
                        + "models: { ours: { unpriced: refuse } }\n"));

        assertThat(view.getString("currency")).isEqualTo("USD");
        assertThat(view.getJsonObject("exchange")).isEqualTo(new JsonObject().put("CNY", "0.14"));
        assertThat(view.getJsonArray("prices")).hasSize(3);
        assertThat(view.getJsonArray("prices").getJsonObject(2))
                .isEqualTo(new JsonObject("""
                        {"model": "unknown", "channel": "c", "upstream-model": "unknown",
                         "price": {"input": "4", "cached-input": "4", "cache-write": "4", "output": "16.5",
                                   "reasoning": "16.5", "input-audio": "4", "output-audio": "16.5",
                                   "image": "0.1", "call": "0", "currency": "CNY"},
                         "rate": "0.14", "revision": "%s", "origin": "gateway.yaml:10 prices.unknown"}""".formatted(view.getString("revision"))));
    }

    @Test
    void viewSaysWhatIsUnknown() {
        GatewayRevision revision = revision("");

        assertThat(PriceView.of(revision))
                .extracting(PriceView.Row::model)
                .containsExactly("gpt-4o-mini", "ours", "unknown");
        assertThat(PriceView.render(revision).getJsonArray("prices").getJsonObject(2))
                .isEqualTo(new JsonObject("""
                        {"model": "unknown", "channel": "c", "upstream-model": "unknown", "price": null,
                         "unpriced": "record"}"""));
    }

    static Stream<Arguments> errors() {
        return Stream.of(
                arguments("{ input: 1 }", "9:11: prices.x.output: is missing; write 0 where there is nothing to pay"),
                arguments("{ output: 1 }", "prices.x.input: is missing"),
                arguments("{ cached-input: 1, image: 1 }", "prices.x.input: is missing"),
                arguments("{}", "prices.x: names no price; write input and output, or image, or call"),
                arguments("{ currency: USD }", "prices.x: names no price"),
                arguments("{ input: -1, output: 1 }", "prices.x.input: '-1' is not an amount"),
                arguments("{ input: NaN, output: 1 }", "prices.x.input: 'NaN' is not an amount"),
                arguments("{ input: .inf, output: 1 }", "prices.x.input: '.inf' is not an amount"),
                arguments("{ input: 1e3, output: 1 }", "prices.x.input: '1e3' is not an amount"),
                arguments("{ input: 1, output: 1.0000001 }", "prices.x.output: '1.0000001' is not an amount"),
                arguments("{ input: 1000001, output: 1 }", "prices.x.input: '1000001' is outside 0 to 1_000_000"),
                arguments("{ input: 99999999999999999999, output: 1 }", "is not an amount"),
                arguments("{ image: 1000001 }", "prices.x.image: '1000001' is outside 0 to 1_000_000"),
                arguments("{ call: -0.1 }", "prices.x.call: '-0.1' is not an amount"),
                arguments("{ call: 1, currency: yuan }", "prices.x.currency: 'yuan' is not a currency"),
                arguments("{ in: 1, out: 1 }", "prices.x.in: is unknown"),
                arguments("{ call: 1, tiers: [{ from: 5, input: 1, output: 1 }] }", "prices.x.input: is missing"),
                arguments("{ input: 1, output: 1, tiers: [{ input: 1, output: 1 }] }", "tiers[0].from: is missing"),
                arguments("{ input: 1, output: 1, tiers: [{ from: 0, input: 1, output: 1 }] }", "'0' is outside 1 to"),
                arguments(
                        "{ input: 1, output: 1, tiers: [{ from: 5, input: 1 }] }",
                        "tiers[0].output: is missing; a tier names what the price above it names"),
                arguments(
                        "{ input: 1, output: 1, tiers: [{ from: 5, input: 1, output: 1, reasoning: 2 }] }",
                        "tiers[0].reasoning: is not in the price above the tier"),
                arguments(
                        "{ input: 1, output: 1, tiers: [{ from: 5, input: 1, output: 1 }, { from: 5, input: 1, output: 1 }] }",
                        "tiers[1].from: is not more than that of the tier before it"));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void refusesWrongPrices(String price, String error) {
        assertThat(TestFiles.gateway(OPENAI + TestFiles.KEY + "prices: { x: " + price + " }\n")
                        .gatewayErrors())
                .anySatisfy(message -> assertThat(message).contains(error));
    }

    static Stream<Arguments> files() {
        return Stream.of(
                arguments("exchange: { CNY: 0 }", "9:13: exchange.CNY: '0' is outside 0.000001 to 1_000_000"),
                arguments("exchange: { CNY: -1 }", "exchange.CNY: '-1' is not an amount"),
                arguments("exchange: { CNY: 1000001 }", "exchange.CNY: '1000001' is outside"),
                arguments("exchange: { yuan: 1 }", "exchange.yuan: 'yuan' is not a currency"),
                arguments("exchange: { USD: 1 }", "exchange.USD: says what USD is worth, which is the currency itself"),
                arguments("exchange: { CNY: [1] }", "exchange.CNY: is not a single value"),
                arguments("unpriced: free", "unpriced: 'free' is not one of record, refuse"),
                arguments("prices: [1]", "prices: is not a mapping"),
                arguments("prices: { \"a b\": { call: 1 } }", "prices.a b: 'a b' is not a model pattern"),
                arguments("models: { ours: { price: 5 } }", "models.ours.price: is not a mapping"),
                arguments("models: { ours: { price: { input: 5 } } }", "models.ours.price.output: is missing"),
                arguments("models: { ours: { unpriced: maybe } }", "models.ours.unpriced: 'maybe' is not one of"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void refusesWrongFiles(String more, String error) {
        assertThat(TestFiles.gateway(OPENAI + TestFiles.KEY + more + "\n").gatewayErrors())
                .anySatisfy(message -> assertThat(message).contains(error));
    }

    @Test
    void onePatternStandsInOneFile() {
        assertThat(TestFiles.gateway(OPENAI + TestFiles.KEY + "prices: { x: { call: 1 } }\nunpriced: record\n")
                        .with("gateway.d/more.yaml", "prices: { x: { call: 2 }, y: { call: 2 } }\nunpriced: refuse\n")
                        .gatewayErrors())
                .satisfiesExactly(
                        error -> assertThat(error).contains("the price of 'x' is also in gateway.yaml:9"),
                        error -> assertThat(error).contains("unpriced: stands also in gateway.yaml:10"));
    }
}
