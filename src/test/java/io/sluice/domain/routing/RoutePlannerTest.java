package io.sluice.domain.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.routing.RoutePlanner.Question;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.SnapshotBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutePlannerTest {
    private static final int DRAWS = 20_000;
    private static final int LANE = 3;

    private final RoutePlanner planner = new RoutePlanner(LANE);
    private long now = 1_000;

    private static RevisionBuilder accounts(String... names) {
        return new RevisionBuilder().channel("c", c -> c.accounts(names).serves("m"));
    }

    private static GatewayRevision filling(String... names) {
        return accounts(names)
                .policy(Strategy.FILL, true, 3, Duration.ofSeconds(60))
                .build();
    }

    private static String[] names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "a" + i).toArray(String[]::new);
    }

    private static Model model(GatewayRevision revision) {
        return Objects.requireNonNull(revision.models().get("m"));
    }

    private void rooms(GatewayRevision revision, int... permille) {
        planner.learn(revision.id(), permille);
    }

    private List<String> plan(GatewayRevision revision, long sticky, long seed) {
        return plan(revision, Endpoint.CHAT_COMPLETIONS, sticky, seed);
    }

    private List<String> plan(GatewayRevision revision, Endpoint endpoint, long sticky, long seed) {
        Plan plan = new Plan(0);
        planner.plan(new Question(revision, endpoint, null, true, sticky, seed, now), model(revision), plan);
        List<String> ids = plan.done().stream().map(Candidate::accountId).toList();
        assertThat(ids).doesNotHaveDuplicates();
        return ids;
    }

    /** How often each account has a place of the plan, 0 for the first. */
    private Map<String, Integer> at(int place, GatewayRevision revision, boolean sticky) {
        SplittableRandom random = new SplittableRandom(42);
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < DRAWS; i++) {
            long number = random.nextLong() | 1;
            counts.merge(
                    plan(revision, sticky ? number : 0, sticky ? 7 : number).get(place), 1, Integer::sum);
        }
        return counts;
    }

    private static double share(Map<String, Integer> counts, String account) {
        return counts.getOrDefault(account, 0) / (double) DRAWS;
    }

    @Test
    void aChannelWithoutTheEndpointIsNoCandidate() {
        GatewayRevision revision = new RevisionBuilder()
                .channel(
                        "claude",
                        c -> c.type(ProviderType.ANTHROPIC).accounts("a").serves("m"))
                .channel("any", c -> c.accounts("a").serves("m"))
                .channel(
                        "qwen",
                        c -> c.type(ProviderType.DASHSCOPE).accounts("a").serves("m"))
                .build();

        assertThat(plan(revision, Endpoint.RERANK, 0, 1)).containsExactlyInAnyOrder("any/a", "qwen/a");
        assertThat(plan(revision, Endpoint.SPEECH, 0, 1)).containsExactly("any/a");
        assertThat(plan(revision, Endpoint.CHAT_COMPLETIONS, 0, 1)).hasSize(3);
    }

    @Test
    void largerPriorityComesFirstWhateverTheWeight() {
        GatewayRevision revision = new RevisionBuilder()
                .channel(
                        "low",
                        c -> c.priority(-1).weight(1000).accounts("a", "b").serves("m"))
                .channel(
                        "high", c -> c.priority(10).weight(1).accounts("a", "b").serves("m"))
                .channel("middle", c -> c.serves("m"))
                .build();

        for (long seed = 1; seed <= 100; seed++) {
            List<String> plan = plan(revision, 0, seed);

            assertThat(plan.subList(0, 2)).containsExactlyInAnyOrder("high/a", "high/b");
            assertThat(plan.get(2)).isEqualTo("middle/a");
            assertThat(plan.subList(3, 5)).containsExactlyInAnyOrder("low/a", "low/b");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sharesFollowTheWeights(boolean sticky) {
        GatewayRevision revision = new RevisionBuilder()
                .channel("x", c -> c.weight(1).serves("m"))
                .channel("y", c -> c.weight(3).serves("m"))
                .channel("z", c -> c.weight(6).serves("m"))
                .build();

        Map<String, Integer> counts = at(0, revision, sticky);

        assertThat(share(counts, "x/a")).isCloseTo(0.1, within(0.01));
        assertThat(share(counts, "y/a")).isCloseTo(0.3, within(0.015));
        assertThat(share(counts, "z/a")).isCloseTo(0.6, within(0.015));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 6, 19})
    void everyPlaceOfThePlanIsSharedAlike(int place) {
        GatewayRevision revision = accounts(names(20)).build();

        for (boolean sticky : new boolean[] {false, true}) {
            assertThat(at(place, revision, sticky)).hasSize(20).allSatisfy((account, count) -> assertThat(count)
                    .as(account)
                    .isCloseTo(DRAWS / 20, within(DRAWS / 20 / 5)));
        }
    }

    @Test
    void whoWasNotFirstOverflowsToManyOthers() {
        GatewayRevision revision = accounts(names(20)).build();
        Map<String, Integer> seconds = new HashMap<>();
        for (long conversation = 1; conversation <= 2_000; conversation++) {
            List<String> plan = plan(revision, conversation, 0);
            if (plan.getFirst().equals("c/a0")) {
                seconds.merge(plan.get(1), 1, Integer::sum);
            }
        }

        assertThat(seconds).hasSize(19);
    }

    @Test
    void moreHeadroomWinsTheDuelByTheOddsOfItsSquare() {
        GatewayRevision revision = accounts("a", "b").build();
        rooms(revision, 750, 250);

        // Half of the draws are duels, in which 9 to 1 are the odds.
        assertThat(share(at(0, revision, false), "c/a")).isCloseTo(0.25 + 0.5 * 0.9, within(0.015));
    }

    @Test
    void nobodyGetsMoreThanTwiceItsWeightAndWhoIsNearlyFullGetsLittle() {
        GatewayRevision revision = accounts(names(10)).build();
        rooms(revision, 1000, 20, 20, 20, 20, 20, 20, 20, 20, 1);

        Map<String, Integer> counts = at(0, revision, false);

        assertThat(share(counts, "c/a0")).isBetween(0.17, 0.2);
        assertThat(share(counts, "c/a9")).isBetween(0.005, 0.02);
    }

    @Test
    void fasterOnesAreAskedMoreAndSlowOnesStayKnown() {
        GatewayRevision revision = accounts(names(10)).build();
        SnapshotBuilder snapshot = new SnapshotBuilder(revision);
        for (int slot = 0; slot < 10; slot++) {
            snapshot.latency(slot, slot == 0 ? 200_000 : slot == 1 ? 8_000_000 : 800_000);
        }
        planner.learn(snapshot.build());

        Map<String, Integer> counts = at(0, revision, false);

        assertThat(share(counts, "c/a0")).isBetween(0.13, 0.17);
        assertThat(share(counts, "c/a1")).isBetween(0.01, 0.03);
        assertThat(share(counts, "c/a5")).isBetween(0.09, 0.12);
    }

    @Test
    void aFewMillisecondsMoveLittle() {
        GatewayRevision revision = accounts("a", "b").build();
        planner.learn(new SnapshotBuilder(revision)
                .latency(0, 500_000)
                .latency(1, 510_000)
                .build());

        assertThat(share(at(0, revision, false), "c/a")).isBetween(0.49, 0.52);
    }

    @Test
    void whoWasNeverSeenCountsAsFastAsTheOthers() {
        GatewayRevision revision = accounts("a", "b", "c").build();
        planner.learn(new SnapshotBuilder(revision)
                .latency(0, 500_000)
                .latency(1, 500_000)
                .build());

        assertThat(share(at(0, revision, false), "c/c")).isCloseTo(1 / 3.0, within(0.02));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoCameBackGetsItsPart(boolean sticky) {
        GatewayRevision revision = accounts("a", "b").build();
        planner.learn(new SnapshotBuilder(revision).share(0, 250).build());

        assertThat(share(at(0, revision, sticky), "c/a")).isCloseTo(0.2, within(0.015));
    }

    @Test
    void aShareThatGrowsOnlyBringsConversationsBack() {
        GatewayRevision revision = accounts(names(5)).build();
        for (long conversation = 1; conversation <= 300; conversation++) {
            boolean was = false;
            for (int share = 100; share <= 1_000; share += 100) {
                planner.learn(new SnapshotBuilder(revision).share(0, share).build());
                boolean is = plan(revision, conversation, 0).getFirst().equals("c/a0");
                assertThat(is || !was).isTrue();
                was = is;
            }
        }
    }

    @Test
    void aTierThatCameBackAsAWholeGetsItsPartToo() {
        GatewayRevision revision = new RevisionBuilder()
                .channel("high", c -> c.priority(1).accounts("a", "b").serves("m"))
                .channel("low", c -> c.accounts("a").serves("m"))
                .build();
        planner.learn(new SnapshotBuilder(revision).share(0, 300).share(1, 100).build());

        Map<String, Integer> counts = at(0, revision, false);

        assertThat(share(counts, "low/a")).isCloseTo(0.7, within(0.015));
        assertThat(share(counts, "high/a")).isCloseTo(0.3 * 0.75, within(0.015));
        assertThat(plan(revision, 0, 1)).hasSize(3);
    }

    @Test
    void theOnlyTierServesWhateverItsShare() {
        GatewayRevision revision = accounts("a").build();
        planner.learn(new SnapshotBuilder(revision).share(0, 100).build());

        for (long seed = 1; seed <= 50; seed++) {
            assertThat(plan(revision, 0, seed)).containsExactly("c/a");
        }
    }

    @Test
    void headroomDoesNotMoveConversations() {
        GatewayRevision revision = accounts("a", "b", "c").build();

        for (long conversation = 1; conversation <= 200; conversation++) {
            rooms(revision, 10, 500, 1000);
            List<String> used = plan(revision, conversation, 1);
            rooms(revision);
            assertThat(plan(revision, conversation, 2)).isEqualTo(used);
        }
    }

    @Test
    void conversationsSpreadOnlyByTheSeedWhenTheModelDoesNotStick() {
        GatewayRevision revision = accounts("a", "b")
                .policy(Strategy.SPREAD, false, 3, Duration.ofSeconds(60))
                .build();
        SplittableRandom random = new SplittableRandom(1);

        long first = random.longs(1000)
                .filter(seed -> plan(revision, 77, seed).getFirst().equals("c/a"))
                .count();

        assertThat(first).isBetween(430L, 570L);
    }

    @Test
    void orderOfTheFilesDoesNotMoveConversations() {
        GatewayRevision revision = accounts(names(6)).build();
        GatewayRevision turned =
                accounts("a3", "a1", "a0", "a2", "a5", "a4").id("turned").build();
        RoutePlanner other = new RoutePlanner(LANE);

        for (long conversation = 1; conversation <= 100; conversation++) {
            Plan plan = new Plan(8);
            other.plan(
                    new Question(turned, Endpoint.CHAT_COMPLETIONS, null, true, conversation, 0, now),
                    model(turned),
                    plan);
            assertThat(plan(revision, conversation, 0))
                    .isEqualTo(plan.done().stream().map(Candidate::accountId).toList());
        }
    }

    @Test
    void fillKeepsTheOrderOfTheFiles() {
        GatewayRevision revision = filling("b", "a", "c");
        rooms(revision, 1, 1000, 500);

        for (long number = 1; number <= 50; number++) {
            assertThat(plan(revision, number, number)).containsExactly("c/b", "c/a", "c/c");
        }
    }

    @Test
    void fillGoesOnWhenTheFirstIsFull() {
        GatewayRevision revision = filling("a", "b", "c");
        rooms(revision, 0, 0, 5);

        assertThat(plan(revision, 0, 1)).containsExactly("c/c", "c/a", "c/b");
    }

    @Test
    void fillPassesOverWhoCameBackAsOftenAsItsShareSays() {
        GatewayRevision revision = filling("a", "b", "c");
        planner.learn(new SnapshotBuilder(revision).share(0, 300).build());

        Map<String, Integer> counts = at(0, revision, false);

        assertThat(share(counts, "c/a")).isCloseTo(0.3, within(0.015));
        assertThat(share(counts, "c/c")).isZero();
        assertThat(plan(revision, 0, 1)).hasSize(3);
    }

    @Test
    void fullAccountsComeBehindThoseWithRoomAndInNoFixedOrder() {
        GatewayRevision revision = accounts(names(4)).build();
        rooms(revision, 0, 1, 0, 1000);
        Map<String, Integer> thirds = new HashMap<>();

        for (long number = 1; number <= 100; number++) {
            List<String> plan = plan(revision, number, 1);
            assertThat(plan.subList(0, 2)).containsExactlyInAnyOrder("c/a1", "c/a3");
            thirds.merge(plan.get(2), 1, Integer::sum);
        }
        assertThat(thirds).hasSize(2).allSatisfy((account, count) -> assertThat(count)
                .isGreaterThan(25));
    }

    @Test
    void whoDoesWorseComesLastEvenBehindFullOnes() {
        GatewayRevision revision = accounts("a", "b", "c").build();
        rooms(revision, 0, 1000, 1000);
        planner.learn(new SnapshotBuilder(revision).last(1).build());

        for (long number = 1; number <= 100; number++) {
            assertThat(plan(revision, number, 1)).containsExactly("c/c", "c/a", "c/b");
            assertThat(plan(revision, 0, number)).containsExactly("c/c", "c/a", "c/b");
        }
    }

    @ParameterizedTest
    @ValueSource(
            bytes = {
                PoolSnapshot.DEAD,
                PoolSnapshot.BROKEN,
                PoolSnapshot.DRAINING,
                PoolSnapshot.DISABLED,
                PoolSnapshot.COOLING
            })
    void whoIsOutIsLeftOut(byte standing) {
        GatewayRevision revision = accounts("a", "b").build();
        planner.learn(new SnapshotBuilder(revision).stands(0, standing, now + 7).build());

        assertThat(plan(revision, 1, 1)).containsExactly("c/b");
        assertThat(plan(revision, 0, 1)).containsExactly("c/b");
    }

    @Test
    void whoCoolsIsBackAtItsInstantWithoutANewPicture() {
        GatewayRevision revision = accounts("a", "b", "c").build();
        planner.learn(new SnapshotBuilder(revision)
                .stands(0, PoolSnapshot.COOLING, now + 20)
                .stands(2, PoolSnapshot.COOLING, now + 10)
                .build());
        assertThat(plan(revision, 0, 1)).containsExactly("c/b");

        now += 9;
        assertThat(plan(revision, 0, 1)).containsExactly("c/b");
        now += 1;
        assertThat(plan(revision, 0, 1)).containsExactlyInAnyOrder("c/b", "c/c");
        now += 10;
        assertThat(plan(revision, 0, 1)).hasSize(3);
    }

    @Test
    void aPictureOfAnotherRevisionSaysNothing() {
        GatewayRevision revision = accounts("a", "b").build();
        GatewayRevision next = accounts("a", "b").id("next").build();
        planner.learn(new SnapshotBuilder(next).stands(0, PoolSnapshot.DEAD).build());
        planner.learn("next", new int[] {0, 0});

        assertThat(plan(revision, 0, 1)).hasSize(2);
        assertThat(plan(next, 0, 1)).containsExactly("c/b");
        assertThat(plan(revision, 0, 1)).hasSize(2);
    }

    @Test
    void aTrialComesFirstForOneRequest() {
        GatewayRevision revision = accounts("a", "b", "c").build();
        SnapshotBuilder snapshot =
                new SnapshotBuilder(revision).stands(1, PoolSnapshot.BROKEN).trial(1, LANE, 7);
        planner.learn(snapshot.build());

        assertThat(plan(revision, 5, 1)).hasSize(3).startsWith("c/b");
        assertThat(plan(revision, 5, 1)).hasSize(2).doesNotContain("c/b");
        rooms(revision, 500, 500, 500);
        assertThat(plan(revision, 0, 2)).hasSize(2).doesNotContain("c/b");

        planner.learn(snapshot.build());
        assertThat(plan(revision, 0, 1)).as("the same trial").hasSize(2);
        planner.learn(snapshot.trial(1, LANE, 9).build());
        assertThat(plan(revision, 0, 1)).hasSize(3).startsWith("c/b");
        assertThat(plan(revision, 0, 1)).hasSize(2);
    }

    @Test
    void aRequestMakesOneTrialAtMost() {
        GatewayRevision revision = accounts("a", "b", "c").build();
        planner.learn(new SnapshotBuilder(revision)
                .stands(0, PoolSnapshot.BROKEN)
                .trial(0, LANE, 1)
                .stands(1, PoolSnapshot.DEAD)
                .trial(1, LANE, 2)
                .build());

        assertThat(plan(revision, 0, 1)).containsExactly("c/a", "c/c");
        assertThat(plan(revision, 0, 1)).containsExactly("c/b", "c/c");
        assertThat(plan(revision, 0, 1)).containsExactly("c/c");
    }

    @Test
    void whoCannotFallBackMakesATrialOnlyWhereNobodyElseCanServe() {
        GatewayRevision revision = accounts("a", "b").build();
        SnapshotBuilder snapshot =
                new SnapshotBuilder(revision).stands(0, PoolSnapshot.BROKEN).trial(0, LANE, 1);
        planner.learn(snapshot.build());
        Question once = new Question(revision, Endpoint.CHAT_COMPLETIONS, null, false, 0, 1, now);

        Plan others = new Plan(2);
        planner.plan(once, model(revision), others);
        assertThat(others.done().stream().map(Candidate::accountId)).containsExactly("c/b");
        assertThat(others.trial()).isZero();

        planner.learn(snapshot.stands(1, PoolSnapshot.DEAD).build());
        Plan nobody = new Plan(2);
        planner.plan(once, model(revision), nobody);
        assertThat(nobody.size()).isZero();
        planner.planTrial(once, model(revision), nobody);
        assertThat(nobody.done().stream().map(Candidate::accountId)).containsExactly("c/a");
        assertThat(nobody.trial()).isEqualTo(1);
    }

    @Test
    void aTrialIsOneLanesAndNeverAgainstAHuman() {
        GatewayRevision revision = accounts("a", "b", "c", "d").build();
        planner.learn(new SnapshotBuilder(revision)
                .stands(0, PoolSnapshot.BROKEN)
                .trial(0, LANE + 1, 1)
                .stands(1, PoolSnapshot.DISABLED)
                .trial(1, LANE, 2)
                .stands(2, PoolSnapshot.DRAINING)
                .trial(2, LANE, 3)
                .build());

        assertThat(plan(revision, 0, 1)).containsExactly("c/d");
    }

    @Test
    void aTrialIsNotGivenAwayWhereItWouldNotBeMade() {
        GatewayRevision revision = new RevisionBuilder()
                .channel("high", c -> c.priority(1).accounts("a").serves("m"))
                .channel("low", c -> c.accounts("a", "b").serves("m"))
                .build();
        planner.learn(new SnapshotBuilder(revision)
                .stands(1, PoolSnapshot.BROKEN)
                .trial(1, LANE, 2)
                .build());
        assertThat(plan(revision, 0, 1)).containsExactly("high/a", "low/b");

        rooms(revision, 0, 0, 1000);
        assertThat(plan(revision, 0, 1)).as("it has no room itself").containsExactly("high/a", "low/b");

        rooms(revision, 0, 1000, 1000);
        assertThat(plan(revision, 0, 1)).containsExactly("high/a", "low/a", "low/b");
        assertThat(plan(revision, 0, 1)).containsExactly("high/a", "low/b");
    }

    @Test
    void oneAccountAloneIsAskedWhenItKeepsWhatTheRequestGoesOnFrom() {
        GatewayRevision revision = accounts(names(5)).build();
        Question question = new Question(revision, Endpoint.CHAT_COMPLETIONS, "c/a3", true, 0, 1, now);
        Plan plan = new Plan(1);
        planner.plan(question, model(revision), plan);
        assertThat(plan.done().stream().map(Candidate::accountId)).containsExactly("c/a3");

        planner.learn(new SnapshotBuilder(revision).stands(3, PoolSnapshot.DEAD).build());
        Plan none = new Plan(1);
        planner.plan(question, model(revision), none);
        assertThat(none.size()).isZero();
    }

    @Test
    void anAccountThatRunsDryServesThoseThatNobodyElseCan() {
        GatewayRevision revision = accounts("a", "b").build();
        planner.learn(
                new SnapshotBuilder(revision).stands(0, PoolSnapshot.DRAINING).build());
        Plan plan = new Plan(1);
        planner.plan(new Question(revision, Endpoint.CHAT_COMPLETIONS, "c/a", true, 0, 1, now), model(revision), plan);

        assertThat(plan.done().stream().map(Candidate::accountId)).containsExactly("c/a");
        assertThat(plan(revision, 0, 1)).containsExactly("c/b");
    }

    @Test
    void planIsAppended() {
        GatewayRevision revision = accounts("a").build();
        Question question = new Question(revision, Endpoint.CHAT_COMPLETIONS, null, true, 0, 1, now);
        Plan plan = new Plan(1);

        planner.plan(question, model(revision), plan);
        planner.plan(question, model(revision), plan);

        assertThat(plan.done()).hasSize(2);
    }
}
