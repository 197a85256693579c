package io.sluice.usage;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.message.ShowStanding;
import io.sluice.message.ShowStanding.Allowance;
import io.sluice.message.Standing.Spending;
import io.sluice.message.Standing.Spent;
import io.sluice.store.UsageFilter;
import io.sluice.store.UsageGrouping;
import io.sluice.store.UsagePage;
import io.sluice.store.UsageQueries;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What keys have spent, from the ledger; the last answers are kept, so that a key that asks often does not ask the database
 * each time, and still gets an answer while that is away. On one event loop.
 */
final class Spendings {
    /** An answer is as good as a new one for so long. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    /** Then the last answer is better than none. */
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private static final int MOST_KEPT = 4_096;

    private final UsageQueries usage;
    private final InstantSource clock;
    private final Map<ShowStanding, Spending> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ShowStanding, Spending> eldest) {
            return size() > MOST_KEPT;
        }
    };

    Spendings(UsageQueries usage, InstantSource clock) {
        this.usage = usage;
        this.clock = clock;
    }

    /** What was spent; null when the ledger does not answer and was not asked before. Never fails. */
    Future<@Nullable Spending> of(ShowStanding question) {
        Instant now = clock.instant();
        Spending known = kept.get(question);
        if (known != null && Duration.between(known.at(), now).compareTo(FRESH) < 0) {
            return Future.succeededFuture(known);
        }
        Future<Long> own =
                sum(UsageFilter.between(question.from(), question.to()).ofKey(question.key()));
        List<Future<Spent>> budgets = new ArrayList<>();
        question.allowances().forEach(allowance -> budgets.add(spent(question.key(), allowance, now)));
        List<Future<?>> all = new ArrayList<>(budgets);
        all.add(own);
        return Future.join(all)
                .timeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS)
                .transform(done -> {
                    if (done.failed()) {
                        return Future.succeededFuture(known);
                    }
                    Spending fresh = new Spending(
                            now,
                            own.result(),
                            budgets.stream().map(Future::result).toList());
                    kept.put(question, fresh);
                    return Future.succeededFuture(fresh);
                });
    }

    private Future<Spent> spent(String key, Allowance allowance, Instant now) {
        Budget budget = allowance.budget();
        Instant from = budget.window().from(now);
        UsageFilter time =
                UsageFilter.between(from, Instant.ofEpochSecond(Math.floorDiv(now.getEpochSecond(), 60) * 60 + 60));
        Future<Long> micros = sum(allowance.teams().isEmpty() ? time.ofKey(key) : time.ofTeams(allowance.teams()));
        return micros.map(sum -> new Spent(budget, sum, renews(budget, now)));
    }

    /** Of a window that slides nobody knows when money comes back without looking at every part of it. */
    private static @Nullable Instant renews(Budget budget, Instant now) {
        return budget.window() instanceof BudgetWindow.Calendar calendar ? calendar.renews(now, null) : null;
    }

    private Future<Long> sum(UsageFilter filter) {
        return usage.groups(filter, UsageGrouping.ALL, 1, null).map(Spendings::cost);
    }

    private static long cost(UsagePage page) {
        int column = page.columns().indexOf("cost-micros");
        return page.rows().getFirst().get(column) instanceof Long micros ? micros : 0;
    }
}
