package io.sluice.domain.budget;

import org.jspecify.annotations.Nullable;

/**
 * What the store knows of one scope, at one moment. Amounts are in millionths.
 *
 * @param spent what was spent and written in the budget's window
 * @param elsewhere what other runs of nodes hold, and may have spent without it being written yet
 * @param granted what the asking run was granted in all; null when it has no lease
 * @param used what of that was spent and written
 */
public record LeaseState(
        long spent, long elsewhere, @Nullable Long granted, long used) {}
