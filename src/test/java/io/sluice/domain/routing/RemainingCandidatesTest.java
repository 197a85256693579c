package io.sluice.domain.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.failure.Verdict.Reach;
import io.sluice.domain.pool.AmbiguousFaults;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Failover;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.RetryShare;
import io.sluice.domain.pool.RoutePolicy;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.routing.AttemptPolicy.Call;
import io.sluice.domain.routing.AttemptPolicy.Next;
import io.sluice.testkit.RevisionBuilder;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemainingCandidatesTest {
    private static final Call STREAM = new Call(true, true);
    private static final Call WHOLE = new Call(false, true);
    private static final Call ONCE = new Call(false, false);
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final GatewayRevision POOL = new RevisionBuilder()
            .channel("p", c -> c.port(1).accounts("a", "b", "c").serves("m", "n"))
            .channel("q", c -> c.port(2).accounts("d").serves("m"))
            .build();

    private static List<Candidate> model(String name) {
        return POOL.models().get(name).candidates();
    }

    private static RoutePolicy policy(int attempts, AmbiguousFaults ambiguous, Set<Integer> statuses) {
        return new RoutePolicy(
                Strategy.FILL,
                false,
                attempts,
                Duration.ofSeconds(10),
                Duration.ZERO,
                Duration.ZERO,
                new Failover(null, ambiguous, statuses, RetryShare.DEFAULT, null));
    }

    private static RemainingCandidates remaining(int attempts, Call call, List<Candidate> plan) {
        RemainingCandidates remaining =
                new RemainingCandidates(policy(attempts, AmbiguousFaults.BY_CALL, Set.of()), call);
        remaining.planned(plan);
        return remaining;
    }

    private static UpstreamFailure failure(Kind kind) {
        return UpstreamFailure.of(kind, "x");
    }

    private static UpstreamFailure failure(Kind kind, int status, Verdict verdict) {
        return new UpstreamFailure(kind, status, "x", null, null, null, Duration.ZERO, verdict);
    }

    private static Next failed(RemainingCandidates remaining, UpstreamFailure failure) {
        return remaining.failed(remaining.untried().getFirst(), failure, false, AT_ONCE, 7);
    }

    @Test
    void onlyAccountIsAskedAgainAfterAFaultThatMayPass() {
        RemainingCandidates remaining = remaining(3, STREAM, model("m").subList(0, 1));

        assertThat(failed(remaining, failure(Kind.SERVER_ERROR)))
                .isInstanceOfSatisfying(Next.Repeat.class, repeat -> assertThat(repeat.pause())
                        .isBetween(Duration.ofMillis(25), Duration.ofMillis(50)));
        assertThat(remaining.untried()).isEqualTo(model("m").subList(0, 1));
        assertThat(failed(remaining, failure(Kind.SERVER_ERROR))).isInstanceOf(Next.Repeat.class);
        assertThat(failed(remaining, failure(Kind.SERVER_ERROR))).isInstanceOf(Next.GiveUp.class);
    }

    @Test
    void oneOfTwoAccountsIsNotAskedAgain() {
        RemainingCandidates remaining = remaining(9, STREAM, model("m").subList(0, 2));

        assertThat(failed(remaining, failure(Kind.SERVER_ERROR))).isInstanceOf(Next.Fallback.class);
        assertThat(failed(remaining, failure(Kind.SERVER_ERROR))).isInstanceOf(Next.GiveUp.class);
    }

    @Test
    void accountThatIsIllIsNotAskedForAnotherModelEither() {
        RemainingCandidates remaining = remaining(
                9,
                STREAM,
                List.of(model("m").get(0), model("n").get(0), model("n").get(1)));

        failed(remaining, failure(Kind.SERVER_ERROR));

        assertThat(remaining.untried()).containsExactly(model("n").get(1));
    }

    @Test
    void accountWithoutTheModelMayHaveAnother() {
        RemainingCandidates remaining = remaining(
                9,
                STREAM,
                List.of(model("m").get(0), model("n").get(0), model("n").get(1)));

        failed(remaining, failure(Kind.MODEL_MISSING));

        assertThat(remaining.untried())
                .containsExactly(model("n").get(0), model("n").get(1));
    }

    @ParameterizedTest
    @CsvSource({
        "2, BY_CALL, true,  true",
        "1, BY_CALL, true,  false",
        "2, BY_CALL, false, false",
        "2, REPEAT,  false, true",
        "1, REPEAT,  true,  false",
        "2, NEVER,   true,  false",
    })
    void saysWhoMayFallBackWhateverTheFault(
            int attempts, AmbiguousFaults ambiguous, boolean repeatable, boolean mayFallBack) {
        RemainingCandidates remaining =
                new RemainingCandidates(policy(attempts, ambiguous, Set.of()), new Call(false, repeatable));
        remaining.planned(model("m"));

        assertThat(remaining.mayFallBack()).isEqualTo(mayFallBack);
        failed(remaining, failure(Kind.SERVER_ERROR));
        assertThat(remaining.mayFallBack()).as("%s attempts are made", attempts).isFalse();
    }

    /** Of a pool of thousands a look at everybody costs more than the choice. */
    @Test
    void aPlanIsNotWalkedBeforeSomebodyFailed() {
        GatewayRevision large = new RevisionBuilder()
                .channel("p", c -> c.accounts(
                                IntStream.range(0, 1_000).mapToObj(i -> "a" + i).toArray(String[]::new))
                        .serves("m"))
                .build();
        Looks plan = new Looks(large.models().get("m").candidates());

        RemainingCandidates remaining = remaining(3, STREAM, plan);

        assertThat(remaining.untried() == plan).isTrue();
        assertThat(plan.looks).isLessThanOrEqualTo(2);
        // It is known all the same that the account was not the only one.
        assertThat(remaining.failed(plan.all.getFirst(), failure(Kind.SERVER_ERROR), false, AT_ONCE, 7))
                .isInstanceOf(Next.Fallback.class);
    }

    /** Counts every look at one of its members. */
    private static final class Looks extends AbstractList<Candidate> {
        private final List<Candidate> all;
        private int looks;

        Looks(List<Candidate> all) {
            this.all = all;
        }

        @Override
        public Candidate get(int index) {
            looks++;
            return all.get(index);
        }

        @Override
        public int size() {
            return all.size();
        }
    }

    @Test
    void whoWasTriedIsNotPlannedAgain() {
        RemainingCandidates remaining = remaining(9, STREAM, model("m"));
        failed(remaining, failure(Kind.SERVER_ERROR));

        remaining.planned(model("m"));

        assertThat(remaining.untried()).isEqualTo(model("m").subList(1, 4));
    }

    @Test
    void overloadedServiceIsAskedLast() {
        RemainingCandidates remaining = remaining(9, STREAM, model("m"));

        Next next = failed(remaining, failure(Kind.SERVER_ERROR, 503, new Verdict.EndpointSick(Duration.ZERO, true)));

        assertThat(next).isInstanceOf(Next.Fallback.class);
        assertThat(remaining.untried()).extracting(Candidate::accountId).containsExactly("q/d", "p/b", "p/c");
    }

    @Test
    void anotherModelGoesBeforeTheRest() {
        RemainingCandidates remaining = remaining(9, STREAM, model("m").subList(0, 3));
        UpstreamFailure overloaded = failure(Kind.SERVER_ERROR, 503, new Verdict.EndpointSick(Duration.ZERO, true));

        assertThat(remaining.failed(model("m").getFirst(), overloaded, true, AT_ONCE, 1))
                .isInstanceOf(Next.OtherModel.class);
        remaining.plannedFirst(model("n").subList(1, 2));

        assertThat(remaining.untried())
                .containsExactly(
                        model("n").get(1), model("m").get(1), model("m").get(2));
    }

    @Test
    void requestThatIsTooLongGoesOnWithAnotherModelOnly() {
        UpstreamFailure tooLong = new UpstreamFailure(
                Kind.REQUEST_REJECTED, 400, "x", null, null, "context_length_exceeded", Duration.ZERO);

        assertThat(failed(remaining(9, STREAM, model("m")), tooLong)).isInstanceOf(Next.GiveUp.class);
        RemainingCandidates remaining = remaining(9, STREAM, model("m"));
        assertThat(remaining.failed(model("m").getFirst(), tooLong, true, AT_ONCE, 1))
                .isInstanceOf(Next.OtherModel.class);
        assertThat(remaining.untried()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // ambiguous, stream, repeatable, kind, falls back
        "BY_CALL, true,  true,  HEAD_TIMEOUT, true",
        "BY_CALL, false, true,  HEAD_TIMEOUT, false",
        "BY_CALL, false, true,  RESET,        true",
        "BY_CALL, false, true,  TRUNCATED,    true",
        "BY_CALL, false, false, RESET,        false",
        "BY_CALL, false, false, TRUNCATED,    false",
        "BY_CALL, false, false, BAD_RESPONSE, true",
        "BY_CALL, true,  false, HEAD_TIMEOUT, false",
        "BY_CALL, false, false, CONNECT,      true",
        "BY_CALL, false, false, SERVER_ERROR, true",
        "BY_CALL, false, false, RATE_LIMITED, true",
        "REPEAT,  false, false, RESET,        true",
        "REPEAT,  false, true,  HEAD_TIMEOUT, true",
        "NEVER,   true,  true,  RESET,        false",
        "NEVER,   true,  true,  TRUNCATED,    false",
        "NEVER,   true,  true,  HEAD_TIMEOUT, false",
        "NEVER,   true,  true,  SERVER_ERROR, true",
    })
    void faultsInDoubtFollowThePolicy(
            AmbiguousFaults ambiguous, boolean stream, boolean repeatable, Kind kind, boolean fallsBack) {
        RemainingCandidates remaining =
                new RemainingCandidates(policy(3, ambiguous, Set.of()), new Call(stream, repeatable));
        remaining.planned(model("m"));

        assertThat(failed(remaining, failure(kind)) instanceof Next.Fallback).isEqualTo(fallsBack);
    }

    @Test
    void listedStatusFallsBackWhateverItMeans() {
        RemainingCandidates remaining = new RemainingCandidates(policy(3, AmbiguousFaults.BY_CALL, Set.of(422)), WHOLE);
        remaining.planned(model("m"));

        assertThat(failed(remaining, failure(Kind.REQUEST_REJECTED, 422, new Verdict.RequestWrong())))
                .isInstanceOf(Next.Fallback.class);
        assertThat(failed(remaining, failure(Kind.REQUEST_REJECTED, 400, new Verdict.RequestWrong())))
                .isInstanceOf(Next.GiveUp.class);
    }

    @Test
    void accountsThatGoOutByTheirAnswerDoNotCount() {
        GatewayRevision large = new RevisionBuilder()
                .channel("p", c -> c.accounts(
                                IntStream.range(0, 30).mapToObj(i -> "a" + i).toArray(String[]::new))
                        .serves("m"))
                .build();
        RemainingCandidates remaining =
                remaining(3, ONCE, large.models().get("m").candidates());

        int asked = 1;
        while (failed(remaining, failure(Kind.ACCOUNT_REFUSED, 401, new Verdict.Dead(true))) instanceof Next.Fallback) {
            asked++;
        }

        assertThat(asked).isEqualTo(RemainingCandidates.MOST_ATTEMPTS);
    }

    @Test
    void noAttemptBeginsBehindTheDeadline() {
        RemainingCandidates remaining = remaining(3, STREAM, model("m"));

        assertThat(remaining.failed(
                        model("m").getFirst(), failure(Kind.SERVER_ERROR), false, Duration.ofSeconds(10), 1))
                .isInstanceOf(Next.GiveUp.class);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyKindSpendsOrTakesOut(Kind kind) {
        UpstreamFailure failure = failure(kind);
        Set<Kind> spending = EnumSet.of(
                Kind.CONNECT,
                Kind.RESET,
                Kind.HEAD_TIMEOUT,
                Kind.BAD_RESPONSE,
                Kind.TRUNCATED,
                Kind.SERVER_ERROR,
                Kind.REQUEST_REJECTED);

        assertThat(AttemptPolicy.spends(failure)).isEqualTo(spending.contains(kind));
    }

    /** Whatever fails however: no account is asked twice unless it is alone or was not at fault, and it ends. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void noAccountIsAskedTwice(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Verdict> verdicts = List.of(
                new Verdict.EndpointSick(Duration.ZERO, false),
                new Verdict.Dead(true),
                new Verdict.Ambiguous(),
                new Verdict.SlowDown(Reach.ACCOUNT, Duration.ZERO, false),
                new Verdict.OutOfMoney(Reach.ACCOUNT, Duration.ZERO));
        for (int run = 0; run < 2_000; run++) {
            List<Candidate> plan = new ArrayList<>(model("m"));
            plan.addAll(model("n"));
            Collections.shuffle(plan, new Random(random.nextLong()));
            RemainingCandidates remaining = remaining(20, STREAM, plan);
            Set<String> asked = new HashSet<>();
            Next next = new Next.Fallback();
            for (int i = 0; next instanceof Next.Fallback; i++) {
                assertThat(i).isLessThan(20);
                assertThat(asked.add(remaining.untried().getFirst().accountId()))
                        .as("seed %s, run %s", seed, run)
                        .isTrue();
                next = failed(
                        remaining, failure(Kind.SERVER_ERROR, 500, verdicts.get(random.nextInt(verdicts.size()))));
            }
            assertThat(next).isInstanceOf(Next.GiveUp.class);
        }
    }
}
