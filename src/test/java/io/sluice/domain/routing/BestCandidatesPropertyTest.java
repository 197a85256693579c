package io.sluice.domain.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.health.HealthView;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.Strategy;
import io.sluice.testkit.RevisionBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The best of a large tier against a full sort by duels: a plan of two says which goes first. */
class BestCandidatesPropertyTest {
    private static final int BEST = 32;

    private static Model model(int accounts, Strategy strategy) {
        return Objects.requireNonNull(new RevisionBuilder()
                .channel("c", c -> c.accounts(IntStream.range(0, accounts)
                                .mapToObj(i -> "a" + i)
                                .toArray(String[]::new))
                        .serves("m"))
                .policy(strategy, true, 3, Duration.ofSeconds(10))
                .build()
                .models()
                .get("m"));
    }

    private static List<Candidate> plan(
            RoutePlanner planner, Model model, List<Candidate> of, int[] headroom, long sticky, long seed) {
        Model some = new Model(model.name(), of, List.of(), model.policy(), model.outputEstimate(), null);
        List<Candidate> plan = new ArrayList<>();
        planner.plan(
                new RoutePlanner.Question(some, Endpoint.CHAT_COMPLETIONS, headroom, sticky, seed, 1),
                plan,
                new RoutePlanner.Cooling());
        return plan;
    }

    @Property(seed = "1", tries = 100)
    void theBestOfALargeTierAreThoseOfAFullSort(
            @ForAll @IntRange(min = 1, max = 150) int accounts,
            @ForAll Strategy strategy,
            @ForAll boolean sticks,
            @ForAll long seed) {
        Model model = model(accounts, strategy);
        HealthView health = new HealthView();
        RoutePlanner planner = new RoutePlanner(health);
        SplittableRandom random = new SplittableRandom(seed);
        int[] headroom =
                random.ints(accounts, -300, 1001).map(i -> Math.max(0, i)).toArray();
        for (Candidate candidate : model.candidates()) {
            if (random.nextInt(4) == 0) {
                for (int failures = 0; failures < 10; failures++) {
                    health.learn(
                            candidate,
                            new UpstreamFailure(Kind.SERVER_ERROR, 500, "", null, null, null, Duration.ZERO),
                            0);
                }
            }
        }
        long sticky = sticks ? seed | 1 : 0;
        List<Candidate> sorted = new ArrayList<>(model.candidates());
        sorted.sort((one, other) -> {
            if (one == other) {
                return 0;
            }
            boolean inOrder = one.account().index() < other.account().index();
            List<Candidate> both = inOrder ? List.of(one, other) : List.of(other, one);
            return plan(planner, model, both, headroom, sticky, seed).getFirst() == one ? -1 : 1;
        });

        List<Candidate> plan = plan(planner, model, model.candidates(), headroom, sticky, seed);

        int best = Math.min(BEST, accounts);
        assertThat(plan.subList(0, best)).isEqualTo(sorted.subList(0, best));
        assertThat(plan).containsExactlyInAnyOrderElementsOf(model.candidates());
        if (strategy == Strategy.FILL) {
            assertThat(plan).isEqualTo(sorted);
        }
    }
}
