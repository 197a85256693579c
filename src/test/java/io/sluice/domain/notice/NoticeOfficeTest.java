package io.sluice.domain.notice;

import static io.sluice.domain.notice.NoticeEvent.ACCOUNT_DISABLED;
import static io.sluice.domain.notice.NoticeEvent.ACCOUNT_RECOVERED;
import static io.sluice.domain.notice.NoticeEvent.CHANNEL_UNUSABLE;
import static io.sluice.domain.notice.NoticeEvent.CONFIG_REJECTED;
import static io.sluice.domain.notice.NoticeEvent.NODE_JOINED;
import static io.sluice.domain.notice.NoticeEvent.NODE_LEFT;
import static io.sluice.domain.notice.NoticeEvent.POOL_NEAR_LIMIT;
import static io.sluice.domain.notice.Notices.begun;
import static io.sluice.domain.notice.Notices.level;
import static io.sluice.domain.notice.Notices.over;
import static io.sluice.domain.notice.Notices.rules;
import static io.sluice.domain.notice.Notices.sink;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import io.sluice.domain.notice.FewNodes.Taken;
import io.sluice.domain.notice.NoticeEvent.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoticeOfficeTest {
    private static final Duration WAIT = Duration.ofSeconds(6);

    private static FewNodes alone(NoticeSink... sinks) {
        return new FewNodes(rules(sinks), "n1");
    }

    // --- routing ---------------------------------------------------------------------------------------------------

    @Test
    void tellsWhoWantsIt() {
        FewNodes nodes = alone(
                sink("all"),
                sink("bad", 600, Severity.CRITICAL),
                sink("accounts", 600, Severity.INFO, "account-*"),
                sink("nodes", 600, Severity.INFO, "node-left", "node-joined"));

        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.raise("n1", begun(CHANNEL_UNUSABLE, "c"));
        nodes.pass(WAIT);

        assertThat(nodes.taken.stream().map(taken -> taken.sink() + " " + taken.text()))
                .containsExactlyInAnyOrder(
                        "all channel-unusable: c",
                        "all account-disabled: a",
                        "bad channel-unusable: c",
                        "accounts account-disabled: a");
    }

    @Test
    void anEventIsAsBadAsTheFilesSay() {
        NoticeRules rules = new NoticeRules(
                List.of(sink("bad", 600, Severity.CRITICAL)),
                Map.of(ACCOUNT_DISABLED, Severity.CRITICAL, CHANNEL_UNUSABLE, Severity.INFO),
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                null);
        FewNodes nodes = new FewNodes(rules, "n1");

        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.raise("n1", begun(CHANNEL_UNUSABLE, "c"));
        nodes.pass(WAIT);

        assertThat(nodes.took()).containsExactly("account-disabled: a");
    }

    // --- duplicates and ends ---------------------------------------------------------------------------------------

    @Test
    void isToldOnceHoweverOftenItIsSeen() {
        FewNodes nodes = alone(sink("s"));

        for (int i = 0; i < 100; i++) {
            nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
            nodes.pass(Duration.ofSeconds(1));
        }

        assertThat(nodes.took()).containsExactly("account-disabled: a");
    }

    @Test
    void anEndIsToldWhereTheBeginningWas() {
        FewNodes nodes = alone(sink("s", 600, Severity.ERROR), sink("other", 600, Severity.CRITICAL));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(WAIT);
        nodes.raise("n1", over(ACCOUNT_DISABLED, "a"));
        nodes.raise("n1", over(ACCOUNT_DISABLED, "never seen"));
        nodes.pass(WAIT);
        nodes.raise("n1", over(ACCOUNT_DISABLED, "a"));
        nodes.pass(WAIT);

        assertThat(nodes.taken).allMatch(taken -> taken.sink().equals("s"));
        assertThat(nodes.taken)
                .extracting(taken -> taken.telling().severity())
                .containsExactly(Severity.ERROR, Severity.INFO);
        assertThat(nodes.took()).containsExactly("account-disabled: a", "over account-disabled: a");
    }

    @Test
    void whatEndsBeforeItWasToldIsNotTold() {
        FewNodes nodes = alone(sink("s"));

        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofSeconds(2));
        nodes.raise("n1", over(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(5));

        assertThat(nodes.took()).isEmpty();
    }

    @Test
    void whatComesBackBeforeItsEndWasToldGoesOn() {
        FewNodes nodes = alone(sink("s"));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(WAIT);

        nodes.raise("n1", over(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofSeconds(2));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(5));

        assertThat(nodes.took()).containsExactly("account-disabled: a");
    }

    @Test
    void flappingEverySecondIsToldRarely() {
        FewNodes nodes = alone(sink("s"));

        for (int i = 0; i < 200; i++) {
            nodes.raise("n1", i % 2 == 0 ? begun(ACCOUNT_DISABLED, "a") : over(ACCOUNT_DISABLED, "a"));
            nodes.pass(Duration.ofSeconds(1));
        }

        assertThat(nodes.took()).isEmpty();
    }

    @Test
    void itIsToldAgainAfterItsEnd() {
        FewNodes nodes = alone(sink("s"));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(2));
        nodes.raise("n1", over(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(2));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(2));

        assertThat(nodes.took())
                .containsExactly("account-disabled: a", "over account-disabled: a", "account-disabled: a");
    }

    @Test
    void aHigherLevelIsToldAnewALowerOneNot() {
        FewNodes nodes = alone(sink("s"));
        for (int level : new int[] {80, 80, 95, 80, 95}) {
            nodes.raise("n1", level(POOL_NEAR_LIMIT, "m", level));
            nodes.pass(Duration.ofMinutes(2));
        }
        nodes.raise("n1", over(POOL_NEAR_LIMIT, "m"));
        nodes.pass(Duration.ofMinutes(2));

        assertThat(nodes.took()).containsExactly("pool-near-limit: m", "pool-near-limit: m", "over pool-near-limit: m");
    }

    @Test
    void anEventThatEndsAnotherIsItsEndWhereThatWasTold() {
        FewNodes nodes = alone(sink("told"), sink("joined", 600, Severity.INFO, "node-joined", "account-recovered"));
        nodes.raise("n1", begun(NODE_LEFT, "n2"));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(2));
        nodes.raise("n1", begun(NODE_JOINED, "n2"));
        nodes.raise("n1", begun(ACCOUNT_RECOVERED, "a"));
        nodes.pass(Duration.ofMinutes(2));

        assertThat(nodes.taken.stream().map(taken -> taken.sink() + " " + taken.text()))
                .containsExactlyInAnyOrder(
                        "told node-left: n2",
                        "told account-disabled: a",
                        "told over node-left: n2",
                        "told over account-disabled: a",
                        "joined node-joined: n2",
                        "joined account-recovered: a");
    }

    @Test
    void goesOnWhileAnyNodeHasIt() {
        FewNodes nodes = new FewNodes(rules(sink("s")), "n1", "n2", "n3");
        nodes.raise("n1", begun(CONFIG_REJECTED, "configuration"));
        nodes.raise("n2", begun(CONFIG_REJECTED, "configuration"));
        nodes.raise("n3", begun(CONFIG_REJECTED, "configuration"));
        nodes.pass(Duration.ofMinutes(2));
        assertThat(nodes.took()).containsExactly("config-rejected: configuration");

        nodes.raise("n1", over(CONFIG_REJECTED, "configuration"));
        nodes.raise("n3", over(CONFIG_REJECTED, "configuration"));
        nodes.pass(Duration.ofMinutes(2));
        assertThat(nodes.took()).isEmpty();

        nodes.raise("n2", over(CONFIG_REJECTED, "configuration"));
        nodes.pass(Duration.ofMinutes(2));
        assertThat(nodes.took()).containsExactly("over config-rejected: configuration");
    }

    @Test
    void whatOnlyANodeHadThatIsGoneMayBeToldAgain() {
        FewNodes nodes = new FewNodes(rules(sink("s")), "n1", "n2");
        nodes.raise("n2", begun(CONFIG_REJECTED, "configuration"));
        nodes.pass(Duration.ofMinutes(2));
        nodes.dies("n2");
        nodes.members("n1");
        nodes.raise("n1", begun(CONFIG_REJECTED, "configuration"));
        nodes.pass(Duration.ofMinutes(2));

        assertThat(nodes.took()).containsExactly("config-rejected: configuration", "config-rejected: configuration");
    }

    // --- groups and rates ------------------------------------------------------------------------------------------

    @Test
    void twoHundredDeadAccountsAreOneMessageASink() {
        FewNodes nodes = new FewNodes(rules(sink("one"), sink("two")), "n1", "n2", "n3");
        for (int i = 0; i < 200; i++) {
            nodes.everywhere(begun(ACCOUNT_DISABLED, "a" + i));
            nodes.pass(Duration.ofMillis(i % 10 == 0 ? 200 : 0));
        }
        nodes.pass(Duration.ofMinutes(10));

        assertThat(nodes.taken).extracting(Taken::sink).containsExactlyInAnyOrder("one", "two");
        assertThat(nodes.taken)
                .allSatisfy(taken -> assertThat(taken.telling().count()).isEqualTo(200));
    }

    @Test
    void stragglersWaitForOneAnother() {
        FewNodes nodes = alone(sink("s"));
        for (int i = 0; i < 40; i++) {
            nodes.raise("n1", begun(ACCOUNT_DISABLED, "a" + i));
            nodes.pass(Duration.ofSeconds(1));
        }
        nodes.pass(Duration.ofMinutes(2));

        assertThat(nodes.taken).extracting(taken -> taken.telling().count()).containsExactly(5, 35);
    }

    @Test
    void whatTheRateHoldsBackIsInOneMessage() {
        NoticeRules rules =
                new NoticeRules(List.of(sink("s", 2, Severity.INFO)), Map.of(), Duration.ZERO, Duration.ZERO, null);
        FewNodes nodes = new FewNodes(rules, "n1");
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofSeconds(1));
        nodes.raise("n1", begun(CHANNEL_UNUSABLE, "c"));
        nodes.pass(Duration.ofSeconds(1));
        assertThat(nodes.took()).hasSize(2);

        nodes.raise("n1", begun(NODE_LEFT, "n2"));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "b"));
        nodes.pass(Duration.ofSeconds(5));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "c"));
        nodes.pass(Duration.ofSeconds(20));
        assertThat(nodes.took()).isEmpty();

        nodes.pass(Duration.ofSeconds(10));
        assertThat(nodes.took()).containsExactly("account-disabled: b, c; node-left: n2");
    }

    @Test
    void remindsOfWhatGoesOn() {
        NoticeRules rules = new NoticeRules(
                List.of(sink("s")), Map.of(), Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ofHours(1));
        FewNodes nodes = new FewNodes(rules, "n1", "n2");
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.raise("n1", begun(NODE_JOINED, "n2"));
        nodes.pass(Duration.ofMinutes(150));
        nodes.raise("n2", over(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(150));

        assertThat(nodes.took())
                .containsExactly(
                        "account-disabled: a",
                        "node-joined: n2",
                        "still account-disabled: a",
                        "still account-disabled: a",
                        "over account-disabled: a");
    }

    // --- over the cluster ------------------------------------------------------------------------------------------

    @Test
    void threeNodesThatSeeTheSameTellItOnce() {
        FewNodes nodes = new FewNodes(rules(sink("s")), "n1", "n2", "n3");

        nodes.everywhere(begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(10));
        nodes.everywhere(over(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(10));

        assertThat(nodes.took()).containsExactly("account-disabled: a", "over account-disabled: a");
    }

    @Test
    void oneNodeHasTheDutyForASinkAndDutiesAreSpread() {
        List<String> names = List.of("n1", "n2", "n3");
        Map<String, Integer> duties = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            List<String> order = DutyOrder.of("sink-" + i, names);
            assertThat(order).containsExactlyInAnyOrderElementsOf(names);
            assertThat(DutyOrder.of("sink-" + i, List.of("n3", "n1", "n2"))).isEqualTo(order);
            List<String> without = new ArrayList<>(order);
            without.remove("n2");
            assertThat(DutyOrder.of("sink-" + i, List.of("n1", "n3"))).isEqualTo(without);
            duties.merge(order.getFirst(), 1, Integer::sum);
        }

        assertThat(duties.values()).allMatch(count -> count > 60);
    }

    @Test
    void theNextOneTellsItWhenANodeDiesWithIt() {
        List<String> order = DutyOrder.of("s", List.of("n1", "n2", "n3"));
        FewNodes nodes = new FewNodes(rules(sink("s")), "n1", "n2", "n3");
        nodes.slowness = Duration.ofSeconds(30);
        nodes.everywhere(begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(WAIT);

        nodes.dies(order.getFirst());
        nodes.pass(Duration.ofMinutes(3));

        assertThat(nodes.taken).singleElement().satisfies(taken -> assertThat(taken.node())
                .isEqualTo(order.get(1)));
    }

    @Test
    void theNextOneTellsItWhenThereIsNoWord() {
        List<String> order = DutyOrder.of("s", List.of("n1", "n2", "n3"));
        FewNodes nodes = new FewNodes(rules(sink("s")), "n1", "n2", "n3");
        nodes.dies(order.getFirst());
        nodes.everywhere(begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofSeconds(14));
        assertThat(nodes.taken).isEmpty();

        nodes.pass(Duration.ofSeconds(2));
        assertThat(nodes.taken).singleElement().satisfies(taken -> assertThat(taken.node())
                .isEqualTo(order.get(1)));
        nodes.pass(Duration.ofMinutes(10));
        assertThat(nodes.taken).hasSize(1);
    }

    @Test
    void theNextOneTriesWhatANodeCannotDeliver() {
        List<String> order = DutyOrder.of("s", List.of("n1", "n2", "n3"));
        FewNodes nodes = new FewNodes(rules(sink("s")), "n1", "n2", "n3");
        nodes.takes = (node, sink) -> node.equals(order.get(2));
        nodes.everywhere(begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(1));

        assertThat(nodes.taken).singleElement().satisfies(taken -> assertThat(taken.node())
                .isEqualTo(order.get(2)));
        nodes.everywhere(over(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(1));
        assertThat(nodes.took()).containsExactly("account-disabled: a", "over account-disabled: a");
    }

    @Test
    void whileANodeTriesForLongTheOthersWait() {
        FewNodes nodes = new FewNodes(rules(sink("s")), "n1", "n2", "n3");
        nodes.slowness = Duration.ofMinutes(4);

        nodes.everywhere(begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(20));

        assertThat(nodes.took()).containsExactly("account-disabled: a");
    }

    @Test
    void whileTheRateHoldsItBackTheOthersWait() {
        NoticeRules rules =
                new NoticeRules(List.of(sink("s", 1, Severity.INFO)), Map.of(), Duration.ZERO, Duration.ZERO, null);
        FewNodes nodes = new FewNodes(rules, "n1", "n2", "n3");

        nodes.everywhere(begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofSeconds(1));
        nodes.everywhere(begun(ACCOUNT_DISABLED, "b"));
        nodes.everywhere(begun(NODE_LEFT, "x"));
        nodes.pass(Duration.ofSeconds(50));
        assertThat(nodes.took()).containsExactly("account-disabled: a");

        nodes.pass(Duration.ofMinutes(5));
        assertThat(nodes.took()).containsExactly("account-disabled: b; node-left: x");
    }

    @Test
    void aNodeThatStartsAgainDoesNotTellItAgain() {
        NoticeRules rules = rules(sink("s"), sink("t"), sink("u"));
        FewNodes nodes = new FewNodes(rules, "n1", "n2", "n3");
        nodes.everywhere(begun(CONFIG_REJECTED, "configuration"));
        nodes.everywhere(begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(2));
        assertThat(nodes.took()).hasSize(6);

        for (String name : List.of("n1", "n2", "n3")) {
            nodes.dies(name);
            nodes.start(name, rules);
            nodes.members("n1", "n2", "n3");
            nodes.raise(name, begun(CONFIG_REJECTED, "configuration"));
            nodes.raise(name, begun(ACCOUNT_DISABLED, "a"));
            nodes.pass(Duration.ofMinutes(2));
        }
        assertThat(nodes.took()).isEmpty();

        nodes.everywhere(over(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(2));
        assertThat(nodes.took()).hasSize(3).containsOnly("over account-disabled: a");
    }

    @Test
    void twoPartsOfAClusterEachTellIt() {
        FewNodes nodes = new FewNodes(rules(sink("s")), "n1", "n2", "n3");
        nodes.reaches = (from, to) -> from.equals("n1") == to.equals("n1");
        nodes.office("n1").members(List.of("n1"));
        nodes.office("n2").members(List.of("n2", "n3"));
        nodes.office("n3").members(List.of("n2", "n3"));

        nodes.everywhere(begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(5));

        assertThat(nodes.took()).containsExactly("account-disabled: a", "account-disabled: a");
    }

    // --- sinks that are down ---------------------------------------------------------------------------------------

    @Test
    void aSinkThatIsBackIsToldWhatItMissed() {
        FewNodes nodes = alone(sink("s"));
        nodes.takes = (node, sink) -> false;
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "b"));
        nodes.pass(Duration.ofMinutes(20));
        nodes.raise("n1", over(ACCOUNT_DISABLED, "b"));
        nodes.raise("n1", begun(CHANNEL_UNUSABLE, "c"));
        nodes.pass(Duration.ofMinutes(20));

        nodes.takes = (node, sink) -> true;
        nodes.pass(Duration.ofMinutes(6));

        assertThat(nodes.took()).containsExactlyInAnyOrder("account-disabled: a", "channel-unusable: c");
        assertThat(nodes.lost).isEmpty();
    }

    @Test
    void whatASinkMissesForLongIsCounted() {
        FewNodes nodes = alone(sink("s"));
        nodes.takes = (node, sink) -> false;
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "b"));
        nodes.pass(Duration.ofMinutes(70));
        assertThat(nodes.lost.stream().mapToInt(line -> Integer.parseInt(line.substring(5))))
                .as("n1 s count")
                .hasSizeBetween(1, 2);

        nodes.takes = (node, sink) -> true;
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "c"));
        nodes.pass(Duration.ofMinutes(2));

        assertThat(nodes.took()).containsExactly("account-disabled: c +2");
    }

    /** It has no such sink, or is at a test and never says that it failed. */
    @Test
    void aNodeThatTakesNoPartDoesNotMakeTheOthersTryForEver() {
        FewNodes nodes = new FewNodes(rules(sink("s")), "n1", "n2", "n3");
        nodes.start("n2", rules());
        nodes.members("n1", "n2", "n3");
        List<String> tries = new ArrayList<>();
        nodes.takes = (node, sink) -> !tries.add(node);
        nodes.everywhere(begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(50));
        assertThat(tries).hasSizeBetween(10, 24).contains("n1", "n3").doesNotContain("n2");
        assertThat(nodes.lost).isEmpty();

        nodes.pass(Duration.ofMinutes(20));
        assertThat(nodes.lost).containsExactlyInAnyOrder("n1 s 1", "n3 s 1");
        int triedBefore = tries.size();
        nodes.pass(Duration.ofHours(1));
        assertThat(tries).hasSize(triedBefore);

        nodes.takes = (node, sink) -> true;
        nodes.everywhere(begun(ACCOUNT_DISABLED, "b"));
        nodes.pass(Duration.ofMinutes(1));
        assertThat(nodes.took()).containsExactly("account-disabled: b +1");
    }

    @Test
    void aSinkWhoseAddressIsCorrectedIsToldAtOnce() {
        FewNodes nodes = alone(sink("s"));
        nodes.takes = (node, sink) -> false;
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofSeconds(30));
        nodes.takes = (node, sink) -> true;
        nodes.office("n1").rules(rules(sink("s", 60, Severity.INFO)));
        nodes.pass(Duration.ofSeconds(30));
        assertThat(nodes.took()).as("it is reached as before").isEmpty();

        NoticeSink same = sink("s");
        NoticeSink.Way way = new NoticeSink.Webhook(
                new HookUrl(false, "127.0.0.1", 10, Secret.of("/")), Secret.of("0123456789abcdef"));
        nodes.office("n1")
                .rules(rules(new NoticeSink(
                        "s",
                        way,
                        same.minSeverity(),
                        same.events(),
                        same.perMinute(),
                        same.title(),
                        same.text(),
                        same.attempts(),
                        same.timeout())));
        nodes.pass(Duration.ofSeconds(1));

        assertThat(nodes.took()).containsExactly("account-disabled: a");
    }

    @Test
    void theEndingOfAnEarlierSinkOfThatNameIsNotThatOfTheNew() {
        FewNodes nodes = alone(sink("s"));
        nodes.slowness = Duration.ofSeconds(30);
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofSeconds(20));
        nodes.office("n1").rules(rules());
        nodes.office("n1").rules(rules(sink("s")));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "b"));
        nodes.pass(WAIT);
        nodes.takes = (node, sink) -> false;
        nodes.pass(Duration.ofSeconds(25));
        nodes.took();
        nodes.takes = (node, sink) -> true;
        nodes.pass(Duration.ofMinutes(1));

        assertThat(nodes.took())
                .as("its own message was taken; the earlier one's failure is nothing to it")
                .containsExactly("account-disabled: b");
        nodes.pass(Duration.ofMinutes(10));
        assertThat(nodes.took()).isEmpty();
    }

    @Test
    void aNodeThatNeverComesBackIsForgotten() {
        NoticeRules rules = new NoticeRules(
                List.of(sink("s")), Map.of(), Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ofHours(10));
        FewNodes nodes = new FewNodes(rules, "n1");
        nodes.raise("n1", begun(NODE_LEFT, "n2"));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(Duration.ofMinutes(2));
        for (int i = 0; i < 4; i++) {
            nodes.jump(Duration.ofHours(11));
            nodes.pass(Duration.ofSeconds(1));
        }

        assertThat(nodes.took())
                .filteredOn(text -> text.contains("node-left"))
                .containsExactly("node-left: n2", "still node-left: n2", "still node-left: n2");
        nodes.raise("n1", begun(NODE_JOINED, "n2"));
        nodes.pass(Duration.ofMinutes(2));
        assertThat(nodes.took()).containsExactly("node-joined: n2");
    }

    @Test
    void whatGetsWorseAgainAfterAnEndThatWasNotToldIsToldAnew() {
        FewNodes nodes = alone(sink("s"));
        nodes.raise("n1", level(POOL_NEAR_LIMIT, "m", 95));
        nodes.pass(WAIT);
        nodes.raise("n1", over(POOL_NEAR_LIMIT, "m"));
        nodes.raise("n1", level(POOL_NEAR_LIMIT, "m", 80));
        nodes.pass(Duration.ofMinutes(2));
        assertThat(nodes.took()).containsExactly("pool-near-limit: m");

        nodes.raise("n1", level(POOL_NEAR_LIMIT, "m", 95));
        nodes.pass(Duration.ofMinutes(2));
        assertThat(nodes.took()).containsExactly("pool-near-limit: m");
    }

    @Test
    void aStormIsBounded() {
        FewNodes nodes = alone(sink("s"));
        IntStream.range(0, 10_000).forEach(i -> nodes.office("n1").raised(begun(ACCOUNT_DISABLED, "a" + i), 0));
        nodes.pass(WAIT);

        assertThat(nodes.taken).singleElement().satisfies(taken -> {
            assertThat(taken.telling().count()).isEqualTo(SinkDesk.MOST);
            assertThat(taken.telling().leftOut()).isEqualTo(10_000 - SinkDesk.MOST);
            assertThat(Wording.text(taken.telling(), Template.parse("{text}"), text -> text))
                    .hasSizeLessThan(7_000);
        });
    }

    @Test
    void aChangedSinkKeepsWhatItWasTold() {
        FewNodes nodes = alone(sink("s"), sink("gone"));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.pass(WAIT);
        nodes.took();

        nodes.office("n1").rules(rules(sink("s", 5, Severity.WARNING), sink("new")));
        nodes.raise("n1", begun(ACCOUNT_DISABLED, "a"));
        nodes.raise("n1", over(ACCOUNT_DISABLED, "a"));
        nodes.pass(WAIT);

        assertThat(nodes.taken).extracting(Taken::sink).containsExactly("s");
        assertThat(nodes.took()).containsExactly("over account-disabled: a");
    }

    /**
     * Whatever nodes see, in whatever order, while sinks fail and messages are lost now and then: in the end every sink has
     * been told that each thing began or nothing at all, and an end is never told without its beginning.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void toldAtLeastOnceAndEndsInPairs(long seed) {
        Random dice = new Random(seed);
        FewNodes nodes = new FewNodes(rules(sink("s"), sink("t")), "n1", "n2", "n3");
        nodes.takes = (node, sink) -> dice.nextInt(5) > 0;
        nodes.reaches = (from, to) -> dice.nextInt(50) > 0;
        Map<String, Boolean> open = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            String subject = "a" + dice.nextInt(8);
            boolean begins = dice.nextBoolean();
            open.put(subject, begins);
            nodes.everywhere(begins ? begun(ACCOUNT_DISABLED, subject) : over(ACCOUNT_DISABLED, subject));
            nodes.pass(Duration.ofSeconds(dice.nextInt(20)));
        }
        nodes.takes = (node, sink) -> true;
        nodes.reaches = (from, to) -> true;
        nodes.pass(Duration.ofMinutes(30));

        Map<String, String> last = new HashMap<>();
        for (Taken taken : nodes.taken) {
            taken.telling().groups().forEach(group -> group.occurrences().forEach(one -> {
                String key = taken.sink() + one.subject();
                String before = last.put(key, group.state().word());
                if (group.state() == Telling.State.OVER) {
                    assertThat(before).as("%s ended at %s", key, taken.at()).isNotNull();
                }
            }));
        }
        open.forEach((subject, isOpen) -> {
            for (String sink : List.of("s", "t")) {
                if (isOpen) {
                    assertThat(last).as("seed %d", seed).containsEntry(sink + subject, "begun");
                } else {
                    assertThat(last.get(sink + subject)).as("seed %d", seed).isNotEqualTo("begun");
                }
            }
        });
    }
}
