package io.sluice.domain.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.NoRoute;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.SnapshotBuilder;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class AbsenceTest {
    private static final long NOW = -50;

    private static GatewayFailure failure(int accounts, UnaryOperator<SnapshotBuilder> state, String... models) {
        String[] names = new String[accounts];
        for (int i = 0; i < accounts; i++) {
            names[i] = "a" + i;
        }
        GatewayRevision revision = new RevisionBuilder()
                .channel("c", c -> c.accounts(names).redirect("m", "one").redirect("other", "two"))
                .build();
        PoolSnapshot snapshot = state.apply(new SnapshotBuilder(revision)).build();
        Absence absence = new Absence();
        for (String model : models.length == 0 ? new String[] {"m"} : models) {
            for (Candidate candidate :
                    Objects.requireNonNull(revision.models().get(model)).candidates()) {
                absence.add(candidate, snapshot, NOW);
            }
        }
        return absence.failure("m", Endpoint.CHAT_COMPLETIONS);
    }

    @Test
    void allThatCoolIsAFullPoolUntilTheFirstIsBack() {
        assertThat(failure(2, s -> s.stands(0, PoolSnapshot.COOLING, NOW + 9).stands(1, PoolSnapshot.COOLING, NOW + 7)))
                .isEqualTo(new QuotaExceeded(
                        QuotaExceeded.Cause.POOL,
                        "All 2 upstream accounts for this model are cooling down.",
                        Duration.ofNanos(7)));
    }

    @Test
    void oneThatCoolsIsMoreHopefulThanTheOthers() {
        assertThat(failure(6, s -> s.stands(0, PoolSnapshot.DEAD)
                        .stands(1, PoolSnapshot.COOLING, NOW + 9)
                        .stands(2, PoolSnapshot.DISABLED)
                        .stands(3, PoolSnapshot.BROKEN)
                        .stands(4, PoolSnapshot.COOLING, NOW + 11)
                        .stands(5, PoolSnapshot.DRAINING)))
                .isEqualTo(new QuotaExceeded(
                        QuotaExceeded.Cause.POOL,
                        "None of the 6 upstream accounts for this model can serve now: 2 cooling, 1 failing, 3 out of service.",
                        Duration.ofNanos(9)));
    }

    @Test
    void oneThatFailsIsMoreHopefulThanTheDead() {
        assertThat(failure(2, s -> s.stands(0, PoolSnapshot.DEAD).stands(1, PoolSnapshot.BROKEN)))
                .isEqualTo(new NoRoute(
                        "None of the 2 upstream accounts for this model can serve now: 1 failing, 1 out of service.",
                        Duration.ofSeconds(5)));
        assertThat(failure(1, s -> s.stands(0, PoolSnapshot.BROKEN)))
                .isEqualTo(new NoRoute("The only upstream account for this model is failing.", Duration.ofSeconds(5)));
    }

    @Test
    void theDeadAndTheHumansDecisionsAreOutOfService() {
        assertThat(failure(3, s -> s.stands(0, PoolSnapshot.DEAD)
                        .stands(1, PoolSnapshot.DISABLED)
                        .stands(2, PoolSnapshot.DRAINING)))
                .isEqualTo(new NoRoute("All 3 upstream accounts for this model are out of service.", Duration.ZERO));
    }

    @Test
    void anAccountCountsOnceByItsBestModel() {
        assertThat(failure(
                        1, s -> s.stands(0, PoolSnapshot.DEAD).stands(1, PoolSnapshot.COOLING, NOW + 3), "m", "other"))
                .isEqualTo(new QuotaExceeded(
                        QuotaExceeded.Cause.POOL,
                        "The only upstream account for this model is cooling down.",
                        Duration.ofNanos(3)));
    }

    @Test
    void nobodyAtAllIsNoRouteOrNoEndpoint() {
        assertThat(new Absence().failure("m", Endpoint.CHAT_COMPLETIONS))
                .isEqualTo(new NoRoute("No upstream account is configured for this model.", Duration.ZERO));
        assertThat(new Absence().failure("m", Endpoint.RERANK)).isInstanceOfSatisfying(InvalidRequest.class, wrong -> {
            assertThat(wrong.code()).isEqualTo("unsupported_endpoint");
            assertThat(wrong.message()).contains("'m'").contains("/v1/rerank");
        });
    }
}
