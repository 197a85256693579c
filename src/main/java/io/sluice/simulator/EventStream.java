package io.sluice.simulator;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Writes frames of {@code application/vnd.amazon.eventstream}: total length, length of the headers, CRC-32 of both,
 * headers, payload, CRC-32 of all that (AWS event stream encoding, 2026).
 */
final class EventStream {
    private static final byte STRING = 7;

    private EventStream() {}

    /** An event. */
    static byte[] event(String type, String json) {
        return frame(json, ":event-type", type, ":content-type", "application/json", ":message-type", "event");
    }

    /** An exception. */
    static byte[] exception(String type, String json) {
        return frame(json, ":exception-type", type, ":content-type", "application/json", ":message-type", "exception");
    }

    private static byte[] frame(String payload, String... headers) {
        byte[] body = Wording.utf8(payload);
        int headerBytes = 0;
        for (int i = 0; i < headers.length; i += 2) {
            headerBytes += 1 + headers[i].length() + 1 + 2 + headers[i + 1].length();
        }
        ByteBuffer frame = ByteBuffer.allocate(16 + headerBytes + body.length);
        frame.putInt(frame.capacity()).putInt(headerBytes);
        frame.putInt(crc(frame.array(), 8));
        for (int i = 0; i < headers.length; i += 2) {
            byte[] name = Wording.utf8(headers[i]);
            byte[] value = Wording.utf8(headers[i + 1]);
            frame.put((byte) name.length)
                    .put(name)
                    .put(STRING)
                    .putShort((short) value.length)
                    .put(value);
        }
        frame.put(body).putInt(crc(frame.array(), frame.position()));
        return frame.array();
    }

    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
