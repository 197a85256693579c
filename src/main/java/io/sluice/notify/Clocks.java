package io.sluice.notify;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What time it is.
 *
 * @param nanos monotonic nanoseconds
 * @param wall for messages and signatures
 */
public record Clocks(LongSupplier nanos, InstantSource wall) {}
