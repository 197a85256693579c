package io.sluice.testkit;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** Scopes and candidates in one line each. */
public final class QuotaScopes {
    private static final Candidate ANY = Objects.requireNonNull(new RevisionBuilder()
                    .channel("c", c -> c.accounts("a").serves("m"))
                    .build()
                    .models()
                    .get("m"))
            .candidates()
            .getFirst();

    private QuotaScopes() {}

    /** A candidate that is charged to some scopes. */
    public static Candidate candidate(Scope... scopes) {
        return new Candidate(ANY.channel(), ANY.account(), "m", "m", List.of(scopes), 0);
    }

    /** Limits without a concurrency. */
    public static LimitSet limits(Limit... windows) {
        return new LimitSet(List.of(windows), 0);
    }

    /** A limit per minute. */
    public static Limit perMinute(Dimension dimension, long amount) {
        return new Limit(dimension, amount, Duration.ofMinutes(1));
    }
}
