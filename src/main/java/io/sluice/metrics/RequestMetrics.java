package io.sluice.metrics;

import io.sluice.config.MetricsConfig;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.BilledAttempt;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What requests of known keys come to. Safe on any thread. */
final class RequestMetrics {
    private static final Duration[] TOTAL_BUCKETS =
            Meters.millis(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000);
    // A token each 1 ms is 1000 a second; a stream that gives less than one a second stands still.
    private static final Duration[] TOKEN_TIME_BUCKETS = Meters.millis(1, 2, 5, 10, 15, 20, 25, 50, 100, 250, 1_000);
    // The buckets that the GenAI conventions prescribe, up to what a prompt can be today.
    private static final double[] TOKEN_BUCKETS = {1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576};
    private static final String OPERATION = "gen_ai.operation.name";
    private static final String MODEL = "gen_ai.request.model";

    private final Meters meters;
    private final MetricsConfig bounds;
    private final ErrorCodes codes;

    /** What the live revision allows as labels. */
    private volatile Names names = new Names(Set.of(), Set.of());

    private final Set<String> stored = ConcurrentHashMap.newKeySet();
    private volatile Predicate<String> isStored = name -> false;

    RequestMetrics(Meters meters, MetricsConfig bounds, ErrorCodes codes) {
        this.meters = meters;
        this.bounds = bounds;
        this.codes = codes;
    }

    /** Its names may be labels from now on. */
    void revision(GatewayRevision revision) {
        names = new Names(
                revision.models().keySet().stream().limit(bounds.models()).collect(Collectors.toUnmodifiableSet()),
                revision.keys().all().stream()
                        .map(VirtualKey::name)
                        .limit(bounds.keys())
                        .collect(Collectors.toUnmodifiableSet()));
    }

    /** Which names are those of keys of the store. */
    void storedKeys(Predicate<String> are) {
        isStored = are;
    }

    /** Keys of the store have what those of the files have left of the bound, whoever comes first. */
    private String key(Names known, String name) {
        if (known.keys().contains(name) || stored.contains(name)) {
            return name;
        }
        if (known.keys().size() + stored.size() < bounds.keys() && isStored.test(name)) {
            stored.add(name);
            return name;
        }
        return GatewayMetrics.OTHER;
    }

    /** A model as a label. */
    String model(String name) {
        return names.model(name);
    }

    /** A request is over. */
    void over(UsageRecord usage) {
        Names known = names;
        String model = known.model(usage.asked().model());
        String key = key(known, usage.caller().key());
        meters.counter(
                        "sluice.requests",
                        "endpoint",
                        usage.asked().endpoint().word(),
                        "model",
                        model,
                        "status",
                        Integer.toString(usage.outcome().status()),
                        "ending",
                        Meters.word(usage.outcome().ending()))
                .increment();
        meters.counter("sluice.key.requests", "key", key).increment();
        if (usage.outcome().ending() != Ending.COMPLETED) {
            meters.counter(
                            "sluice.request.errors",
                            "model",
                            model,
                            "code",
                            codes.label(usage.outcome().error()))
                    .increment();
        }
        String operation = operation(usage.asked().endpoint());
        times(usage, operation, model);
        tokens(usage, operation, model, key);
        cost(usage, model, key);
    }

    private void times(UsageRecord usage, String operation, String model) {
        meters.timer("gen_ai.server.request.duration", TOTAL_BUCKETS, OPERATION, operation, MODEL, model)
                .record(usage.timing().totalNanos(), TimeUnit.NANOSECONDS);
        if (usage.timing().firstByteNanos() < 0) {
            return;
        }
        meters.timer(
                        "gen_ai.server.time_to_first_token",
                        GatewayMetrics.FIRST_BYTE_BUCKETS,
                        OPERATION,
                        operation,
                        MODEL,
                        model)
                .record(usage.timing().firstByteNanos(), TimeUnit.NANOSECONDS);
        long more = usage.used().tokens().output() - 1;
        if (usage.asked().stream() && usage.outcome().ending() == Ending.COMPLETED && more > 0) {
            meters.timer("gen_ai.server.time_per_output_token", TOKEN_TIME_BUCKETS, OPERATION, operation, MODEL, model)
                    .record(
                            (usage.timing().totalNanos() - usage.timing().firstByteNanos()) / more,
                            TimeUnit.NANOSECONDS);
        }
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

    private void tokens(UsageRecord record, String operation, String model, String key) {
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
            tokenUsage(operation, model, "input", usage.input());
            tokenUsage(operation, model, "output", usage.output());
        }
    }

    private void tokens(String model, String kind, long tokens) {
        if (tokens > 0) {
            meters.counter("sluice.tokens", "model", model, "kind", kind).increment(tokens);
        }
    }

    private void tokenUsage(String operation, String model, String type, long tokens) {
        meters.summary(
                        "gen_ai.client.token.usage",
                        TOKEN_BUCKETS,
                        OPERATION,
                        operation,
                        MODEL,
                        model,
                        "gen_ai.token.type",
                        type)
                .record(tokens);
    }

    /** The GenAI conventions' word for what is asked, where they have one. */
    static String operation(Endpoint endpoint) {
        return switch (endpoint.kind()) {
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
    }

    /**
     * The configured names.
     *
     * @param models public model names
     * @param keys names of virtual keys
     */
    private record Names(Set<String> models, Set<String> keys) {
        String model(String name) {
            return models.contains(name) ? name : GatewayMetrics.OTHER;
        }
    }
}
