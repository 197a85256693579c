package io.sluice.message;

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
        /** Its credential is refused; back when a probe says so. */
        DEAD,
        /** It has no money, or has reached its cap; back when a probe says so. */
        OUT_OF_MONEY,
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
     * @param standing the gravest of what holds
     * @param why one sentence; empty when it is up
     * @param by whose doing it is: {@code files}, {@code provider}, or the operator's address; empty when it is up
     * @param sinceMillis since when
     * @param untilMillis when it comes back by itself
     * @param probeMillis when it is asked next whether it is well
     * @param byFiles what the files say of it
     * @param byOperator what operators said of it, or of its channel, at the admin port
     * @param breaker its circuit breaker
     * @param sharePermille part of its weight that counts, 1 to 1000: less after a return, and while it does worse than
     *     its neighbours
     * @param outlier whether it comes last in its tier because it does so much worse
     * @param traffic what its attempts were like, on this node
     * @param lastError of what failed last; null when nothing did
     * @param models only those that stand otherwise than their account, by name
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
            Breaker breaker,
            int sharePermille,
            boolean outlier,
            Traffic traffic,
            @Nullable LastError lastError,
            List<ModelReport> models) {
        /** Copies the list. */
        public AccountReport {
            models = List.copyOf(models);
        }
    }

    /**
     * An account with one model.
     *
     * @param upstreamModel the provider's name of it
     * @param standing how it stands
     * @param why one sentence
     * @param untilMillis when it comes back by itself
     */
    public record ModelReport(String upstreamModel, Standing standing, String why, long untilMillis) {}

    /**
     * A circuit breaker, and what it counted in its window.
     *
     * @param state whether it lets requests through
     * @param attempts that ended
     * @param failed of them, by the endpoint's fault
     * @param slow of them, slower than the bound
     */
    public record Breaker(State state, int attempts, int failed, int slow) {
        /** Whether it lets requests through. */
        public enum State {
            /** All of them. */
            CLOSED,
            /** One, as a trial. */
            HALF_OPEN,
            /** None. */
            OPEN
        }
    }

    /**
     * What the attempts of the last minutes were like.
     *
     * @param inFlight that run now
     * @param attempts that ended
     * @param succeeded of them
     * @param p50Micros median time to the first byte, microseconds; 0 when unknown, as for the others
     * @param p90Micros nine of ten are faster
     * @param p99Micros ninety-nine of a hundred are faster
     */
    public record Traffic(int inFlight, int attempts, int succeeded, int p50Micros, int p90Micros, int p99Micros) {}

    /**
     * What failed last.
     *
     * @param evidence what the provider answered, or what else went wrong
     * @param upstreamModel which model had been asked for
     * @param atMillis when
     */
    public record LastError(Word.Evidence evidence, String upstreamModel, long atMillis) {}
}
