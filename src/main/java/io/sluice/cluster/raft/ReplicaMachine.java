package io.sluice.cluster.raft;

import io.microraft.statemachine.StateMachine;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * A replica, as the library wants it. Snapshots go over the wire in chunks, so that heartbeats are not held up.
 *
 * @param replica what the log is for
 */
record ReplicaMachine(QuotaLog.Replica replica) implements StateMachine {
    private static final int CHUNK_BYTES = 256 << 10;

    @Override
    public Object runOperation(long commitIndex, Object operation) {
        return replica.apply(commitIndex, (byte[]) operation);
    }

    @Override
    public void takeSnapshot(long commitIndex, Consumer<Object> chunks) {
        byte[] snapshot = replica.snapshot(commitIndex);
        int from = 0;
        do {
            int to = Math.min(from + CHUNK_BYTES, snapshot.length);
            chunks.accept(Arrays.copyOfRange(snapshot, from, to));
            from = to;
        } while (from < snapshot.length);
    }

    @Override
    public void installSnapshot(long commitIndex, List<Object> chunks) {
        byte[] snapshot = new byte
                [chunks.stream().mapToInt(chunk -> ((byte[]) chunk).length).sum()];
        int at = 0;
        for (Object chunk : chunks) {
            byte[] bytes = (byte[]) chunk;
            System.arraycopy(bytes, 0, snapshot, at, bytes.length);
            at += bytes.length;
        }
        replica.install(commitIndex, snapshot);
    }

    @Override
    public Object getNewTermOperation() {
        return replica.newTerm();
    }
}
