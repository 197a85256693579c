package io.sluice.message;

/**
 * A request was written, but the network took it much later than the turn that wrote it: its units are charged again at the
 * later time. One-way to {@link Address#QUOTA_WRITTEN_LATE}.
 *
 * @param reservation number of the reservation
 * @param atNanos {@link System#nanoTime()} at which it had left
 */
public record WrittenLate(long reservation, long atNanos) {}
