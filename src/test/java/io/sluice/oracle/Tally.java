package io.sluice.oracle;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** What clients got. Written by the load's event loop; read after the load. */
final class Tally {
    private static final int FIRST_CAPACITY = 4096;

    private final Map<String, Long> classes = new TreeMap<>();
    private final Map<String, Long> admittedBy = new TreeMap<>();
    private final Samples waits = new Samples();
    private final Samples latencies = new Samples();
    private long offered;

    /** Numbers, and which of them is larger than most. */
    private static final class Samples {
        private long[] values = new long[FIRST_CAPACITY];
        private int count;

        private void add(long value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            values[count++] = value;
        }

        private long percentile(int percent) {
            if (count == 0) {
                return 0;
            }
            long[] sorted = Arrays.copyOf(values, count);
            Arrays.sort(sorted);
            return sorted[Math.ceilDiv(count * percent, 100) - 1];
        }
    }

    void offered() {
        offered++;
    }

    /** A whole answer. */
    void admitted(String node, long waitedMillis, long latencyMillis) {
        count("200");
        admittedBy.merge(node, 1L, Long::sum);
        waits.add(waitedMillis);
        latencies.add(latencyMillis);
    }

    /**
     * Anything else.
     *
     * @param what status and code of an error, or what became of the connection
     */
    void count(String what) {
        classes.merge(what, 1L, Long::sum);
    }

    long requests() {
        return offered;
    }

    long admitted() {
        return classes.getOrDefault("200", 0L);
    }

    /** Whole answers by node. */
    Map<String, Long> admittedBy() {
        return admittedBy;
    }

    /** Refusals with a status, by status and code. */
    Map<String, Long> refusals() {
        return filtered(true);
    }

    /** Everything that is neither a whole answer nor a refusal for want of room. */
    Map<String, Long> errors() {
        return filtered(false);
    }

    private Map<String, Long> filtered(boolean refusals) {
        Map<String, Long> some = new TreeMap<>(classes);
        some.keySet().removeIf(what -> what.equals("200") || what.startsWith("429") != refusals);
        return some;
    }

    /** Milliseconds that so many percent of the admitted requests waited at most. */
    long waitedMillis(int percent) {
        return waits.percentile(percent);
    }

    /** Milliseconds from the instant due to the end of the answer. */
    long latencyMillis(int percent) {
        return latencies.percentile(percent);
    }
}
