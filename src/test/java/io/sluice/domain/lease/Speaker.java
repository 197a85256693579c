package io.sluice.domain.lease;

import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client of a group that says one thing at a time, of one scope. */
public final class Speaker {
    public static final long SECOND = 1_000_000_000L;

    final QuotaGroup group;
    private final String scope;
    private final LimitSet limits;
    private ClientId client;
    private long sequence;
    private boolean defined;

    private Units written = Units.NONE;
    private Units kept = Units.NONE;
    private Units wanted = Units.NONE;
    private int places;
    private int wantedPlaces;
    private final List<Refund> refunds = new ArrayList<>();
    private final List<WaitingRequest> waiting = new ArrayList<>();
    private @Nullable Observation observation;

    public Speaker(QuotaGroup group, String node, String scope, LimitSet limits) {
        this.group = group;
        this.client = new ClientId(node, 1);
        this.scope = scope;
        this.limits = limits;
    }

    public static QuotaGroup founded() {
        return founded(new byte[0], false, 1, false);
    }

    public static QuotaGroup founded(byte[] known, boolean unknown, int share, boolean roundUp) {
        QuotaGroup group = new QuotaGroup();
        group.apply(new GroupOperation.Found(known, unknown, share, roundUp));
        return group;
    }

    public static Limit per(Dimension dimension, long amount, long seconds) {
        return new Limit(dimension, amount, Duration.ofSeconds(seconds));
    }

    public static LimitSet limits(Limit... limits) {
        return new LimitSet(Arrays.asList(limits), 0);
    }

    public static Units requests(long count) {
        return Units.of(count, 0, 0, 0, 0);
    }

    public static Units tokens(long count) {
        return Units.of(1, count, 0, 0, 0);
    }

    public static void pass(QuotaGroup group, long nanos) {
        group.apply(new GroupOperation.Batch(nanos, Map.of(), List.of()));
    }

    public static List<Answer> together(QuotaGroup group, long nanos, Renewal... renewals) {
        return group.apply(new GroupOperation.Batch(nanos, Map.of(), List.of(renewals)));
    }

    public Speaker written(Units units) {
        written = units;
        return this;
    }

    public Speaker kept(Units units) {
        kept = units;
        return this;
    }

    public Speaker wanted(Units units) {
        wanted = units;
        return this;
    }

    public Speaker places(int held, int more) {
        places = held;
        wantedPlaces = more;
        return this;
    }

    public Speaker refund(long chargedAt, Units units) {
        refunds.add(new Refund(chargedAt, units));
        return this;
    }

    public Speaker saw(long fullFor, Units named, Units remaining) {
        observation = new Observation(fullFor, named, remaining);
        return this;
    }

    public Speaker waits(int priority, int rank, long waited, Units units) {
        waiting.add(new WaitingRequest(priority, rank, waited, units));
        return this;
    }

    public Speaker waits(int count, Units units) {
        for (int i = 0; i < count; i++) {
            waits(0, i, 0, units);
        }
        return this;
    }

    public Renewal renewal() {
        return renewal(false);
    }

    /** The next renewal; what was said is forgotten. */
    public Renewal renewal(boolean last) {
        long[] sum = new long[Units.DIMENSIONS];
        for (WaitingRequest request : waiting) {
            for (int d = 0; d < sum.length; d++) {
                sum[d] += request.units().get(d);
            }
        }
        ScopeStatement statement = new ScopeStatement(
                0, written, refunds, kept, places, wanted, wantedPlaces, waiting, Units.of(sum), observation);
        Renewal renewal = new Renewal(
                client,
                ++sequence,
                "r",
                defined ? List.of() : List.of(new ScopeDefinition(0, scope, limits)),
                List.of(statement),
                last);
        defined = true;
        written = Units.NONE;
        kept = Units.NONE;
        wanted = Units.NONE;
        places = 0;
        wantedPlaces = 0;
        refunds.clear();
        waiting.clear();
        observation = null;
        return renewal;
    }

    /** Says it, after some time. */
    public ScopeGrant say(long nanos) {
        return answer(nanos).grants().getFirst();
    }

    public Answer answer(long nanos) {
        return together(group, nanos, renewal()).getFirst();
    }

    /** A new process of the same node. */
    public Speaker restarted(long incarnation) {
        client = new ClientId(client.node(), incarnation);
        sequence = 0;
        defined = false;
        return this;
    }

    public ClientId client() {
        return client;
    }
}
