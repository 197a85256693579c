package io.sluice.domain.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.key.SideDoor.Ticket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SideDoorTest {
    private static final Ticket TICKET = new Ticket("app", null, "192.0.2.1");

    private final AtomicLong now = new AtomicLong(-5);
    private final Random random = new Random(1);
    private final SideDoor door = new SideDoor(now::get, () -> {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return bytes;
    });

    @Test
    void aTicketIsGoodOnce() {
        String text = door.issue(TICKET);

        assertThat(door.take(text)).isEqualTo(TICKET);
        assertThat(door.take(text)).isNull();
    }

    @Test
    void aTicketIsGoodForAShortTime() {
        String early = door.issue(TICKET);
        String late = door.issue(TICKET);
        now.addAndGet(SideDoor.LIFE.toNanos() - 1);
        assertThat(door.take(early)).isEqualTo(TICKET);
        now.addAndGet(1);

        assertThat(door.take(late)).isNull();
    }

    @Test
    void noTextButATicketsIsGood() {
        String text = door.issue(TICKET);

        for (String other : Set.of("", "x", text.substring(1), text + "A", text.toLowerCase(java.util.Locale.ROOT))) {
            assertThat(door.take(other)).isNull();
        }
        assertThat(door.take(text)).isEqualTo(TICKET);
    }

    @Test
    void ticketsAreBoundedAndOldOnesMakeRoom() {
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < SideDoor.MOST; i++) {
            texts.add(door.issue(TICKET));
        }
        assertThat(texts).hasSize(SideDoor.MOST).allMatch(text -> text.length() == 43);
        assertThat(door.issue(TICKET)).isNull();
        now.addAndGet(SideDoor.LIFE.toNanos());

        assertThat(door.issue(TICKET)).isNotNull();
    }
}
