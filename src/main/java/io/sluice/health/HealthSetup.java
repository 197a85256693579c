package io.sluice.health;

import io.sluice.domain.pool.GatewayRevision;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What the health of a node's pool is made of.
 *
 * @param initial the revision that the node starts with
 * @param node its name
 * @param origin this run of it: name, slash, incarnation
 * @param lanes how many there are
 * @param data the node's data directory
 * @param clock monotonic nanoseconds
 * @param wallClock for records
 * @param random for jitter
 */
public record HealthSetup(
        GatewayRevision initial,
        String node,
        String origin,
        int lanes,
        Path data,
        LongSupplier clock,
        InstantSource wallClock,
        RandomGenerator random) {}
