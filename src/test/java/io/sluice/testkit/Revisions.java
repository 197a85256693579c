package io.sluice.testkit;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Asked;
import io.sluice.message.UsageRecord.Caller;
import io.sluice.message.UsageRecord.Outcome;
import io.sluice.message.UsageRecord.Served;
import io.sluice.message.UsageRecord.Timing;
import io.sluice.message.UsageRecord.Used;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Small revisions, and the facts about requests in them. */
public final class Revisions {
    private Revisions() {}

    /** Channel {@code openai} with accounts {@code a0…}, models that are named alike upstream, and one key {@code app}. */
    public static GatewayRevision of(String id, int accounts, String... models) {
        String[] names = IntStream.range(0, accounts).mapToObj(i -> "a" + i).toArray(String[]::new);
        return new RevisionBuilder()
                .id(id)
                .channel("openai", channel -> channel.accounts(names).serves(models))
                .key("app", "CANARY-virtual-key")
                .build();
    }

    /** The record of a chat with 10 input and 5 output tokens. */
    public static UsageRecord usage(String model, int status, UsageRecord.Ending ending, @Nullable String error) {
        return new UsageRecord(
                "0192-id",
                new Caller("app", null, null, "10.0.0.1", ""),
                new Asked(Endpoint.CHAT_COMPLETIONS, model, true),
                new Served(error == null ? model : null, model, "openai", "openai/a0", 1, List.of()),
                new Used(
                        new TokenUsage(10, 4, 5, 0),
                        0,
                        false,
                        error == null ? new Charge(true, 60, "USD", 60, 1_000_000, "list 2026-11-01") : Charge.NOTHING,
                        null),
                new Timing(0, 1_250_000, 20_000_000, 120_000_000),
                new Outcome(status, ending, error));
    }
}
