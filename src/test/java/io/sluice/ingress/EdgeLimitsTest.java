package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HttpBounds;
import io.sluice.testkit.Await;
import io.sluice.testkit.Bounds;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EdgeLimitsTest {
    private final EdgeLimits limits = new EdgeLimits(Bounds.defaults()
            .connections(4)
            .connectionsPerAddress(2)
            .requests(3)
            .bodyMemory(100)
            .build());

    @Test
    void connectionsOfOneAddressAreBounded() {
        assertThat(limits.enterConnection("10.0.0.1")).isTrue();
        assertThat(limits.enterConnection("10.0.0.1")).isTrue();
        assertThat(limits.enterConnection("10.0.0.1")).isFalse();
        assertThat(limits.enterConnection("10.0.0.2")).isTrue();

        limits.leaveConnection("10.0.0.1");

        assertThat(limits.enterConnection("10.0.0.1")).isTrue();
    }

    @Test
    void exemptAddressesCountOnlyInAll() {
        for (int i = 0; i < 4; i++) {
            assertThat(limits.enterConnection("")).isTrue();
        }
        assertThat(limits.enterConnection("")).isFalse();
        assertThat(limits.enterConnection("10.0.0.1")).isFalse();

        limits.leaveConnection("");

        assertThat(limits.enterConnection("10.0.0.1")).isTrue();
    }

    @Test
    void refusedConnectionTakesNoPlace() {
        limits.enterConnection("10.0.0.1");
        limits.enterConnection("10.0.0.1");
        for (int i = 0; i < 100; i++) {
            limits.enterConnection("10.0.0.1");
        }

        assertThat(limits.enterConnection("")).isTrue();
        assertThat(limits.enterConnection("")).isTrue();
        assertThat(limits.enterConnection("")).isFalse();
    }

    @Test
    void requestsAreBounded() {
        for (int i = 0; i < 3; i++) {
            assertThat(limits.enterRequest()).isTrue();
        }
        assertThat(limits.enterRequest()).isFalse();

        limits.leaveRequest();

        assertThat(limits.enterRequest()).isTrue();
        assertThat(limits.enterRequest()).isFalse();
    }

    @Test
    void bytesOfBodiesAreBounded() {
        assertThat(limits.reserveBody(60)).isTrue();
        assertThat(limits.reserveBody(41)).isFalse();
        assertThat(limits.reserveBody(40)).isTrue();

        limits.releaseBody(60);

        assertThat(limits.reserveBody(60)).isTrue();
        assertThat(limits.reserveBody(1)).isFalse();
    }

    @Test
    void manyThreadsNeverTakeMoreThanThereIs() throws Exception {
        EdgeLimits shared = new EdgeLimits(HttpBounds.DEFAULT);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(8);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int t = 0; t < 8; t++) {
                threads.execute(() -> {
                    for (int i = 0; i < 5_000; i++) {
                        if (shared.enterConnection("10.0.0.1")) {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            inside.decrementAndGet();
                            shared.leaveConnection("10.0.0.1");
                        }
                    }
                    done.countDown();
                });
            }
            assertThat(done.await(Await.MOST_SECONDS, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(most.get()).isLessThanOrEqualTo(8);
        for (int i = 0; i < HttpBounds.DEFAULT.connectionsPerAddress(); i++) {
            assertThat(shared.enterConnection("10.0.0.1")).isTrue();
        }
        assertThat(shared.enterConnection("10.0.0.1")).isFalse();
    }
}
