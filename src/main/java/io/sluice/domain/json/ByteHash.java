package io.sluice.domain.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A 64-bit hash of bytes in the manner of MurmurHash3 (Austin Appleby, public domain); the same on every node. */
final class ByteHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long C1 = 0x87c37b91114253d5L;
    private static final long C2 = 0x4cf5ad432745937fL;

    private ByteHash() {}

    /**
     * Hashes a range.
     *
     * @param seed keeps hashes of different things apart
     * @return never 0, which means "none"
     */
    static long of(byte[] bytes, int from, int to, long seed) {
        long hash = seed;
        int i = from;
        for (; i + 8 <= to; i += 8) {
            hash = round(hash, (long) LONG.get(bytes, i));
        }
        long tail = 0;
        for (int shift = 0; i < to; i++, shift += 8) {
            tail |= (bytes[i] & 0xffL) << shift;
        }
        hash = finish(round(hash, tail) ^ to - from);
        return hash == 0 ? 1 : hash;
    }

    private static long round(long hash, long block) {
        long mixed = Long.rotateLeft(block * C1, 31) * C2;
        return Long.rotateLeft(hash ^ mixed, 27) * 5 + 0x52dce729L;
    }

    private static long finish(long hash) {
        long h = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
        h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
        return h ^ h >>> 33;
    }
}
