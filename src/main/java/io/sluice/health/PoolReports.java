package io.sluice.health;

import io.sluice.domain.health.AccountView;
import io.sluice.domain.health.AccountView.ModelView;
import io.sluice.domain.health.AccountView.Out;
import io.sluice.domain.health.Circuit;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.health.Word;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.PoolReport;
import io.sluice.message.PoolReport.AccountReport;
import io.sluice.message.PoolReport.LastError;
import io.sluice.message.PoolReport.ModelReport;
import io.sluice.message.PoolReport.Standing;
import io.sluice.message.PoolReport.Traffic;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Puts what is known of the pool into words and wall-clock times. Used on the health verticle's event loop. */
final class PoolReports {
    private static final String FILES = "files";
    private static final String PROVIDER = "provider";
    private static final String GATEWAY = "gateway";

    private final WordBook book;
    private final long nowMillis;

    /** Why an account stands as it does. */
    private record Reason(Standing standing, String why, String by, long sinceMillis, long untilMillis) {}

    /**
     * Reports of one moment.
     *
     * @param book what was said
     * @param nowMillis the moment, wall clock
     */
    PoolReports(WordBook book, long nowMillis) {
        this.book = book;
        this.nowMillis = nowMillis;
    }

    /** All of them. */
    PoolReport of(GatewayRevision revision, List<AccountView> views) {
        return new PoolReport(
                revision.id(), nowMillis, views.stream().map(this::account).toList());
    }

    private AccountReport account(AccountView view) {
        Account account = view.account();
        Word word = book.human(account);
        Reason reason = reason(view, word);
        Out out = view.out();
        return new AccountReport(
                account.id(),
                reason.standing,
                reason.why,
                reason.by,
                reason.sinceMillis,
                reason.untilMillis,
                out == null ? 0 : ahead(out.tryNanos()),
                account.state(),
                wanted(word),
                view.circuit(),
                new Traffic(view.sharePermille(), view.attempts(), view.succeeded()),
                view.lastError() == null ? null : new LastError(view.lastError(), view.lastErrorMillis()),
                view.models().stream().map(model -> model(view, model)).toList());
    }

    private static AccountState wanted(@Nullable Word word) {
        return word == null ? AccountState.ENABLED : word.state().wanted();
    }

    private Reason reason(AccountView view, @Nullable Word word) {
        AccountState byFiles = view.account().state();
        AccountState wanted = byFiles.strictest(wanted(word));
        if (wanted != AccountState.ENABLED) {
            Standing standing = wanted == AccountState.DRAINING ? Standing.DRAINING : Standing.DISABLED;
            return word != null && wanted(word) == wanted
                    ? new Reason(standing, word.reason(), word.by(), word.atMillis(), 0)
                    : new Reason(standing, wanted.word() + " in the files", FILES, 0, 0);
        }
        Out out = view.out();
        if (out != null) {
            Standing standing = out.money() ? Standing.OUT_OF_MONEY : Standing.DEAD;
            return new Reason(standing, out.reason(), PROVIDER, out.sinceMillis(), 0);
        }
        if (view.circuit() != Circuit.State.CLOSED) {
            return new Reason(Standing.BROKEN, "too many of its attempts failed or were slow", GATEWAY, 0, 0);
        }
        if (view.coolingNanos() > 0) {
            return cooling(view, view.coolingNanos());
        }
        return view.isUsable(0) ? new Reason(Standing.UP, "", "", 0, 0) : allOut(view);
    }

    private Reason cooling(AccountView view, long nanos) {
        long since =
                view.coolsSinceNanos() == 0 ? 0 : nowMillis - TimeUnit.NANOSECONDS.toMillis(view.coolsSinceNanos());
        return new Reason(Standing.COOLING, "its provider asked it to slow down", PROVIDER, since, ahead(nanos));
    }

    /** Every model by itself; the one that is back first says how the account stands. */
    private Reason allOut(AccountView view) {
        long first = Long.MAX_VALUE;
        for (ModelView model : view.models()) {
            if (model.standing() == PoolSnapshot.COOLING) {
                first = Math.min(first, model.coolingNanos());
            }
        }
        if (first != Long.MAX_VALUE) {
            return cooling(view, first);
        }
        Standing standing = standing(view, view.models().getFirst());
        return standing == Standing.BROKEN
                ? new Reason(standing, "too many attempts failed or were slow at its endpoint", GATEWAY, 0, 0)
                : new Reason(standing, "it has none of the models that it is asked for", PROVIDER, 0, 0);
    }

    private ModelReport model(AccountView view, ModelView model) {
        long until = Math.max(model.coolingNanos(), model.tryNanos());
        return new ModelReport(
                model.upstreamModel(),
                standing(view, model),
                ahead(until),
                model.endpoint(),
                model.outlier(),
                model.successPermille(),
                model.p50Micros(),
                model.p95Micros(),
                model.p99Micros());
    }

    private static Standing standing(AccountView view, ModelView model) {
        Out out = view.out();
        return switch (model.standing()) {
            case PoolSnapshot.COOLING -> Standing.COOLING;
            case PoolSnapshot.BROKEN -> Standing.BROKEN;
            case PoolSnapshot.DRAINING -> Standing.DRAINING;
            case PoolSnapshot.DISABLED -> Standing.DISABLED;
            case PoolSnapshot.DEAD ->
                out == null ? Standing.MISSING : out.money() ? Standing.OUT_OF_MONEY : Standing.DEAD;
            default -> Standing.UP;
        };
    }

    /** When that is, rounded up; 0 for no time. */
    private long ahead(long nanos) {
        return nanos <= 0 ? 0 : nowMillis + Math.ceilDiv(nanos, TimeUnit.MILLISECONDS.toNanos(1));
    }
}
