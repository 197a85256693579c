package io.sluice.oracle;

import java.time.Duration;
import java.util.Map;

/**
 * One kind of run: nodes, load, faults, and what must hold.
 *
 * @param name as the command takes it
 * @param what one line for the list
 * @param shape the nodes
 * @param load what is offered
 * @param faults what goes wrong
 * @param bars what must hold besides that nothing overshoots
 */
record Scenario(String name, String what, Cluster.Shape shape, Load load, Faults faults, Bars bars) {
    /** The promise is about windows of this length and longer; shorter ones lose more to guard and ttl. */
    static final Duration LEAST_WINDOW_OF_BARS = Duration.ofSeconds(10);

    /** The same with nodes that know nothing of one another: it must overshoot, or the oracle is blind. */
    Scenario apart() {
        Cluster.Shape alone = new Cluster.Shape(shape.voters(), shape.further(), false, shape.faulty());
        return new Scenario(name + " apart", what, alone, load, faults, bars);
    }

    /**
     * What is offered.
     *
     * @param factor how many times what the pool takes
     * @param shares of the nodes; a node without one gets nothing
     * @param leastWaitSeconds least of what a client is ready to wait
     * @param mostWaitSeconds most of it
     * @param tellsOutput whether the gateway knows how long an answer gets
     * @param providerDelay a share of the guard, which a request may be late between gateway and provider
     */
    record Load(
            double factor,
            double[] shares,
            int leastWaitSeconds,
            int mostWaitSeconds,
            boolean tellsOutput,
            double providerDelay) {
        private static final double[] UNEVEN = {0.80, 0.15, 0.05};

        /** Three times the pool, unevenly, by clients that wait up to two seconds. */
        static final Load OVER = new Load(3, UNEVEN, 0, 2, true, 0);

        Load times(double newFactor) {
            return new Load(newFactor, shares, leastWaitSeconds, mostWaitSeconds, tellsOutput, providerDelay);
        }

        Load over(double... newShares) {
            return new Load(factor, newShares, leastWaitSeconds, mostWaitSeconds, tellsOutput, providerDelay);
        }

        Load waiting(int least, int most) {
            return new Load(factor, shares, least, most, tellsOutput, providerDelay);
        }

        Load guessing() {
            return new Load(factor, shares, leastWaitSeconds, mostWaitSeconds, false, providerDelay);
        }

        Load late(double shareOfGuard) {
            return new Load(factor, shares, leastWaitSeconds, mostWaitSeconds, tellsOutput, shareOfGuard);
        }
    }

    /** What goes wrong, from the first request to the last. */
    @FunctionalInterface
    interface Faults {
        /** Nothing. */
        Faults NONE = stage -> {};

        /** Lets it go wrong; returns when the load is over or nothing more will happen. */
        void inject(Stage stage);
    }

    /**
     * What must hold besides that nothing overshoots. All shares count only where windows are long enough.
     *
     * @param use least share of each kind of account that must be used; empty when it is not looked at
     * @param tokens whether tokens are held to the promise; not where the gateway must guess them
     * @param errors whether clients may see anything but whole answers and 429
     * @param refusals whether clients may see 429
     * @param waitMillis longest wait of 99 of 100 admitted requests; 0 when it is not looked at
     */
    record Bars(Map<Pool.Kind, Double> use, boolean tokens, boolean errors, boolean refusals, long waitMillis) {
        /** Nothing but the promise. */
        static final Bars PROMISE = new Bars(Map.of(), true, true, true, 0);

        /** An undisturbed cluster. */
        static final Bars CALM = new Bars(
                Map.of(Pool.Kind.REQUESTS, 0.97, Pool.Kind.TOKENS, 0.95, Pool.Kind.FEW, 0.92), true, false, true, 0);

        /** A use of accounts that take more than a few requests. */
        static Bars use(double share) {
            return new Bars(Map.of(Pool.Kind.REQUESTS, share, Pool.Kind.TOKENS, share), true, true, true, 0);
        }
    }
}
