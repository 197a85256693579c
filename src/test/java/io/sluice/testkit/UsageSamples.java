package io.sluice.testkit;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.BilledAttempt;
import io.sluice.message.LeaseUse;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Asked;
import io.sluice.message.UsageRecord.Caller;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.message.UsageRecord.Outcome;
import io.sluice.message.UsageRecord.Served;
import io.sluice.message.UsageRecord.Timing;
import io.sluice.message.UsageRecord.Used;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Usage records of every kind. */
public final class UsageSamples {
    private UsageSamples() {}

    /** An ordinary one with a certain id. */
    public static UsageRecord of(String id) {
        return sample(id, new Random(id.hashCode()), 1);
    }

    /** Numbered ones: {@code prefix-0}, {@code prefix-1}, … */
    public static List<UsageRecord> numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> of(prefix + "-" + i)).toList();
    }

    /** Any one. */
    public static UsageRecord any(Random random) {
        return sample(new UUID(random.nextLong(), random.nextLong()).toString(), random, random.nextInt(1, 30));
    }

    private static UsageRecord sample(String id, Random random, int size) {
        Endpoint[] endpoints = Endpoint.values();
        Ending[] endings = Ending.values();
        return new UsageRecord(
                id,
                new Caller(
                        "key-" + random.nextInt(10),
                        maybe(random, size),
                        maybe(random, size),
                        text(random, size),
                        text(random, size)),
                new Asked(
                        endpoints[random.nextInt(endpoints.length)],
                        "model-" + random.nextInt(10),
                        random.nextBoolean()),
                new Served(
                        maybe(random, size),
                        maybe(random, size),
                        maybe(random, size),
                        maybe(random, size),
                        random.nextInt(20),
                        IntStream.range(0, random.nextInt(4))
                                .mapToObj(i -> attempt(random, size))
                                .toList()),
                new Used(
                        tokens(random),
                        random.nextInt(5),
                        random.nextBoolean(),
                        charge(random),
                        random.nextBoolean()
                                ? null
                                : new LeaseUse(random.nextLong(), List.of("key:k", text(random, size)))),
                new Timing(
                        1_790_000_000_000L + random.nextInt(1_000_000_000),
                        random.nextLong(),
                        random.nextBoolean() ? -1 : random.nextLong() >>> 1,
                        random.nextLong()),
                new Outcome(100 + random.nextInt(500), endings[random.nextInt(endings.length)], maybe(random, size)));
    }

    private static BilledAttempt attempt(Random random, int size) {
        return new BilledAttempt(
                text(random, size),
                text(random, size),
                text(random, size),
                text(random, size),
                tokens(random),
                random.nextBoolean(),
                charge(random),
                text(random, size));
    }

    private static TokenUsage tokens(Random random) {
        return new TokenUsage(
                random.nextInt(100_000),
                random.nextInt(1_000),
                random.nextInt(1_000),
                random.nextInt(100_000),
                random.nextInt(1_000),
                random.nextInt(10),
                random.nextInt(10));
    }

    private static Charge charge(Random random) {
        return random.nextBoolean()
                ? Charge.UNPRICED
                : new Charge(true, random.nextLong() >>> 1, "CNY", random.nextLong() >>> 1, 140_000, "2026-09-01");
    }

    private static @Nullable String maybe(Random random, int size) {
        return random.nextBoolean() ? null : text(random, size);
    }

    private static String text(Random random, int size) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(size + 1); i > 0; i--) {
            text.appendCodePoint(random.nextInt(4) == 0 ? random.nextInt(0x1F300, 0x1F600) : random.nextInt(32, 127));
        }
        return text.toString();
    }
}
