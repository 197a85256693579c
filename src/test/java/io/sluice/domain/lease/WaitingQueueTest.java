package io.sluice.domain.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.lease.WaitingQueue.Entry;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class WaitingQueueTest {
    private static final long SECOND = 1_000_000_000L;

    private final WaitingQueue<String> queue = new WaitingQueue<>(5, 100);

    @Test
    void keysTakeTurnsAndKeepTheirOrder() {
        offer(0, 1, "a", 0);
        offer(1, 2, "a", 0);
        offer(2, 3, "a", 0);
        offer(3, 4, "b", 0);

        assertThat(queue.inOrder(10)).extracting(Entry::request).containsExactly("1", "4", "2", "3");
    }

    @Test
    void aKeyThatWasServedWaitsForItsNextTurn() {
        Entry<String> first = offer(0, 1, "a", 0);
        offer(1, 2, "a", 0);
        offer(2, 3, "b", 0);

        queue.served(5, first);

        assertThat(queue.inOrder(10)).extracting(Entry::request).containsExactly("3", "2");
    }

    @Test
    void aHigherClassGoesFirstUntilOthersWaitedLong() {
        offer(0, 1, "a", 0);
        offer(6 * SECOND, 2, "b", 1);
        assertThat(queue.inOrder(4 * SECOND)).extracting(Entry::request).containsExactly("2", "1");
        assertThat(queue.inOrder(6 * SECOND)).extracting(Entry::request).containsExactly("1", "2");
    }

    @Test
    void isBoundedByCountAndByBytes() {
        assertThat(queue.offer(0, "x", 1, "a", 0, 60, SECOND)).isNotNull();
        assertThat(queue.offer(0, "y", 2, "a", 0, 41, SECOND)).isNull();
        assertThat(queue.offer(0, "y", 2, "a", 0, 40, SECOND)).isNotNull();
        for (int ticket = 3; ticket <= 5; ticket++) {
            assertThat(queue.offer(0, "z", ticket, "b", 0, 0, SECOND)).isNotNull();
        }
        assertThat(queue.offer(0, "z", 6, "b", 0, 0, SECOND)).isNull();
        assertThat(queue.hasRoom(0)).isFalse();
    }

    @Test
    void oneThatLeavesGivesItsPlaceBack() {
        offer(0, 1, "a", 0);
        offer(0, 2, "a", 0);

        assertThat(queue.remove(1)).isEqualTo("1");
        assertThat(queue.remove(1)).isNull();

        assertThat(queue.size()).isEqualTo(1);
        assertThat(queue.bytes()).isEqualTo(10);
        assertThat(queue.inOrder(1)).extracting(Entry::rank).containsExactly(0);
    }

    private Entry<String> offer(long now, long ticket, String key, int priority) {
        return Objects.requireNonNull(
                queue.offer(now, Long.toString(ticket), ticket, key, priority, 10, now + 60 * SECOND));
    }
}
