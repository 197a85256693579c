package io.sluice.testkit;

import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import java.util.Arrays;

/** Pictures of a pool, written down account by account. */
public final class Standings {
    private static final long TRIAL = 7;

    private final GatewayRevision revision;
    private final byte[] standings;
    private final long[] until;
    private final byte[] marks;

    private Standings(GatewayRevision revision) {
        this.revision = revision;
        this.standings = new byte[revision.slots()];
        this.until = new long[revision.slots()];
        this.marks = new byte[revision.slots()];
    }

    /** Everybody is up. */
    public static Standings of(GatewayRevision revision) {
        return new Standings(revision);
    }

    /**
     * How an account stands, with all its models.
     *
     * @param accountId {@code channel/account}
     */
    public Standings is(String accountId, byte standing) {
        for (int slot : slots(accountId)) {
            standings[slot] = standing;
        }
        return this;
    }

    /** An account was asked to slow down until an instant of {@link System#nanoTime()}. */
    public Standings cools(String accountId, long untilNanos) {
        for (int slot : slots(accountId)) {
            standings[slot] = PoolSnapshot.COOLING;
            until[slot] = untilNanos;
        }
        return this;
    }

    /** A lane may give the account one request. */
    public Standings trial(String accountId, int lane) {
        for (int slot : slots(accountId)) {
            marks[slot] = (byte) (lane + 1);
            until[slot] = TRIAL;
        }
        return this;
    }

    private int[] slots(String accountId) {
        return revision.models().values().stream()
                .flatMap(model -> model.candidates().stream())
                .filter(candidate -> candidate.accountId().equals(accountId))
                .mapToInt(Candidate::slot)
                .distinct()
                .toArray();
    }

    /** The picture. */
    public PoolSnapshot picture() {
        short[] shares = new short[standings.length];
        Arrays.fill(shares, (short) PoolSnapshot.WHOLE);
        return new PoolSnapshot(revision.id(), 1, standings, until, shares, new int[standings.length], marks);
    }
}
