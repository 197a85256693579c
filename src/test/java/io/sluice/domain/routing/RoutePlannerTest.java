package io.sluice.domain.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.health.HealthView;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.routing.RoutePlanner.Cooling;
import io.sluice.domain.routing.RoutePlanner.Question;
import io.sluice.testkit.RevisionBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RoutePlannerTest {
    private static final long NOW = 1_000;
    private static final int[] IDLE = {};
    private static final int DRAWS = 20_000;

    private final HealthView health = new HealthView();
    private final RoutePlanner planner = new RoutePlanner(health);
    private Cooling cooling = new Cooling();

    private static Model model(RevisionBuilder builder) {
        return Objects.requireNonNull(builder.build().models().get("m"));
    }

    private static RevisionBuilder accounts(String... names) {
        return new RevisionBuilder().channel("c", c -> c.accounts(names).serves("m"));
    }

    private static String[] names(int count) {
        String[] names = new String[count];
        for (int i = 0; i < count; i++) {
            names[i] = "a" + i;
        }
        return names;
    }

    private List<String> plan(Model model, int[] headroom, long sticky, long seed) {
        cooling = new Cooling();
        List<Candidate> plan = new ArrayList<>();
        planner.plan(new Question(model, Endpoint.CHAT_COMPLETIONS, headroom, sticky, seed, NOW), plan, cooling);
        return plan.stream().map(Candidate::accountId).toList();
    }

    @Test
    void aChannelWithoutTheEndpointIsNoCandidate() {
        Model model = model(new RevisionBuilder()
                .channel(
                        "claude",
                        c -> c.type(ProviderType.ANTHROPIC).accounts("a").serves("m"))
                .channel("any", c -> c.accounts("a").serves("m"))
                .channel(
                        "qwen",
                        c -> c.type(ProviderType.DASHSCOPE).accounts("a").serves("m")));

        assertThat(offering(model, Endpoint.RERANK)).containsExactlyInAnyOrder("any/a", "qwen/a");
        assertThat(offering(model, Endpoint.SPEECH)).containsExactly("any/a");
        assertThat(offering(model, Endpoint.CHAT_COMPLETIONS)).hasSize(3);
    }

    private List<String> offering(Model model, Endpoint endpoint) {
        List<Candidate> plan = new ArrayList<>();
        planner.plan(new Question(model, endpoint, IDLE, 0, 1, NOW), plan, cooling);
        return plan.stream().map(Candidate::accountId).toList();
    }

    private Map<String, Integer> firsts(Model model, int[] headroom, boolean sticky) {
        SplittableRandom random = new SplittableRandom(42);
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < DRAWS; i++) {
            long number = random.nextLong() | 1;
            counts.merge(
                    plan(model, headroom, sticky ? number : 0, sticky ? 7 : number)
                            .getFirst(),
                    1,
                    Integer::sum);
        }
        return counts;
    }

    private static double share(Map<String, Integer> counts, String account) {
        return counts.getOrDefault(account, 0) / (double) DRAWS;
    }

    private static UpstreamFailure throttled(Duration time) {
        return new UpstreamFailure(Kind.RATE_LIMITED, 429, "", null, null, null, time);
    }

    @Test
    void largerPriorityComesFirstWhateverTheWeight() {
        Model model = model(new RevisionBuilder()
                .channel(
                        "low",
                        c -> c.priority(-1).weight(1000).accounts("a", "b").serves("m"))
                .channel(
                        "high", c -> c.priority(10).weight(1).accounts("a", "b").serves("m"))
                .channel("middle", c -> c.serves("m")));

        for (long seed = 1; seed <= 100; seed++) {
            List<String> plan = plan(model, IDLE, 0, seed);

            assertThat(plan.subList(0, 2)).containsExactlyInAnyOrder("high/a", "high/b");
            assertThat(plan.get(2)).isEqualTo("middle/a");
            assertThat(plan.subList(3, 5)).containsExactlyInAnyOrder("low/a", "low/b");
        }
    }

    @Test
    void sharesFollowTheWeights() {
        Model model = model(new RevisionBuilder()
                .channel("x", c -> c.weight(1).serves("m"))
                .channel("y", c -> c.weight(3).serves("m"))
                .channel("z", c -> c.weight(6).serves("m")));

        for (boolean sticky : new boolean[] {false, true}) {
            Map<String, Integer> counts = firsts(model, IDLE, sticky);

            assertThat(share(counts, "x/a")).isCloseTo(0.1, within(0.01));
            assertThat(share(counts, "y/a")).isCloseTo(0.3, within(0.015));
            assertThat(share(counts, "z/a")).isCloseTo(0.6, within(0.015));
        }
    }

    @Test
    void manyAccountsShareAlike() {
        Map<String, Integer> counts = firsts(model(accounts(names(20))), IDLE, false);

        assertThat(counts).hasSize(20).allSatisfy((account, count) -> assertThat(count)
                .as(account)
                .isCloseTo(DRAWS / 20, within(DRAWS / 20 / 5)));
    }

    @Test
    void sharesFollowTheHeadroomWhenNothingSticks() {
        Map<String, Integer> counts = firsts(model(accounts("a", "b")), new int[] {750, 250}, false);

        assertThat(share(counts, "c/a")).isCloseTo(0.75, within(0.015));
    }

    @Test
    void headroomDoesNotMoveConversations() {
        Model model = model(accounts("a", "b", "c"));

        for (long conversation = 1; conversation <= 200; conversation++) {
            assertThat(plan(model, new int[] {10, 500, 1000}, conversation, 1))
                    .isEqualTo(plan(model, IDLE, conversation, 2));
        }
    }

    @Test
    void conversationsSpreadOnlyByTheSeedWhenTheModelDoesNotStick() {
        Model model = model(accounts("a", "b").policy(Strategy.SPREAD, false, 3, Duration.ofSeconds(60)));
        SplittableRandom random = new SplittableRandom(1);

        long first = random.longs(1000)
                .filter(seed -> plan(model, IDLE, 77, seed).getFirst().equals("c/a"))
                .count();

        assertThat(first).isBetween(430L, 570L);
    }

    @Test
    void orderOfTheFilesDoesNotMoveConversations() {
        Model model = model(accounts("a", "b", "c"));
        Model turned = model(accounts("c", "a", "b"));

        for (long conversation = 1; conversation <= 100; conversation++) {
            assertThat(plan(model, IDLE, conversation, 0)).isEqualTo(plan(turned, IDLE, conversation, 0));
        }
    }

    @Test
    void fillKeepsTheOrderOfTheFiles() {
        Model model = model(accounts("b", "a", "c").policy(Strategy.FILL, true, 3, Duration.ofSeconds(60)));

        for (long number = 1; number <= 50; number++) {
            assertThat(plan(model, new int[] {1, 1000, 500}, number, number)).containsExactly("c/b", "c/a", "c/c");
        }
    }

    @Test
    void fillGoesOnWhenTheFirstIsFull() {
        Model model = model(accounts("a", "b", "c").policy(Strategy.FILL, true, 3, Duration.ofSeconds(60)));

        assertThat(plan(model, new int[] {0, 0, 5}, 0, 1)).containsExactly("c/c", "c/a", "c/b");
    }

    @Test
    void fullAccountsComeBehindThoseWithRoom() {
        Model model = model(accounts(names(4)));

        for (long number = 1; number <= 100; number++) {
            assertThat(plan(model, new int[] {0, 1, 0, 1000}, number, 1).subList(0, 2))
                    .containsExactlyInAnyOrder("c/a1", "c/a3");
        }
    }

    @Test
    void suspectComesLastEvenBehindFullOnes() {
        Model model = model(accounts("a", "b", "c"));
        for (int i = 0; i < 3; i++) {
            health.learn(model.candidates().get(1), UpstreamFailure.of(Kind.RESET, ""), NOW);
        }

        for (long number = 1; number <= 100; number++) {
            assertThat(plan(model, new int[] {0, 1000, 1000}, number, 1)).containsExactly("c/c", "c/a", "c/b");
        }
    }

    @Test
    void coolingCandidateIsLeftOutAndRemembered() {
        Model model = model(accounts("a", "b"));
        health.learn(model.candidates().getFirst(), throttled(Duration.ofSeconds(7)), NOW);

        assertThat(plan(model, IDLE, 1, 1)).containsExactly("c/b");
        assertThat(cooling.earliestNanos()).isEqualTo(Duration.ofSeconds(7).toNanos());
        assertThat(cooling.throttled()).isTrue();
    }

    @Test
    void earliestCooldownCountsWhenAllAreCooling() {
        Model model = model(accounts("a", "b"));
        health.learn(model.candidates().get(0), throttled(Duration.ofSeconds(7)), NOW);
        health.learn(model.candidates().get(1), UpstreamFailure.of(Kind.ACCOUNT_REFUSED, ""), NOW);

        assertThat(plan(model, IDLE, 1, 1)).isEmpty();
        assertThat(cooling.earliestNanos()).isEqualTo(Duration.ofSeconds(7).toNanos());
    }

    @Test
    void onlyCandidateIsLeftOutWhileItCools() {
        Model model = model(accounts("a"));
        health.learn(model.candidates().getFirst(), UpstreamFailure.of(Kind.ACCOUNT_REFUSED, ""), NOW);

        assertThat(plan(model, IDLE, 1, 1)).isEmpty();
        assertThat(cooling.throttled()).isFalse();
        assertThat(cooling.earliestNanos()).isEqualTo(Duration.ofSeconds(60).toNanos());
    }

    @Test
    void nothingCoolsWhenAllIsWell() {
        assertThat(plan(model(accounts("a")), IDLE, 0, 1)).containsExactly("c/a");
        assertThat(cooling.earliestNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void planIsAppended() {
        List<Candidate> plan = new ArrayList<>();
        Question question = new Question(model(accounts("a")), Endpoint.CHAT_COMPLETIONS, IDLE, 0, 1, NOW);

        planner.plan(question, plan, new Cooling());
        planner.plan(question, plan, new Cooling());

        assertThat(plan).hasSize(2);
    }
}
