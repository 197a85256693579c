package io.sluice.domain.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.SplitMix;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.routing.RoutePlanner.Question;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.SnapshotBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A tier of any size and state: everybody who may serve, once, the groups in their order, the best in front. */
class BestCandidatesPropertyTest {
    private static final int ROOM = 0;
    private static final int FULL = 1;
    private static final int LAST = 2;
    private static final int OUT = 3;

    private static GatewayRevision revision(int accounts, int heavy, Strategy strategy) {
        RevisionBuilder builder = new RevisionBuilder()
                .channel("c", c -> c.accounts(names(accounts)).serves("m"));
        if (heavy > 0) {
            builder.channel("h", c -> c.weight(3).accounts(names(heavy)).serves("m"));
        }
        return builder.policy(strategy, true, 3, Duration.ofSeconds(10)).build();
    }

    private static String[] names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "a" + i).toArray(String[]::new);
    }

    private static List<Candidate> plan(RoutePlanner planner, GatewayRevision revision, long sticky, long seed) {
        Plan plan = new Plan(1);
        planner.plan(
                new Question(revision, Endpoint.CHAT_COMPLETIONS, null, true, sticky, seed, 1), model(revision), plan);
        return plan.done();
    }

    private static Model model(GatewayRevision revision) {
        return Objects.requireNonNull(revision.models().get("m"));
    }

    @Property(seed = "1", tries = 300)
    void thePlanHoldsEverybodyWhoMayServeInTheirGroups(
            @ForAll @IntRange(min = 1, max = 150) int accounts,
            @ForAll @IntRange(min = 0, max = 20) int heavy,
            @ForAll Strategy strategy,
            @ForAll boolean sticks,
            @ForAll long seed) {
        GatewayRevision revision = revision(accounts, heavy, strategy);
        SplittableRandom random = new SplittableRandom(seed);
        int all = accounts + heavy;
        int[] headroom = new int[all];
        int[] groups = new int[all];
        SnapshotBuilder snapshot = new SnapshotBuilder(revision);
        for (int i = 0; i < all; i++) {
            groups[i] = random.nextInt(OUT + 1);
            headroom[i] = groups[i] == ROOM || groups[i] == LAST ? random.nextInt(1, 1001) : 0;
            if (groups[i] == LAST) {
                snapshot.last(i);
            } else if (groups[i] == OUT) {
                snapshot.stands(i, (byte) random.nextInt(PoolSnapshot.DEAD, PoolSnapshot.DISABLED + 1));
            }
        }
        RoutePlanner planner = new RoutePlanner(0);
        planner.learn(snapshot.build());
        planner.learn(revision.id(), headroom);

        List<Candidate> plan = plan(planner, revision, sticks ? seed | 1 : 0, seed);

        List<Candidate> expected = new ArrayList<>(model(revision).candidates());
        expected.removeIf(candidate -> groups[candidate.slot()] == OUT);
        assertThat(plan).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(plan.stream().map(candidate -> groups[candidate.slot()])).isSorted();
        if (strategy == Strategy.FILL) {
            expected.sort(Comparator.comparingInt(candidate -> groups[candidate.slot()]));
            assertThat(plan).isEqualTo(expected);
        }
    }

    @Property(seed = "1", tries = 200)
    void aConversationsFirstAreThoseOfAFullSort(
            @ForAll @IntRange(min = 1, max = 150) int accounts,
            @ForAll @IntRange(min = 0, max = 20) int heavy,
            @ForAll long conversation) {
        GatewayRevision revision = revision(accounts, heavy, Strategy.SPREAD);
        long sticky = conversation | 1;
        List<Candidate> sorted = new ArrayList<>(model(revision).candidates());
        sorted.sort(Comparator.comparingDouble(candidate -> {
            double unit =
                    Hashes.unit(Hashes.number(SplitMix.mix(SplitMix.mix(sticky) ^ Hashes.ofId(candidate.accountId()))));
            return -Math.log(unit) / candidate.channel().weight();
        }));

        List<Candidate> plan = plan(new RoutePlanner(0), revision, sticky, 0);

        int best = Math.min(TierOrder.CHOSEN, sorted.size());
        assertThat(plan.subList(0, best)).isEqualTo(sorted.subList(0, best));
    }
}
