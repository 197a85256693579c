package io.sluice.message;

import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.Renewal;
import io.vertx.core.eventbus.EventBus;
import java.util.List;

/** Registers the codec of every message. Look-up is by exact class, so each record of a sealed family is listed. */
public final class MessageCodecs {
    /** Every class that may be sent. */
    static final List<Class<?>> TYPES = List.of(
            PlanRoute.class,
            RouteDecision.Planned.class,
            RouteDecision.Unroutable.class,
            ReserveQuota.class,
            QuotaDecision.Granted.class,
            QuotaDecision.Denied.class,
            SettleQuota.class,
            CancelReserve.class,
            Renewal.class,
            Answer.class,
            ProviderLimits.class,
            GroupStatus.class,
            QuotaCounters.class,
            ShowQuota.class,
            WrittenLate.class,
            ClusterView.class,
            RequestRefused.class,
            Headroom.class,
            OpenExchange.class,
            OpenResult.Opened.class,
            OpenResult.LeaseExpired.class,
            OpenResult.Failed.class,
            AttemptFinished.class,
            UsageRecord.class,
            Accepted.class,
            RevisionChanged.class,
            CertificateChanged.class,
            ReloadFailed.class,
            ReadinessChanged.class,
            OpenIngress.class,
            OpenIngress.Listening.class,
            DrainIngress.class,
            DrainIngress.Drained.class,
            Heartbeat.class);

    private MessageCodecs() {}

    /**
     * Registers all codecs; once for each Vert.x instance.
     *
     * @param bus its event bus
     */
    public static void registerAll(EventBus bus) {
        TYPES.forEach(type -> register(bus, type));
    }

    private static <T> void register(EventBus bus, Class<T> type) {
        bus.registerDefaultCodec(type, new LocalCodec<>(type));
    }
}
