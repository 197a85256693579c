package io.sluice.message;

import io.sluice.domain.health.Circuit;
import io.sluice.domain.health.Word;
import io.sluice.domain.pool.AccountState;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How every account stands, as this node sees it. The answer to {@link ShowPool}. Names no secret. Instants are
 * milliseconds since 1970; 0 stands for none.
 *
 * @param revision id of the revision that is meant
 * @param atMillis when it was so
 * @param accounts every account of the revision, in file order
 */
public record PoolReport(String revision, long atMillis, List<AccountReport> accounts) {
    /** Copies the list. */
    public PoolReport {
        accounts = List.copyOf(accounts);
    }

    /** How an account, or an account with a model, stands. */
    public enum Standing {
        /** In service. */
        UP,
        /** Its provider asked it to slow down; back by itself. */
        COOLING,
        /** The circuit breaker is open. */
        BROKEN,
        /** The account does not have the model; tried again now and then. */
        MISSING,
        /** It has no money, or has reached its cap; back when a probe says so. */
        OUT_OF_MONEY,
        /** Its credential is refused; back when a probe says so. */
        DEAD,
        /** A human lets it run dry. */
        DRAINING,
        /** A human switched it off. */
        DISABLED;

        /** Its word in answers, for example {@code out-of-money}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * One account.
     *
     * @param account {@code channel/account}
     * @param standing the gravest of what holds for the whole account; where that is nothing, but none of its models is up,
     *     how the first of them stands
     * @param why one sentence; empty when it is up
     * @param by whose doing it is: {@code files}, {@code provider}, {@code gateway}, or the operator's address; empty when
     *     it is up
     * @param sinceMillis since when; 0 when unknown
     * @param untilMillis when it comes back by itself
     * @param probeMillis when it is asked next whether it works
     * @param byFiles what the files want of it
     * @param byOperator what operators said of it, or of its channel, at the admin port
     * @param circuit its circuit breaker
     * @param traffic what its attempts were like, on this node
     * @param lastError what failed last, on this node; null when nothing did
     * @param models one by one, in file order
     */
    public record AccountReport(
            String account,
            Standing standing,
            String why,
            String by,
            long sinceMillis,
            long untilMillis,
            long probeMillis,
            AccountState byFiles,
            AccountState byOperator,
            Circuit.State circuit,
            Traffic traffic,
            @Nullable LastError lastError,
            List<ModelReport> models) {
        /** Copies the list. */
        public AccountReport {
            models = List.copyOf(models);
        }
    }

    /**
     * What the attempts of the last minute or so were like.
     *
     * @param sharePermille part of its weight that counts, 1 to 1000: less after a return, and while it does worse than
     *     its neighbours
     * @param attempts that ended in the window of its circuit breaker
     * @param succeeded of them
     */
    public record Traffic(int sharePermille, int attempts, int succeeded) {}

    /**
     * What failed last.
     *
     * @param evidence what the provider answered, or what else went wrong
     * @param atMillis when
     */
    public record LastError(Word.Evidence evidence, long atMillis) {}

    /**
     * An account with a model. Times are microseconds from the written request to the first byte, 0 when unknown.
     *
     * @param upstreamModel the provider's name of it
     * @param standing how it stands
     * @param untilMillis when it comes back by itself
     * @param endpoint the circuit breaker of the endpoint that it shares with other accounts
     * @param outlier whether it comes last in its tier, because it does so much worse than its neighbours
     * @param successPermille of the last minute; -1 when nothing was asked
     * @param p50Micros median
     * @param p95Micros nineteen of twenty are faster
     * @param p99Micros ninety-nine of a hundred are faster
     */
    public record ModelReport(
            String upstreamModel,
            Standing standing,
            long untilMillis,
            Circuit.State endpoint,
            boolean outlier,
            int successPermille,
            int p50Micros,
            int p95Micros,
            int p99Micros) {}
}
