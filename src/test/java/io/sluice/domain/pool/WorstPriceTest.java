package io.sluice.domain.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.pricing.Price;
import io.sluice.domain.pricing.Rates;
import io.sluice.domain.pricing.Tariff;
import io.sluice.domain.quota.Estimate;
import io.sluice.testkit.RevisionBuilder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WorstPriceTest {
    private static final GatewayRevision REVISION = new RevisionBuilder()
            .channel("c", channel -> channel.serves("cheap", "dear", "unknown"))
            .price("cheap", price(1_000_000, 2_000_000))
            .price("dear", price(3_000_000, 1_000_000))
            .build();

    private static Price price(long input, long output) {
        return new Price(
                new Tariff("USD", new Rates(input, input, input, output, output, input, output)), 1_000_000, "r", "o");
    }

    private static List<Candidate> candidates(String... models) {
        return Stream.of(models)
                .flatMap(model -> REVISION.models().get(model).candidates().stream())
                .toList();
    }

    @Test
    void isThatOfTheDearestCandidate() {
        List<Candidate> all = candidates("cheap", "unknown", "dear");

        assertThat(WorstPrice.of(all, new Estimate(1_000, 100))).isEqualTo(3_100);
        assertThat(WorstPrice.of(all, new Estimate(100, 1_000))).isEqualTo(2_100);
    }

    @Test
    void isNothingWhereNobodyKnowsAPrice() {
        assertThat(WorstPrice.of(candidates("unknown"), new Estimate(1_000, 100)))
                .isZero();
        assertThat(WorstPrice.of(List.of(), new Estimate(1_000, 100))).isZero();
    }
}
