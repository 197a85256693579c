package io.sluice.store;

import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of requests beside their sums, as small numbers: classes of times to the first byte, eight to each doubling,
 * so that a percentile is right to 6 %; classes of errors; and requests that would have been refused. Counts of any two
 * stretches of time add up.
 */
final class Facets {
    private static final int ERRORS = 1000;
    private static final int WAITED = 2000;
    private static final int MOVED = 2001;
    private static final int MOST_TIMES = 399;
    private static final int STEPS_BITS = 3;
    private static final int STEPS = 1 << STEPS_BITS;

    /** Less than this is no wait for room. */
    private static final long WAIT_NANOS = 20_000_000;

    /** In the order of their numbers, which are in the database. */
    private static final List<String> CLASSES = List.of(
            "other",
            "bad-request",
            "unauthorized",
            "not-found",
            "rate-limited",
            "timeout",
            "unavailable",
            "upstream",
            "cut",
            "cancelled");

    private Facets() {}

    /** The facets of a request. */
    static void of(UsageRecord usage, FacetTaker taker) {
        long first = usage.timing().firstByteNanos();
        if (first >= 0) {
            taker.take((short) time(TimeUnit.NANOSECONDS.toMicros(first)));
        }
        Ending ending = usage.outcome().ending();
        if (ending != Ending.COMPLETED) {
            taker.take((short) (ERRORS + CLASSES.indexOf(errorClass(usage))));
        } else if (usage.timing().queueNanos() >= WAIT_NANOS) {
            taker.take((short) WAITED);
        } else if (usage.served().attempts() > 1) {
            taker.take((short) MOVED);
        }
    }

    /** Takes a facet. */
    interface FacetTaker {
        /** One more of it. */
        void take(short facet);
    }

    private static String errorClass(UsageRecord usage) {
        if (usage.outcome().ending() == Ending.CANCELLED) {
            return "cancelled";
        }
        if (usage.outcome().ending() == Ending.CUT) {
            return "cut";
        }
        int status = usage.outcome().status();
        return switch (status) {
            case 401, 403 -> "unauthorized";
            case 404 -> "not-found";
            case 408, 504 -> "timeout";
            case 429 -> "rate-limited";
            case 503, 529 -> "unavailable";
            default -> status >= 500 ? "upstream" : status >= 400 ? "bad-request" : "other";
        };
    }

    /** The class of a time. */
    static int time(long micros) {
        long value = Math.max(1, micros);
        int log = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
        int bin = log < STEPS_BITS
                ? (int) value
                : (log - STEPS_BITS + 1) * STEPS + (int) (value >> (log - STEPS_BITS)) - STEPS;
        return Math.min(bin, MOST_TIMES);
    }

    /** The middle of a class, in microseconds. */
    static long micros(int bin) {
        if (bin < STEPS) {
            return bin;
        }
        int shift = bin / STEPS - 1;
        return ((long) (STEPS + bin % STEPS) << shift) + (1L << shift) / 2;
    }

    /** What counts of facets say together. */
    static final class Counts {
        private final SortedMap<Integer, Long> times = new TreeMap<>();
        private final SortedMap<String, Long> errors = new TreeMap<>();
        private long measured;
        private long waited;
        private long moved;

        void add(int facet, long requests) {
            if (facet < ERRORS) {
                times.merge(facet, requests, Long::sum);
                measured += requests;
            } else if (facet < WAITED) {
                int index = facet - ERRORS;
                errors.merge(index < CLASSES.size() ? CLASSES.get(index) : "other", requests, Long::sum);
            } else if (facet == WAITED) {
                waited += requests;
            } else if (facet == MOVED) {
                moved += requests;
            }
        }

        UsageFacets read() {
            return new UsageFacets(measured, percentile(500), percentile(990), errors, waited, moved);
        }

        /** Null when nothing was measured. */
        private @Nullable Long percentile(int permille) {
            if (measured == 0) {
                return null;
            }
            long rank = Math.max(1, Math.ceilDiv(measured * permille, 1000));
            long seen = 0;
            for (var each : times.entrySet()) {
                seen += each.getValue();
                if (seen >= rank) {
                    return micros(each.getKey());
                }
            }
            return micros(times.lastKey());
        }
    }
}
