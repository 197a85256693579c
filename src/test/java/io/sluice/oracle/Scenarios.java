package io.sluice.oracle;

import io.sluice.oracle.Cluster.Shape;
import io.sluice.oracle.Scenario.Bars;
import io.sluice.oracle.Scenario.Faults;
import io.sluice.oracle.Scenario.Load;
import java.util.List;
import java.util.Map;

/** Every run there is. */
final class Scenarios {
    private static final Shape THREE = new Shape(3, 0, true, false);
    private static final Shape THREE_FAULTY = new Shape(3, 0, true, true);

    /** In the order in which they are run. */
    static final List<Scenario> ALL = List.of(
            new Scenario("calm", "three nodes, 80/15/5, nothing goes wrong", THREE, Load.OVER, Faults.NONE, Bars.CALM),
            new Scenario(
                    "one-node",
                    "all requests come to one node",
                    THREE,
                    Load.OVER.over(0, 0, 1),
                    Faults.NONE,
                    Bars.CALM),
            new Scenario("kill", "kill -9 of one node each 10 s", THREE, Load.OVER, Injections::kill, Bars.use(0.85)),
            new Scenario(
                    "pause",
                    "one node stands still for 3 or 10 s",
                    THREE,
                    Load.OVER,
                    Injections::pause,
                    Bars.use(0.90)),
            new Scenario(
                    "cut",
                    "cuts between nodes: all sides, one way, between two; healed early and late",
                    THREE_FAULTY,
                    Load.OVER,
                    Injections::cut,
                    Bars.PROMISE),
            new Scenario(
                    "leader",
                    "the leader is killed, paused, cut off",
                    THREE_FAULTY,
                    Load.OVER,
                    Injections::leader,
                    Bars.PROMISE),
            new Scenario(
                    "restart-all",
                    "all nodes killed together, started apart",
                    THREE,
                    Load.OVER,
                    Injections::restartAll,
                    Bars.PROMISE),
            new Scenario(
                    "kill-most",
                    "all nodes but one killed together",
                    THREE,
                    Load.OVER,
                    Injections::killMost,
                    Bars.PROMISE),
            new Scenario(
                    "rolling",
                    "SIGTERM and start, one node after the other",
                    THREE,
                    Load.OVER,
                    Injections::rolling,
                    new Bars(Map.of(), true, false, true, 0)),
            new Scenario(
                    "clock",
                    "one node's wall clock is set 30 s forth or back",
                    THREE_FAULTY,
                    Load.OVER,
                    Injections::clock,
                    Bars.PROMISE),
            new Scenario(
                    "limits",
                    "limits are halved everywhere in mid-load",
                    THREE,
                    Load.OVER,
                    Injections::lowerLimits,
                    Bars.PROMISE),
            new Scenario(
                    "drift", "limits are halved on one node only", THREE, Load.OVER, Injections::drift, Bars.PROMISE),
            new Scenario(
                    "poor-network",
                    "all between nodes late up to 120 ms, connections reset",
                    THREE_FAULTY,
                    Load.OVER,
                    Injections::poorNetwork,
                    Bars.PROMISE),
            new Scenario(
                    "late-provider",
                    "requests reach the provider late by up to four fifths of the guard",
                    THREE,
                    Load.OVER.late(0.8),
                    Faults.NONE,
                    Bars.PROMISE),
            new Scenario(
                    "underload",
                    "0.9 of the pool, clients wait for 20 s",
                    THREE,
                    Load.OVER.times(0.9).waiting(20, 20),
                    Faults.NONE,
                    new Bars(Map.of(), true, false, false, 6_000)),
            new Scenario(
                    "wrong-estimates",
                    "answers are longer or shorter than the gateway guesses",
                    THREE,
                    Load.OVER.guessing(),
                    Faults.NONE,
                    new Bars(Map.of(), false, true, true, 0)),
            new Scenario(
                    "two-nodes",
                    "two nodes; one is killed, or they lose one another",
                    new Shape(2, 0, true, true),
                    Load.OVER.over(0.8, 0.2),
                    Injections::oneOfTwo,
                    Bars.PROMISE),
            new Scenario(
                    "scale-out",
                    "a fourth node without a vote joins and leaves",
                    new Shape(3, 1, true, false),
                    Load.OVER.over(0.5, 0.2, 0.1, 0.2),
                    Injections::scaleOut,
                    new Bars(Map.of(), true, false, true, 0)),
            new Scenario(
                    "single",
                    "one node without a cluster",
                    new Shape(1, 0, false, false),
                    Load.OVER.over(1),
                    Faults.NONE,
                    Bars.CALM));

    private Scenarios() {}

    /** The run of a name. */
    static Scenario named(String name) {
        return ALL.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no run '" + name + "'"));
    }
}
