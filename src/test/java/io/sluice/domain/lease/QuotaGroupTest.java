package io.sluice.domain.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuotaGroupTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void grantsWhatIsFree() throws GroupFormatException {
        QuotaGroup group = new QuotaGroup();
        group.apply(new GroupOperation.Found(new byte[0], false, 1, false));
        Limit limit = new Limit(Dimension.REQUESTS, 3, Duration.ofMinutes(1));
        var waiting = new WaitingRequest(0, 0, 0, Units.of(1, 10, 10, 0, 0));
        Renewal renewal = new Renewal(
                new ClientId("a", 1),
                1,
                "r",
                List.of(new ScopeDefinition(0, "key:c/a", new LimitSet(List.of(limit), 0))),
                List.of(new ScopeStatement(
                        0,
                        Units.NONE,
                        List.of(),
                        Units.NONE,
                        0,
                        Units.NONE,
                        0,
                        List.of(waiting, waiting, waiting, waiting),
                        Units.of(4, 40, 40, 0, 0),
                        null)),
                false);
        List<Answer> answers = group.apply(new GroupOperation.Batch(SECOND, Map.of(), List.of(renewal)));
        System.out.println(answers);
        assertThat(answers.getFirst().grants().getFirst().granted()).isEqualTo(Units.of(3, 30, 30, 0, 0));
        QuotaGroup other = QuotaGroup.restore(group.snapshot());
        assertThat(other.snapshot()).isEqualTo(group.snapshot());
        System.out.println(group.counters());
    }
}
