package io.sluice.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** Writes messages of Amazon's event stream. */
public final class EventStreamFrames {
    private final ByteArrayOutputStream stream = new ByteArrayOutputStream();

    /** Adds an event. */
    public EventStreamFrames event(String type, String json) {
        return add(headers(":event-type", type, ":content-type", "application/json", ":message-type", "event"), json);
    }

    /** Adds an exception. */
    public EventStreamFrames exception(String type, String json) {
        return add(headers(":exception-type", type, ":message-type", "exception"), json);
    }

    /** Adds a message. */
    public EventStreamFrames add(byte[] headers, String payload) {
        stream.writeBytes(frame(headers, payload.getBytes(UTF_8)));
        return this;
    }

    /** The stream so far. */
    public byte[] bytes() {
        return stream.toByteArray();
    }

    /** A block of headers, all of them strings. */
    public static byte[] headers(String... namesAndValues) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            byte[] value = namesAndValues[i + 1].getBytes(UTF_8);
            bytes.write(namesAndValues[i].length());
            bytes.writeBytes(namesAndValues[i].getBytes(UTF_8));
            bytes.write(7);
            bytes.write(value.length >> 8);
            bytes.write(value.length);
            bytes.writeBytes(value);
        }
        return bytes.toByteArray();
    }

    /** One message. */
    public static byte[] frame(byte[] headers, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(16 + headers.length + payload.length);
        frame.putInt(frame.capacity()).putInt(headers.length);
        frame.putInt(crc(frame.array(), 8)).put(headers).put(payload);
        frame.putInt(crc(frame.array(), frame.capacity() - 4));
        return frame.array();
    }

    /** The checksum of the first bytes. */
    public static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
