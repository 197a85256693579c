package io.sluice.domain.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.SnapshotBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class RendezvousPropertyTest {
    private static GatewayRevision revision(int accounts, int without) {
        String[] names = IntStream.range(0, accounts)
                .filter(i -> i != without)
                .mapToObj(i -> "a" + i)
                .toArray(String[]::new);
        return new RevisionBuilder()
                .channel("c", c -> c.accounts(names).serves("m"))
                .build();
    }

    /** Plans as a node would that has just read its files: a new revision, a new view. */
    private static List<String> plan(int accounts, int without, long conversation, long seed) {
        return plan(new RoutePlanner(0), revision(accounts, without), conversation, seed);
    }

    private static List<String> plan(RoutePlanner planner, GatewayRevision revision, long conversation, long seed) {
        Model model = Objects.requireNonNull(revision.models().get("m"));
        Plan plan = new Plan(1);
        planner.plan(
                new RoutePlanner.Question(revision, Endpoint.CHAT_COMPLETIONS, null, true, conversation, seed, 0),
                model,
                plan);
        return plan.done().stream().map(Candidate::accountId).toList();
    }

    @Property(seed = "1", tries = 200)
    void everyNodePlansAConversationAlike(
            @ForAll @IntRange(min = 1, max = 40) int accounts,
            @ForAll long conversation,
            @ForAll long seed,
            @ForAll long otherSeed) {
        List<String> here = plan(accounts, -1, conversation | 1, seed);
        List<String> there = plan(accounts, -1, conversation | 1, otherSeed);

        assertThat(here).isEqualTo(there).doesNotHaveDuplicates().hasSize(accounts);
    }

    @Property(seed = "1", tries = 200)
    void accountThatGoesMovesOnlyItsOwnConversations(
            @ForAll long conversation, @ForAll @IntRange(min = 0, max = 5) int gone) {
        List<String> expected = new ArrayList<>(plan(6, -1, conversation | 1, 0));
        expected.remove("c/a" + gone);

        assertThat(plan(6, gone, conversation | 1, 0)).isEqualTo(expected);
    }

    @Property(seed = "1", tries = 200)
    void accountThatDoesWorseMovesOnlyItsOwnConversations(
            @ForAll long conversation, @ForAll @IntRange(min = 0, max = 5) int worse) {
        GatewayRevision revision = revision(6, -1);
        List<String> expected = new ArrayList<>(plan(6, -1, conversation | 1, 0));
        expected.remove("c/a" + worse);
        expected.add("c/a" + worse);
        RoutePlanner planner = new RoutePlanner(0);
        planner.learn(new SnapshotBuilder(revision).last(worse).build());

        assertThat(plan(planner, revision, conversation | 1, 0)).isEqualTo(expected);
    }
}
