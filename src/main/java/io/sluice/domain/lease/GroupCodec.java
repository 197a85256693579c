package io.sluice.domain.lease;

import io.sluice.domain.quota.*;
import java.io.*;
import java.util.*;

/** Temporary. */
public final class GroupCodec {
    private GroupCodec() {}

    interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    interface Read<T> {
        T read(DataInputStream in) throws IOException, GroupFormatException;
    }

    static byte[] bytes(Body b) {
        try {
            var a = new ByteArrayOutputStream();
            var d = new DataOutputStream(a);
            d.writeByte(1);
            b.write(d);
            return a.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static <T> T read(byte[] b, Read<T> r) throws GroupFormatException {
        try {
            var d = new DataInputStream(new ByteArrayInputStream(b));
            int v = d.readByte();
            if (v != 1) throw new GroupFormatException("version " + v);
            T t = r.read(d);
            if (d.available() > 0) throw new GroupFormatException("too long");
            return t;
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new GroupFormatException("damaged");
        }
    }

    public static byte[] encode(GroupOperation operation) {
        return bytes(d -> {
            switch (operation) {
                case GroupOperation.NewTerm n -> {
                    d.writeByte(0);
                    d.writeUTF(n.leader());
                }
                case GroupOperation.Found f -> {
                    d.writeByte(1);
                    d.writeInt(f.known().length);
                    d.write(f.known());
                    d.writeBoolean(f.unknown());
                    d.writeInt(f.share());
                    d.writeBoolean(f.roundUp());
                }
                case GroupOperation.Batch b -> {
                    d.writeByte(2);
                    d.writeLong(b.elapsedNanos());
                    d.writeInt(b.renewals().size());
                    for (Renewal r : b.renewals()) {
                        byte[] x = encode(r);
                        d.writeInt(x.length);
                        d.write(x);
                    }
                }
                case GroupOperation.Close c -> d.writeByte(3);
            }
        });
    }

    public static GroupOperation decodeOperation(byte[] bytes) throws GroupFormatException {
        return read(bytes, d -> {
            int k = d.readByte();
            switch (k) {
                case 0:
                    return new GroupOperation.NewTerm(d.readUTF());
                case 1: {
                    byte[] k2 = d.readNBytes(d.readInt());
                    return new GroupOperation.Found(k2, d.readBoolean(), d.readInt(), d.readBoolean());
                }
                case 2: {
                    long e = d.readLong();
                    int n = d.readInt();
                    var l = new ArrayList<Renewal>();
                    for (int i = 0; i < n; i++) l.add(decodeRenewal(d.readNBytes(d.readInt())));
                    return new GroupOperation.Batch(e, Map.of(), l);
                }
                case 3:
                    return new GroupOperation.Close();
                default:
                    throw new GroupFormatException("kind");
            }
        });
    }

    public static byte[] encode(Renewal r) {
        return bytes(d -> {
            d.writeUTF(r.client().node());
            d.writeLong(r.client().incarnation());
            d.writeLong(r.sequence());
            d.writeInt(r.statements().size());
            for (var s : r.statements()) d.writeLong(s.written().get(0));
        });
    }

    public static Renewal decodeRenewal(byte[] bytes) throws GroupFormatException {
        return read(bytes, d -> {
            var c = new ClientId(d.readUTF(), d.readLong());
            long q = d.readLong();
            int n = d.readInt();
            var l = new ArrayList<ScopeStatement>();
            for (int i = 0; i < n; i++)
                l.add(new ScopeStatement(
                        0,
                        Units.of(d.readLong(), 0, 0, 0, 0),
                        List.of(),
                        Units.NONE,
                        0,
                        Units.NONE,
                        0,
                        List.of(),
                        Units.NONE,
                        null));
            return new Renewal(c, q, "r1", List.of(), l, false);
        });
    }

    public static byte[] encode(Answer a) {
        return bytes(d -> {
            d.writeUTF(a.client().node());
            d.writeLong(a.client().incarnation());
            d.writeLong(a.sequence());
            d.writeByte(a.status().ordinal());
            d.writeLong(a.time());
        });
    }

    public static Answer decodeAnswer(byte[] bytes) throws GroupFormatException {
        return read(
                bytes,
                d -> new Answer(
                        new ClientId(d.readUTF(), d.readLong()),
                        d.readLong(),
                        Answer.Status.values()[d.readByte()],
                        d.readLong(),
                        List.of()));
    }

    public static byte[] encode(List<ScopeCounters> counters) {
        return new byte[0];
    }

    public static List<ScopeCounters> decodeCounters(byte[] bytes) throws GroupFormatException {
        return List.of();
    }
}
