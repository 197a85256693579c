package io.sluice.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.NoRoute;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.ProviderType;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.Headroom;
import io.sluice.message.MessageCodecs;
import io.sluice.message.PlanRoute;
import io.sluice.message.PoolHealth;
import io.sluice.message.RouteDecision;
import io.sluice.message.TrialTaken;
import io.sluice.testkit.Await;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.SnapshotBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RouterVerticleTest {
    private static final int LANE = 1;
    private static final GatewayRevision REVISION = new RevisionBuilder()
            .channel("c", channel -> channel.accounts("a", "b").serves("m"))
            .channel("d", channel -> channel.type(ProviderType.ANTHROPIC).serves("other"))
            .fallbacks("m", "other")
            .key("app", "sk-test-0123456789abcdef")
            .key("narrow", "sk-test-1123456789abcdef", List.of("m"), null)
            .build();

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx, Await.MOST);

    @BeforeEach
    void deploy() {
        MessageCodecs.registerAll(vertx.eventBus());
        TestNode.await(vertx.deployVerticle(new RouterVerticle(LANE, () -> 0)));
    }

    @AfterEach
    void close() {
        TestNode.await(vertx.close());
    }

    private static VirtualKey key(String name) {
        return REVISION.keys().all().stream()
                .filter(key -> key.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private RouteDecision ask(String key, Endpoint endpoint, @Nullable String account) {
        return TestNode.await(bus.request(
                Address.routePlan(LANE), new PlanRoute(REVISION, key(key), "m", endpoint, 0, 5, account, true)));
    }

    private List<String> plan(String key, @Nullable String account) {
        RouteDecision decision = ask(key, Endpoint.CHAT_COMPLETIONS, account);
        assertThat(decision).isInstanceOf(RouteDecision.Planned.class);
        return ((RouteDecision.Planned) decision)
                .candidates().stream().map(Candidate::accountId).toList();
    }

    private GatewayFailure failure(String key, Endpoint endpoint, @Nullable String account) {
        RouteDecision decision = ask(key, endpoint, account);
        assertThat(decision).isInstanceOf(RouteDecision.Unroutable.class);
        return ((RouteDecision.Unroutable) decision).failure();
    }

    private SnapshotBuilder pool() {
        return new SnapshotBuilder(REVISION);
    }

    private void publish(SnapshotBuilder pool) {
        bus.publish(Address.POOL_HEALTH, new PoolHealth(pool.build()));
    }

    @Test
    void fallbacksFollowForKeysThatMayUseThem() {
        assertThat(plan("app", null)).hasSize(3).endsWith("d/a");
        assertThat(plan("narrow", null)).containsExactlyInAnyOrder("c/a", "c/b");
        assertThat(plan("app", "c/b")).containsExactly("c/b");
    }

    @Test
    void goesByTheLatestPictureOfHealthAndHeadroom() {
        publish(pool().stands(0, PoolSnapshot.DEAD));
        assertThat(plan("narrow", null)).containsExactly("c/b");

        publish(pool());
        bus.publish(Address.QUOTA_HEADROOM, new Headroom(REVISION.id(), new int[] {0, 10, 10}));
        assertThat(plan("narrow", null)).containsExactly("c/b", "c/a");

        bus.publish(Address.QUOTA_HEADROOM, new Headroom("another", new int[] {10, 0, 10}));
        assertThat(plan("narrow", null)).hasSize(2);
    }

    @Test
    void aTrialOfItsLaneIsGivenOnceAndTold() {
        Promise<TrialTaken> taken = Promise.promise();
        TestNode.await(bus.consume(Address.TRIAL_TAKEN, taken::tryComplete).completion());
        publish(pool().stands(0, PoolSnapshot.BROKEN).trial(0, LANE, 42));

        assertThat(plan("narrow", null)).containsExactly("c/a", "c/b");
        assertThat(plan("narrow", null)).containsExactly("c/b");
        assertThat(TestNode.await(taken.future())).isEqualTo(new TrialTaken(42));
    }

    @Test
    void whoCannotFallBackMakesATrialOnlyWhereNobodyElseCanServe() {
        publish(pool().stands(0, PoolSnapshot.BROKEN).trial(0, LANE, 42));
        PlanRoute once = new PlanRoute(REVISION, key("app"), "m", Endpoint.CHAT_COMPLETIONS, 0, 5, null, false);

        RouteDecision.Planned others =
                (RouteDecision.Planned) TestNode.await(bus.request(Address.routePlan(LANE), once));
        assertThat(others.candidates()).extracting(Candidate::accountId).containsExactly("c/b", "d/a");
        assertThat(others.trial()).isNull();

        publish(pool().stands(0, PoolSnapshot.BROKEN)
                .trial(0, LANE, 42)
                .stands(1, PoolSnapshot.DEAD)
                .stands(2, PoolSnapshot.DEAD));
        RouteDecision.Planned alone =
                (RouteDecision.Planned) TestNode.await(bus.request(Address.routePlan(LANE), once));
        assertThat(alone.candidates()).extracting(Candidate::accountId).containsExactly("c/a");
        assertThat(alone.trial()).isSameAs(alone.candidates().getFirst());
    }

    @Test
    void saysWhenTheFirstAccountIsBack() {
        publish(pool().stands(0, PoolSnapshot.COOLING, Duration.ofSeconds(7).toNanos())
                .stands(1, PoolSnapshot.COOLING, Duration.ofSeconds(9).toNanos())
                .stands(2, PoolSnapshot.COOLING, Duration.ofSeconds(3).toNanos()));

        assertThat(failure("narrow", Endpoint.CHAT_COMPLETIONS, null))
                .isInstanceOfSatisfying(QuotaExceeded.class, full -> assertThat(full.retryAfter())
                        .isEqualTo(Duration.ofSeconds(7)));
        assertThat(failure("app", Endpoint.CHAT_COMPLETIONS, null))
                .isInstanceOfSatisfying(QuotaExceeded.class, full -> assertThat(full.retryAfter())
                        .as("of its fallback")
                        .isEqualTo(Duration.ofSeconds(3)));
        assertThat(failure("app", Endpoint.CHAT_COMPLETIONS, "c/b"))
                .isInstanceOfSatisfying(QuotaExceeded.class, full -> assertThat(full.retryAfter())
                        .isEqualTo(Duration.ofSeconds(9)));
    }

    @Test
    void saysThatAllAreOutOfService() {
        publish(pool().stands(0, PoolSnapshot.DEAD).stands(1, PoolSnapshot.DISABLED));

        assertThat(failure("narrow", Endpoint.CHAT_COMPLETIONS, null))
                .isEqualTo(new NoRoute("All 2 upstream accounts for this model are out of service.", Duration.ZERO));
    }

    @Test
    void saysThatNobodyHasTheEndpoint() {
        publish(pool().stands(0, PoolSnapshot.DEAD));

        assertThat(plan("narrow", null)).containsExactly("c/b");
        assertThat(failure("app", Endpoint.SPEECH, "d/a")).isInstanceOf(InvalidRequest.class);
    }
}
