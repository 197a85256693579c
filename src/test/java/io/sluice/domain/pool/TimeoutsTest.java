package io.sluice.domain.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimeoutsTest {
    private static final Timeouts TIMEOUTS = new Timeouts(
            Duration.ofSeconds(5),
            Duration.ofSeconds(600),
            Duration.ofSeconds(60),
            Duration.ofSeconds(120),
            Duration.ofSeconds(1800));

    @Test
    void theHeadComesBehindTheConnection() {
        assertThat(TIMEOUTS.untilHead(false, false)).isEqualTo(Duration.ofSeconds(605));
        assertThat(TIMEOUTS.untilHead(true, false)).isEqualTo(Duration.ofSeconds(65));
    }

    /** A client may send for as long as an attempt may last, and only then the provider's time begins. */
    @Test
    void anUploadIsWaitedFor() {
        assertThat(TIMEOUTS.untilHead(true, true)).isEqualTo(Duration.ofSeconds(1865));
    }
}
