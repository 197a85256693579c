package io.sluice.message;

import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.Renewal;
import io.sluice.domain.notice.NoticeWord;
import io.sluice.domain.notice.SharedNotice;

/**
 * An address on the event bus, typed by what is sent to it and what comes back.
 *
 * @param <Q> type of the message
 * @param <R> type of the reply; {@link Void} for one-way messages
 * @param name the address
 */
public record Address<Q, R>(String name) {
    /** {@link ReserveQuota} → {@link QuotaDecision}; one consumer a node. */
    public static final Address<ReserveQuota, QuotaDecision> QUOTA_RESERVE = new Address<>("node.quota.reserve");

    /** {@link SettleQuota}, one-way; one consumer a node. */
    public static final Address<SettleQuota, Void> QUOTA_SETTLE = new Address<>("node.quota.settle");

    /** {@link RestPlaces}, one-way; one consumer a node. */
    public static final Address<RestPlaces, Void> QUOTA_REST = new Address<>("node.quota.rest");

    /** {@link ChargeQuota}, one-way; one consumer a node. */
    public static final Address<ChargeQuota, Void> QUOTA_CHARGE = new Address<>("node.quota.charge");

    /** {@link CancelReserve}, one-way; one consumer a node. */
    public static final Address<CancelReserve, Void> QUOTA_CANCEL = new Address<>("node.quota.cancel");

    /**
     * {@link Renewal} → {@link Answer}; on a node of a cluster, answered by the group's leader wherever it is. The reply may
     * take as long as there is no leader.
     */
    public static final Address<Renewal, Answer> QUOTA_RENEW = new Address<>("node.quota.renew");

    /** {@link ProviderLimits}, one-way; one consumer a node. */
    public static final Address<ProviderLimits, Void> PROVIDER_LIMITS = new Address<>("node.provider.limits");

    /** {@link GroupStatus}, published to quota, readiness, metrics and admin; only on a node of a cluster. */
    public static final Address<GroupStatus, Void> GROUP_STATUS = new Address<>("node.group.status");

    /** {@link QuotaCounters}, published about once a second where they are counted: on the leader, or on a node that is alone. */
    public static final Address<QuotaCounters, Void> QUOTA_COUNTERS = new Address<>("node.quota.counters");

    /** {@link ShowQuota} → {@link QuotaCounters}; on a node of a cluster, what the leader shared last. */
    public static final Address<ShowQuota, QuotaCounters> QUOTA_SHOW = new Address<>("node.quota.show");

    /** {@link WrittenLate}, one-way; one consumer a node. */
    public static final Address<WrittenLate, Void> QUOTA_WRITTEN_LATE = new Address<>("node.quota.written-late");

    /** {@link ClusterView}, published to admin and metrics; only on a node of a cluster. */
    public static final Address<ClusterView, Void> CLUSTER_VIEW = new Address<>("node.cluster.view");

    /** {@link ConfigChanged}, announced to every node of a cluster. */
    public static final Address<ConfigChanged, Void> CONFIG_CHANGED = new Address<>("cluster.config.changed");

    /** {@link AccountHealth}, announced to every node of a cluster. */
    public static final Address<AccountHealth, Void> ACCOUNT_HEALTH = new Address<>("cluster.account.health");

    /** {@link StoreChanged}, announced to every node of a cluster. */
    public static final Address<StoreChanged, Void> STORE_CHANGED = new Address<>("cluster.store.changed");

    /** {@link KeysChanged}, published on the node. */
    public static final Address<KeysChanged, Void> KEYS_CHANGED = new Address<>("node.keys.changed");

    /** {@link PoolHealth}, published to every lane's router and ingress. */
    public static final Address<PoolHealth, Void> POOL_HEALTH = new Address<>("node.pool.health");

    /** {@link TellPool} → itself; one consumer a node. */
    public static final Address<TellPool, TellPool> POOL_TELL = new Address<>("node.pool.tell");

    /** {@link TrialTaken}, one-way; one consumer a node. */
    public static final Address<TrialTaken, Void> TRIAL_TAKEN = new Address<>("node.pool.trial");

    /** {@link CircuitMoved}, announced to every node of a cluster. */
    public static final Address<CircuitMoved, Void> CIRCUIT_MOVED = new Address<>("cluster.circuit.moved");

    /** {@link HealthWords}, announced to every node of a cluster. */
    public static final Address<HealthWords, Void> HEALTH_WORDS = new Address<>("cluster.health.words");

    /** {@link ShowPool} → {@link PoolReport}; one consumer a node. */
    public static final Address<ShowPool, PoolReport> POOL_SHOW = new Address<>("node.pool.show");

    /** {@link PoolAction} → {@link PoolActionResult}; one consumer a node. The reply of a probe takes as long as the probe. */
    public static final Address<PoolAction, PoolActionResult> POOL_ACT = new Address<>("node.pool.act");

    /** {@link Notice}, published to whoever tells operators. */
    public static final Address<Notice, Void> NOTICE_RAISED = new Address<>("node.notice.raised");

    /** {@link SharedNotice}, announced to every node of a cluster. */
    public static final Address<SharedNotice, Void> NOTICE_SHARED = new Address<>("cluster.notice.shared");

    /** {@link NoticeWord}, announced to every node of a cluster. */
    public static final Address<NoticeWord, Void> NOTICE_WORD = new Address<>("cluster.notice.word");

    /** {@link TestNotice} → {@link NoticeTested}; one consumer a node. The reply takes as long as the slowest sink. */
    public static final Address<TestNotice, NoticeTested> NOTICE_TEST = new Address<>("node.notice.test");

    /** {@link RequestRefused}, published to admin. */
    public static final Address<RequestRefused, Void> REQUEST_REFUSED = new Address<>("node.request.refused");

    /** {@link Headroom}, published every 100 ms to every lane's router. */
    public static final Address<Headroom, Void> QUOTA_HEADROOM = new Address<>("node.quota.headroom");

    /** {@link AttemptFinished}, published to every lane's router, to quota and to usage. */
    public static final Address<AttemptFinished, Void> ATTEMPT_FINISHED = new Address<>("node.attempt.finished");

    /** {@link UsageRecord} → {@link Accepted}; the end of the answer waits for it. */
    public static final Address<UsageRecord, Accepted> USAGE_RECORDED = new Address<>("node.usage.recorded");

    /** {@link ReserveBudget} → {@link BudgetDecision}; one consumer a node, and none where there is no ledger. */
    public static final Address<ReserveBudget, BudgetDecision> BUDGET_RESERVE = new Address<>("node.budget.reserve");

    /** {@link CancelBudget}, one-way; one consumer a node. */
    public static final Address<CancelBudget, Void> BUDGET_CANCEL = new Address<>("node.budget.cancel");

    /** {@link SettleBudget}, one-way; one consumer a node. */
    public static final Address<SettleBudget, Void> BUDGET_SETTLE = new Address<>("node.budget.settle");

    /** {@link ShowStanding} → {@link Standing}; one consumer a node. */
    public static final Address<ShowStanding, Standing> KEY_STANDING = new Address<>("node.ledger.me");

    /** {@link LedgerState}, published to every lane's ingress, readiness and admin. */
    public static final Address<LedgerState, Void> LEDGER_STATE = new Address<>("node.ledger.state");

    /** {@link ReadinessChanged}, published to every lane's ingress and to admin. */
    public static final Address<ReadinessChanged, Void> READINESS_CHANGED = new Address<>("node.readiness.changed");

    /** {@link CertificateChanged}, published to every server. */
    public static final Address<CertificateChanged, Void> CERTIFICATE_CHANGED =
            new Address<>("node.certificate.changed");

    /** {@link RevisionChanged}, published to everyone who holds a revision. */
    public static final Address<RevisionChanged, Void> REVISION_CHANGED = new Address<>("node.revision.changed");

    /** {@link ReloadConfig} → {@link ConfigReloaded}; one consumer a node, once it is ready. */
    public static final Address<ReloadConfig, ConfigReloaded> CONFIG_RELOAD = new Address<>("node.config.reload");

    /** {@link ReloadFailed}, published to admin and metrics. */
    public static final Address<ReloadFailed, Void> RELOAD_FAILED = new Address<>("node.reload.failed");

    /**
     * {@link PlanRoute} → {@link RouteDecision}, in one lane.
     *
     * @param lane number of the lane
     */
    public static Address<PlanRoute, RouteDecision> routePlan(int lane) {
        return new Address<>("lane." + lane + ".route.plan");
    }

    /**
     * {@link OpenExchange} → {@link OpenResult}, in one lane.
     *
     * @param lane number of the lane
     */
    public static Address<OpenExchange, OpenResult> providerOpen(int lane) {
        return new Address<>("lane." + lane + ".provider.open");
    }

    /**
     * {@link OpenSocket} → {@link SocketResult}, in one lane.
     *
     * @param lane number of the lane
     */
    public static Address<OpenSocket, SocketResult> providerSocket(int lane) {
        return new Address<>("lane." + lane + ".provider.socket");
    }

    /**
     * {@link ProbeAccount} → {@link ProbeResult}, in one lane. The reply takes as long as the provider, at most half a
     * minute and a bit.
     *
     * @param lane number of the lane
     */
    public static Address<ProbeAccount, ProbeResult> providerProbe(int lane) {
        return new Address<>("lane." + lane + ".provider.probe");
    }

    /**
     * {@link ShowCalls} → {@link ShowCalls.Shown}, in one lane.
     *
     * @param lane number of the lane
     */
    public static Address<ShowCalls, ShowCalls.Shown> providerCalls(int lane) {
        return new Address<>("lane." + lane + ".provider.calls");
    }

    /**
     * {@link OpenIngress} → {@link OpenIngress.Listening}, in one lane.
     *
     * @param lane number of the lane
     */
    public static Address<OpenIngress, OpenIngress.Listening> ingressOpen(int lane) {
        return new Address<>("lane." + lane + ".ingress.open");
    }

    /**
     * {@link DrainIngress} → {@link DrainIngress.Drained}, in one lane.
     *
     * @param lane number of the lane
     */
    public static Address<DrainIngress, DrainIngress.Drained> ingressDrain(int lane) {
        return new Address<>("lane." + lane + ".ingress.drain");
    }

    /**
     * {@link Heartbeat} → itself, answered by one lane's ingress.
     *
     * @param lane number of the lane
     */
    public static Address<Heartbeat, Heartbeat> heartbeat(int lane) {
        return new Address<>("lane." + lane + ".heartbeat");
    }
}
