package io.sluice.domain.pool;

/**
 * How much of a lane's traffic may be attempts that follow a failure.
 *
 * @param percent of the lane's requests of the last ten seconds, 0 to 100
 * @param least so many in ten seconds are allowed however few requests there were, at least 0
 */
public record RetryShare(int percent, int least) {
    /** A fifth, and ten. */
    public static final RetryShare DEFAULT = new RetryShare(20, 50);
}
