package io.sluice.domain.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GroupCodecTest {
    private static final Renewal RENEWAL = new Renewal(
            new ClientId("b", -7),
            3,
            "r1",
            List.of(new ScopeDefinition(
                    0,
                    "account:openai/a",
                    new LimitSet(
                            List.of(
                                    new Limit(Dimension.REQUESTS, 60, Duration.ofMinutes(1)),
                                    new Limit(Dimension.TOKENS, 1L << 40, Duration.ofDays(1), "Asia/Shanghai")),
                            4))),
            List.of(new ScopeStatement(
                    0,
                    Units.of(1, 2, 3, 4, 5),
                    List.of(new Refund(-5, Units.of(0, 9, 0, 0, 0))),
                    Units.NONE,
                    2,
                    Units.of(1, 0, 0, 0, 0),
                    1,
                    List.of(new WaitingRequest(-1, 0, 12, Units.of(1, 700, 0, 0, 0))),
                    Units.of(1, 700, 0, 0, 0),
                    new Observation(5, Units.of(60, 0, 0, 0, 0), Units.NONE))),
            true);
    private static final GroupOperation BATCH =
            new GroupOperation.Batch(25_000_000, Map.of("UTC", 20_000L, "Asia/Shanghai", 20_001L), List.of(RENEWAL));

    @Test
    void everyFormComesBackAsItWas() throws GroupFormatException {
        Answer answer = new Answer(
                RENEWAL.client(),
                3,
                Answer.Status.TAKEN,
                77,
                List.of(new ScopeGrant(
                        0, Units.of(1, 0, 0, 0, 0), 2, 500_000_000, Units.NONE, Units.NONE, ScopeGrant.NEVER)));
        List<ScopeCounters> counters = List.of(new ScopeCounters(
                "account:openai/a",
                List.of(new ScopeCounters.LimitCounters(
                        Dimension.TOKENS, 60_000_000_000L, 9, 10, 3, Map.of("a", 1L), 0, 5)),
                Map.of("a", 2),
                4,
                Map.of("b", 1),
                0,
                12));

        assertThat(GroupCodec.decodeRenewal(GroupCodec.encode(RENEWAL))).isEqualTo(RENEWAL);
        assertThat(GroupCodec.decodeOperation(GroupCodec.encode(BATCH))).isEqualTo(BATCH);
        assertThat(GroupCodec.decodeAnswer(GroupCodec.encode(answer))).isEqualTo(answer);
        assertThat(GroupCodec.decodeCounters(GroupCodec.encode(counters))).isEqualTo(counters);
        GroupOperation close = new GroupOperation.Close();
        assertThat(GroupCodec.decodeOperation(GroupCodec.encode(close))).isEqualTo(close);
    }

    @Test
    void newerVersionIsRefusedByName() {
        byte[] newer = GroupCodec.encode(BATCH);
        newer[0] = 9;

        assertThatThrownBy(() -> GroupCodec.decodeOperation(newer))
                .isInstanceOf(GroupFormatException.class)
                .hasMessageContaining("9");
    }

    @Test
    void nothingIsTakenThatIsCutOffOrTooLong() {
        byte[] whole = GroupCodec.encode(BATCH);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> GroupCodec.decodeOperation(part)).isInstanceOf(GroupFormatException.class);
        }
        assertThatThrownBy(() -> GroupCodec.decodeOperation(Arrays.copyOf(whole, whole.length + 1)))
                .isInstanceOf(GroupFormatException.class);
    }

    @Test
    void damagedBytesFailInOneWayOnly() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = GroupCodec.encode(BATCH);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = whole.clone();
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                GroupCodec.decodeOperation(damaged);
            } catch (GroupFormatException expected) {
                continue;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", step " + i, e);
            }
        }
    }
}
