package io.sluice.domain.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several nodes, one store, any order of events, answers that are lost, nodes that are killed: no budget is overspent. */
final class BudgetBookPropertyTest {
    private static final int RUNS = 300;
    private static final int STEPS = 600;
    private static final long MILLI = 1_000_000;
    private static final Budget KEY = new Budget("key:k", 4_000, new BudgetWindow.Total());
    private static final Budget TEAM = new Budget("team:t", 6_000, new BudgetWindow.Total());

    /** What a node has done and not written yet. */
    private record Written(long run, List<Budget> budgets, long micros) {}

    private static final class Node {
        private long run;
        private BudgetBook book = new BudgetBook(StoreDown.REFUSE);
        private final Deque<Written> journal = new ArrayDeque<>();
        private final List<LeaseDemand> asked = new ArrayList<>();
        private final List<Open> open = new ArrayList<>();

        private record Open(long reservation, List<Budget> budgets, long micros) {}
    }

    private static final class World {
        private final Random random;
        private final boolean truthful;
        private final ModelStore store = new ModelStore();
        private final List<Node> nodes = new ArrayList<>();
        private long now = 1;
        private long runs;
        private long tickets;
        private long costs;
        private long keyCosts;
        private long beyond;
        private int reserved;

        private World(long seed, boolean truthful) {
            this.random = new Random(seed);
            this.truthful = truthful;
            for (int i = 0; i < 3; i++) {
                Node node = new Node();
                node.run = ++runs;
                nodes.add(node);
            }
        }

        private void step() {
            Node node = nodes.get(random.nextInt(nodes.size()));
            now += random.nextInt(50) * MILLI;
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> ask(node);
                case 3, 4 -> settle(node);
                case 5, 6, 7 -> store(node);
                case 8 -> write(node);
                case 9 -> node.asked.addAll(node.book.rest(now));
                case 10 -> node.book.expire(now);
                default -> {
                    if (random.nextInt(8) == 0) {
                        kill(node);
                    }
                }
            }
            assertThat(store.spent(TEAM.scope()) + store.leased(TEAM.scope()))
                    .isLessThanOrEqualTo(TEAM.amountMicros() + beyond);
        }

        private void ask(Node node) {
            List<Budget> budgets = random.nextBoolean() ? List.of(KEY, TEAM) : List.of(TEAM);
            long micros = random.nextInt(400);
            BudgetRequest request = new BudgetRequest(++tickets, budgets, micros, 0, now + 500 * MILLI, answer -> {
                if (answer instanceof BudgetAnswer.Reserved granted) {
                    reserved++;
                    node.open.add(new Node.Open(granted.reservation(), budgets, micros));
                }
            });
            node.book.ask(now, request);
            if (random.nextInt(20) == 0) {
                node.book.cancel(request.ticket());
            }
            node.asked.addAll(node.book.demands(now, budgets));
        }

        private void settle(Node node) {
            if (node.open.isEmpty()) {
                return;
            }
            Node.Open open = node.open.remove(random.nextInt(node.open.size()));
            long most = truthful ? open.micros() : open.micros() * 2;
            long actual = most == 0 ? 0 : random.nextLong(most + 1);
            beyond += node.book.settle(now, open.reservation(), actual);
            costs += actual;
            keyCosts += open.budgets().contains(KEY) ? actual : 0;
            node.journal.add(new Written(node.run, open.budgets(), actual));
        }

        private void store(Node node) {
            if (node.asked.isEmpty()) {
                return;
            }
            LeaseDemand demand = node.asked.remove(random.nextInt(node.asked.size()));
            switch (random.nextInt(6)) {
                case 0 -> node.book.unanswered(now, demand);
                case 1 -> {
                    // The answer is lost.
                    store.carryOut(node.run, demand);
                    node.book.unanswered(now, demand);
                }
                default -> node.book.answered(now, demand, store.carryOut(node.run, demand));
            }
        }

        private void write(Node node) {
            for (int i = random.nextInt(4); i > 0 && !node.journal.isEmpty(); i--) {
                Written next = node.journal.remove();
                next.budgets().forEach(budget -> store.write(next.run(), budget.scope(), next.micros()));
            }
        }

        /** Its requests are lost with their records, for they have not ended; what is in its journal is written by its next run. */
        private void kill(Node node) {
            long old = node.run;
            node.run = ++runs;
            node.book = new BudgetBook(StoreDown.REFUSE);
            node.asked.clear();
            node.open.clear();
            if (random.nextBoolean()) {
                while (!node.journal.isEmpty()) {
                    write(node);
                }
                store.forget(old);
            }
        }

        private void end() {
            for (Node node : nodes) {
                while (!node.open.isEmpty()) {
                    settle(node);
                }
                while (!node.journal.isEmpty()) {
                    write(node);
                }
                for (int i = 0; i < 100; i++) {
                    now += Duration.ofSeconds(2).toNanos();
                    node.book.expire(now);
                    node.asked.addAll(node.book.rest(now));
                    List.copyOf(node.asked)
                            .forEach(demand -> node.book.answered(now, demand, store.carryOut(node.run, demand)));
                    node.asked.clear();
                }
            }
        }
    }

    private enum Estimates {
        MOST,
        WRONG
    }

    @ParameterizedTest
    @EnumSource(Estimates.class)
    void noBudgetIsOverspentByMoreThanWasUnderestimated(Estimates estimates) {
        int reserved = 0;
        for (int seed = 0; seed < RUNS; seed++) {
            World world = new World(seed, estimates == Estimates.MOST);
            for (int i = 0; i < STEPS; i++) {
                world.step();
            }
            world.end();

            assertThat(world.costs).as("seed %d", seed).isLessThanOrEqualTo(TEAM.amountMicros() + world.beyond);
            assertThat(world.keyCosts).as("seed %d", seed).isLessThanOrEqualTo(KEY.amountMicros() + world.beyond);
            assertThat(world.store.spent(TEAM.scope())).as("seed %d", seed).isEqualTo(world.costs);
            reserved += world.reserved;
        }
        assertThat(reserved).isGreaterThan(RUNS * 10);
    }

    @ParameterizedTest
    @EnumSource(Estimates.class)
    void nothingIsHeldWhenNobodyNeedsIt(Estimates estimates) {
        for (int seed = 0; seed < RUNS; seed++) {
            World world = new World(seed, estimates == Estimates.MOST);
            List<Long> first = world.nodes.stream().map(node -> node.run).toList();
            for (int i = 0; i < STEPS / 4; i++) {
                world.step();
            }
            world.end();

            // Of runs that were killed something may be held.
            if (world.nodes.stream().map(node -> node.run).toList().equals(first)) {
                for (Node node : world.nodes) {
                    assertThat(node.book.heldMicros())
                            .as("seed %d, run %d", seed, node.run)
                            .isZero();
                    assertThat(node.book.openReservations()).isZero();
                    assertThat(node.book.waiting()).isZero();
                }
                assertThat(world.store.leased(TEAM.scope())).as("seed %d", seed).isZero();
                assertThat(world.store.leased(KEY.scope())).as("seed %d", seed).isZero();
            }
        }
    }
}
