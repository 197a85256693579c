package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RequestIdsTest {
    private final RequestIds ids = new RequestIds(new SplittableRandom(1));

    @Test
    void isAUuidOfVersionSevenWithItsTime() {
        long now = 1_764_000_000_123L;

        for (int i = 0; i < 1_000; i++) {
            String text = ids.next(now);
            UUID uuid = UUID.fromString(text);

            assertThat(text).isEqualTo(uuid.toString()).hasSize(36);
            assertThat(uuid.version()).isEqualTo(7);
            assertThat(uuid.variant()).isEqualTo(2);
            assertThat(uuid.getMostSignificantBits() >>> 16).isEqualTo(now);
        }
    }

    @Test
    void sortsByTime() {
        List<String> inOrder = new ArrayList<>();
        for (long now = 0xffff_fff0L; now < 0x1_0000_0010L; now++) {
            inOrder.add(ids.next(now));
        }

        assertThat(inOrder).isSorted();
    }

    @Test
    void isNeverTheSameWithinOneMillisecond() {
        Set<String> seen = new HashSet<>();

        for (int i = 0; i < 100_000; i++) {
            seen.add(ids.next(1));
        }

        assertThat(seen).hasSize(100_000);
    }
}
