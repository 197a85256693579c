package io.sluice.cluster.member;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.sluice.domain.lease.GroupCodec;
import io.sluice.domain.lease.GroupFormatException;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.message.QuotaCounters;
import io.sluice.message.WireReader;
import io.sluice.message.WireReader.WireException;
import io.sluice.message.WireWriter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader's counters for everyone to see: pieces of bounded size, and a head that says which belong together. Two sets of
 * pieces take turns, so that who reads one is not disturbed by who writes the next. All of it ends by itself some seconds
 * after nobody leads any more. Never blocks; used on one event loop.
 */
final class SharedCounters {
    /** Nobody has counted lately. */
    static final QuotaCounters NONE = new QuotaCounters("", 0, List.of());

    /** Most bytes of a piece. */
    static final int MAX_PIECE = 256 * 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(SharedCounters.class);
    private static final int FORM = 1;
    private static final int SCOPES_A_PIECE = 256;
    private static final int ENTRY_SECONDS = 10;
    private static final int READ_MILLIS = 1_000;
    private static final String HEAD = "head";

    private final IMap<String, byte[]> map;
    private final Context context;
    private final Form form;
    private int turn;
    private boolean writing;

    /** The bytes of a piece. */
    interface Form {
        /** As the group writes them. */
        Form GROUP = new Form() {
            @Override
            public byte[] encode(List<ScopeCounters> scopes) {
                return GroupCodec.encode(scopes);
            }

            @Override
            public List<ScopeCounters> decode(byte[] bytes) throws GroupFormatException {
                return GroupCodec.decodeCounters(bytes);
            }
        };

        /** The bytes of some scopes. */
        byte[] encode(List<ScopeCounters> scopes);

        /** The scopes of some bytes. */
        List<ScopeCounters> decode(byte[] bytes) throws GroupFormatException;
    }

    /**
     * The counters of a cluster.
     *
     * @param hazelcast this member
     * @param context whose event loop gets the answers
     * @param form the bytes of a piece
     */
    SharedCounters(HazelcastInstance hazelcast, Context context, Form form) {
        this.form = form;
        this.map = hazelcast.getMap(HazelcastSettings.COUNTERS);
        this.context = context;
    }

    /** What belongs together. */
    private record Head(String leader, long atMillis, int turn, int pieces) {
        byte[] encode() {
            Buffer bytes = Buffer.buffer();
            new WireWriter(bytes, FORM)
                    .text(leader)
                    .number(atMillis)
                    .small(turn)
                    .number(pieces);
            return bytes.getBytes();
        }

        static Head decode(byte[] bytes) {
            WireReader from = new WireReader(Buffer.buffer(bytes), 0, FORM);
            return new Head(from.text(), from.number(), from.small(), (int) from.number());
        }

        String key(int piece) {
            return leader + "/" + turn + "/" + piece;
        }
    }

    /**
     * Shares counters. Leaves them out while the ones before are still being written.
     *
     * @return done when everyone can see them
     */
    Future<Void> write(QuotaCounters counters) {
        if (writing) {
            return Future.succeededFuture();
        }
        List<byte[]> pieces = new ArrayList<>();
        for (int from = 0; from < counters.scopes().size(); from += SCOPES_A_PIECE) {
            int to = Math.min(from + SCOPES_A_PIECE, counters.scopes().size());
            cut(counters.scopes().subList(from, to), pieces);
        }
        writing = true;
        turn = 1 - turn;
        Head head = new Head(counters.leader(), counters.atMillis(), turn, pieces.size());
        return Future.<Void>succeededFuture()
                .compose(begun -> Future.all(IntStream.range(0, pieces.size())
                        .mapToObj(i -> put(head.key(i), pieces.get(i)))
                        .toList()))
                .compose(written -> put(HEAD, head.encode()))
                .onComplete(done -> writing = false);
    }

    /** Halves what is too large; a single scope is always small enough, for its nodes are few. */
    private void cut(List<ScopeCounters> scopes, List<byte[]> pieces) {
        byte[] bytes = form.encode(scopes);
        if (bytes.length <= MAX_PIECE || scopes.size() == 1) {
            pieces.add(bytes);
        } else {
            cut(scopes.subList(0, scopes.size() / 2), pieces);
            cut(scopes.subList(scopes.size() / 2, scopes.size()), pieces);
        }
    }

    private Future<Void> put(String key, byte[] bytes) {
        return Future.fromCompletionStage(map.setAsync(key, bytes, ENTRY_SECONDS, TimeUnit.SECONDS), context);
    }

    /** The newest counters; {@link #NONE} when nobody shared any lately, or they cannot be had within a second. */
    Future<QuotaCounters> read() {
        return Future.<Void>succeededFuture()
                .compose(asked -> get(HEAD))
                .compose(head -> head == null ? Future.succeededFuture(NONE) : pieces(Head.decode(head)))
                .timeout(READ_MILLIS, TimeUnit.MILLISECONDS)
                .otherwise(cause -> {
                    LOG.warn("the shared counters cannot be read: {}", cause.toString());
                    return NONE;
                });
    }

    private Future<QuotaCounters> pieces(Head head) {
        List<Future<byte[]>> pieces = IntStream.range(0, head.pieces())
                .mapToObj(i -> get(head.key(i)))
                .toList();
        return Future.all(pieces).map(all -> {
            List<ScopeCounters> scopes = new ArrayList<>();
            for (Future<byte[]> piece : pieces) {
                scopes.addAll(decode(piece.result()));
            }
            return new QuotaCounters(head.leader(), head.atMillis(), scopes);
        });
    }

    private List<ScopeCounters> decode(byte @Nullable [] piece) {
        if (piece == null) {
            throw new WireException("a piece is missing");
        }
        try {
            return form.decode(piece);
        } catch (GroupFormatException e) {
            throw new WireException(String.valueOf(e.getMessage()));
        }
    }

    private Future<byte[]> get(String key) {
        return Future.fromCompletionStage(map.getAsync(key), context);
    }
}
