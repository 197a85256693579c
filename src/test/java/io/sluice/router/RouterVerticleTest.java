package io.sluice.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.CandidateHealth;
import io.sluice.message.MessageCodecs;
import io.sluice.message.PlanRoute;
import io.sluice.message.RouteDecision;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RouterVerticleTest {
    private static final GatewayRevision REVISION = new RevisionBuilder()
            .channel("c", channel -> channel.serves("m"))
            .key("app", "sk-test-0123456789abcdef")
            .build();

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx, Duration.ofSeconds(5));

    @BeforeEach
    void deploy() {
        MessageCodecs.registerAll(vertx.eventBus());
        TestNode.await(vertx.deployVerticle(new RouterVerticle(0, () -> 0)));
    }

    @AfterEach
    void close() {
        TestNode.await(vertx.close());
    }

    private RouteDecision plan() {
        return TestNode.await(bus.request(
                Address.routePlan(0),
                new PlanRoute(
                        REVISION, REVISION.keys().all().iterator().next(), "m", Endpoint.CHAT_COMPLETIONS, 0, 0)));
    }

    @Test
    void keepsAwayFromAnAccountThatAnotherNodeWasToldToRest() {
        assertThat(plan()).isInstanceOf(RouteDecision.Planned.class);
        UpstreamFailure slow = new UpstreamFailure(
                UpstreamFailure.Kind.RATE_LIMITED, 0, "slow down", null, null, null, Duration.ofSeconds(7));

        bus.publish(
                Address.CANDIDATE_HEALTH,
                new CandidateHealth(REVISION.models().get("m").candidates().getFirst(), slow));

        assertThat(plan()).isInstanceOfSatisfying(RouteDecision.Unroutable.class, none -> assertThat(none.failure())
                .isInstanceOfSatisfying(QuotaExceeded.class, full -> assertThat(full.retryAfter())
                        .isEqualTo(Duration.ofSeconds(7))));
    }
}
