package io.sluice.config;

/**
 * One field that a form may have, as the readers of the configuration know it.
 *
 * @param path where it stands in an item of {@code channels}; {@code []} for any item of a list, {@code <name>} for any key;
 *     it is also the key under which words about it are kept
 * @param type what it takes, such as {@code integer}, {@code word}, {@code duration}, {@code secret}
 * @param fallback what counts when it is absent; empty when nothing does
 * @param range what is accepted; empty when the type says it all
 * @param required whether it must be there
 */
public record FormField(String path, String type, String fallback, String range, boolean required) {}
