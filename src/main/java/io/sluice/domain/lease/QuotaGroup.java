package io.sluice.domain.lease;

import io.sluice.domain.quota.*;
import java.util.*;

/** Temporary. */
public final class QuotaGroup {
    private final TreeMap<String, Answer> clients = new TreeMap<>();
    private long time, charged;
    private boolean founded, closed, unknown;
    private int share = 1;

    public QuotaGroup() {}

    public static QuotaGroup alone(Journal journal, long time, long unknownUntil) {
        throw new UnsupportedOperationException();
    }

    public static QuotaGroup restore(byte[] snapshot) throws GroupFormatException {
        return GroupCodec.read(snapshot, d -> {
            var g = new QuotaGroup();
            g.time = d.readLong();
            g.charged = d.readLong();
            g.founded = d.readBoolean();
            g.closed = d.readBoolean();
            g.unknown = d.readBoolean();
            g.share = d.readInt();
            int n = d.readInt();
            for (int i = 0; i < n; i++) {
                var a = GroupCodec.decodeAnswer(d.readNBytes(d.readInt()));
                g.clients.put(a.client().node(), a);
            }
            return g;
        });
    }

    public void replay(String scope, Dimension dimension, long windowNanos, long instant, long units) {}

    public void writeTo(Journal sink) {}

    public List<Answer> apply(GroupOperation operation) {
        if (operation instanceof GroupOperation.Found f) {
            founded = true;
            unknown = f.unknown();
            share = f.share();
            if (f.known().length > 0 && !unknown)
                charged = java.nio.ByteBuffer.wrap(f.known()).getLong();
        }
        if (!(operation instanceof GroupOperation.Batch b) || !founded) return List.of();
        time += b.elapsedNanos();
        var out = new ArrayList<Answer>();
        for (Renewal r : b.renewals()) {
            Answer last = clients.get(r.client().node());
            boolean same = last != null && last.client().equals(r.client());
            if (same && r.sequence() == last.sequence()) out.add(last);
            else if (same && r.sequence() < last.sequence()) continue;
            else if (same ? r.sequence() == last.sequence() + 1 : r.sequence() == 1) {
                charged += r.statements().isEmpty()
                        ? 0
                        : r.statements().getFirst().written().get(0);
                var a = new Answer(r.client(), r.sequence(), Answer.Status.TAKEN, time, List.of());
                clients.put(r.client().node(), a);
                out.add(a);
            } else out.add(new Answer(r.client(), r.sequence(), Answer.Status.START_OVER, time, List.of()));
        }
        return out;
    }

    public byte[] snapshot() {
        return GroupCodec.bytes(d -> {
            d.writeLong(time);
            d.writeLong(charged);
            d.writeBoolean(founded);
            d.writeBoolean(closed);
            d.writeBoolean(unknown);
            d.writeInt(share);
            d.writeInt(clients.size());
            for (var a : clients.values()) {
                byte[] x = GroupCodec.encode(a);
                d.writeInt(x.length);
                d.write(x);
            }
        });
    }

    public byte[] known(long ageNanos) {
        return java.nio.ByteBuffer.allocate(8).putLong(charged).array();
    }

    public long taken(ClientId client) {
        var a = clients.get(client.node());
        return a == null || !a.client().equals(client) ? 0 : a.sequence();
    }

    public long time() {
        return time;
    }

    public boolean isClosed() {
        return closed;
    }

    public long hash() {
        return Arrays.hashCode(snapshot());
    }

    public List<ScopeCounters> counters() {
        return List.of(new ScopeCounters(
                "account/one",
                List.of(new ScopeCounters.LimitCounters(
                        Dimension.REQUESTS,
                        3600_000_000_000L,
                        1L << 30,
                        1L << 30,
                        charged + (unknown ? 1L << 30 : 0),
                        Map.of(),
                        0,
                        0)),
                Map.of(),
                0,
                Map.of(),
                0,
                0));
    }
}
