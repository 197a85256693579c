package io.sluice.config;

/**
 * How much may wait for room: {@code queue} in {@code node.yaml}.
 *
 * @param requests most requests that wait on the node
 * @param bytes most memory that their bodies hold
 */
public record QueueConfig(int requests, long bytes) {
    /** What counts when the file says nothing. */
    public static final QueueConfig DEFAULT = new QueueConfig(2_000, 64L << 20);
}
