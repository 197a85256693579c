package io.sluice.domain.health;

import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.AccountState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an account at one instant, for people. Times to come are nanoseconds from that instant, 0 for none.
 *
 * @param account as the revision has it
 * @param human what humans say of it
 * @param out why it is out; null when it is not
 * @param coolingNanos for how long the whole account still cools
 * @param coolsSinceNanos for how long it, or one of its models, has been cooling without having served
 * @param circuit how its circuit stands
 * @param sharePermille part of its weight that counts, the least of its models
 * @param attempts of the last minute, over all models
 * @param succeeded of them
 * @param lastError what failed last; null when nothing did
 * @param lastErrorMillis when, wall clock
 * @param models one by one
 */
public record AccountView(
        Account account,
        AccountState human,
        @Nullable Out out,
        long coolingNanos,
        long coolsSinceNanos,
        Circuit.State circuit,
        int sharePermille,
        int attempts,
        int succeeded,
        @Nullable Evidence lastError,
        long lastErrorMillis,
        List<ModelView> models) {
    /** Copies the list. */
    public AccountView {
        models = List.copyOf(models);
    }

    /**
     * Why an account is out.
     *
     * @param money whether for want of money
     * @param reason in a few words
     * @param evidence what the provider said
     * @param sinceMillis wall clock
     * @param tryNanos when it is tried next, nanoseconds from now; 0 when that is going on
     */
    public record Out(boolean money, String reason, Evidence evidence, long sinceMillis, long tryNanos) {}

    /**
     * An account with a model.
     *
     * @param upstreamModel the provider's name
     * @param standing one of the constants of {@link PoolSnapshot}
     * @param coolingNanos for how long it still cools
     * @param tryNanos when a missing model is tried next
     * @param endpoint how the circuit of its endpoint stands
     * @param outlier whether it comes last in its tier
     * @param successPermille of the last minute; -1 when nothing was asked
     * @param p50Micros median time to the first byte; 0 when unknown, as for the others
     * @param p95Micros nineteen of twenty are faster
     * @param p99Micros ninety-nine of a hundred are faster
     */
    public record ModelView(
            String upstreamModel,
            byte standing,
            long coolingNanos,
            long tryNanos,
            Circuit.State endpoint,
            boolean outlier,
            int successPermille,
            int p50Micros,
            int p95Micros,
            int p99Micros) {}

    /**
     * Whether a request for one of its models could go there, now or soon.
     *
     * @param soonNanos what cools no longer than this counts as usable
     */
    public boolean isUsable(long soonNanos) {
        return models.isEmpty()
                || models.stream()
                        .anyMatch(model -> model.standing == PoolSnapshot.UP
                                || model.standing == PoolSnapshot.COOLING
                                        && Math.max(coolingNanos, model.coolingNanos) <= soonNanos);
    }
}
