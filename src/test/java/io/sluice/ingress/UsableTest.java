package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.RoutePolicy;
import io.sluice.domain.routing.AttemptPolicy.Call;
import io.sluice.domain.routing.RemainingCandidates;
import io.sluice.message.PoolHealth;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.Standings;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How often a request looks at all accounts of its plan, and who is left when it does. */
class UsableTest {
    private static final int ACCOUNTS = 1_000;
    private static final GatewayRevision REVISION = new RevisionBuilder()
            .channel("c", c -> c.accounts(
                            IntStream.range(0, ACCOUNTS).mapToObj(i -> "a" + i).toArray(String[]::new))
                    .serves("m", "n"))
            .build();
    private static final List<Candidate> PLAN = REVISION.models().get("m").candidates();

    private final LanePool pool = new LanePool(() -> 1);
    private final RemainingCandidates remaining = new RemainingCandidates(RoutePolicy.DEFAULT, new Call(true, true));
    private final Usable usable = new Usable(pool, remaining, this::looked);
    private int looks;

    private boolean looked(Candidate candidate) {
        looks++;
        return pool.mayServe(REVISION, candidate);
    }

    private void planned() {
        usable.planning();
        remaining.planned(PLAN);
    }

    /** A candidate in words has its whole channel in it. */
    private List<String> ids() {
        return usable.now().stream().map(Candidate::accountId).toList();
    }

    private void isDead(String accountId) {
        pool.changed(new PoolHealth(
                Standings.of(REVISION).is(accountId, PoolSnapshot.DEAD).picture()));
    }

    @Test
    void planOfAThousandIsNotLookedAt() {
        planned();

        assertThat(usable.now() == PLAN).isTrue();
        assertThat(looks).isZero();
    }

    @Test
    void whoWentOutSinceThePlanIsLeftOut() {
        planned();
        isDead("c/a0");

        assertThat(ids()).hasSize(ACCOUNTS - 1).startsWith(PLAN.get(1).accountId());
    }

    @Test
    void whatChangedWhileTheRouterWasAskedCounts() {
        usable.planning();
        isDead("c/a0");
        remaining.planned(PLAN);

        assertThat(ids()).hasSize(ACCOUNTS - 1);
    }

    @Test
    void whoWasAskedIsLeftOutAndTheOthersAreLookedAt() {
        isDead("c/a1");
        planned();
        remaining.failed(PLAN.getFirst(), UpstreamFailure.of(Kind.SERVER_ERROR, "x"), false, Duration.ZERO, 1);

        assertThat(ids()).hasSize(ACCOUNTS - 2).startsWith(PLAN.get(2).accountId());
    }

    /** The router may have heard of the last change later than the lane. */
    @Test
    void planThatIsDoubtedIsLookedAt() {
        isDead("c/a0");
        planned();
        assertThat(usable.now() == PLAN).isTrue();

        usable.doubt();

        assertThat(ids()).doesNotContain("c/a0").hasSize(ACCOUNTS - 1);
    }

    @Test
    void anAccountIsGoneWithAllItsModels() {
        assertThat(pool.isGone(REVISION, "c/a7")).isFalse();
        isDead("c/a7");
        assertThat(pool.isGone(REVISION, "c/a7")).isTrue();
        assertThat(pool.isGone(REVISION, "c/a8")).isFalse();
        assertThat(pool.isGone(REVISION, "c/none")).isFalse();
        GatewayRevision other = new RevisionBuilder()
                .id("other")
                .channel("c", c -> c.accounts("a7").serves("m"))
                .build();
        assertThat(pool.isGone(other, "c/a7")).isFalse();
        assertThat(pool.isGone(REVISION, "c/a7")).isTrue();
    }
}
