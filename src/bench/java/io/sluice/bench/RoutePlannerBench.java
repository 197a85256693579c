package io.sluice.bench;

import io.sluice.domain.notice.NoticeRules;
import io.sluice.domain.pool.Origins;
import io.sluice.domain.pricing.Currencies;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.Secret;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.key.KeyRing;
import io.sluice.domain.media.FetchRules;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Channel.OnClientGone;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.HealthPolicy;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.RoutePolicy;
import io.sluice.domain.pricing.Unpriced;
import io.sluice.domain.pool.Timeouts;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.routing.Plan;
import io.sluice.domain.routing.RoutePlanner;
import io.sluice.domain.routing.RoutePlanner.Question;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Candidate choice: one request ordered over all accounts of one tier, the most that a request can meet. Sampled, because the
 * bar is a quantile.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class RoutePlannerBench {
    private static final long NOW = 1;
    private static final String MODEL = "gpt-4o-mini";

    /** Accounts that serve the model. */
    @Param({"10", "100", "1000", "10000"})
    public int accounts;

    private final SplittableRandom random = new SplittableRandom(7);
    private final RoutePlanner planner = new RoutePlanner(0);
    private final PoolSnapshot[] pictures = new PoolSnapshot[8];
    private final int[][] reports = new int[8][];
    private GatewayRevision revision;
    private Model model;
    private int turn;

    /** Builds a pool whose accounts are used to different degrees. */
    @Setup
    public void fillPool() {
        List<Account> pool = new ArrayList<>(accounts);
        for (int i = 0; i < accounts; i++) {
            String name = "account-" + i;
            pool.add(new Account("bench/" + name, name, i, Secret.of("sk-bench-" + i), AccountLimits.NONE, null));
        }
        Channel light = channel("light", 1, pool.subList(0, accounts / 2));
        Channel heavy = channel("heavy", 3, pool.subList(accounts / 2, accounts));
        List<Candidate> candidates = pool.stream()
                .map(account -> new Candidate(
                        account.index() < accounts / 2 ? light : heavy,
                        account,
                        MODEL,
                        MODEL,
                        List.of(),
                        account.index()))
                .toList();
        model = new Model(MODEL, candidates, List.of(), RoutePolicy.DEFAULT, 1000, Unpriced.RECORD);
        revision = new GatewayRevision(
                "bench", List.of(light, heavy), Map.of(MODEL, model), new KeyRing(List.of()), null, NoticeRules.NONE, Currencies.USD, List.of(), Origins.NONE);
        Arrays.setAll(pictures, i -> picture());
        Arrays.setAll(reports, i -> new int[accounts]);
        int[] least = new int[accounts];
        // A tenth is full.
        Arrays.setAll(least, i -> Math.max(0, random.nextInt(-100, 900)));
        for (int[] report : reports) {
            Arrays.setAll(report, i -> least[i] == 0 ? 0 : least[i] + random.nextInt(100));
        }
        planner.learn("bench", reports[0]);
        planner.learn(pictures[0]);
    }

    private static Channel channel(String name, int weight, List<Account> accounts) {
        return new Channel(
                name,
                ProviderType.OPENAI,
                new BaseUrl(false, "127.0.0.1", 8090, "/v1"),
                null,
                0,
                weight,
                accounts,
                Map.of(MODEL, MODEL),
                ParameterRules.NONE,
                Timeouts.DEFAULT,
                Outbound.NONE,
                OnClientGone.CANCEL,
                false,
                FetchRules.OFF,
                64,
                null,
                Channel.Responses.TRANSLATE,
                HealthPolicy.DEFAULT);
    }

    /** Most are up; some cool, are dead, do worse, or have just come back. */
    private PoolSnapshot picture() {
        byte[] standings = new byte[accounts];
        long[] until = new long[accounts];
        short[] shares = new short[accounts];
        int[] latency = new int[accounts];
        byte[] marks = new byte[accounts];
        for (int i = 0; i < accounts; i++) {
            int dice = random.nextInt(20);
            standings[i] = dice == 0 ? PoolSnapshot.COOLING : dice == 1 ? PoolSnapshot.DEAD : PoolSnapshot.UP;
            until[i] = Long.MAX_VALUE / 2;
            marks[i] = (byte) (dice == 2 ? -1 : 0);
            shares[i] = (short) (dice == 3 ? random.nextInt(100, 1000) : PoolSnapshot.WHOLE);
            latency[i] = random.nextInt(200_000, 2_000_000);
        }
        return new PoolSnapshot("bench", 1, standings, until, shares, latency, marks);
    }

    /** A request that belongs to no conversation: power of two choices. */
    @Benchmark
    public List<Candidate> spread() {
        return plan(0, random.nextLong());
    }

    /** A request of a conversation: weighted rendezvous. */
    @Benchmark
    public List<Candidate> sticky() {
        return plan(random.nextLong() | 1, 0);
    }

    /** The first request after a report of headroom, as there are ten a second. */
    @Benchmark
    public List<Candidate> spreadAfterAReport() {
        planner.learn("bench", reports[turn++ & 7]);
        return plan(0, random.nextLong());
    }

    /** The same for a conversation. */
    @Benchmark
    public List<Candidate> stickyAfterAReport() {
        planner.learn("bench", reports[turn++ & 7]);
        return plan(random.nextLong() | 1, 0);
    }

    /** The first request after a third of the pool fell ill or got well. */
    @Benchmark
    public List<Candidate> spreadAfterAnUpheaval() {
        planner.learn(pictures[turn++ & 7]);
        return plan(0, random.nextLong());
    }

    private List<Candidate> plan(long stickyHash, long seed) {
        Plan plan = new Plan(accounts);
        planner.plan(new Question(revision, Endpoint.CHAT_COMPLETIONS, null, true, stickyHash, seed, NOW), model, plan);
        return plan.done();
    }
}
