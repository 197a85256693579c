package io.sluice.testkit;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.BilledAttempt;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Asked;
import io.sluice.message.UsageRecord.Caller;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.message.UsageRecord.Outcome;
import io.sluice.message.UsageRecord.Served;
import io.sluice.message.UsageRecord.Timing;
import io.sluice.message.UsageRecord.Used;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Usage records for tests of the ledger. */
public final class UsageRecords {
    /** 28 November 2026, 12:00 UTC. */
    public static final long NOON = 1_795_867_200_000L;

    private UsageRecords() {}

    /** A completed request of 10 tokens in and 5 out, of 1,000 micro-units. */
    public static UsageRecord of(String key, long startMillis) {
        return of(UUID.randomUUID().toString(), key, startMillis, priced(1_000), List.of(), null);
    }

    /** Any request. */
    public static UsageRecord of(
            String id,
            String key,
            long startMillis,
            Charge charge,
            List<BilledAttempt> others,
            @Nullable String error) {
        return new UsageRecord(
                id,
                new Caller(key, "team-" + key, null, "127.0.0.1", ""),
                new Asked(Endpoint.CHAT_COMPLETIONS, "gpt", true),
                new Served("gpt", "gpt-upstream", "openai", "openai/a0", 1 + others.size(), others),
                new Used(new TokenUsage(10, 4, 5, 2), 0, false, charge, null),
                new Timing(startMillis, 1_000, 2_000_000, 3_000_000),
                new Outcome(error == null ? 200 : 502, error == null ? Ending.COMPLETED : Ending.FAILED, error));
    }

    /** A cost in the ledger's own currency. */
    public static Charge priced(long micros) {
        return new Charge(true, micros, "USD", micros, 1_000_000, "list 2026-11");
    }

    /** An attempt that was billed beside the answering one. */
    public static BilledAttempt attempt(String account, long micros) {
        return new BilledAttempt(
                "openai", account, "gpt", "gpt-upstream", new TokenUsage(10, 0, 5, 0), true, priced(micros), "cut");
    }

    /** Many, of some keys, within so many minutes before noon, in the order of time. */
    public static List<UsageRecord> many(int count, int keys, int minutes, Random random) {
        List<UsageRecord> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long start = NOON - (long) (random.nextDouble() * minutes * 60_000);
            records.add(of(
                    new UUID(start << 16 | 0x7000 | random.nextInt(0x1000), random.nextLong()).toString(),
                    "key-" + random.nextInt(keys),
                    start,
                    priced(random.nextInt(1_000)),
                    List.of(),
                    null));
        }
        records.sort(Comparator.comparing(UsageRecord::requestId));
        return records;
    }
}
