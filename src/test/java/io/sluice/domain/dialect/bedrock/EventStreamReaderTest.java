package io.sluice.domain.dialect.bedrock;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.EventStreamFrames;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The framing of event streams. */
class EventStreamReaderTest {
    private final EventStreamReader reader = new EventStreamReader();
    private final List<String> seen = new ArrayList<>();

    private boolean feed(byte[] bytes) {
        return reader.feed(bytes, (headers, payload, from, to) -> {
            seen.add(headers.messageType() + headers.eventType() + headers.exceptionType() + "|"
                    + new String(payload, from, to - from, UTF_8));
            return true;
        });
    }

    /** Vectors of the published encoding. */
    @ParameterizedTest
    @CsvSource({
        "000000100000000005c248eb7d98c8ff, |",
        "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936, |{'foo':'bar'}"
    })
    void readsKnownVectors(String hex, String says) {
        assertThat(feed(HexFormat.of().parseHex(hex))).isTrue();

        assertThat(seen).containsExactly(says);
        assertThat(reader.isBetween()).isTrue();
    }

    @Test
    void skipsHeadersOfOtherTypes() {
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        int[] lengths = {0, 0, 1, 2, 4, 8, -1, -1, 8, 16};
        for (int type = 0; type < lengths.length; type++) {
            if (type == 7) {
                headers.writeBytes(EventStreamFrames.headers(":event-type", "x"));
                continue;
            }
            headers.write(1);
            headers.write('h');
            headers.write(type);
            headers.writeBytes(type == 6 ? new byte[] {0, 3, 1, 2, 3} : new byte[lengths[type]]);
        }

        feed(EventStreamFrames.frame(headers.toByteArray(), "{}".getBytes(UTF_8)));

        assertThat(seen).containsExactly("x|{}");
    }

    @Test
    void everyFlippedBitIsFound() {
        byte[] frame = EventStreamFrames.frame(EventStreamFrames.headers(":event-type", "x"), "{}".getBytes(UTF_8));
        for (int bit = 0; bit < frame.length * 8; bit++) {
            byte[] broken = frame.clone();
            broken[bit / 8] ^= (byte) (1 << bit % 8);
            EventStreamReader fresh = new EventStreamReader();

            boolean more = fresh.feed(broken, (headers, payload, from, to) -> {
                throw new AssertionError("a broken message was shown");
            });

            assertThat(more).as("bit %d", bit).isFalse();
            assertThat(fresh.fault()).isNotNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"15,0", "0,0", "16,1", "16777217,0", "-1,0", "2147483647,4", "200000,131073", "100,-1", "100,85"})
    void lengthsOutOfBoundsAreRefusedAtOnce(int total, int headers) {
        ByteBuffer prelude = ByteBuffer.allocate(12).putInt(total).putInt(headers);
        prelude.putInt(EventStreamFrames.crc(prelude.array(), 8));

        assertThat(feed(prelude.array())).isFalse();

        assertThat(reader.fault()).contains("out of bounds");
    }

    @Test
    void theSameByteByByte() {
        byte[] prelude = ByteBuffer.allocate(12).putInt(15).putInt(0).array();
        ByteBuffer.wrap(prelude).putInt(8, EventStreamFrames.crc(prelude, 8));
        boolean more = true;
        for (int i = 0; i < prelude.length && more; i++) {
            more = feed(new byte[] {prelude[i]});
        }

        assertThat(more).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0568", "ff", "016807ffff61", "01680a", "016809aa", "016806"})
    void malformedHeadersAreRefused(String hex) {
        assertThat(feed(EventStreamFrames.frame(HexFormat.of().parseHex(hex), new byte[0])))
                .isFalse();

        assertThat(reader.fault()).contains("headers");
    }

    @Test
    void aMessageOfManyPiecesIsHeldAndLetGo() {
        byte[] frame = EventStreamFrames.frame(new byte[0], "x".repeat(200_000).getBytes(UTF_8));
        for (int at = 0; at < frame.length; at += 7_001) {
            assertThat(seen).isEmpty();
            feed(java.util.Arrays.copyOfRange(frame, at, Math.min(frame.length, at + 7_001)));
        }

        assertThat(seen).hasSize(1);
        assertThat(reader.isBetween()).isTrue();
    }
}
