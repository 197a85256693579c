package io.sluice.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.AttemptFinished;
import io.sluice.message.BilledAttempt;
import io.sluice.message.Headroom;
import io.sluice.message.UsageRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * Every meter of the product: names, tags and what they count. Safe on any thread. Label values come from configuration
 * and closed sets only, never from requests, so that the number of series is bounded; what is not configured is counted
 * as {@value #OTHER}.
 *
 * <p>Names are {@code sluice_<noun>_<unit>}. Where OpenTelemetry's GenAI conventions have a name for the same thing it is
 * used: {@code gen_ai.client.token.usage} with {@code gen_ai.token.type} and {@code gen_ai.request.model}. Durations
 * keep our own names: the conventions' ones count calls of a model, ours the requests of an application, which may be
 * several calls.
 */
public final class GatewayMetrics {
    /** Label value for what no configuration names. */
    static final String OTHER = "other";

    private static final Duration[] TOTAL_BUCKETS =
            Meters.millis(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000);
    private static final Duration[] FIRST_BYTE_BUCKETS =
            Meters.millis(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000);
    // The buckets that the GenAI conventions prescribe, up to what a prompt can be today.
    private static final double[] TOKEN_BUCKETS = {1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576};

    private static final Map<String, String> HELP = Map.ofEntries(
            Map.entry("sluice.requests", "requests of known keys that are over"),
            Map.entry("sluice.requests.refused", "requests refused before they had a usage record"),
            Map.entry("sluice.key.requests", "requests of each virtual key that are over"),
            Map.entry("sluice.keys.refused", "requests whose virtual key was refused, by reason"),
            Map.entry("sluice.key.tokens", "input and output tokens of each virtual key"),
            Map.entry("sluice.cost.micros", "what requests cost their keys, in millionths of the ledger's currency"),
            Map.entry("sluice.key.cost.micros", "what each virtual key's requests cost, in the same"),
            Map.entry(
                    "sluice.attempts.cost.micros",
                    "what attempts may cost that gave their clients no answer, and that no key pays for, in the same"),
            Map.entry("sluice.requests.unpriced", "requests that were served and that nobody can price"),
            Map.entry(
                    "sluice.tokens",
                    "tokens by kind; cached_input and input_audio are part of input, reasoning and output_audio of output"),
            Map.entry(
                    "sluice.realtime.responses", "responses of realtime sessions, by whether limits let them be made"),
            Map.entry("sluice.retries.refused", "attempts that were not made because the retry budget was spent"),
            Map.entry("sluice.hedges", "second attempts that were begun beside a slow one"),
            Map.entry("sluice.attempts", "attempts at providers that are over"),
            Map.entry("sluice.quota.denied", "requests that found no room, by cause"),
            Map.entry("sluice.quota.overrun.tokens", "tokens used beyond what was reserved for them"),
            Map.entry("sluice.quota.settlements.unmatched", "settlements of reservations that are not open: a defect"),
            Map.entry(
                    "sluice.quota.writes.late",
                    "requests that left long after they were written, and were charged again"),
            Map.entry("sluice.queue.wait", "time for which requests waited for room; 0 for those that did not"),
            Map.entry(
                    "sluice.estimate.error.percent",
                    "reported tokens in percent of reserved ones; over 100 was not reserved"),
            Map.entry("sluice.config.reload.failures", "changes of the files that were refused"),
            Map.entry(
                    "sluice.notices",
                    "messages to operators by sink: sent, attempts that failed; and occurrences that were dropped"),
            Map.entry("sluice.journal.appended", "usage records that the journal has taken"),
            Map.entry("sluice.journal.append", "from a usage record to its being safe in the journal, by group"),
            Map.entry("sluice.journal.drained", "usage records that have gone from the journal into the ledger"),
            Map.entry("sluice.journal.lost", "usage records that will never be in the ledger"),
            Map.entry("sluice.journal.fsync", "how long the disk took to take what was written"),
            Map.entry("sluice.journal.fsync.failures", "times that the disk did not take what was written"),
            Map.entry(
                    "sluice.journal.set.aside",
                    "what the journal could not read or the ledger refused, and is kept in files of its own"),
            Map.entry("sluice.budget.refused", "requests that were refused for want of money"),
            Map.entry("sluice.budget.overspent", "money that requests cost beyond what was reserved for them"),
            Map.entry("sluice.budget.unanswered", "questions about budgets that the ledger did not answer"),
            Map.entry("sluice.budget.settlements.unmatched", "settlements of money that is not reserved: a defect"),
            Map.entry("sluice.usage.unconfirmed", "answers that ended before their usage record was known to be safe"),
            Map.entry(
                    "sluice.store.records",
                    "usage records written to the ledger: new ones, and known ones that came again"),
            Map.entry("sluice.store.batch", "from a batch of usage records to its being in the ledger"),
            Map.entry("sluice.request.duration", "from a request's head to the end of its answer"),
            Map.entry("sluice.time.to.first.byte", "from a request's head to the first byte of its answer"),
            Map.entry("sluice.upstream.head", "from the written upstream request to the response head"));

    private final Meters meters;
    private final QuotaMetrics quota;
    private final ClusterMetrics cluster;
    private final NoticeMetrics notices;
    private final KeyMetrics keys;
    private final JournalMetrics journal;
    private final StoreMetrics store;
    private final BudgetMetrics budgets;
    private final LongAdder requestsInFlight = new LongAdder();
    private final LongAdder streamsOpen = new LongAdder();
    private final LongAdder sessionsOpen = new LongAdder();
    private final LongAdder connectionsOpen = new LongAdder();
    private final MultiGauge headroomGauges;
    private final MultiGauge revisionGauge;

    /** What the live revision allows as labels. */
    private volatile Names names = new Names(Set.of(), Set.of());

    private volatile Headroom headroom = new Headroom("", new int[0]);
    private volatile boolean ready;
    private volatile int configErrors;

    /**
     * Registers the gauges.
     *
     * @param registry where meters live
     */
    public GatewayMetrics(MeterRegistry registry) {
        meters = new Meters(registry, HELP);
        quota = new QuotaMetrics(meters);
        cluster = new ClusterMetrics(meters);
        notices = new NoticeMetrics(meters);
        keys = new KeyMetrics(meters);
        journal = new JournalMetrics(meters);
        store = new StoreMetrics(meters);
        budgets = new BudgetMetrics(meters);
        meters.gauge("sluice.requests.in.flight", "requests being served", () -> requestsInFlight.doubleValue());
        meters.gauge("sluice.streams.open", "streamed answers being sent", () -> streamsOpen.doubleValue());
        meters.gauge("sluice.realtime.sessions.open", "open realtime sessions", () -> sessionsOpen.doubleValue());
        meters.gauge("sluice.connections.open", "open client connections", () -> connectionsOpen.doubleValue());
        meters.gauge("sluice.ready", "1 when load balancers should send traffic", () -> ready ? 1 : 0);
        meters.gauge(
                "sluice.config.errors",
                "errors in the files as they are now; 0 when they are live",
                () -> configErrors);
        headroomGauges = meters.gauges(
                "sluice.account.headroom.ratio",
                "free share of the account's scarcest limit, 0 full to 1 idle or unlimited");
        revisionGauge = meters.gauges("sluice.config.revision.info", "always 1; the live revision is the label");
        // Alarms watch these from the start.
        meters.counter("sluice.config.reload.failures");
    }

    /** What limits do to requests. */
    public QuotaMetrics quota() {
        return quota;
    }

    /** How the cluster stands. */
    public ClusterMetrics cluster() {
        return cluster;
    }

    /** Virtual keys. */
    public KeyMetrics keys() {
        return keys;
    }

    /** How operators are told. */
    public NoticeMetrics notices() {
        return notices;
    }

    /** How the usage journal stands. */
    public JournalMetrics journal() {
        return journal;
    }

    /** How the ledger's database stands. */
    public StoreMetrics store() {
        return store;
    }

    /** How budgets stand. */
    public BudgetMetrics budgets() {
        return budgets;
    }

    /** A request was taken (+1) or is over (−1). */
    public void requestsInFlight(int change) {
        requestsInFlight.add(change);
    }

    /** A streamed answer began (+1) or ended (−1). */
    public void streamsOpen(int change) {
        streamsOpen.add(change);
    }

    /** A realtime session began (+1) or ended (−1). */
    public void sessionsOpen(int change) {
        sessionsOpen.add(change);
    }

    /** A realtime session made a response, or was refused one. */
    public void sessionResponse(boolean refused) {
        meters.counter("sluice.realtime.responses", "outcome", refused ? "refused" : "made")
                .increment();
    }

    /** A client connection was opened (+1) or closed (−1). */
    public void connectionsOpen(int change) {
        connectionsOpen.add(change);
    }

    /**
     * A request was refused before it had a usage record.
     *
     * @param status HTTP status of the answer
     * @param code reason, of a closed set
     */
    public void refused(int status, String code) {
        meters.counter("sluice.requests.refused", "status", Integer.toString(status), "code", code)
                .increment();
    }

    /** A request of a known key is over. */
    public void request(UsageRecord usage) {
        Names known = names;
        String endpoint = usage.asked().endpoint().word();
        String model = known.model(usage.asked().model());
        String key = known.key(usage.caller().key());
        meters.counter(
                        "sluice.requests",
                        "endpoint",
                        endpoint,
                        "model",
                        model,
                        "status",
                        Integer.toString(usage.outcome().status()),
                        "ending",
                        Meters.word(usage.outcome().ending()))
                .increment();
        meters.counter("sluice.key.requests", "key", key).increment();
        meters.timer("sluice.request.duration", TOTAL_BUCKETS, "endpoint", endpoint, "model", model)
                .record(usage.timing().totalNanos(), TimeUnit.NANOSECONDS);
        if (usage.timing().firstByteNanos() >= 0) {
            meters.timer("sluice.time.to.first.byte", FIRST_BYTE_BUCKETS, "endpoint", endpoint, "model", model)
                    .record(usage.timing().firstByteNanos(), TimeUnit.NANOSECONDS);
        }
        tokens(usage, model, key);
        cost(usage, model, key);
    }

    private void cost(UsageRecord usage, String model, String key) {
        if (!usage.used().charge().isPriced()) {
            meters.counter("sluice.requests.unpriced", "model", model).increment();
        } else if (usage.used().charge().micros() > 0) {
            meters.counter("sluice.cost.micros", "model", model)
                    .increment(usage.used().charge().micros());
            meters.counter("sluice.key.cost.micros", "key", key)
                    .increment(usage.used().charge().micros());
        }
        for (BilledAttempt other : usage.served().others()) {
            if (other.charge().micros() > 0) {
                meters.counter("sluice.attempts.cost.micros", "channel", other.channel())
                        .increment(other.charge().micros());
            }
        }
    }

    private void tokens(UsageRecord record, String model, String key) {
        TokenUsage usage = record.used().tokens();
        tokens(model, "input", usage.input());
        tokens(model, "cached_input", usage.cachedInput());
        tokens(model, "output", usage.output());
        tokens(model, "reasoning", usage.reasoning());
        tokens(model, "input_audio", usage.inputAudio());
        tokens(model, "output_audio", usage.outputAudio());
        long both = usage.input() + usage.output();
        if (both > 0) {
            meters.counter("sluice.key.tokens", "key", key).increment(both);
            tokenUsage(record.asked().endpoint(), model, "input", usage.input());
            tokenUsage(record.asked().endpoint(), model, "output", usage.output());
        }
    }

    private void tokens(String model, String kind, long tokens) {
        if (tokens > 0) {
            meters.counter("sluice.tokens", "model", model, "kind", kind).increment(tokens);
        }
    }

    private void tokenUsage(Endpoint endpoint, String model, String type, long tokens) {
        String operation =
                switch (endpoint.kind()) {
                    case CHAT -> endpoint == Endpoint.GENERATE_CONTENT ? "generate_content" : "chat";
                    case TEXT -> "text_completion";
                    case EMBEDDINGS -> "embeddings";
                    case COUNT_TOKENS -> "count_tokens";
                    case MODERATION -> "moderation";
                    case RANKING -> "rerank";
                    case IMAGES -> "image_generation";
                    case SPEECH -> "speech";
                    case STORED -> "stored";
                    case SESSION -> "realtime";
                    case TRANSCRIPTION -> "transcription";
                };
        String[] tags = {"gen_ai.operation.name", operation, "gen_ai.request.model", model, "gen_ai.token.type", type};
        meters.summary("gen_ai.client.token.usage", TOKEN_BUCKETS, tags).record(tokens);
    }

    /** An attempt at a provider is over. */
    public void attempt(AttemptFinished attempt) {
        String channel = attempt.candidate().channel().name();
        meters.counter("sluice.attempts", "channel", channel, "outcome", outcome(attempt))
                .increment();
        if (attempt.headNanos() >= 0) {
            meters.timer("sluice.upstream.head", FIRST_BYTE_BUCKETS, "channel", channel)
                    .record(attempt.headNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** A second attempt was begun beside a slow one. */
    public void hedged() {
        meters.counter("sluice.hedges").increment();
    }

    /** An attempt was not made, because too many others had followed a failure. */
    public void retryRefused() {
        meters.counter("sluice.retries.refused").increment();
    }

    private static String outcome(AttemptFinished attempt) {
        GatewayFailure failure = attempt.failure();
        return switch (failure) {
            case null -> "ok";
            case UpstreamFailure upstream -> Meters.word(upstream.kind());
            case GatewayFailure.ClientClosed closed -> "client_closed";
            case GatewayFailure.DeadlineExceeded late -> "deadline_exceeded";
            default -> OTHER;
        };
    }

    /** A revision is live: its names may be labels from now on, and its accounts have a gauge each. */
    public void revision(GatewayRevision revision) {
        names = new Names(
                revision.models().keySet(),
                revision.keys().all().stream().map(VirtualKey::name).collect(Collectors.toUnmodifiableSet()));
        configErrors = 0;
        revisionGauge.register(List.of(MultiGauge.Row.of(Tags.of("revision", revision.id()), () -> 1)), true);
        headroomGauges.register(
                revision.channels().stream()
                        .flatMap(channel -> channel.accounts().stream()
                                .map(account -> headroomRow(revision.id(), channel.name(), account)))
                        .collect(Collectors.toList()),
                true);
    }

    private MultiGauge.Row<?> headroomRow(String revision, String channel, Account account) {
        return MultiGauge.Row.of(
                Tags.of("channel", channel, "account", account.name()), () -> headroomOf(revision, account.index()));
    }

    private double headroomOf(String revision, int account) {
        Headroom latest = headroom;
        boolean known = latest.revision().equals(revision) && account < latest.permille().length;
        return known ? latest.permille()[account] / 1000.0 : Double.NaN;
    }

    /** The accounts' room has changed. */
    public void headroom(Headroom latest) {
        headroom = latest;
    }

    /** The files have so many errors now; each bad state of them is told once. */
    public void configErrors(int errors) {
        configErrors = errors;
        if (errors > 0) {
            meters.counter("sluice.config.reload.failures").increment();
        }
    }

    /** Load balancers should send traffic, or not. */
    public void ready(boolean nowReady) {
        ready = nowReady;
    }

    /**
     * The configured names.
     *
     * @param models public model names
     * @param keys names of virtual keys
     */
    private record Names(Set<String> models, Set<String> keys) {
        String model(String name) {
            return models.contains(name) ? name : OTHER;
        }

        String key(String name) {
            return keys.contains(name) ? name : OTHER;
        }
    }
}
