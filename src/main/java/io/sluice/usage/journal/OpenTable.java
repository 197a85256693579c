package io.sluice.usage.journal;

import io.sluice.disk.PrivateFiles;
import io.sluice.message.OpenRequests;
import io.sluice.message.UsageRecord;
import io.sluice.usage.journal.RecordCodec.MalformedRecord;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/**
 * Open requests in a mapped file: to keep one is some stores to memory, which outlive the process.
 *
 * <pre>
 *   header  magic 8 │ zeros …64
 *   place   state 4 │ length 4 │ CRC-32C 4 │ zeros 4 │ order 8 │ record
 * </pre>
 *
 * <p>The state is stored last. A record that changes goes to another place first, so that a kill leaves the old one, the new one
 * or both; of two with one id the later one counts. Its blocks are taken when it is made: a full disk is met then.
 */
final class OpenTable implements OpenRequests {
    /** Its file in the journal's directory. */
    static final String FILE = "open";

    /** Bytes of a place. A record that is longer is not kept. */
    static final int PLACE = 1_024;

    private static final String FRESH = "open.new";
    private static final long MAGIC = 0x534C_5553_4F50_4E01L; // "SLUSOPN", version 1
    private static final int HEADER = 64;
    private static final int RECORD_AT = 24;
    private static final int KEPT = 1;
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final ByteBuffer bytes;
    private final int[] free;
    private final AtomicLong order = new AtomicLong();
    private final ThreadLocal<ByteBuffer> scratch =
            ThreadLocal.withInitial(() -> ByteBuffer.allocate(RecordCodec.MAX_BYTES));
    private int count;

    private OpenTable(ByteBuffer bytes, int places) {
        this.bytes = bytes;
        free = new int[places];
        for (int place = places - 1; place >= 0; place--) {
            free[count++] = place;
        }
    }

    /** What a run that was killed has left; empty after one that ended well. Blocks. */
    static Collection<UsageRecord> left(Path directory) throws IOException {
        ByteBuffer table;
        try {
            table = ByteBuffer.wrap(Files.readAllBytes(directory.resolve(FILE)));
        } catch (NoSuchFileException e) {
            return List.of();
        }
        if (table.limit() < HEADER || table.getLong(0) != MAGIC) {
            return List.of();
        }
        record Left(long order, UsageRecord usage) {}
        List<Left> all = new ArrayList<>();
        for (int at = HEADER; at + PLACE <= table.limit(); at += PLACE) {
            int length = table.getInt(at + 4);
            boolean isKept = table.getInt(at) == KEPT
                    && length > 0
                    && length <= PLACE - RECORD_AT
                    && table.getInt(at + 8) == check(table, at, length);
            if (isKept) {
                try {
                    all.add(new Left(table.getLong(at + 16), RecordCodec.read(table.slice(at + RECORD_AT, length))));
                } catch (MalformedRecord e) {
                    // Of another version: it was an estimate, and its request is told by no one.
                    continue;
                }
            }
        }
        all.sort(Comparator.comparingLong(Left::order));
        Map<String, UsageRecord> latest = new LinkedHashMap<>();
        all.forEach(each -> latest.put(each.usage().requestId(), each.usage()));
        return latest.values();
    }

    /**
     * Makes an empty one in the place of what was left. Blocks.
     *
     * @param places how many requests it takes
     */
    static OpenTable create(Path directory, int places) throws IOException {
        Path fresh = directory.resolve(FRESH);
        Files.deleteIfExists(fresh);
        int size = HEADER + places * PLACE;
        try (FileChannel channel = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                PrivateFiles.file(fresh))) {
            ByteBuffer piece = ByteBuffer.allocate(1 << 16);
            for (long at = 0; at < size; at = channel.size()) {
                piece.clear().limit((int) Math.min(piece.capacity(), size - at));
                channel.write(piece, at);
            }
            ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, size);
            mapped.putLong(0, MAGIC);
            Files.move(fresh, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
            return new OpenTable(mapped, places);
        } catch (IOException e) {
            Files.deleteIfExists(fresh);
            throw e;
        }
    }

    @Override
    public int keep(int place, UsageRecord asItStands) {
        ByteBuffer record = scratch.get().clear();
        RecordCodec.write(asItStands, record);
        record.flip();
        int next = record.limit() <= PLACE - RECORD_AT ? take() : NOWHERE;
        if (next == NOWHERE) {
            return place;
        }
        int at = HEADER + next * PLACE;
        int length = record.limit();
        bytes.putInt(at + 4, length);
        bytes.putLong(at + 16, order.incrementAndGet());
        bytes.put(at + RECORD_AT, record.array(), 0, length);
        bytes.putInt(at + 8, check(bytes, at, length));
        INT.setRelease(bytes, at, KEPT);
        forget(place);
        return next;
    }

    @Override
    public void forget(int place) {
        if (place != NOWHERE) {
            INT.setRelease(bytes, HEADER + place * PLACE, 0);
            give(place);
        }
    }

    private synchronized int take() {
        return count == 0 ? NOWHERE : free[--count];
    }

    private synchronized void give(int place) {
        free[count++] = place;
    }

    /** Over length, order and record. */
    private static int check(ByteBuffer bytes, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(at + 4, 4));
        crc.update(bytes.slice(at + 16, RECORD_AT - 16 + length));
        return (int) crc.getValue();
    }
}
