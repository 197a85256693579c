package io.sluice.domain.health;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import java.util.Arrays;
import java.util.Map;

/**
 * How the pool of one revision stands, as a picture that does not change: lanes read it without a lock and without
 * allocation, by {@link Candidate#slot()}. Times are the node's monotonic nanoseconds.
 */
public final class PoolSnapshot {
    /** Nothing is known: everybody may serve. */
    public static final PoolSnapshot UNKNOWN =
            new PoolSnapshot("", 0, new byte[0], new long[0], new short[0], new int[0], new byte[0]);

    /** In service. */
    public static final byte UP = 0;

    /** Asked by its provider to slow down; back at its instant, by itself. */
    public static final byte COOLING = 1;

    /** The account, or its model, was found dead; back when a probe or a trial says so. */
    public static final byte DEAD = 2;

    /** The circuit breaker is open. */
    public static final byte BROKEN = 3;

    /** A human let it run dry: nothing new begins. */
    public static final byte DRAINING = 4;

    /** A human switched it off. */
    public static final byte DISABLED = 5;

    /** Full share of its weight. */
    public static final int WHOLE = 1_000;

    private static final byte NO_TRIAL = 0;

    private final String revision;
    private final long version;
    private final byte[] standings;
    private final long[] until;
    private final short[] shares;
    private final int[] latencyMicros;
    private final byte[] marks;
    private final Map<String, Byte> stopped;

    /**
     * Takes the arrays as they are; nobody changes them after.
     *
     * @param revision whose slots are meant
     * @param version larger with each picture of a node
     * @param standings one of the constants, by slot
     * @param until when what cools comes back; for what is on trial, the number of the trial
     * @param shares of the weight, permille, 1 to {@link #WHOLE}: less after a return, and for accounts that do worse than
     *     their neighbours
     * @param latencyMicros usual time to the first byte, microseconds; 0 when unknown
     * @param marks 0 for nothing; -1 comes last in its tier; n above 0: lane n-1 may give it one request, as a trial
     */
    public PoolSnapshot(
            String revision,
            long version,
            byte[] standings,
            long[] until,
            short[] shares,
            int[] latencyMicros,
            byte[] marks) {
        this(revision, version, standings, until, shares, latencyMicros, marks, Map.of());
    }

    private PoolSnapshot(
            String revision,
            long version,
            byte[] standings,
            long[] until,
            short[] shares,
            int[] latencyMicros,
            byte[] marks,
            Map<String, Byte> stopped) {
        this.revision = revision;
        this.version = version;
        this.standings = standings;
        this.until = until;
        this.shares = shares;
        this.latencyMicros = latencyMicros;
        this.marks = marks;
        this.stopped = stopped;
    }

    /**
     * The same, told whom humans stopped by hand.
     *
     * @param byHand standings by account id, {@link #DRAINING} or {@link #DISABLED}: what also holds in another revision
     */
    public PoolSnapshot with(Map<String, Byte> byHand) {
        return new PoolSnapshot(revision, version, standings, until, shares, latencyMicros, marks, Map.copyOf(byHand));
    }

    /**
     * What is known of a revision: all of it when it is the one that is meant here, else what its files say, and whom humans
     * stopped.
     */
    public PoolSnapshot of(GatewayRevision other) {
        return isOf(other.id()) ? this : initial(other, stopped);
    }

    private static PoolSnapshot initial(GatewayRevision revision, Map<String, Byte> stopped) {
        int slots = revision.slots();
        byte[] standings = new byte[slots];
        for (Model model : revision.models().values()) {
            for (Candidate candidate : model.candidates()) {
                byte byFiles =
                        switch (candidate.account().state()) {
                            case ENABLED -> UP;
                            case DRAINING -> DRAINING;
                            case DISABLED -> DISABLED;
                        };
                byte byHand = stopped.getOrDefault(candidate.accountId(), UP);
                standings[candidate.slot()] = byFiles > byHand ? byFiles : byHand;
            }
        }
        short[] shares = new short[slots];
        Arrays.fill(shares, (short) WHOLE);
        return new PoolSnapshot(
                revision.id(), 0, standings, new long[slots], shares, new int[slots], new byte[slots], stopped);
    }

    /** Whether it is about this revision. */
    public boolean isOf(String id) {
        return revision.equals(id);
    }

    private boolean isKnown(int slot) {
        return slot >= 0 && slot < standings.length;
    }

    /** Larger with each picture of a node. */
    public long version() {
        return version;
    }

    /**
     * How a candidate stands: one of the constants.
     *
     * @param now nanoseconds
     */
    public byte standing(int slot, long now) {
        if (!isKnown(slot)) {
            return UP;
        }
        byte standing = standings[slot];
        return standing == COOLING && until[slot] - now <= 0 ? UP : standing;
    }

    /** When a candidate that cools comes back, nanoseconds. */
    public long until(int slot) {
        return until[slot];
    }

    /** Part of its weight that counts, permille. */
    public int share(int slot) {
        return isKnown(slot) ? shares[slot] : WHOLE;
    }

    /** Usual time to the first byte, microseconds; 0 when unknown. */
    public int latencyMicros(int slot) {
        return isKnown(slot) ? latencyMicros[slot] : 0;
    }

    /** Whether it comes last in its tier. */
    public boolean isLast(int slot) {
        return isKnown(slot) && marks[slot] < NO_TRIAL;
    }

    /**
     * The trial that a lane may give one request to, although the candidate is out.
     *
     * @return its number, the same only once; 0 for none
     */
    public long trial(int slot, int lane) {
        return isKnown(slot) && marks[slot] == lane + 1 ? until[slot] : 0;
    }

    /**
     * Whether new requests may go to a candidate.
     *
     * @param id the revision that the candidate is of; of another nothing is known
     * @param now nanoseconds
     */
    public boolean mayServe(String id, Candidate candidate, long now) {
        return !isOf(id) || standing(candidate.slot(), now) == UP;
    }
}
