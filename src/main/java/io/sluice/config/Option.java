package io.sluice.config;

/**
 * One option that the readers know: what the configuration reference says about it.
 *
 * @param path where it stands; {@code []} for any item, {@code <name>} for any key
 * @param type what it takes
 * @param fallback what counts when it is absent; {@code required} or {@code –} when nothing does
 * @param range what is accepted; empty when the type says it all
 */
record Option(String path, String type, String fallback, String range) {}
