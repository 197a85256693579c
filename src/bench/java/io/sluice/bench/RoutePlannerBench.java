package io.sluice.bench;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.Secret;
import io.sluice.domain.health.HealthView;
import io.sluice.domain.media.FetchRules;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.HealthPolicy;
import io.sluice.domain.pool.Channel.OnClientGone;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.RoutePolicy;
import io.sluice.domain.pool.Timeouts;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.routing.RoutePlanner;
import io.sluice.domain.routing.RoutePlanner.Cooling;
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

/** Candidate choice: one request ordered over all accounts of one tier, the most that a request can meet. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class RoutePlannerBench {
    private static final long NOW = 1;

    /** Accounts that serve the model. */
    @Param({"10", "100", "1000"})
    public int accounts;

    private final SplittableRandom random = new SplittableRandom(7);
    private final RoutePlanner planner = new RoutePlanner(new HealthView());
    private Model model;
    private int[] headroom;

    /** Builds a pool whose accounts are used to different degrees. */
    @Setup
    public void fillPool() {
        List<Account> pool = new ArrayList<>(accounts);
        for (int i = 0; i < accounts; i++) {
            String name = "account-" + i;
            pool.add(new Account("bench/" + name, name, i, Secret.of("sk-bench-" + i), AccountLimits.NONE, null));
        }
        Channel channel = new Channel(
                "bench",
                ProviderType.OPENAI,
                new BaseUrl(false, "127.0.0.1", 8090, "/v1"),
                null,
                0,
                1,
                pool,
                Map.of("gpt-4o-mini", "gpt-4o-mini"),
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
        List<Candidate> candidates = pool.stream()
                .map(account -> new Candidate(channel, account, "gpt-4o-mini", "gpt-4o-mini", List.of(), account.index()))
                .toList();
        model = new Model("gpt-4o-mini", candidates, List.of(), RoutePolicy.DEFAULT, 1000, null);
        headroom = new int[accounts];
        Arrays.setAll(headroom, i -> random.nextInt(1001));
    }

    /** A request that belongs to no conversation: weight by headroom. */
    @Benchmark
    public List<Candidate> spread() {
        return plan(0, random.nextLong());
    }

    /** A request of a conversation: rendezvous hash. */
    @Benchmark
    public List<Candidate> sticky() {
        return plan(random.nextLong() | 1, 0);
    }

    private List<Candidate> plan(long stickyHash, long seed) {
        List<Candidate> plan = new ArrayList<>();
        planner.plan(new Question(model, Endpoint.CHAT_COMPLETIONS, headroom, stickyHash, seed, NOW), plan, new Cooling());
        return plan;
    }
}
