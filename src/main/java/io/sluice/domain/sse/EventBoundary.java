package io.sluice.domain.sse;

/**
 * Finds the blank lines that end events, over pieces cut anywhere (WHATWG HTML, server-sent events: lines end in LF, CRLF
 * or CR). An event ends with its blank line's CR at once; an LF that comes next still belongs to it.
 */
final class EventBoundary {
    private boolean atLineStart = true;
    private boolean afterCr;
    private boolean endedInCr;

    /**
     * Looks for the end of the event that is being read.
     *
     * @return where it ends; -1 when it goes on behind {@code to}
     */
    int find(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == '\n' && afterCr) {
                afterCr = false;
            } else if (b == '\n' || b == '\r') {
                boolean blank = atLineStart;
                atLineStart = true;
                afterCr = b == '\r' && !blank;
                if (blank) {
                    return b == '\r' ? endInCr(bytes, i + 1, to) : i + 1;
                }
            } else {
                atLineStart = false;
                afterCr = false;
                while (i + 1 < to && (bytes[i + 1] & 0xff) > '\r') {
                    i++;
                }
            }
        }
        return -1;
    }

    private int endInCr(byte[] bytes, int next, int to) {
        endedInCr = next == to;
        return next < to && bytes[next] == '\n' ? next + 1 : next;
    }

    /** Whether {@code next}, the first byte of a new piece, still belongs to the event before. Asked once a piece. */
    boolean belongsToLast(byte next) {
        boolean belongs = endedInCr && next == '\n';
        endedInCr = false;
        return belongs;
    }
}
