package io.sluice.domain.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.health.HealthView;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.testkit.RevisionBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class RendezvousPropertyTest {
    /** Plans as a node would that has just read its files: a new revision, a new view. */
    private static List<String> plan(int accounts, int without, long conversation, long seed) {
        String[] names = IntStream.range(0, accounts)
                .filter(i -> i != without)
                .mapToObj(i -> "a" + i)
                .toArray(String[]::new);
        Model model = Objects.requireNonNull(new RevisionBuilder()
                .channel("c", c -> c.accounts(names).serves("m"))
                .build()
                .models()
                .get("m"));
        List<Candidate> plan = new ArrayList<>();
        new RoutePlanner(new HealthView())
                .plan(
                        new RoutePlanner.Question(model, Endpoint.CHAT_COMPLETIONS, new int[0], conversation, seed, 0),
                        plan,
                        new RoutePlanner.Cooling());
        return plan.stream().map(Candidate::accountId).toList();
    }

    @Property(seed = "1", tries = 200)
    void everyNodePlansAConversationAlike(@ForAll long conversation, @ForAll long seed, @ForAll long otherSeed) {
        List<String> here = plan(7, -1, conversation | 1, seed);
        List<String> there = plan(7, -1, conversation | 1, otherSeed);

        assertThat(here).isEqualTo(there).doesNotHaveDuplicates().hasSize(7);
    }

    @Property(seed = "1", tries = 200)
    void accountThatGoesMovesOnlyItsOwnConversations(
            @ForAll long conversation, @ForAll @IntRange(min = 0, max = 9) int gone) {
        List<String> expected = new ArrayList<>(plan(10, -1, conversation | 1, 0));
        expected.remove("c/a" + gone);

        assertThat(plan(10, gone, conversation | 1, 0)).isEqualTo(expected);
    }
}
