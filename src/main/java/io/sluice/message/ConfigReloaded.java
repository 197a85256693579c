package io.sluice.message;

/**
 * The files were looked at, and what was good in force before this was said.
 *
 * @param revision id of the revision in force
 * @param errors how many errors keep the files as they are now from it; 0 when they are in force
 * @param needsRestart what of {@code node.yaml} waits for a restart, as a sentence; empty when nothing does
 */
public record ConfigReloaded(String revision, int errors, String needsRestart) {}
