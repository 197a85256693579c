package io.sluice.quota;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Which run of the machine this is: instants of the monotonic clock mean the same in two processes only within one.
 *
 * @param id 64 bits of a hash of the kernel's own id; 0 where there is none
 * @param startMillis wall clock of the monotonic clock's zero, milliseconds since 1970
 */
public record BootIdentity(long id, long startMillis) {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path CLOCK_OFFSETS = Path.of("/proc/self/timens_offsets");
    private static final long TOLERANCE_MILLIS = 2000;

    /** Reads the machine's. Blocks on small files of the kernel. */
    public static BootIdentity read() {
        long start = System.currentTimeMillis() - System.nanoTime() / 1_000_000;
        try {
            // A container may have a monotonic clock of its own, set off from the machine's.
            String offsets = Files.exists(CLOCK_OFFSETS) ? Files.readString(CLOCK_OFFSETS) : "";
            return new BootIdentity(hash(Files.readString(BOOT_ID) + offsets), start);
        } catch (IOException e) {
            return new BootIdentity(0, start);
        }
    }

    /** Whether an instant means the same in both. Where the kernel has no id, the clocks' zeros decide. */
    public boolean sameAs(BootIdentity other) {
        return id != 0 || other.id != 0
                ? id == other.id
                : Math.abs(startMillis - other.startMillis) <= TOLERANCE_MILLIS;
    }

    private static long hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong() | 1;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
