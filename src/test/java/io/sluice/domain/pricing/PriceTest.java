package io.sluice.domain.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.domain.pricing.Tariff.Tier;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.tokens.TokenUsage;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PriceTest {
    private static final long ONE = 1_000_000;
    private static final Rates GPT_4O = tokens("2.50", "1.25", "2.50", "10");
    private static final Rates SONNET = tokens("3", "0.30", "3.75", "15");
    private static final Rates AUDIO =
            new Rates(micros("4"), micros("0.40"), micros("4"), micros("16"), micros("16"), micros("32"), micros("64"));

    private static long micros(String amount) {
        return new BigDecimal(amount).movePointRight(6).longValueExact();
    }

    private static Rates tokens(String input, String cached, String written, String output) {
        return new Rates(
                micros(input),
                micros(cached),
                micros(written),
                micros(output),
                micros(output),
                micros(input),
                micros(output));
    }

    private static Price price(Tariff tariff) {
        return new Price(tariff, ONE, "r", "here");
    }

    private static Price price(Rates rates) {
        return price(new Tariff("USD", rates));
    }

    /** As invoices and the providers' pages reckon them. */
    static Stream<Arguments> invoices() {
        return Stream.of(
                // 1 000 × 2.50 + 500 × 10, per million.
                arguments(price(GPT_4O), new TokenUsage(1_000, 0, 500, 0), 0, "0.0075"),
                // 3 000 of 10 000 from the cache.
                arguments(price(GPT_4O), new TokenUsage(10_000, 3_000, 200, 0), 0, "0.02325"),
                // Reasoning is output already.
                arguments(price(GPT_4O), new TokenUsage(10, 0, 1_000, 900), 0, "0.010025"),
                // 50 new, 100 000 read, 2 000 written, 500 out.
                arguments(price(SONNET), new TokenUsage(102_050, 100_000, 2_000, 500, 0), 0, "0.04515"),
                // 100 heard and 20 written in, 300 spoken and 30 written out.
                arguments(price(AUDIO), new TokenUsage(120, 0, 0, 330, 0, 100, 300), 0, "0.02296"),
                // All of the sound came from the cache, whose rate it has then.
                arguments(price(AUDIO), new TokenUsage(100, 100, 0, 0, 0, 100, 0), 0, "0.00004"),
                // 3 pictures at 4 cents.
                arguments(
                        price(new Tariff("USD", Rates.FREE, List.of(), micros("0.04"), 0)),
                        new TokenUsage(77, 0, 0, 0),
                        3,
                        "0.12"),
                // A search of a reranker.
                arguments(
                        price(new Tariff("USD", Rates.FREE, List.of(), 0, micros("0.002"))),
                        new TokenUsage(0, 0, 0, 0),
                        0,
                        "0.002"));
    }

    @ParameterizedTest
    @MethodSource("invoices")
    void chargesWhatTheInvoiceSays(Price price, TokenUsage usage, long images, String amount) {
        assertThat(price.charge(usage, images))
                .isEqualTo(new Charge(true, micros(amount), "USD", micros(amount), ONE, "r"));
    }

    static Stream<Arguments> tiers() {
        return Stream.of(
                arguments(200_000L, "0.25"),
                arguments(200_001L, "0.500003"),
                arguments(499_999L, "1.249998"),
                arguments(500_000L, "2.5"));
    }

    @ParameterizedTest
    @MethodSource("tiers")
    void longRequestPaysItsTierForAllTokens(long input, String amount) {
        Price price = price(new Tariff(
                "USD",
                tokens("1.25", "1.25", "1.25", "10"),
                List.of(
                        new Tier(200_001, tokens("2.5", "2.5", "2.5", "15")),
                        new Tier(500_000, tokens("5", "5", "5", "30"))),
                0,
                0));

        // 1.25 × 0.2 and so on; the tier's own input rate is for each token.
        assertThat(price.charge(new TokenUsage(input, input / 2, 0, 0), 0).micros())
                .isEqualTo(micros(amount));
    }

    /** Half a millionth is a whole one, less is nothing. */
    @Test
    void roundsHalfUpOnceAtTheEnd() {
        // 0.1 a million tokens is a tenth of a millionth a token.
        Price cheap = price(tokens("0.1", "0.1", "0.1", "0.1"));

        assertThat(cheap.charge(new TokenUsage(4, 0, 0, 0), 0).micros()).isZero();
        assertThat(cheap.charge(new TokenUsage(5, 0, 0, 0), 0).micros()).isOne();
        assertThat(cheap.charge(new TokenUsage(14, 0, 0, 0), 0).micros()).isOne();
        assertThat(cheap.charge(new TokenUsage(3, 0, 2, 0), 0).micros())
                .as("two parts, rounded together")
                .isOne();
    }

    @Test
    void countsInTheLedgersCurrencyAndKeepsTheOwn() {
        Price price = new Price(new Tariff("CNY", tokens("4", "1", "4", "16")), 140_000, "list 2026-11-01", "there");

        Charge charge = price.charge(new TokenUsage(1_000, 0, 1_001, 0), 0);

        // 0.020016 CNY × 0.14 = 0.00280224
        assertThat(charge).isEqualTo(new Charge(true, 2_802, "CNY", 20_016, 140_000, "list 2026-11-01"));
    }

    /** Rounding the own amount first would give 140 millionths here. */
    @Test
    void exchangesTheExactAmount() {
        Price price = new Price(new Tariff("XXX", tokens("0.4", "0.4", "0.4", "0")), 140_000_000, "r", "o");

        Charge charge = price.charge(new TokenUsage(1, 0, 0, 0), 0);

        assertThat(charge.originalMicros()).isZero();
        assertThat(charge.micros()).isEqualTo(56);
    }

    @Test
    void largestAmountsStayInRange() {
        Rates most = new Rates(Rates.MOST, Rates.MOST, Rates.MOST, Rates.MOST, Rates.MOST, Rates.MOST, Rates.MOST);
        Tariff dearest = new Tariff("XXX", most, List.of(new Tier(1, most)), Tariff.MOST_EACH, Tariff.MOST_EACH);
        TokenUsage all = new TokenUsage(TokenUsage.MAX, 7, 9, TokenUsage.MAX, 11, 13, 17);

        Charge charge = new Price(dearest, Currencies.MOST_RATE, "r", "o").charge(all, Long.MAX_VALUE);

        assertThat(charge.micros()).isEqualTo(Charge.MOST);
        assertThat(charge.originalMicros()).isEqualTo(Charge.MOST);
        assertThat(new Price(dearest, 1, "r", "o").charge(all, Long.MIN_VALUE).micros())
                .isBetween(0L, Charge.MOST);
        assertThat(new Price(dearest, Currencies.MOST_RATE, "r", "o")
                        .atMost(new Estimate(Long.MAX_VALUE, Long.MAX_VALUE).withImages(Long.MAX_VALUE)))
                .isEqualTo(Charge.MOST);
    }

    @Test
    void isTheExactSumOfItsParts() {
        Random random = new Random(42);
        for (int i = 0; i < 20_000; i++) {
            Tariff tariff = tariff(random);
            TokenUsage usage = usage(random);
            long images = random.nextInt(5);
            long rate = 1 + random.nextLong(i % 2 == 0 ? 3_000_000 : Currencies.MOST_RATE);
            Charge charge = new Price(tariff, rate, "r", "o").charge(usage, images);

            BigInteger picos = picos(tariff, usage, images);
            assertThat(charge.originalMicros()).isEqualTo(rounded(new BigDecimal(picos, 6), RoundingMode.HALF_UP));
            assertThat(charge.micros())
                    .isEqualTo(rounded(
                            new BigDecimal(picos.multiply(BigInteger.valueOf(rate)), 12), RoundingMode.HALF_UP));
        }
    }

    private static long rounded(BigDecimal exact, RoundingMode how) {
        return exact.setScale(0, how).min(BigDecimal.valueOf(Charge.MOST)).longValueExact();
    }

    private static BigInteger picos(Tariff tariff, TokenUsage usage, long images) {
        Rates at = tariff.at(usage.input());
        long fresh = usage.input() - usage.cachedInput() - usage.cacheWrite();
        long heard = Math.min(fresh, usage.inputAudio());
        long said = usage.output() - usage.reasoning();
        long spoken = Math.min(said, usage.outputAudio());
        return product(fresh - heard, at.input())
                .add(product(heard, at.inputAudio()))
                .add(product(usage.cachedInput(), at.cachedInput()))
                .add(product(usage.cacheWrite(), at.cacheWrite()))
                .add(product(said - spoken, at.output()))
                .add(product(spoken, at.outputAudio()))
                .add(product(usage.reasoning(), at.reasoning()))
                .add(product(images * ONE, tariff.imageMicros()))
                .add(product(ONE, tariff.callMicros()));
    }

    private static BigInteger product(long a, long b) {
        return BigInteger.valueOf(a).multiply(BigInteger.valueOf(b));
    }

    @Test
    void moreTokensNeverCostLess() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            Price price =
                    price(new Tariff("USD", rates(random), List.of(), random.nextLong(ONE), random.nextLong(ONE)));
            TokenUsage usage = usage(random);
            TokenUsage more = usage.and(new TokenUsage(random.nextInt(1_000), 0, random.nextInt(1_000), 0));

            assertThat(price.charge(more, 1).micros())
                    .isGreaterThanOrEqualTo(price.charge(usage, 0).micros());
        }
    }

    /** Whatever a request that is as large as expected turns out to be made of. */
    @Test
    void worstCaseIsNeverExceeded() {
        Random random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            Price price = new Price(tariff(random), 1 + random.nextLong(3_000_000), "r", "o");
            TokenUsage usage = usage(random);
            long images = random.nextInt(4);
            Estimate expected = new Estimate(usage.input() + random.nextInt(100), usage.output() + random.nextInt(100))
                    .withImages(images + random.nextInt(2));

            assertThat(price.atMost(expected))
                    .isGreaterThanOrEqualTo(price.charge(usage, images).micros());
        }
    }

    @Test
    void worstCaseIsTheDearestKindOfEach() {
        Price price = price(new Tariff("USD", AUDIO, List.of(), micros("0.04"), micros("0.01")));

        // 1 000 × 32 + 100 × 64 per million, two pictures, one request.
        assertThat(price.atMost(new Estimate(1_000, 100).withImages(2))).isEqualTo(micros("0.1284"));
    }

    private static Rates rates(Random random) {
        long most = random.nextBoolean() ? 100 * ONE : Rates.MOST;
        return new Rates(
                random.nextLong(most),
                random.nextLong(most),
                random.nextLong(most),
                random.nextLong(most),
                random.nextLong(most),
                random.nextLong(most),
                random.nextLong(most));
    }

    private static Tariff tariff(Random random) {
        List<Tier> tiers = random.nextBoolean()
                ? List.of()
                : List.of(
                        new Tier(1 + random.nextInt(50_000), rates(random)),
                        new Tier(60_000 + random.nextInt(50_000), rates(random)));
        return new Tariff("XXX", rates(random), tiers, random.nextLong(ONE), random.nextLong(ONE));
    }

    private static TokenUsage usage(Random random) {
        int bound = random.nextInt(10) == 0 ? 1_000_000_000 : 200_000;
        return new TokenUsage(
                random.nextInt(bound),
                random.nextInt(bound),
                random.nextInt(bound),
                random.nextInt(bound),
                random.nextInt(bound),
                random.nextInt(bound),
                random.nextInt(bound));
    }

    @Test
    void refusesWhatIsOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Rates(-1, 0, 0, 0, 0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rates(0, 0, 0, Rates.MOST + 1, 0, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Tariff("USD", Rates.FREE, List.of(), -1, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Tariff("USD", Rates.FREE, List.of(new Tier(0, Rates.FREE)), 0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Tariff("USD", Rates.FREE, List.of(new Tier(9, Rates.FREE), new Tier(9, Rates.FREE)), 0, 0));
        Tariff free = new Tariff("USD", Rates.FREE);
        assertThatIllegalArgumentException().isThrownBy(() -> new Price(free, 0, "r", "o"));
    }

    @Test
    void knowsWhatCurrenciesAreWorth() {
        Currencies euro = new Currencies("EUR", java.util.Map.of("USD", 930_000L));

        assertThat(euro.rateOf("EUR")).hasValue(ONE);
        assertThat(euro.rateOf("USD")).hasValue(930_000);
        assertThat(euro.rateOf("CNY")).isEmpty();
    }
}
