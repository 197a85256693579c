package io.sluice.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.cluster.link.Link;
import io.sluice.cluster.raft.MemberId;
import io.sluice.cluster.raft.WireFormatException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The bytes of each frame are those of version 1, and anything else is refused as a whole. */
class GroupFramesTest {
    private static final Link.Peer A = new Link.Peer("a", 0x1f);
    private static final Link.Peer B = new Link.Peer("b", -2);
    private static final MemberId MEMBER = new MemberId("a", 0x1f, 1);
    private static final GroupId GROUP = new GroupId(12, A);
    private static final String A_BYTES = "0161000000000000001f";
    private static final String B_BYTES = "0162fffffffffffffffe";
    private static final String GROUP_BYTES = "0c" + A_BYTES;
    private static final String MEMBER_BYTES = A_BYTES + "01";

    /** Each frame, and its bytes in version 1. */
    private static Map<String, GroupFrame> frames() {
        Map<String, GroupFrame> all = new LinkedHashMap<>();
        all.put(
                "0101" + GROUP_BYTES + MEMBER_BYTES + "03070809",
                new GroupFrame.LogMessage(GROUP, MEMBER, new byte[] {7, 8, 9}));
        all.put("0102" + "03070809", new GroupFrame.Renew(new byte[] {7, 8, 9}));
        all.put("0103" + "03070809", new GroupFrame.Answered(new byte[] {7, 8, 9}));
        all.put("0104" + "0000000000000005" + "c801" + "0162", new GroupFrame.NotLeader(5, 200, "b"));
        all.put(
                "0105" + "0201610162" + GROUP_BYTES + "01" + GROUP_BYTES + "0101" + "0161" + "02" + "ac02" + "c801"
                        + "00000000deadbeef" + "01" + MEMBER_BYTES + "01" + MEMBER_BYTES + "01" + MEMBER_BYTES + "02"
                        + A_BYTES + B_BYTES,
                new GroupFrame.Status(
                        List.of("a", "b"),
                        GROUP,
                        true,
                        GROUP,
                        true,
                        true,
                        "a",
                        2,
                        300,
                        200,
                        0xdeadbeefL,
                        List.of(MEMBER),
                        List.of(MEMBER),
                        List.of(MEMBER),
                        List.of(A, B)));
        all.put("0106" + GROUP_BYTES + "02" + A_BYTES + B_BYTES, new GroupFrame.Propose(GROUP, List.of(A, B)));
        all.put("0107" + GROUP_BYTES + MEMBER_BYTES + "01", new GroupFrame.Accept(GROUP, MEMBER, true));
        all.put("0108" + GROUP_BYTES, new GroupFrame.Collect(GROUP));
        all.put("0109" + GROUP_BYTES + "ac02" + "01" + "020102", new GroupFrame.Copy(GROUP, 300, new byte[] {1, 2}));
        all.put("0109" + GROUP_BYTES + "ffffffffffffffff7f" + "00", new GroupFrame.Copy(GROUP, Long.MAX_VALUE, null));
        all.put(
                "010a" + GROUP_BYTES + "01" + MEMBER_BYTES + "02" + "020102",
                new GroupFrame.Start(GROUP, List.of(MEMBER), 2, new byte[] {1, 2}));
        all.put("010b" + GROUP_BYTES + MEMBER_BYTES, new GroupFrame.Join(GROUP, MEMBER));
        return all;
    }

    @TestFactory
    Stream<DynamicTest> everyFrameHasTheBytesOfVersionOne() {
        return frames().entrySet().stream()
                .map(one -> DynamicTest.dynamicTest(one.getValue().getClass().getSimpleName(), () -> {
                    byte[] bytes = GroupFrames.encode(one.getValue());
                    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(one.getKey());
                    assertThat(GroupFrames.decode(bytes))
                            .usingRecursiveComparison()
                            .isEqualTo(one.getValue());
                }));
    }

    @Test
    void aNewerVersionIsNamed() {
        assertThatThrownBy(() -> GroupFrames.decode(new byte[] {2, 1}))
                .isInstanceOf(WireFormatException.class)
                .hasMessage("a frame of version 2, known is 1");
    }

    @Test
    void damagedBytesAreRefusedAndNothingElse() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (String golden : frames().keySet()) {
            byte[] bytes = HexFormat.of().parseHex(golden);
            for (int length = 0; length < bytes.length; length++) {
                assertThat(isRead(Arrays.copyOf(bytes, length))).isFalse();
            }
            assertThat(isRead(Arrays.copyOf(bytes, bytes.length + 1))).isFalse();
            for (int i = 0; i < 2_000; i++) {
                byte[] mutated = bytes.clone();
                for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                    mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
                }
                isRead(mutated);
            }
        }
    }

    /** Anything but a frame and the one exception is a mistake. */
    private static boolean isRead(byte[] bytes) {
        try {
            GroupFrames.decode(bytes);
            return true;
        } catch (WireFormatException e) {
            return false;
        }
    }
}
