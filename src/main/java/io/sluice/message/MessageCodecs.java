package io.sluice.message;

import io.sluice.domain.health.Word;
import io.sluice.domain.health.WordLine;
import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.Renewal;
import io.sluice.message.AccountHealth.Trouble;
import io.sluice.message.WireReader.WireException;
import io.vertx.core.eventbus.EventBus;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers the codec of every message. Look-up is by exact class, so each record of a sealed family is listed. */
public final class MessageCodecs {
    private static final Logger LOG = LoggerFactory.getLogger(MessageCodecs.class);

    /** Every class that stays on its node. */
    static final List<Class<?>> TYPES = List.of(
            PlanRoute.class,
            RouteDecision.Planned.class,
            RouteDecision.Unroutable.class,
            ReserveQuota.class,
            QuotaDecision.Granted.class,
            QuotaDecision.Denied.class,
            SettleQuota.class,
            RestPlaces.class,
            ChargeQuota.class,
            CancelReserve.class,
            Renewal.class,
            Answer.class,
            ProviderLimits.class,
            GroupStatus.class,
            QuotaCounters.class,
            ShowQuota.class,
            WrittenLate.class,
            ClusterView.class,
            PoolHealth.class,
            TrialTaken.class,
            TellPool.class,
            Notice.class,
            TestNotice.class,
            NoticeTested.class,
            ShowPool.class,
            PoolReport.class,
            PoolAction.class,
            PoolActionResult.class,
            RequestRefused.class,
            Headroom.class,
            OpenExchange.class,
            OpenResult.Opened.class,
            OpenResult.LeaseExpired.class,
            OpenResult.Failed.class,
            OpenSocket.class,
            SocketResult.Opened.class,
            SocketResult.Failed.class,
            ShowCalls.class,
            ShowCalls.Shown.class,
            ProbeAccount.class,
            ProbeResult.class,
            AttemptFinished.class,
            UsageRecord.class,
            Accepted.class,
            ShowStanding.class,
            Standing.class,
            LedgerState.class,
            ReserveBudget.class,
            BudgetDecision.Kept.class,
            BudgetDecision.Refused.class,
            CancelBudget.class,
            SettleBudget.class,
            RevisionChanged.class,
            KeysChanged.class,
            CertificateChanged.class,
            ReloadFailed.class,
            ReloadConfig.class,
            ConfigReloaded.class,
            ReadinessChanged.class,
            OpenIngress.class,
            OpenIngress.Listening.class,
            DrainIngress.class,
            DrainIngress.Drained.class,
            Heartbeat.class);

    /** Every class that crosses nodes. */
    static final List<ClusterCodec<?>> CLUSTER = List.of(
            new ClusterCodec<>(
                    ConfigChanged.class,
                    1,
                    (to, it) -> to.text(it.node()).text(it.revision()),
                    from -> new ConfigChanged(from.text(), from.text())),
            new ClusterCodec<>(
                    AccountHealth.class,
                    1,
                    (to, it) -> to.text(it.origin())
                            .text(it.account())
                            .text(it.credential())
                            .text(it.upstreamModel())
                            .small(it.trouble().ordinal())
                            .number(it.forMillis())
                            .small(it.exact() ? 1 : 0),
                    from -> new AccountHealth(
                            from.text(),
                            from.text(),
                            from.text(),
                            from.text(),
                            trouble(from.small()),
                            from.number(),
                            from.small() != 0)),
            new ClusterCodec<>(
                    CircuitMoved.class,
                    1,
                    (to, it) -> to.text(it.origin())
                            .text(it.account())
                            .text(it.baseUrl())
                            .text(it.upstreamModel())
                            .small(it.open() ? 1 : 0)
                            .number(it.forMillis()),
                    from -> new CircuitMoved(
                            from.text(), from.text(), from.text(), from.text(), from.small() != 0, from.number())),
            new ClusterCodec<>(
                    StoreChanged.class,
                    1,
                    (to, it) -> to.text(it.kind()).number(it.number()),
                    from -> new StoreChanged(from.text(), from.number())),
            new ClusterCodec<>(HealthWords.class, 1, MessageCodecs::write, MessageCodecs::words),
            NoticeCodecs.SHARED,
            NoticeCodecs.WORD);

    private MessageCodecs() {}

    private static Trouble trouble(int ordinal) {
        Trouble[] known = Trouble.values();
        if (ordinal >= known.length) {
            throw new WireException("unknown trouble " + ordinal);
        }
        return known[ordinal];
    }

    private static void write(WireWriter to, HealthWords it) {
        to.text(it.origin()).number(it.digest()).small(it.words().size());
        it.words().forEach(word -> to.text(WordLine.of(word)));
    }

    /** Leaves out words that this program does not know. */
    private static HealthWords words(WireReader from) {
        String origin = from.text();
        long digest = from.number();
        int count = from.small();
        if (count > HealthWords.MOST) {
            throw new WireException("a message of " + count + " words");
        }
        List<Word> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String line = from.text();
            try {
                words.add(WordLine.read(line));
            } catch (IllegalArgumentException e) {
                LOG.debug("a word cannot be read", e);
            }
        }
        return new HealthWords(origin, digest, words);
    }

    /**
     * Registers all codecs; once for each Vert.x instance.
     *
     * @param bus its event bus
     */
    public static void registerAll(EventBus bus) {
        TYPES.forEach(type -> register(bus, type));
        CLUSTER.forEach(codec -> register(bus, codec));
    }

    private static <T> void register(EventBus bus, ClusterCodec<T> codec) {
        bus.registerDefaultCodec(codec.type(), codec);
    }

    private static <T> void register(EventBus bus, Class<T> type) {
        bus.registerDefaultCodec(type, new LocalCodec<>(type));
    }
}
