package io.sluice.oracle;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** What happens to bytes on their way in one direction between two processes. On any thread. */
final class Line {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition opened = lock.newCondition();
    private final LongAdder bytes = new LongAdder();
    private final SplittableRandom random;
    private boolean held;
    private long mostDelayNanos;
    private volatile boolean broken;

    /**
     * A line without faults.
     *
     * @param random of delays; this line's own
     */
    Line(SplittableRandom random) {
        this.random = random;
    }

    /**
     * Nothing arrives, and nobody is told: as when a cable is pulled. What was sent meanwhile arrives after the healing, as
     * TCP would send it again.
     */
    void hold() {
        set(true, false);
    }

    /** Connections are refused, as when the host is gone; open ones are for the relay to reset. */
    void breakOff() {
        set(false, true);
    }

    /** As if nothing had been. */
    void heal() {
        set(false, false);
    }

    private void set(boolean holds, boolean breaks) {
        lock.lock();
        try {
            held = holds;
            broken = breaks;
            opened.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Every piece is late by a random time. */
    void delay(Duration atMost) {
        lock.lock();
        try {
            mostDelayNanos = atMost.toNanos();
        } finally {
            lock.unlock();
        }
    }

    private long delayNanos() {
        lock.lock();
        try {
            return mostDelayNanos == 0 ? 0 : random.nextLong(mostDelayNanos);
        } finally {
            lock.unlock();
        }
    }

    boolean isBroken() {
        return broken;
    }

    /** How many bytes were sent on it. */
    long bytes() {
        return bytes.sum();
    }

    /** Returns when a piece of so many bytes arrives. */
    void pass(int count) throws InterruptedException {
        bytes.add(count);
        LockSupport.parkNanos(delayNanos());
        lock.lockInterruptibly();
        try {
            while (held) {
                opened.await();
            }
        } finally {
            lock.unlock();
        }
    }
}
