package io.sluice.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class EventStreamTest {
    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static Map<String, String> headers(byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame)
                .position(12)
                .limit(12 + ByteBuffer.wrap(frame).getInt(4));
        Map<String, String> headers = new LinkedHashMap<>();
        while (bytes.hasRemaining()) {
            byte[] name = new byte[bytes.get()];
            bytes.get(name);
            assertThat(bytes.get()).isEqualTo((byte) 7);
            byte[] value = new byte[bytes.getShort()];
            bytes.get(value);
            headers.put(new String(name, StandardCharsets.UTF_8), new String(value, StandardCharsets.UTF_8));
        }
        return headers;
    }

    @Test
    void framesAnEventWithBothChecksums() {
        byte[] frame = EventStream.event("messageStop", "{\"ü\":1}");
        ByteBuffer bytes = ByteBuffer.wrap(frame);

        assertThat(bytes.getInt(0)).isEqualTo(frame.length);
        assertThat(bytes.getInt(8)).isEqualTo(crc(frame, 8));
        assertThat(bytes.getInt(frame.length - 4)).isEqualTo(crc(frame, frame.length - 4));
        assertThat(headers(frame))
                .containsEntry(":event-type", "messageStop")
                .containsEntry(":message-type", "event")
                .containsEntry(":content-type", "application/json");
        int from = 12 + bytes.getInt(4);
        assertThat(new String(frame, from, frame.length - 4 - from, StandardCharsets.UTF_8))
                .isEqualTo("{\"ü\":1}");
    }

    @Test
    void marksExceptionsAndBreaksAChecksumOnDemand() {
        byte[] exception = EventStream.exception("throttlingException", "{}");
        byte[] broken = BedrockService.WORDING.broken();

        assertThat(headers(exception))
                .containsEntry(":message-type", "exception")
                .containsEntry(":exception-type", "throttlingException");
        assertThat(ByteBuffer.wrap(broken).getInt(broken.length - 4)).isNotEqualTo(crc(broken, broken.length - 4));
    }
}
