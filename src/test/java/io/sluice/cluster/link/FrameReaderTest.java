package io.sluice.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
    private final List<String> frames = new ArrayList<>();
    private final FrameReader reader = new FrameReader(8, frame -> frames.add(frame.toString()));

    @Test
    void findsTheSameFramesHoweverTheyAreCut() {
        Buffer bytes = Buffer.buffer();
        for (String frame : List.of("one", "", "12345678", "x")) {
            bytes.appendInt(frame.length()).appendString(frame);
        }
        for (int size = 1; size <= bytes.length(); size++) {
            frames.clear();
            for (int at = 0; at < bytes.length(); at += size) {
                assertThat(reader.take(bytes.getBuffer(at, Math.min(at + size, bytes.length()))))
                        .isTrue();
            }
            assertThat(frames).as("pieces of %d", size).containsExactly("one", "", "12345678", "x");
        }
    }

    @Test
    void takesNothingAfterALengthBeyondTheBound() {
        assertThat(reader.take(Buffer.buffer().appendInt(9).appendString("123456789")))
                .isFalse();
        assertThat(frames).isEmpty();
    }

    @Test
    void takesNoNegativeLength() {
        assertThat(reader.take(Buffer.buffer().appendInt(Integer.MIN_VALUE))).isFalse();
    }

    @Test
    void aNewBoundHoldsForTheNextFrameOfTheSamePiece() {
        List<Integer> lengths = new ArrayList<>();
        FrameReader[] growing = new FrameReader[1];
        growing[0] = new FrameReader(1, frame -> {
            lengths.add(frame.length());
            growing[0].bound(4);
        });

        assertThat(growing[0].take(Buffer.buffer()
                        .appendInt(1)
                        .appendByte((byte) 0)
                        .appendInt(4)
                        .appendInt(7)))
                .isTrue();

        assertThat(lengths).containsExactly(1, 4);
    }
}
