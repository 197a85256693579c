package io.sluice.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseSegmentTest {
    private static final BootIdentity BOOT = new BootIdentity(42, 1000);
    private static final int HEADER = 64;
    private static final int CHARGE = 24;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(1024);
    private final LeaseSegment segment = new LeaseSegment(bytes);

    /** What was read, one text a record. */
    private static final class Seen implements LeaseSegment.Reader {
        final List<String> records = new ArrayList<>();

        @Override
        public void window(String scope, int dimension, long windowNanos) {
            records.add(scope + "/" + dimension + "/" + windowNanos);
        }

        @Override
        public void charge(int window, long instant, long units) {
            records.add(window + "@" + instant + "=" + units);
        }
    }

    @BeforeEach
    void fill() {
        segment.clear();
        segment.begin(7, BOOT, -1);
        segment.name("account:c/a", 1, 60);
        segment.charge(0, 100, 5);
        segment.name("key:ключ", 0, 10);
        segment.charge(1, -3, -9);
        segment.seal();
    }

    private static List<String> read(ByteBuffer bytes) throws IOException {
        Seen seen = new Seen();
        new LeaseSegment(bytes).read(seen);
        return seen.records;
    }

    private ByteBuffer copy() {
        ByteBuffer copy = ByteBuffer.allocateDirect(bytes.capacity());
        copy.put(bytes.duplicate().clear());
        return copy;
    }

    @Test
    void readsWhatWasWritten() throws IOException {
        LeaseSegment again = new LeaseSegment(copy());

        assertThat(again.isSealed()).isTrue();
        assertThat(again.sequence()).isEqualTo(7);
        assertThat(again.boot()).isEqualTo(BOOT);
        assertThat(again.unknownUntil()).isEqualTo(-1);
        assertThat(read(copy())).containsExactly("account:c/a/1/60", "0@100=5", "key:ключ/0/10", "1@-3=-9");
    }

    @Test
    void aRecordCutOffByACrashIsLeftOutAndEarlierOnesAreNot() throws IOException {
        int end = HEADER + segment.used();
        // The check is stored last: a crash leaves any part of the record, but not its check.
        for (int kept = 4; kept <= CHARGE; kept++) {
            ByteBuffer torn = copy();
            segmentEndingAt(torn, end - CHARGE, kept);

            assertThat(read(torn)).containsExactly("account:c/a/1/60", "0@100=5", "key:ключ/0/10");
        }
    }

    private static void segmentEndingAt(ByteBuffer bytes, int record, int kept) {
        bytes.putInt(record, 0);
        for (int i = record + kept; i < record + CHARGE; i++) {
            bytes.put(i, (byte) 0);
        }
    }

    @Test
    void aNameCutOffByACrashIsLeftOut() throws IOException {
        int before = HEADER + segment.used();
        segment.name("key:another", 0, 10);
        int after = HEADER + segment.used();
        for (int kept = 4; kept <= after - before; kept++) {
            ByteBuffer torn = copy();
            torn.putInt(before, 0);
            for (int i = before + kept; i < after; i++) {
                torn.put(i, (byte) 0);
            }

            assertThat(read(torn)).hasSize(4);
        }
    }

    @Test
    void everyFlippedBitOfARecordIsNoticed() {
        for (int i = HEADER * 8; i < (HEADER + segment.used()) * 8; i++) {
            ByteBuffer damaged = copy();
            damaged.put(i / 8, (byte) (damaged.get(i / 8) ^ 1 << i % 8));

            assertThatThrownBy(() -> read(damaged)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aRecordThatIsMissingInTheMiddleIsNoticed() {
        bytes.put(HEADER, new byte[40]);

        assertThatThrownBy(() -> read(bytes)).isInstanceOf(IOException.class);
    }

    @Test
    void aRecordOfAnotherSegmentIsNoticed() {
        bytes.putLong(8, 8);

        assertThatThrownBy(() -> read(bytes)).isInstanceOf(IOException.class);
    }

    @Test
    void saysWhenItIsFullAndStaysReadable() throws IOException {
        int charges = 2;
        while (segment.charge(0, charges, 1)) {
            charges++;
        }

        assertThat(segment.name("k", 0, 1)).isEqualTo(-1);
        assertThat(read(copy())).hasSize(charges + 2);
    }

    @Test
    void countsOnlyWhenSealedAndWhole() {
        ByteBuffer shorter = ByteBuffer.allocateDirect(512);
        shorter.put(bytes.duplicate().clear().limit(512));

        assertThat(new LeaseSegment(shorter).isSealed()).isFalse();
        assertThat(new LeaseSegment(ByteBuffer.allocateDirect(0)).isSealed()).isFalse();
        assertThat(new LeaseSegment(ByteBuffer.allocateDirect(1024)).isSealed()).isFalse();
        segment.revoke();
        assertThat(segment.isSealed()).isFalse();
    }

    @Test
    void readsArbitraryBytesWithoutTrouble() {
        java.util.Random random = new java.util.Random(3);
        for (int i = 0; i < 2000; i++) {
            byte[] noise = new byte[1024];
            random.nextBytes(noise);
            ByteBuffer damaged = copy();
            damaged.put(HEADER + random.nextInt(200), noise, 0, random.nextInt(1024 - HEADER - 200));
            Throwable thrown = org.assertj.core.api.Assertions.catchThrowable(() -> read(damaged));
            if (thrown != null) {
                assertThat(thrown).isInstanceOf(IOException.class);
            }
        }
        assertThatCode(() -> read(copy())).doesNotThrowAnyException();
    }
}
