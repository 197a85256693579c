package io.sluice.domain.health;

import io.sluice.domain.health.AccountView.ModelView;
import io.sluice.domain.health.AccountView.Out;
import io.sluice.domain.health.KnownAccount.Death;
import io.sluice.domain.health.KnownAccount.ModelState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes what people see of what is known. */
final class PoolViews {
    private static final int MEDIAN = 500;
    private static final int P95 = 950;
    private static final int P99 = 990;

    private final Outliers outliers;
    private final long now;

    PoolViews(Outliers outliers, long now) {
        this.outliers = outliers;
        this.now = now;
    }

    AccountView of(KnownAccount account) {
        List<ModelView> models = new ArrayList<>();
        int share = account.ramp.share(now);
        int least = share;
        for (ModelState model : account.models()) {
            models.add(model(account, model));
            least = Math.min(least, share * outliers.share(model.slot(), now) / PoolSnapshot.WHOLE);
        }
        boolean cooling = account.cooldown.isOn(now);
        return new AccountView(
                account.account(),
                account.human,
                out(account.death),
                cooling ? account.cooldown.until() - now : 0,
                coolsSince(account),
                account.circuit.state(),
                Math.max(1, least),
                account.circuit.attempts(),
                account.circuit.attempts() - account.circuit.failures(),
                account.lastError,
                account.lastErrorMillis,
                models);
    }

    /** The longest of the account and its models. */
    private long coolsSince(KnownAccount account) {
        long longest = account.cooldown.isOn(now) ? now - account.cooldown.since() : 0;
        for (ModelState model : account.models()) {
            longest = model.cooldown.isOn(now) ? Math.max(longest, now - model.cooldown.since()) : longest;
        }
        return longest;
    }

    private @Nullable Out out(@Nullable Death death) {
        return death == null
                ? null
                : new Out(
                        death.money(), death.reason(), death.evidence(), death.sinceMillis(), ahead(death.recovery()));
    }

    private long ahead(@Nullable Recovery recovery) {
        return recovery == null || recovery.phase() != Recovery.Phase.WAITING
                ? 0
                : Math.max(0, recovery.dueNanos() - now);
    }

    private ModelView model(KnownAccount account, ModelState model) {
        LatencyEstimate latency = outliers.latency(model.slot());
        return new ModelView(
                model.candidate.upstreamModel(),
                account.standing(model, now),
                model.cooldown.isOn(now) ? model.cooldown.until() - now : 0,
                ahead(model.missing),
                model.endpoint.state(),
                outliers.isLast(model.slot(), now),
                outliers.successPermille(model.slot(), now),
                latency == null ? 0 : latency.quantileMicros(MEDIAN),
                latency == null ? 0 : latency.quantileMicros(P95),
                latency == null ? 0 : latency.quantileMicros(P99));
    }
}
