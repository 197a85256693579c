package io.sluice.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.KeyRights;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.Notice;
import io.sluice.testkit.Await;
import io.sluice.testkit.Revisions;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Keys of the store end as those of the files do. */
class StoredKeyEndsTest {
    private static final Instant NOW = Instant.parse("2026-11-28T00:00:00Z");

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        TestNode.await(vertx.close());
    }

    @Test
    void anEndThatIsNearIsTold() {
        MessageCodecs.registerAll(vertx.eventBus());
        StoredKeys stored = new StoredKeys();
        stored.put(key("soon", NOW.plus(Duration.ofHours(5))));
        stored.put(key("later", NOW.plus(Duration.ofDays(50))));
        stored.put(key("never", null));
        List<Notice> told = new CopyOnWriteArrayList<>();
        new Bus(vertx, Duration.ofSeconds(1)).consume(Address.NOTICE_RAISED, told::add);

        TestNode.await(vertx.deployVerticle(new NoticeWatchVerticle(
                new Identity("n", "n"),
                Revisions.of("r1", 1, "m"),
                stored,
                List.of(),
                new Clocks(System::nanoTime, () -> NOW))));

        Await.until(() -> !told.isEmpty());
        assertThat(told).hasSize(1);
        assertThat(told.getFirst().event()).isEqualTo(NoticeEvent.KEY_EXPIRING);
        assertThat(told.getFirst().subject()).isEqualTo("soon");
    }

    private static VirtualKey key(String name, @org.jspecify.annotations.Nullable Instant end) {
        return new VirtualKey(name, KeyHash.ofKey("sk-of-" + name + "-0123456789"))
                .with(new KeyRights(List.of(), List.of(), Set.of(), List.of(), end, false));
    }
}
