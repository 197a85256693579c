package io.sluice.cluster.link;

import io.vertx.core.buffer.Buffer;
import java.util.function.Consumer;

/**
 * Cuts a stream of bytes into frames: four bytes of length, big endian, then as many bytes. Memory grows with the bytes that
 * arrived, not with the length that was announced. Used on one event loop.
 */
final class FrameReader {
    /** Bytes of a frame's length. */
    static final int HEADER = Integer.BYTES;

    private static final int FIRST_CAPACITY = 64 * 1_024;

    private final Consumer<Buffer> frames;
    private int bound;
    private int headerBytes;
    private int length;
    private Buffer body = Buffer.buffer(0);

    /**
     * Reads the beginning of a connection.
     *
     * @param bound longest frame to take, bytes
     * @param frames takes each frame; may change the bound
     */
    FrameReader(int bound, Consumer<Buffer> frames) {
        this.bound = bound;
        this.frames = frames;
    }

    /** The longest frame to take from the next one on, bytes. */
    void bound(int bytes) {
        bound = bytes;
    }

    /**
     * Takes what arrived.
     *
     * @return false when a frame is longer than allowed: nothing after it can be understood
     */
    boolean take(Buffer chunk) {
        int at = 0;
        while (at < chunk.length()) {
            if (headerBytes < HEADER) {
                length = length << Byte.SIZE | chunk.getUnsignedByte(at++);
                if (++headerBytes == HEADER && (length < 0 || length > bound)) {
                    return false;
                }
            } else {
                at += append(chunk, at);
            }
            if (headerBytes == HEADER && body.length() == length) {
                Buffer frame = body;
                headerBytes = 0;
                length = 0;
                body = Buffer.buffer(0);
                frames.accept(frame);
            }
        }
        return true;
    }

    private int append(Buffer chunk, int at) {
        int size = Math.min(length - body.length(), chunk.length() - at);
        if (body.length() == 0) {
            body = Buffer.buffer(Math.min(length, FIRST_CAPACITY));
        }
        body.appendBuffer(chunk, at, size);
        return size;
    }
}
