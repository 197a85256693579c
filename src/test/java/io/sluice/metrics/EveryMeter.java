package io.sluice.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.sluice.domain.budget.BudgetAnswer;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.lease.ScopeCounters.LimitCounters;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.quota.Dimension;
import io.sluice.message.AttemptFinished;
import io.sluice.message.ClusterView;
import io.sluice.message.GroupStatus;
import io.sluice.message.QuotaCounters;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.Revisions;
import io.sluice.testkit.UsageRecords;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Feeds every meter that the gateway has, so that all of them are in a registry. */
public final class EveryMeter {
    private EveryMeter() {}

    /** All of them, in the registry. */
    public static GatewayMetrics in(MeterRegistry registry) {
        GatewayMetrics all = new GatewayMetrics(registry);
        GatewayRevision revision = Revisions.of("r1", 1, "gpt-4o");
        Candidate candidate = revision.models().get("gpt-4o").candidates().getFirst();
        all.revision(revision);
        requests(all);
        all.attempt(new AttemptFinished(candidate, null, true, 1, 2, 3));
        all.hedged();
        all.retryRefused();
        all.refused(404, "model_not_found");
        all.sessionResponse(false);
        quota(all.quota());
        all.cluster().group(new GroupStatus(true, "", "g", "n1", "leader", List.of("n1"), List.of("n1")));
        all.cluster().view(new ClusterView(List.of(), false));
        all.runtime().loopAnswered(0, 1);
        all.keys().refused(KeyMetrics.Refusal.UNKNOWN);
        all.notices().sinks(List.of("chat"));
        all.notices().sent("chat");
        all.journal().appended(1, 1);
        all.journal().forced(1);
        all.journal().setAside("record");
        all.journal().drained(1);
        all.store().watch(() -> true, () -> 0);
        all.store().written(1, 0, 1);
        all.budgets().refused(BudgetAnswer.Reason.values()[0]);
        return all;
    }

    private static void requests(GatewayMetrics all) {
        UsageRecord usage = Revisions.usage("gpt-4o", 200, Ending.COMPLETED, null);
        all.request(usage);
        all.request(Revisions.usage("gpt-4o", 502, Ending.FAILED, "upstream_error"));
        all.request(UsageRecords.of("a", "app", 0, Charge.UNPRICED, List.of(), null));
        all.request(UsageRecords.of(
                "b", "app", 0, usage.used().charge(), List.of(UsageRecords.attempt("openai/a0", 5)), null));
    }

    private static void quota(QuotaMetrics quota) {
        quota.waited(1, true);
        quota.denied(new GatewayFailure.Unavailable("no quorum"));
        quota.estimated("gpt-4o", "input", 100, 90);
        quota.renewed(Answer.Status.TAKEN, 1);
        LimitCounters limit = new LimitCounters(
                Dimension.TOKENS, Duration.ofMinutes(1).toNanos(), 50, 100, 130, Map.of("n1", 5L), 7, 0);
        quota.counters(new QuotaCounters(
                "n1", 0, List.of(new ScopeCounters("account:openai/a0", List.of(limit), Map.of(), 0, Map.of(), 0, 0))));
    }
}
