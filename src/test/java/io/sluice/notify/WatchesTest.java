package io.sluice.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.lease.ScopeCounters.LimitCounters;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.message.ClusterView;
import io.sluice.message.ClusterView.Member;
import io.sluice.message.GroupStatus;
import io.sluice.message.Notice;
import io.sluice.message.ReloadFailed;
import io.sluice.message.RevisionChanged;
import io.sluice.notify.ExpiryWatch.Life;
import io.sluice.testkit.RevisionBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each watch on a clock of its own. */
class WatchesTest {
    private static final Instant START = Instant.parse("2026-11-28T00:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final List<Notice> raised = new ArrayList<>();
    private Duration passed = Duration.ZERO;
    private final Clocks clocks = new Clocks(() -> passed.toNanos(), () -> START.plus(passed));

    private void pass(Duration time) {
        passed = passed.plus(time);
    }

    /** For example {@code over node-left n2}. */
    private List<String> raised() {
        List<String> texts = raised.stream()
                .map(notice -> (notice.over() ? "over " : "") + notice.event().word() + " " + notice.subject()
                        + (notice.level() == 0 ? "" : " " + notice.level()))
                .toList();
        raised.clear();
        return texts;
    }

    private static ReloadFailed rejected(String... places) {
        return new ReloadFailed(
                Stream.of(places)
                        .map(place -> place + ":1: channels[0].name: 'CANARY' is wrong")
                        .toList(),
                List.of(places));
    }

    @Test
    void rejectedFilesUntilTheyAreTaken() {
        ConfigurationWatch watch = new ConfigurationWatch("n1", "one", clocks.wall(), raised::add);
        GatewayRevision two = new RevisionBuilder().id("two").build();

        watch.changed(new RevisionChanged(two));
        watch.failed(rejected());
        assertThat(raised).isEmpty();

        watch.failed(rejected("keys.yaml:1", "gateway.yaml:3", "gateway.yaml:3"));
        assertThat(raised.getFirst().text())
                .as("nothing of what stands in the files")
                .isEqualTo("The files have 3 errors; revision two stays.\n"
                        + "Look at keys.yaml:1, gateway.yaml:3; the log of the node says what is wrong.");
        watch.changed(new RevisionChanged(two));
        watch.failed(rejected("gateway.yaml:1"));
        watch.failed(rejected());
        assertThat(raised())
                .containsExactly(
                        "config-rejected gateway files",
                        "over config-rejected gateway files",
                        "config-rejected gateway files",
                        "over config-rejected gateway files");
    }

    private static ClusterView view(String... members) {
        return new ClusterView(
                Stream.of(members)
                        .map(member ->
                                new Member(member.split("/")[0], member.split("/")[1], "x:1", "1", "r", true, false))
                        .toList(),
                false);
    }

    @Test
    void nodesThatComeAndGo() {
        MembersWatch watch = new MembersWatch(clocks.wall(), raised::add);

        watch.seen(view("n1/1", "n2/2"));
        assertThat(raised).as("they were there").isEmpty();
        watch.seen(view("n1/1", "n2/2", "n3/3"));
        watch.seen(view("n1/1", "n3/3"));
        watch.seen(view("n1/1", "n2/2", "n3/4"));

        assertThat(raised()).containsExactly("node-joined n3", "node-left n2", "node-joined n2", "node-joined n3");
    }

    private static GroupStatus group(boolean grants) {
        return new GroupStatus(
                grants, grants ? "" : "no quorum", "g", grants ? "n2" : "", "follower", List.of("n1", "n2"), List.of());
    }

    @Test
    void noMajorityForAWhile() {
        MajorityWatch watch = new MajorityWatch("n1", clocks, raised::add);
        boolean[] grants = {true};
        Runnable second = () -> {
            watch.status(group(grants[0]));
            pass(Duration.ofSeconds(1));
        };

        for (int i = 0; i < 100; i++) {
            grants[0] = i % 14 == 0;
            second.run();
        }
        assertThat(raised()).as("elections").isEmpty();

        grants[0] = false;
        for (int i = 0; i < 60; i++) {
            second.run();
        }
        assertThat(raised()).containsExactly("node-minority quota group");
        grants[0] = true;
        for (int i = 0; i < 60; i++) {
            second.run();
        }
        assertThat(raised()).containsExactly("over node-minority quota group");
    }

    @Test
    void whatEndsSoon() {
        ExpiryWatch watch = new ExpiryWatch(
                NoticeEvent.KEY_EXPIRING,
                "The key",
                Duration.ofDays(7),
                Duration.ofDays(1),
                clocks.wall(),
                raised::add);
        Map<String, Life> ends = new HashMap<>(Map.of("a", new Life(null, START.plus(Duration.ofDays(10)))));
        List<String> days = new ArrayList<>();
        for (int day = 0; day < 12; day++) {
            watch.look(ends);
            watch.look(ends);
            for (String text : raised()) {
                days.add(day + " " + text);
            }
            pass(Duration.ofDays(1));
        }
        assertThat(days).containsExactly("3 key-expiring a 50", "9 key-expiring a 90", "10 key-expiring a 100");

        ends.put("a", new Life(null, START.plus(Duration.ofDays(100))));
        ends.put("b", new Life(null, START.plus(Duration.ofDays(12).plusHours(5))));
        watch.look(ends);
        assertThat(raised.stream().filter(notice -> !notice.over()).map(Notice::text))
                .containsExactly("The key b ends in 5 hours.");
        assertThat(raised()).containsExactlyInAnyOrder("over key-expiring a", "key-expiring b 90");
        ends.remove("b");
        watch.look(ends);
        assertThat(raised()).containsExactly("over key-expiring b");
    }

    private ExpiryWatch certificates() {
        return new ExpiryWatch(
                NoticeEvent.CERTIFICATE_EXPIRING,
                "The certificate",
                Duration.ofDays(14),
                Duration.ofDays(3),
                clocks.wall(),
                raised::add);
    }

    private static Life days(int from, int to) {
        return new Life(START.plus(Duration.ofDays(from)), START.plus(Duration.ofDays(to)));
    }

    @Test
    void whatIsRenewedForShortEndsSoonAgain() {
        ExpiryWatch watch = certificates();
        Life until90 = days(0, 90);
        List<String> days = new ArrayList<>();
        for (int day = 0; day < 100; day++) {
            // Ten days more, of the same certificate's life; looked at several times a day.
            Life life = day < 91 ? until90 : days(0, 100);
            for (int look = 0; look < 2; look++) {
                watch.look(Map.of("c", life));
                for (String text : raised()) {
                    days.add(day + " " + text);
                }
            }
            pass(Duration.ofDays(1));
        }

        assertThat(days)
                .containsExactly(
                        "76 certificate-expiring c 50",
                        "87 certificate-expiring c 90",
                        "90 certificate-expiring c 100",
                        "91 over certificate-expiring c",
                        "91 certificate-expiring c 50",
                        "97 certificate-expiring c 90");
    }

    @Test
    void aShortCertificateDoesNotAlwaysEndSoon() {
        ExpiryWatch watch = certificates();
        for (int day = 0; day < 30; day++) {
            // Six days, renewed when a third is left.
            int from = day / 4 * 4;
            watch.look(Map.of("c", days(from, from + 6)));
            pass(Duration.ofDays(1));
        }
        assertThat(raised()).isEmpty();

        watch.look(Map.of("c", days(25, 31)));
        assertThat(raised()).containsExactly("certificate-expiring c 50");
    }

    @Test
    void aPoolNearItsLimitForMinutes() {
        PoolWatch watch = new PoolWatch(clocks, raised::add);
        List<String> all = new ArrayList<>();
        int[] permille = {
            500,
            500,
            500, // at first it says that there is room, for it does not know what was said before
            820,
            700,
            820,
            820,
            820,
            820, // not at once, and once
            960,
            960,
            960, // further
            810,
            810,
            810,
            780,
            780,
            780, // less is not over
            740,
            790,
            740,
            740,
            740,
            740 // not at once, and once
        };
        for (int minute = 0; minute < permille.length; minute++) {
            watch.seen(Map.of("m", new PoolUse(permille[minute], "tokens a minute", 5, 10)));
            for (String text : raised()) {
                all.add(minute + " " + text);
            }
            pass(MINUTE);
        }
        assertThat(all)
                .containsExactly(
                        "2 over pool-near-limit m",
                        "7 pool-near-limit m 80",
                        "11 pool-near-limit m 95",
                        "22 over pool-near-limit m");

        watch.seen(Map.of());
        assertThat(raised()).isEmpty();
    }

    private static ScopeCounters counters(String scope, Dimension dimension, long amount, long charged, long external) {
        return new ScopeCounters(
                scope,
                List.of(new LimitCounters(dimension, MINUTE.toNanos(), amount, amount, charged, Map.of(), external, 0)),
                Map.of(),
                0,
                Map.of(),
                0,
                0);
    }

    private static LimitSet limits(int concurrency, Limit... windows) {
        return new LimitSet(List.of(windows), concurrency);
    }

    @Test
    void addsUpWhatThePoolHolds() {
        Limit tpm = new Limit(Dimension.TOKENS, 1_000, MINUTE);
        Limit rpm = new Limit(Dimension.REQUESTS, 10, MINUTE);
        GatewayRevision revision = new RevisionBuilder()
                .channel("c", channel -> channel.account("a", limits(0, tpm, rpm))
                        .account("b", limits(4, tpm))
                        .account("x", LimitSet.NONE)
                        .serves("unlimited"))
                .channel("d", channel -> channel.account("a", limits(0, tpm, rpm))
                        .account("b", limits(4, tpm))
                        .serves("m", "n"))
                .channel("e", channel -> channel.account(
                                "a",
                                new AccountLimits(
                                        limits(0, tpm),
                                        Map.of(
                                                new io.sluice.domain.Glob("k"),
                                                limits(0, new Limit(Dimension.TOKENS, 100, MINUTE))),
                                        List.of()))
                        .serves("k"))
                .build();
        List<ScopeCounters> counted = List.of(
                counters("account:d/a", Dimension.TOKENS, 500, 300, 100),
                counters("account:d/b", Dimension.TOKENS, 1_000, 2_000, 0),
                counters("account:e/a", Dimension.TOKENS, 1_000, 950, 0),
                counters("account:e/a|model:k", Dimension.TOKENS, 100, 90, 0));

        Map<String, PoolUse> uses = PoolUse.of(revision, PoolSnapshot.UNKNOWN, counted, 0);

        assertThat(uses.keySet()).containsExactlyInAnyOrder("m", "n", "k");
        // a's limit is 500 in force, of which 400 are used; b's is full. Requests and places are not limited on both.
        assertThat(uses.get("m")).isEqualTo(new PoolUse(933, "tokens a minute", 1_400, 1_500));
        // The limit of the model has less room than that of the account.
        assertThat(uses.get("k")).isEqualTo(new PoolUse(900, "tokens a minute", 90, 100));
    }

    @Test
    void whoIsDeadHoldsNothing() {
        Limit tpm = new Limit(Dimension.TOKENS, 1_000, MINUTE);
        GatewayRevision revision = new RevisionBuilder()
                .channel("d", channel -> channel.account("a", limits(0, tpm))
                        .account("b", limits(0, tpm))
                        .serves("m"))
                .build();
        List<ScopeCounters> counted = List.of(counters("account:d/a", Dimension.TOKENS, 1_000, 900, 0));
        byte[] standings = new byte[2];
        standings[1] = PoolSnapshot.DEAD;
        short[] shares = {PoolSnapshot.WHOLE, PoolSnapshot.WHOLE};
        PoolSnapshot health =
                new PoolSnapshot(revision.id(), 1, standings, new long[2], shares, new int[2], new byte[2]);

        assertThat(PoolUse.of(revision, PoolSnapshot.UNKNOWN, counted, 0)
                        .get("m")
                        .permille())
                .isEqualTo(450);
        assertThat(PoolUse.of(revision, health, counted, 0).get("m").permille()).isEqualTo(900);
        standings[0] = PoolSnapshot.DISABLED;
        assertThat(PoolUse.of(revision, health, counted, 0)).isEmpty();
    }
}
