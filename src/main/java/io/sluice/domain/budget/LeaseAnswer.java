package io.sluice.domain.budget;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of a demand. Amounts are in millionths.
 *
 * @param outcome what the store keeps of the node's lease
 * @param spent what was spent and written in the budget's window
 * @param elsewhere what others hold
 * @param renews when something of it may be spent again; null for never or when nothing is spent
 * @param renewsIn in what time that is, by the store's clock; zero for never
 */
public record LeaseAnswer(
        LeaseDemand.Outcome outcome,
        long spent,
        long elsewhere,
        @Nullable Instant renews,
        Duration renewsIn) {}
