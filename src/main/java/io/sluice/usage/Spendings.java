package io.sluice.usage;

import io.sluice.message.ShowStanding;
import io.sluice.message.Standing.Spending;
import io.sluice.message.Standing.Spent;
import io.sluice.store.SpendQueries;
import io.sluice.store.UsageFilter;
import io.sluice.store.UsageGrouping;
import io.sluice.store.UsagePage;
import io.sluice.store.UsageQueries;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
    private final SpendQueries spend;
    private final InstantSource clock;
    private final Map<ShowStanding, Spending> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ShowStanding, Spending> eldest) {
            return size() > MOST_KEPT;
        }
    };

    Spendings(UsageQueries usage, SpendQueries spend, InstantSource clock) {
        this.usage = usage;
        this.spend = spend;
        this.clock = clock;
    }

    /** What was spent; null when the ledger does not answer and was not asked before. Never fails. */
    Future<@Nullable Spending> of(ShowStanding question) {
        Instant now = clock.instant();
        Spending known = kept.get(question);
        if (known != null && Duration.between(known.at(), now).compareTo(FRESH) < 0) {
            return Future.succeededFuture(known);
        }
        Future<Long> own = usage.groups(
                        UsageFilter.between(question.from(), question.to()).ofKey(question.key()),
                        UsageGrouping.ALL,
                        1,
                        null)
                .map(Spendings::cost);
        Future<List<Spent>> budgets = spend.of(question.budgets());
        return Future.join(own, budgets)
                .timeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS)
                .transform(done -> {
                    if (done.failed()) {
                        return Future.succeededFuture(known);
                    }
                    Spending fresh = new Spending(now, own.result(), budgets.result());
                    kept.put(question, fresh);
                    return Future.succeededFuture(fresh);
                });
    }

    private static long cost(UsagePage page) {
        int column = page.columns().indexOf("cost-micros");
        return page.rows().getFirst().get(column) instanceof Long micros ? micros : 0;
    }
}
