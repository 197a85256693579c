package io.sluice.usage;

import io.sluice.domain.key.AccessLines;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pricing.Charge;
import io.sluice.log.JsonLine;
import io.sluice.message.UsageRecord;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line for each request of a known key, on the logger {@code access} or in a place of its own: who asked for what, who served it, tokens,
 * timings, ending. Names and numbers only, never contents or credentials; keys without a value are left out. A key may want
 * fewer lines.
 */
final class AccessLog {
    private static final Logger LOG = LoggerFactory.getLogger("access");

    private final StoredKeys stored;
    private final @Nullable Consumer<String> place;
    private GatewayRevision revision;

    /**
     * Asks keys how much of them is written.
     *
     * @param initial the revision to begin with
     * @param stored keys that are not in it
     * @param place where lines go; null for the log
     */
    AccessLog(GatewayRevision initial, StoredKeys stored, @Nullable Consumer<String> place) {
        this.place = place;
        this.revision = initial;
        this.stored = stored;
    }

    /** Keys say by now whether their requests are written. */
    void revision(GatewayRevision next) {
        revision = next;
    }

    void write(UsageRecord usage) {
        if (place == null && !LOG.isInfoEnabled() || !isWanted(usage)) {
            return;
        }
        if (place != null) {
            Map<String, Object> fields = new LinkedHashMap<>(32);
            fields.put("endpoint", usage.asked().endpoint().word());
            fields.putAll(fields(usage, revision.currencies().ledger()));
            long end = usage.timing().startMillis()
                    + TimeUnit.NANOSECONDS.toMillis(usage.timing().totalNanos());
            place.accept(JsonLine.of(end, fields));
            return;
        }
        LoggingEventBuilder line = LOG.atInfo();
        for (Map.Entry<String, Object> field :
                fields(usage, revision.currencies().ledger()).entrySet()) {
            line = line.addKeyValue(field.getKey(), field.getValue());
        }
        line.log(usage.asked().endpoint().word());
    }

    private boolean isWanted(UsageRecord usage) {
        VirtualKey key = revision.keys()
                .named(usage.caller().key())
                .orElseGet(() -> stored.named(usage.caller().key()));
        return switch (key == null ? AccessLines.USUAL : key.handling().log()) {
            case USUAL -> true;
            case QUIET -> usage.outcome().ending() != UsageRecord.Ending.COMPLETED;
            case OFF -> false;
        };
    }

    /** What the line says, in its order. */
    static Map<String, Object> fields(UsageRecord usage, String ledger) {
        Map<String, Object> fields = new LinkedHashMap<>(32);
        fields.put("id", usage.requestId());
        fields.put("status", usage.outcome().status());
        fields.put("ending", usage.outcome().ending().name().toLowerCase(Locale.ROOT));
        put(fields, "error", usage.outcome().error());
        fields.put("key", usage.caller().key());
        put(fields, "team", usage.caller().team());
        fields.put("model", usage.asked().model());
        put(fields, "served_model", usage.served().model());
        put(fields, "channel", usage.served().channel());
        put(fields, "account", usage.served().account());
        fields.put("stream", usage.asked().stream());
        fields.put("attempts", usage.served().attempts());
        fields.put("input_tokens", usage.used().tokens().input());
        fields.put("cached_input_tokens", usage.used().tokens().cachedInput());
        fields.put("output_tokens", usage.used().tokens().output());
        fields.put("reasoning_tokens", usage.used().tokens().reasoning());
        if (usage.used().tokens().inputAudio() > 0) {
            fields.put("input_audio_tokens", usage.used().tokens().inputAudio());
        }
        if (usage.used().tokens().outputAudio() > 0) {
            fields.put("output_audio_tokens", usage.used().tokens().outputAudio());
        }
        if (usage.used().isEstimated()) {
            fields.put("estimated", true);
        }
        cost(fields, usage.used().charge(), ledger);
        if (!usage.served().others().isEmpty()) {
            fields.put("other_attempts", usage.served().others().size());
            fields.put(
                    "other_micros",
                    usage.served().others().stream()
                            .mapToLong(other -> other.charge().micros())
                            .sum());
        }
        fields.put("queue_ms", millis(usage.timing().queueNanos()));
        if (usage.timing().firstByteNanos() >= 0) {
            fields.put("first_byte_ms", millis(usage.timing().firstByteNanos()));
        }
        fields.put("total_ms", millis(usage.timing().totalNanos()));
        fields.put("client", usage.caller().address());
        put(fields, "client_request_id", usage.caller().requestId());
        return fields;
    }

    /** In the ledger's currency; in the price's own too, where that is another one. */
    private static void cost(Map<String, Object> fields, Charge charge, String ledger) {
        if (!charge.isPriced()) {
            fields.put("unpriced", true);
            return;
        }
        fields.put("cost_micros", charge.micros());
        if (!charge.currency().isEmpty()) {
            fields.put("currency", ledger);
            if (!charge.currency().equals(ledger)) {
                fields.put("original_micros", charge.originalMicros());
                fields.put("original_currency", charge.currency());
            }
        }
    }

    private static void put(Map<String, Object> fields, String key, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            fields.put(key, value);
        }
    }

    /** Milliseconds with one decimal, rounded down. */
    private static double millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos) / 100 / 10.0;
    }
}
