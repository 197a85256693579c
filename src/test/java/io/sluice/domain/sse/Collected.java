package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Feeds a tap and keeps what it lets through. */
final class Collected implements ResponseTap.Sink {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private byte[] chunk = new byte[0];
    private int next;
    int passes;
    int writes;

    /** Feeds {@code pieces} and the end. */
    static Collected run(ResponseTap tap, byte[]... pieces) {
        Collected collected = new Collected();
        for (byte[] piece : pieces) {
            collected.feed(tap, piece);
        }
        collected.end(tap);
        return collected;
    }

    void feed(ResponseTap tap, byte[] piece) {
        chunk = piece.clone();
        next = 0;
        tap.feed(chunk, this);
        Arrays.fill(chunk, (byte) '#');
    }

    void end(ResponseTap tap) {
        chunk = new byte[0];
        tap.end(this);
    }

    @Override
    public void pass(int offset, int length) {
        if (offset < next || length < 1 || offset + length > chunk.length) {
            throw new AssertionError("out of order: " + offset + "+" + length);
        }
        passes++;
        next = offset + length;
        out.write(chunk, offset, length);
    }

    @Override
    public void write(byte[] bytes) {
        writes++;
        out.writeBytes(bytes);
    }

    String text() {
        return out.toString(UTF_8);
    }

    int size() {
        return out.size();
    }

    static byte[][] bytewise(byte[] whole) {
        byte[][] pieces = new byte[whole.length][];
        for (int i = 0; i < whole.length; i++) {
            pieces[i] = new byte[] {whole[i]};
        }
        return pieces;
    }

    static byte[][] cut(byte[] whole, int... at) {
        byte[][] pieces = new byte[at.length + 1][];
        int from = 0;
        for (int i = 0; i <= at.length; i++) {
            int to = i < at.length ? at[i] : whole.length;
            pieces[i] = Arrays.copyOfRange(whole, from, to);
            from = to;
        }
        return pieces;
    }
}
