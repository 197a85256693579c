package io.sluice.domain.lease;

import io.sluice.domain.quota.LimitSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A node that keeps the rules: it spends only what it holds, until the time its renewal was first sent plus the lease's life. */
final class WorldNode {
    /** A request that holds units of one scope. */
    private static final class Reserved {
        final long[] units;
        final long expiresAt;
        final long writeAt;
        final long settleAt;
        final long[] used;
        boolean written;
        long toldIn;
        long chargedAt = Long.MIN_VALUE;

        Reserved(long[] units, long expiresAt, long writeAt, long settleAt, long[] used) {
            this.units = units;
            this.expiresAt = expiresAt;
            this.writeAt = writeAt;
            this.settleAt = settleAt;
            this.used = used;
        }
    }

    /** What the node has of one scope. */
    private static final class Lease {
        final GroupWorld.ScopePlan plan;
        final long[] free = new long[Units.DIMENSIONS];
        final long[] written = new long[Units.DIMENSIONS];
        final List<Refund> refunds = new ArrayList<>();
        final List<Reserved> reserved = new ArrayList<>();
        final List<Reserved> told = new ArrayList<>();
        final List<WaitingRequest> waiting = new ArrayList<>();
        long expiry = Long.MIN_VALUE;
        int number = -1;
        LimitSet defined = LimitSet.NONE;

        @Nullable
        Observation observation;

        Lease(GroupWorld.ScopePlan plan) {
            this.plan = plan;
        }
    }

    final String name;
    private final GroupWorld world;
    private final Random random;
    private final List<Lease> leases = new ArrayList<>();
    private ClientId client;
    private long sequence;
    private int numbers;
    private @Nullable Renewal flight;
    private long sentAt;
    private long resendAt;
    private long nextAt;
    private long stoppedUntil = Long.MIN_VALUE;
    private boolean left;
    int group;

    WorldNode(String name, GroupWorld world, Random random) {
        this.name = name;
        this.world = world;
        this.random = random;
        this.client = new ClientId(name, 1 + random.nextInt(1 << 30));
        begin();
    }

    /** A new process: nothing is remembered. */
    void begin() {
        client = new ClientId(name, 1 + random.nextInt(1 << 30));
        sequence = 0;
        numbers = 0;
        flight = null;
        left = false;
        leases.clear();
        world.plans.forEach(plan -> leases.add(new Lease(plan)));
    }

    void stop(long until) {
        stoppedUntil = until;
    }

    /** The present moment of an unstopped node. */
    void act(long now) {
        if (now < stoppedUntil) {
            return;
        }
        for (Lease lease : leases) {
            write(lease, now);
            settle(lease, now);
            if (random.nextInt(3) == 0) {
                wait(lease);
            }
            if (random.nextInt(2) == 0) {
                reserve(lease, now);
            }
        }
        if (flight != null) {
            if (now >= resendAt) {
                resendAt = now + 150_000_000L;
                world.send(this, flight);
            }
        } else if (now >= nextAt && !left) {
            renew(now, random.nextInt(400) == 0);
        } else if (left && random.nextInt(20) == 0) {
            begin();
        }
    }

    private void wait(Lease lease) {
        if (lease.waiting.size() < 5) {
            long tokens = 1 + random.nextLong(Math.max(1, lease.plan.tokens / (random.nextInt(8) == 0 ? 1 : 10)));
            lease.waiting.add(new WaitingRequest(
                    random.nextInt(2), random.nextInt(3), random.nextLong(8_000_000_000L), units(tokens)));
        }
    }

    private static Units units(long tokens) {
        return Units.of(1, tokens, tokens / 2, tokens - tokens / 2, 0);
    }

    private void reserve(Lease lease, long now) {
        if (lease.free[0] < 1 || now >= lease.expiry) {
            return;
        }
        long tokens = Math.min(Math.min(lease.free[1], lease.free[2] * 2), Math.max(1, lease.plan.tokens / 10));
        if (tokens < 2) {
            return;
        }
        long[] units = units(tokens / 2 * 2).toArray();
        for (int d = 0; d < units.length; d++) {
            if (units[d] > lease.free[d]) {
                return;
            }
        }
        for (int d = 0; d < units.length; d++) {
            lease.free[d] -= units[d];
        }
        long writeAt = random.nextInt(5) == 0 ? Long.MAX_VALUE : now + random.nextLong(2 * (lease.expiry - now));
        boolean sent = writeAt < lease.expiry;
        long settleAt = sent ? writeAt + random.nextLong(1_000_000_000L) : now + random.nextLong(1_500_000_000L);
        long[] used = units.clone();
        if (sent && random.nextInt(3) == 0) {
            for (int d = 1; d < used.length; d++) {
                used[d] = used[d] == 0 ? 0 : random.nextLong(used[d] + 1);
            }
        }
        lease.reserved.add(new Reserved(units, lease.expiry, sent ? writeAt : Long.MAX_VALUE, settleAt, used));
    }

    /** The provider hears of a write up to a guard later; its node may be told much later. */
    private void write(Lease lease, long now) {
        for (Reserved one : lease.reserved) {
            write(lease, one, now);
        }
        for (Reserved one : lease.told) {
            write(lease, one, now);
        }
    }

    private void write(Lease lease, Reserved one, long now) {
        // A node that was stopped looks at the clock before it writes.
        if (!one.written && now >= one.writeAt && now < one.expiresAt) {
            one.written = true;
            world.arrive(lease.plan.id, now + random.nextLong(lease.plan.guardNanos + 1), one.used);
        }
    }

    private void settle(Lease lease, long now) {
        for (int i = lease.reserved.size() - 1; i >= 0; i--) {
            Reserved one = lease.reserved.get(i);
            if (now >= one.settleAt && (one.written || now >= one.expiresAt || one.writeAt == Long.MAX_VALUE)) {
                lease.reserved.remove(i);
                long[] to = one.written ? lease.written : lease.free;
                for (int d = 0; d < to.length; d++) {
                    to[d] += one.written ? one.used[d] : one.units[d];
                }
            }
        }
        for (int i = lease.told.size() - 1; i >= 0; i--) {
            Reserved one = lease.told.get(i);
            if (now >= one.settleAt && one.chargedAt != Long.MIN_VALUE) {
                lease.told.remove(i);
                long[] back = new long[Units.DIMENSIONS];
                for (int d = 0; d < back.length; d++) {
                    back[d] = one.written ? one.units[d] - one.used[d] : one.units[d];
                }
                if (lease.refunds.size() < 8) {
                    lease.refunds.add(new Refund(one.chargedAt - random.nextInt(2) * 5_000_000L, Units.of(back)));
                }
            }
        }
    }

    private void renew(long now, boolean last) {
        List<ScopeDefinition> definitions = new ArrayList<>();
        List<ScopeStatement> statements = new ArrayList<>();
        for (Lease lease : leases) {
            LimitSet wanted = lease.plan.limits(name);
            boolean isNew = lease.number < 0;
            if (!last && !isNew && random.nextInt(5) == 0) {
                continue; // It has nothing to say of it for now.
            }
            if (isNew) {
                lease.number = numbers++;
            }
            if (isNew || !wanted.equals(lease.defined)) {
                lease.defined = wanted;
                definitions.add(new ScopeDefinition(lease.number, lease.plan.id, wanted));
            }
            statements.add(state(lease, now, last));
        }
        sequence++;
        flight = new Renewal(client, sequence, "r", definitions, statements, last);
        sentAt = now;
        resendAt = now + 150_000_000L;
        world.send(this, flight);
    }

    private ScopeStatement state(Lease lease, long now, boolean last) {
        long[] kept = new long[Units.DIMENSIONS];
        if (now >= lease.expiry || last || random.nextInt(3) == 0) {
            Arrays.fill(lease.free, 0);
        }
        for (int i = lease.reserved.size() - 1; i >= 0; i--) {
            Reserved one = lease.reserved.get(i);
            if (now >= one.expiresAt || last) {
                lease.reserved.remove(i);
                one.toldIn = sequence + 1;
                lease.told.add(one);
                for (int d = 0; d < kept.length; d++) {
                    lease.written[d] += one.units[d];
                }
            } else {
                for (int d = 0; d < kept.length; d++) {
                    kept[d] += one.units[d];
                }
            }
        }
        for (int d = 0; d < kept.length; d++) {
            kept[d] += lease.free[d];
        }
        Units all = Units.NONE;
        for (WaitingRequest one : lease.waiting) {
            long[] sum = all.toArray();
            for (int d = 0; d < sum.length; d++) {
                sum[d] += one.units().get(d);
            }
            all = Units.of(sum);
        }
        ScopeStatement statement = new ScopeStatement(
                lease.number,
                Units.of(lease.written),
                lease.refunds,
                Units.of(kept),
                lease.reserved.size(),
                random.nextBoolean() ? Units.NONE : units(lease.plan.tokens / 3),
                random.nextInt(4),
                last ? List.of() : lease.waiting,
                all,
                lease.observation);
        Arrays.fill(lease.written, 0);
        lease.refunds.clear();
        lease.observation = random.nextInt(1000) == 0
                ? new Observation(
                        random.nextInt(3) == 0 ? random.nextLong(1_000_000_000L) : 0,
                        Units.of(random.nextBoolean() ? 10_000 : 1 + random.nextInt(100), 0, 0, 0, 0),
                        Units.of(random.nextInt(50), 0, 0, 0, 0))
                : null;
        return statement;
    }

    /** An answer arrived. */
    void hear(Answer answer, long now) {
        if (now < stoppedUntil
                || flight == null
                || !answer.client().equals(client)
                || answer.sequence() != flight.sequence()) {
            return;
        }
        Renewal sent = flight;
        flight = null;
        nextAt = now + random.nextLong(150_000_000L);
        switch (answer.status()) {
            case TAKEN -> {
                for (int i = 0; i < answer.grants().size(); i++) {
                    take(
                            lease(sent.statements().get(i).scope()),
                            answer.grants().get(i),
                            answer.time());
                }
                left = sent.last();
            }
            case START_OVER -> startOver(sent);
            case REPLACED -> begin();
        }
    }

    private void take(Lease lease, ScopeGrant grant, long time) {
        lease.expiry = sentAt + grant.ttlNanos();
        for (int d = 0; d < lease.free.length; d++) {
            lease.free[d] += grant.granted().get(d);
        }
        if (!grant.granted().isNone()) {
            lease.waiting.clear();
        } else if (!lease.waiting.isEmpty() && random.nextInt(30) == 0) {
            lease.waiting.removeFirst();
        }
        for (Reserved one : lease.told) {
            if (one.toldIn == sequence) {
                one.chargedAt = time;
            }
        }
    }

    private Lease lease(int number) {
        return leases.stream()
                .filter(lease -> lease.number == number)
                .findFirst()
                .orElseThrow();
    }

    /** Leases are void; what was told and perhaps not taken is told again. */
    private void startOver(Renewal sent) {
        for (ScopeStatement statement : sent.statements()) {
            Lease lease = lease(statement.scope());
            for (int d = 0; d < lease.written.length; d++) {
                lease.written[d] += statement.written().get(d);
            }
        }
        client = new ClientId(name, 1 + random.nextInt(1 << 30));
        sequence = 0;
        numbers = 0;
        for (Lease lease : leases) {
            lease.number = -1;
            lease.defined = LimitSet.NONE;
            Arrays.fill(lease.free, 0);
            lease.expiry = Long.MIN_VALUE;
            lease.refunds.clear();
            lease.told.clear();
            for (Reserved one : lease.reserved) {
                // Written or in doubt: told to the new group, whichever it is.
                for (int d = 0; d < lease.written.length; d++) {
                    lease.written[d] += one.units[d];
                }
                one.toldIn = 1;
                lease.told.add(one);
            }
            lease.reserved.clear();
        }
    }
}
