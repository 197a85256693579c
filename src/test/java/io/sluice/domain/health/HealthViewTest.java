package io.sluice.domain.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.testkit.RevisionBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HealthViewTest {
    /** A clock just before it wraps: every comparison must be of differences. */
    private static final long NOW = Long.MAX_VALUE - 1_000;

    private final GatewayRevision revision = new RevisionBuilder()
            .channel("c", c -> c.accounts("a", "b").serves("m", "n"))
            .build();
    private final Candidate am = candidate("m", 0);
    private final Candidate bm = candidate("m", 1);
    private final Candidate an = candidate("n", 0);
    private final HealthView health = new HealthView();

    private Candidate candidate(String model, int account) {
        return Objects.requireNonNull(revision.models().get(model)).candidates().get(account);
    }

    private static UpstreamFailure failure(Kind kind, Duration retryAfter) {
        return new UpstreamFailure(kind, 0, "", null, null, null, retryAfter);
    }

    private static long in(Duration time) {
        return NOW + time.toNanos();
    }

    private boolean cools(Candidate candidate, Duration after) {
        return health.cooldownOf(candidate, in(after)) != null;
    }

    @Test
    void throttledPairIsOutForTheNamedTime() {
        health.learn(am, failure(Kind.RATE_LIMITED, Duration.ofSeconds(7)), NOW);

        assertThat(cools(am, Duration.ofSeconds(7).minusNanos(1))).isTrue();
        assertThat(Objects.requireNonNull(health.cooldownOf(am, NOW)).throttled())
                .isTrue();
        assertThat(cools(am, Duration.ofSeconds(7))).isFalse();
        assertThat(cools(bm, Duration.ZERO)).isFalse();
        assertThat(cools(an, Duration.ZERO)).isFalse();
    }

    @Test
    void throttledPairIsOutForTenSecondsWhenNoneIsNamed() {
        health.learn(am, failure(Kind.RATE_LIMITED, Duration.ZERO), NOW);

        assertThat(cools(am, HealthView.THROTTLED.minusNanos(1))).isTrue();
        assertThat(cools(am, HealthView.THROTTLED)).isFalse();
    }

    @Test
    void refusedAccountIsOutWithAllItsModels() {
        health.learn(am, failure(Kind.ACCOUNT_REFUSED, Duration.ZERO), NOW);

        assertThat(cools(an, HealthView.REFUSED.minusNanos(1))).isTrue();
        assertThat(Objects.requireNonNull(health.cooldownOf(an, NOW)).throttled())
                .isFalse();
        assertThat(cools(bm, Duration.ZERO)).isFalse();
        assertThat(cools(an, HealthView.REFUSED)).isFalse();
    }

    @Test
    void missingModelIsOutAlone() {
        health.learn(am, failure(Kind.MODEL_MISSING, Duration.ZERO), NOW);

        assertThat(cools(am, HealthView.MODEL_MISSING.minusNanos(1))).isTrue();
        assertThat(cools(an, Duration.ZERO)).isFalse();
        assertThat(cools(am, HealthView.MODEL_MISSING)).isFalse();
    }

    @Test
    void noProviderShutsAnAccountForMoreThanADay() {
        health.learn(am, failure(Kind.RATE_LIMITED, Duration.ofDays(3650)), NOW);

        assertThat(cools(am, Duration.ofHours(24).minusNanos(1))).isTrue();
        assertThat(cools(am, Duration.ofHours(24))).isFalse();
    }

    @Test
    void shorterCooldownDoesNotCutALongerOne() {
        health.learn(am, failure(Kind.RATE_LIMITED, Duration.ofSeconds(20)), NOW);
        health.learn(am, failure(Kind.RATE_LIMITED, Duration.ofSeconds(1)), NOW);

        assertThat(cools(am, Duration.ofSeconds(19))).isTrue();
    }

    @Test
    void successDoesNotEndACooldown() {
        health.learn(am, failure(Kind.RATE_LIMITED, Duration.ofSeconds(20)), NOW);
        health.learn(am, null, NOW);

        assertThat(cools(am, Duration.ofSeconds(19))).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"CONNECT", "RESET", "HEAD_TIMEOUT", "BAD_RESPONSE", "TRUNCATED", "SERVER_ERROR"})
    void thirdFaultInARowMakesASuspect(Kind kind) {
        health.learn(am, failure(kind, Duration.ZERO), NOW);
        health.learn(am, failure(kind, Duration.ZERO), NOW);
        assertThat(health.isSuspect(am, NOW)).isFalse();

        health.learn(am, failure(kind, Duration.ZERO), NOW);

        assertThat(health.isSuspect(am, NOW)).isTrue();
        assertThat(health.isSuspect(am, in(HealthView.FIRST_PENALTY))).isFalse();
        assertThat(health.isSuspect(bm, NOW)).isFalse();
        assertThat(health.isSuspect(an, NOW)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"RATE_LIMITED", "ACCOUNT_REFUSED", "MODEL_MISSING", "TOO_LARGE_HERE", "REQUEST_REJECTED"})
    void answerOfTheProviderIsNoFault(Kind kind) {
        for (int i = 0; i < 10; i++) {
            health.learn(am, failure(kind, Duration.ZERO), NOW);
        }

        assertThat(health.isSuspect(am, NOW)).isFalse();
    }

    @Test
    void wrongRequestPunishesNobody() {
        for (int i = 0; i < 5; i++) {
            health.learn(am, failure(Kind.BUSY, Duration.ZERO), NOW);
        }
        health.learn(am, failure(Kind.TOO_LARGE_HERE, Duration.ofSeconds(10)), NOW);
        health.learn(am, failure(Kind.REQUEST_REJECTED, Duration.ofSeconds(10)), NOW);
        health.learn(am, new GatewayFailure.ClientClosed(), NOW);
        health.learn(am, new GatewayFailure.Internal(), NOW);

        assertThat(cools(am, Duration.ZERO)).isFalse();
        assertThat(health.isSuspect(am, NOW)).isFalse();
    }

    @Test
    void successClearsASuspicion() {
        for (int i = 0; i < 5; i++) {
            health.learn(am, failure(Kind.RESET, Duration.ZERO), NOW);
        }

        health.learn(am, null, NOW);

        assertThat(health.isSuspect(am, NOW)).isFalse();
        health.learn(am, failure(Kind.RESET, Duration.ZERO), NOW);
        assertThat(health.isSuspect(am, NOW)).isFalse();
    }

    @Test
    void penaltyDoublesUpToItsBound() {
        for (int failures = 1; failures <= 100; failures++) {
            health.learn(am, failure(Kind.CONNECT, Duration.ZERO), NOW);
            long seconds = failures < 3 ? 0 : failures > 8 ? 30 : Math.min(30, 1L << (failures - 3));

            assertThat(health.isSuspect(am, in(Duration.ofSeconds(seconds))))
                    .as("after %d", failures)
                    .isFalse();
            if (seconds > 0) {
                assertThat(health.isSuspect(am, in(Duration.ofSeconds(seconds).minusNanos(1))))
                        .as("after %d", failures)
                        .isTrue();
            }
        }
    }

    @Test
    void faultWithANamedTimeCoolsAsWell() {
        health.learn(am, failure(Kind.SERVER_ERROR, Duration.ofSeconds(3)), NOW);

        assertThat(cools(am, Duration.ofSeconds(2))).isTrue();
        assertThat(cools(am, Duration.ofSeconds(3))).isFalse();
    }

    @Test
    void forgetsWhoHasLeftThePool() {
        health.learn(am, failure(Kind.RATE_LIMITED, Duration.ofSeconds(20)), NOW);
        health.learn(bm, failure(Kind.RATE_LIMITED, Duration.ofSeconds(20)), NOW);
        for (int i = 0; i < 3; i++) {
            health.learn(am, failure(Kind.RESET, Duration.ZERO), NOW);
        }

        health.retain(new RevisionBuilder()
                .channel("c", c -> c.accounts("b").serves("m", "n"))
                .build()
                .channels());

        assertThat(cools(am, Duration.ZERO)).isFalse();
        assertThat(health.isSuspect(am, NOW)).isFalse();
        assertThat(cools(bm, Duration.ZERO)).isTrue();
    }

    @Test
    void replacedCredentialBeginsAnew() {
        health.learn(am, failure(Kind.ACCOUNT_REFUSED, Duration.ofHours(24)), NOW);
        health.learn(bm, failure(Kind.ACCOUNT_REFUSED, Duration.ofHours(24)), NOW);
        Channel old = am.channel();
        Account a = am.account();
        Account repaired = new Account(a.id(), a.name(), a.index(), Secret.of("another"), a.limits(), a.quotaOf());
        Channel channel = old.withAccounts(List.of(repaired, bm.account()));
        Candidate now = new Candidate(channel, repaired, am.model(), am.upstreamModel(), am.scopes(), am.slot());

        health.retain(List.of(channel));

        assertThat(cools(now, Duration.ZERO)).isFalse();
        assertThat(cools(am, Duration.ZERO)).isFalse();
        assertThat(cools(bm, Duration.ZERO)).isTrue();
        // An attempt of the old revision that ends only now says nothing of the new credential.
        health.learn(am, failure(Kind.ACCOUNT_REFUSED, Duration.ZERO), NOW);
        assertThat(cools(now, Duration.ZERO)).isFalse();
    }

    @Test
    void changedChannelMayHaveTheModelNow() {
        health.learn(am, failure(Kind.MODEL_MISSING, Duration.ZERO), NOW);
        health.learn(an, failure(Kind.RATE_LIMITED, Duration.ofSeconds(20)), NOW);

        health.retain(revision.channels());
        assertThat(cools(am, Duration.ZERO)).isTrue();

        health.retain(new RevisionBuilder()
                .channel("c", c -> c.port(10).accounts("a", "b").serves("m", "n"))
                .build()
                .channels());
        assertThat(cools(am, Duration.ZERO)).isFalse();
        assertThat(cools(an, Duration.ZERO)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE - 4_999_999_999L, Long.MAX_VALUE})
    void cooldownIsOverAtItsEndOnAnyClock(long now) {
        health.learn(am, failure(Kind.RATE_LIMITED, Duration.ofSeconds(5)), now);

        assertThat(health.cooldownOf(am, now + 4_999_999_999L)).isNotNull();
        assertThat(health.cooldownOf(am, now + 5_000_000_000L)).isNull();
    }
}
