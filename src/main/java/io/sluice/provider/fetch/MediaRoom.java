package io.sluice.provider.fetch;

/** How much a lane's fetches may hold and do at once. Used on the lane's event loop. */
final class MediaRoom {
    private static final long MOST_BYTES = 64L * 1024 * 1024;
    private static final int MOST_DOWNLOADS = 64;

    private long bytes;
    private int downloads;

    /** Takes room for bytes; false when there is none. */
    boolean take(long more) {
        if (bytes + more > MOST_BYTES) {
            return false;
        }
        bytes += more;
        return true;
    }

    /** Gives room back. */
    void give(long less) {
        bytes -= less;
    }

    /** Begins so many downloads; false when that would be too many. */
    boolean begin(int more) {
        if (downloads + more > MOST_DOWNLOADS) {
            return false;
        }
        downloads += more;
        return true;
    }

    /** Downloads ended. */
    void end(int less) {
        downloads -= less;
    }
}
