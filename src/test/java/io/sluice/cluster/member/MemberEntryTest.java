package io.sluice.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.message.WireReader.WireException;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class MemberEntryTest {
    /** Version 1, as it was written when it was the present one. */
    private static final byte[] VERSION_1 = HexFormat.of()
            .parseHex(("01 0001 61 00000000000000ff 0006 613a35373031" + " 0005 312e302e30 0002 7231 0000000000000007")
                    .replace(" ", ""));

    private static final MemberEntry ENTRY = new MemberEntry("a", 255, "a:5701", "1.0.0", "r1", 7);

    @Test
    void writesAndReadsVersion1() {
        assertThat(ENTRY.encode()).isEqualTo(VERSION_1);
        assertThat(MemberEntry.decode(VERSION_1)).isEqualTo(ENTRY);
    }

    @Test
    void readsWhatTheNextVersionAppends() {
        byte[] next = Arrays.copyOf(VERSION_1, VERSION_1.length + 5);
        next[0] = 2;

        assertThat(MemberEntry.decode(next)).isEqualTo(ENTRY);
    }

    @Test
    void damagedBytesAreNoEntry() {
        for (int length = 0; length < VERSION_1.length; length++) {
            byte[] cut = Arrays.copyOf(VERSION_1, length);
            assertThatThrownBy(() -> MemberEntry.decode(cut)).isInstanceOf(WireException.class);
        }
    }
}
