/**
 * Benchmarks: JMH micro-benchmarks ({@code *Bench}) and the load tool behind {@code src/bench/run}. Not in the jar; may
 * use {@code domain}, nothing of the product uses it.
 */
@NullMarked
package io.sluice.bench;

import org.jspecify.annotations.NullMarked;
