package io.sluice.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cluster.link.Link.Peer;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.AccountHealth;
import io.sluice.message.AccountHealth.Trouble;
import io.sluice.message.AttemptFinished;
import io.sluice.testkit.RevisionBuilder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedHealthTest {
    private static final GatewayRevision REVISION =
            new RevisionBuilder().channel("c", channel -> channel.serves("m")).build();
    private static final Candidate CANDIDATE =
            REVISION.models().get("m").candidates().getFirst();

    private long now;
    private final SharedHealth a = new SharedHealth(new Peer("a", 1), () -> now);
    private final SharedHealth b = new SharedHealth(new Peer("b", 2), () -> now);

    @BeforeEach
    void accounts() {
        a.accounts(REVISION);
        b.accounts(REVISION);
    }

    private static AttemptFinished attempt(@Nullable GatewayFailure failure) {
        return new AttemptFinished(CANDIDATE, failure, true, 1, 1, 1);
    }

    private static AttemptFinished attempt(Kind kind, Duration retryAfter) {
        return attempt(new UpstreamFailure(kind, 429, "CANARY", null, null, null, retryAfter));
    }

    @Test
    void aWordTravelsWithoutTheCredentialAndWithoutTheProvidersText() {
        AccountHealth word = a.toAnnounce(attempt(Kind.ACCOUNT_REFUSED, Duration.ofSeconds(9)))
                .orElseThrow();

        assertThat(word.toString())
                .doesNotContain(CANDIDATE.account().key().reveal())
                .doesNotContain("CANARY");
        assertThat(b.toLearn(word)).hasValueSatisfying(known -> {
            assertThat(known.candidate()).isEqualTo(CANDIDATE);
            assertThat(known.failure().kind()).isEqualTo(Kind.ACCOUNT_REFUSED);
            assertThat(known.failure().retryAfter()).isEqualTo(Duration.ofSeconds(9));
        });
        assertThat(a.toLearn(word)).as("its own").isEmpty();
    }

    @Test
    void onlyWhatTheProviderSaidOfTheAccountIsAnnounced() {
        assertThat(a.toAnnounce(attempt(null))).isEmpty();
        assertThat(a.toAnnounce(attempt(new GatewayFailure.ClientClosed()))).isEmpty();
        assertThat(a.toAnnounce(attempt(Kind.CONNECT, Duration.ZERO))).isEmpty();
        assertThat(a.toAnnounce(attempt(Kind.SERVER_ERROR, Duration.ZERO))).isEmpty();
        assertThat(a.toAnnounce(attempt(Kind.REQUEST_REJECTED, Duration.ofSeconds(1))))
                .isEmpty();
        assertThat(a.toAnnounce(attempt(Kind.SERVER_ERROR, Duration.ofSeconds(1))))
                .hasValueSatisfying(word -> assertThat(word.trouble()).isEqualTo(Trouble.THROTTLED));
        assertThat(a.toAnnounce(attempt(Kind.MODEL_MISSING, Duration.ZERO)))
                .hasValueSatisfying(word -> assertThat(word.trouble()).isEqualTo(Trouble.MODEL_MISSING));
    }

    @Test
    void theSameWordIsNotRepeatedUntilItSaysMore() {
        Duration seven = Duration.ofSeconds(7);
        assertThat(a.toAnnounce(attempt(Kind.RATE_LIMITED, seven))).isPresent();
        for (int i = 0; i < 100; i++) {
            now += TimeUnit.MILLISECONDS.toNanos(4);
            assertThat(a.toAnnounce(attempt(Kind.RATE_LIMITED, seven))).isEmpty();
        }
        assertThat(a.toAnnounce(attempt(Kind.RATE_LIMITED, Duration.ofSeconds(8))))
                .as("longer")
                .isPresent();
        now += TimeUnit.SECONDS.toNanos(2);
        assertThat(a.toAnnounce(attempt(Kind.RATE_LIMITED, seven))).as("later").isPresent();
    }

    @Test
    void aWordOfAnotherCredentialOrAccountIsLeftOut() {
        AccountHealth word =
                a.toAnnounce(attempt(Kind.RATE_LIMITED, Duration.ofSeconds(1))).orElseThrow();

        assertThat(b.toLearn(new AccountHealth("a/1", word.account(), "000000000000", "m", Trouble.REFUSED, 1)))
                .isEmpty();
        assertThat(b.toLearn(new AccountHealth("a/1", "c/other", word.credential(), "m", Trouble.REFUSED, 1)))
                .isEmpty();
        b.accounts(new RevisionBuilder()
                .channel("d", channel -> channel.serves("m"))
                .build());
        assertThat(b.toLearn(word)).as("an account that went").isEmpty();
    }
}
