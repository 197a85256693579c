package io.sluice.domain.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.SlidingWindow;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Nodes, a log with leaders that come and go, and a provider, in simulated time. Everything is drawn from one seed.
 * Messages get lost, late and repeated; nodes crash, stop, leave and come back; replicas restart from snapshots; groups lose
 * their majority and are founded anew from an old copy, also as two halves.
 */
final class GroupWorld {
    private static final long DAY_NANOS = 40_000_000_000L;

    /** A scope and what each revision says of it. */
    static final class ScopePlan {
        final String id;
        final long tokens;
        final long guardNanos;
        private final List<LimitSet> revisions;
        private final Map<String, Integer> revisionOf = new HashMap<>();

        ScopePlan(String id, List<LimitSet> revisions) {
            this.id = id;
            this.revisions = revisions;
            this.tokens = revisions.getFirst().windows().stream()
                    .filter(limit -> limit.dimension() == Dimension.TOKENS)
                    .mapToLong(Limit::amount)
                    .min()
                    .orElse(1000);
            this.guardNanos = revisions.getFirst().windows().stream()
                    .mapToLong(limit -> limit.zone() != null
                            ? 500_000_000
                            : SlidingWindow.guardNanos(limit.window().toNanos()))
                    .min()
                    .orElseThrow();
        }

        LimitSet limits(String node) {
            return revisions.get(revisionOf.getOrDefault(node, 0));
        }
    }

    /** A log with three replicas. */
    private static final class Group {
        final List<QuotaGroup> replicas =
                new ArrayList<>(List.of(new QuotaGroup(), new QuotaGroup(), new QuotaGroup()));
        final List<Renewal> pending = new ArrayList<>();
        final Map<String, Defined> defined = new HashMap<>();
        final Deque<Copy> copies = new ArrayDeque<>();
        long stampedAt;
        long nextTick;
    }

    private record Copy(byte[] snapshot, long at) {}

    private static final class Defined {
        ClientId client = new ClientId("", 0);
        long heardAt;
        final Map<Integer, ScopeDefinition> scopes = new HashMap<>();
    }

    private record Event(long at, long order, Runnable action) {}

    final List<ScopePlan> plans = new ArrayList<>();
    final ArrivalLedger ledger = new ArrivalLedger();
    private final Random random;
    private final long seed;
    private final List<WorldNode> nodes = new ArrayList<>();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
    private final List<Group> groups = new ArrayList<>();
    private final long dayShift;
    private long now;
    private long order;
    private long downUntil;
    private long steps;

    GroupWorld(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
        this.now = random.nextLong(1L << 40);
        this.dayShift = random.nextLong(-1_500_000_000L, 1_500_000_000L);
        for (int i = 0; i < 4; i++) {
            plans.add(plan(i));
        }
        for (int i = 0; i < 3; i++) {
            nodes.add(new WorldNode("n" + i, this, random));
        }
        beginWithUnknown();
        found(1, true);
    }

    private ScopePlan plan(int i) {
        long seconds = List.of(1L, 2L, 10L, 20L).get(random.nextInt(4));
        long requests = List.of(3L, 20L, 60L, 500L).get(random.nextInt(4));
        long tokens = requests * 50;
        List<LimitSet> revisions = new ArrayList<>();
        for (int percent : new int[] {100, 50, 130}) {
            List<Limit> limits = new ArrayList<>();
            limits.add(
                    new Limit(Dimension.REQUESTS, Math.max(1, requests * percent / 100), Duration.ofSeconds(seconds)));
            limits.add(new Limit(Dimension.TOKENS, tokens * percent / 100, Duration.ofSeconds(seconds)));
            if (i == 1) {
                limits.add(new Limit(Dimension.REQUESTS, requests * 4 * percent / 100, Duration.ofDays(1), "UTC"));
                limits.add(new Limit(Dimension.INPUT_TOKENS, tokens * 2 * percent / 100, Duration.ofDays(1), "UTC"));
            }
            if (i == 2) {
                limits.add(
                        new Limit(Dimension.REQUESTS, requests * 2 * percent / 100, Duration.ofSeconds(seconds * 3)));
                limits.add(new Limit(Dimension.OUTPUT_TOKENS, tokens * percent / 200, Duration.ofSeconds(5)));
            }
            revisions.add(new LimitSet(limits, i == 3 ? 8 : 0));
        }
        if (i == 3) {
            // A window that only some know: it comes and goes.
            revisions.set(1, new LimitSet(List.of(revisions.get(1).windows().getFirst()), 0));
        }
        return new ScopePlan((i == 0 ? "key:" : "account:") + i, revisions);
    }

    /** What was sent before the first founding; nobody here knows of it. */
    private void beginWithUnknown() {
        for (ScopePlan plan : plans) {
            LimitSet smallest = plan.revisions.get(1);
            long most = smallest.windows().stream()
                    .filter(limit -> limit.dimension() == Dimension.REQUESTS)
                    .mapToLong(Limit::amount)
                    .min()
                    .orElse(1);
            for (long i = random.nextLong(most + 1); i > 0; i--) {
                ledger.arrive(plan.id, now - random.nextLong(2_000_000_000L), new long[] {1, 2, 1, 1, 0});
            }
        }
    }

    void run(long count) {
        for (long i = 0; i < count; i++) {
            step();
        }
        check();
    }

    private void step() {
        steps++;
        now += random.nextInt(10) == 0 ? random.nextLong(40_000_000L) : random.nextLong(8_000_000L);
        while (!events.isEmpty() && events.peek().at() <= now) {
            events.poll().action().run();
        }
        nodes.forEach(node -> node.act(now));
        if (now >= downUntil) {
            groups.forEach(this::tick);
        }
        happen();
        if (steps % 500 == 0) {
            check();
        }
    }

    private void happen() {
        switch (random.nextInt(4000)) {
            case 0, 1, 2 -> any(nodes).begin();
            case 3, 4, 5 -> any(nodes).stop(now + random.nextLong(4_000_000_000L));
            case 6, 7, 8, 9, 10, 11 -> changeLeader(any(groups));
            case 12, 13, 14 -> {
                String node = any(nodes).name;
                any(plans).revisionOf.put(node, random.nextInt(3));
            }
            case 15, 16, 17, 18 -> restart(any(groups));
            case 19 -> downUntil = now + random.nextLong(3_000_000_000L);
            case 20 -> {
                if (random.nextInt(3) == 0) {
                    found(groups.size() == 1 && random.nextBoolean() ? 2 : 1, false);
                }
            }
            default -> {}
        }
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** A new leader: what passed since the old one's last stamp is lost. What the old one proposed may still be committed. */
    private void changeLeader(Group group) {
        if (random.nextBoolean()) {
            commit(group, false);
        }
        group.pending.clear();
        apply(group, new GroupOperation.NewTerm("leader"), false);
        group.stampedAt = now + random.nextLong(500_000_000L);
        group.nextTick = group.stampedAt;
    }

    /** A replica begins anew from another one's snapshot. */
    private void restart(Group group) {
        try {
            byte[] snapshot = group.replicas.getFirst().snapshot();
            QuotaGroup restored = QuotaGroup.restore(snapshot);
            assertThat(restored.snapshot()).as(this::toString).isEqualTo(snapshot);
            group.replicas.set(1 + random.nextInt(2), restored);
        } catch (GroupFormatException e) {
            throw new AssertionError(toString(), e);
        }
    }

    /** All groups end, and as many begin, each from an old copy of what some of its nodes knew. */
    private void found(int halves, boolean first) {
        List<Group> fresh = new ArrayList<>();
        for (int half = 0; half < halves; half++) {
            byte[] known = new byte[0];
            if (!first) {
                Copy copy = any(new ArrayList<>(any(groups).copies));
                try {
                    known = QuotaGroup.restore(copy.snapshot()).known(now - copy.at() + random.nextLong(200_000_000L));
                } catch (GroupFormatException e) {
                    throw new AssertionError(toString(), e);
                }
            }
            Group group = new Group();
            group.stampedAt = now;
            apply(group, new GroupOperation.Found(known, true, halves, half == 0), false);
            fresh.add(group);
        }
        groups.clear();
        groups.addAll(fresh);
        nodes.forEach(node -> node.group = random.nextInt(halves));
    }

    private void tick(Group group) {
        if (now >= group.nextTick) {
            group.nextTick = now + 25_000_000L + random.nextLong(25_000_000L);
            commit(group, true);
        }
    }

    private void commit(Group group, boolean answered) {
        long elapsed = Math.max(0, now - group.stampedAt);
        group.stampedAt = Math.max(now, group.stampedAt);
        long late = 2_000_000_000L;
        apply(
                group,
                new GroupOperation.Batch(elapsed, Map.of("UTC", (now - late) / DAY_NANOS), group.pending),
                answered);
        group.pending.clear();
    }

    private void apply(Group group, GroupOperation operation, boolean answered) {
        List<Answer> answers = List.of();
        try {
            for (int i = 0; i < group.replicas.size(); i++) {
                List<Answer> given =
                        group.replicas.get(i).apply(GroupCodec.decodeOperation(GroupCodec.encode(operation)));
                assertThat(given).as(this::toString).isEqualTo(i == 0 ? given : answers);
                answers = given;
            }
        } catch (GroupFormatException e) {
            throw new AssertionError(toString(), e);
        }
        QuotaGroup one = group.replicas.getFirst();
        if (operation instanceof GroupOperation.Batch batch) {
            remember(group, batch, answers);
            if (steps % 20 == 0) {
                assertThat(group.replicas.getLast().hash()).as(this::toString).isEqualTo(one.hash());
            }
        }
        if (group.copies.isEmpty() || random.nextInt(20) == 0) {
            group.copies.addLast(new Copy(one.snapshot(), now));
            if (group.copies.size() > 4) {
                group.copies.removeFirst();
            }
        }
        if (answered) {
            answers.forEach(answer -> deliver(() -> nodes.forEach(node -> node.hear(answer, now))));
        }
    }

    private void deliver(Runnable message) {
        int copies =
                switch (random.nextInt(12)) {
                    case 0, 1 -> 0;
                    case 2 -> 2;
                    default -> 1;
                };
        for (int i = 0; i < copies; i++) {
            long delay = random.nextInt(20) == 0 ? random.nextLong(3_000_000_000L) : random.nextLong(10_000_000L);
            events.add(new Event(now + delay, order++, message));
        }
    }

    void send(WorldNode node, Renewal renewal) {
        deliver(() -> {
            if (now >= downUntil) {
                groups.get(Math.min(node.group, groups.size() - 1)).pending.add(renewal);
            }
        });
    }

    void arrive(String scope, long at, long[] units) {
        ledger.arrive(scope, at, units);
    }

    /** Follows by itself which limits are in force: the smallest of the living. */
    private void remember(Group group, GroupOperation.Batch batch, List<Answer> answers) {
        for (Renewal renewal : batch.renewals()) {
            boolean taken = answers.stream()
                    .anyMatch(answer -> answer.client().equals(renewal.client())
                            && answer.sequence() == renewal.sequence()
                            && answer.status() == Answer.Status.TAKEN);
            if (taken) {
                Defined defined = group.defined.computeIfAbsent(renewal.client().node(), any -> new Defined());
                if (!defined.client.equals(renewal.client())) {
                    defined.client = renewal.client();
                    defined.scopes.clear();
                }
                defined.heardAt = group.replicas.getFirst().time();
                renewal.definitions().forEach(one -> defined.scopes.put(one.scope(), one));
                if (renewal.last()) {
                    defined.scopes.clear();
                }
            }
        }
        Map<ArrivalLedger.Kind, Long> most = new HashMap<>();
        for (Group each : groups.isEmpty() ? List.of(group) : groups) {
            Map<ArrivalLedger.Kind, Long> least = new HashMap<>();
            for (Defined defined : each.defined.values()) {
                if (each.replicas.getFirst().time() - defined.heardAt <= 60_000_000_000L) {
                    for (ScopeDefinition one : defined.scopes.values()) {
                        one.limits()
                                .windows()
                                .forEach(limit ->
                                        least.merge(ArrivalLedger.Kind.of(one.id(), limit), limit.amount(), Math::min));
                    }
                }
            }
            least.forEach((kind, amount) -> most.merge(kind, amount, Math::max));
            for (ArrivalLedger.Kind kind : ledger.kinds()) {
                boolean isDefined =
                        least.keySet().stream().anyMatch(one -> one.scope().equals(kind.scope()));
                if (isDefined && !least.containsKey(kind)) {
                    most.put(kind, Long.MAX_VALUE); // Nobody alive has this window here.
                }
            }
        }
        most.forEach((kind, amount) -> ledger.force(kind, now, amount));
    }

    private void check() {
        ledger.check(now, at -> Math.floorDiv(at + dayShift, DAY_NANOS), toString());
    }

    @Override
    public String toString() {
        return "seed " + seed + ", step " + steps;
    }
}
