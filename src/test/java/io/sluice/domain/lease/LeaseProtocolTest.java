package io.sluice.domain.lease;

import static io.sluice.testkit.QuotaScopes.candidate;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import io.sluice.testkit.Asking;
import io.sluice.testkit.GroupOfOne;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Several nodes and one group: renewals and answers that are late, lost and repeated, nodes that pause, restart and reload
 * one after another, requests that are written at the last moment, late, twice or never. A list of every write, with its true
 * arrival up to a guard later, then shows the largest sum in any window.
 */
class LeaseProtocolTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final long NEVER = Long.MAX_VALUE;
    private static final long GUARD = 100 * MILLI;
    /** A node hears of a new limit late, pauses, and tells the group later still. */
    private static final long RELOADING = 12 * SECOND;

    private static final int NODES = 3;
    private static final int ACCOUNTS = 3;
    private static final int KEYS = 2;

    /** What was written, as the counter on the other side sees it. */
    private static final class Write {
        final String scope;
        final long arrivedAt;
        Estimate units;

        Write(String scope, long arrivedAt, Estimate units) {
            this.scope = scope;
            this.arrivedAt = arrivedAt;
            this.units = units;
        }
    }

    /** A request between two steps. */
    private static final class Live {
        final Asking asking;
        final List<String> accounts;
        final String key;
        boolean taken;
        long writtenAt = NEVER;
        boolean kept;

        @Nullable
        Write write;

        @Nullable
        Write keyWrite;

        Live(Asking asking, List<String> accounts, String key) {
            this.asking = asking;
            this.accounts = accounts;
            this.key = key;
        }

        String account() {
            return accounts.get(asking.candidate());
        }
    }

    /** Limits of a scope from an instant on. */
    private record Change(long at, LimitSet limits) {}

    /** A renewal or answer on its way. */
    private record Mail(
            long at, @Nullable Renewal renewal, @Nullable Answer answer) {}

    private final class Node {
        final String name;
        LeaseBook book;
        Admission admission;
        final List<Live> lives = new ArrayList<>();
        final List<Mail> mails = new ArrayList<>();

        @Nullable
        Renewal sent;

        long sentAgainAt;
        long pausedUntil;
        long reloadAt = NEVER;
        long tickAt;

        Node(String name) {
            this.name = name;
            start();
        }

        final void start() {
            book = new LeaseBook(name, 1 + random.nextLong(1L << 40), "r", Map.copyOf(limits));
            admission = new Admission(book, 60, 1 << 20);
            mails.removeIf(mail -> mail.answer() != null);
            sent = null;
            lives.forEach(this::write);
            lives.clear();
        }

        void step() {
            if (now < pausedUntil) {
                return;
            }
            deliver();
            if (now >= reloadAt) {
                reloadAt = NEVER;
                book.reload("r" + now, Map.copyOf(limits));
            }
            if (now >= tickAt) {
                tickAt = now + 25 * MILLI;
                admission.tick(now);
            }
            if (sent == null && (admission.isUrgent() || now - book.renewedAt() > 50 * MILLI && book.hasNews(now))) {
                sent = admission.renew(now, false);
                post(sent);
            } else if (sent != null && now >= sentAgainAt) {
                post(sent);
            }
            if (random.nextInt(6) == 0) {
                arrive();
            }
            for (int i = 0; i < 2 && !lives.isEmpty(); i++) {
                advance(lives.get(random.nextInt(lives.size())));
            }
        }

        /** Sent to the group once or twice, or lost. */
        void post(Renewal renewal) {
            sentAgainAt = now + 150 * MILLI;
            for (int copies = random.nextInt(8) == 0 ? random.nextInt(3) : 1; copies > 0; copies--) {
                mails.add(new Mail(now + delay(), renewal, null));
            }
        }

        void deliver() {
            for (Mail mail : List.copyOf(mails)) {
                if (mail.at() <= now && mail.answer() != null && mails.remove(mail)) {
                    Answer answer = mail.answer();
                    if (sent != null
                            && answer.sequence() == sent.sequence()
                            && answer.client().equals(sent.client())) {
                        sent = null;
                    }
                    admission.take(now, answer, 1 + random.nextLong(1L << 40));
                }
            }
        }

        private void arrive() {
            List<Candidate> candidates = new ArrayList<>();
            List<String> names = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                String account = "account:c/" + random.nextInt(ACCOUNTS);
                names.add(account);
                candidates.add(candidate(new Scope(account, LimitSet.NONE)));
            }
            String key = "key:" + random.nextInt(KEYS);
            Estimate estimate = new Estimate(random.nextInt(300), random.nextInt(600));
            Asking asking = new Asking(now, estimate, candidates.toArray(Candidate[]::new))
                    .key(key, new Scope(key, LimitSet.NONE))
                    .waits(random.nextInt(3) == 0 ? 0 : random.nextLong(5 * SECOND))
                    .ticket(++tickets);
            lives.add(new Live(asking, names, key));
            admission.reserve(now, asking);
        }

        private void advance(Live live) {
            Asking asking = live.asking;
            if (asking.isWaiting()) {
                if (random.nextInt(200) == 0) {
                    admission.cancel(now, asking.ticket());
                    lives.remove(live);
                }
                return;
            }
            if (!asking.isGranted()) {
                refusals++;
                if (live.keyWrite != null) {
                    live.keyWrite.units = Estimate.NONE;
                }
                lives.remove(live);
                return;
            }
            if (!live.taken) {
                live.taken = true;
                grants++;
                live.writtenAt = writeInstant(asking.expiresAt());
            }
            write(live);
            boolean goesOn = random.nextInt(4) > 0;
            if (live.write != null && random.nextInt(40) == 0 && !live.kept) {
                book.writtenLate(asking.reservation());
            }
            if (live.kept) {
                again(live, goesOn);
            } else if (live.write != null) {
                if (random.nextInt(3) == 0) {
                    end(live, !goesOn);
                }
            } else if (now >= asking.expiresAt()) {
                again(live, goesOn);
            } else if (live.writtenAt == NEVER) {
                end(live, goesOn);
            }
        }

        private void again(Live live, boolean goesOn) {
            if (!goesOn) {
                end(live, false);
                return;
            }
            Asking asking = new Asking(
                            now,
                            live.asking.estimate(),
                            live.asking.candidates().toArray(Candidate[]::new))
                    .key(live.key, new Scope(live.key, LimitSet.NONE))
                    .waits(random.nextLong(3 * SECOND))
                    .replaces(live.asking.reservation())
                    .ticket(++tickets);
            Live next = new Live(asking, live.accounts, live.key);
            next.keyWrite = live.keyWrite;
            lives.remove(live);
            lives.add(next);
            admission.reserve(now, asking);
        }

        private void write(Live live) {
            if (live.write != null || live.kept || live.writtenAt > now) {
                return;
            }
            long delay = random.nextBoolean() ? random.nextLong(GUARD + 1) : random.nextBoolean() ? GUARD : 0;
            live.write = new Write(live.account(), live.writtenAt + delay, live.asking.estimate());
            writes.add(live.write);
            if (live.keyWrite == null) {
                live.keyWrite = new Write(live.key, live.writtenAt, live.asking.estimate());
                writes.add(live.keyWrite);
            }
        }

        private void end(Live live, boolean keepKey) {
            boolean sentAny = live.write != null;
            Estimate estimate = live.asking.estimate();
            Estimate actual = actual(estimate);
            Estimate counted = new Estimate(
                    Math.min(actual.inputTokens(), estimate.inputTokens()),
                    Math.min(actual.outputTokens(), estimate.outputTokens()));
            long beyond = book.settle(live.asking.reservation(), sentAny, actual, keepKey);
            assertThat(beyond).isNotEqualTo(LeaseBook.UNMATCHED);
            if (!live.kept && live.write != null) {
                live.write.units = counted;
            }
            if (keepKey) {
                live.kept = true;
                return;
            }
            if (live.keyWrite != null) {
                live.keyWrite.units = sentAny ? counted : Estimate.NONE;
            }
            lives.remove(live);
        }
    }

    private final Map<String, List<Change>> history = new HashMap<>();
    private final Map<String, LimitSet> limits = new HashMap<>();
    private final List<Write> writes = new ArrayList<>();
    private Random random = new Random(0);
    private GroupOfOne group = new GroupOfOne(0);
    private long now = 1000 * SECOND;
    private long groupNow = now;
    private long tickets;
    private int grants;
    private int refusals;
    private int restarts;

    @Test
    void neverMoreThanTheLimitInAnyWindow() {
        run(Long.getLong("seed", System.nanoTime()), 60_000);
    }

    @Test
    @Tag("proof")
    void neverMoreThanTheLimitInAnyWindowForAMillionSteps() {
        run(Long.getLong("seed", System.nanoTime()), 1_000_000);
    }

    private void run(long seed, int steps) {
        System.out.println("seed " + seed);
        random = new Random(seed);
        change();
        group = new GroupOfOne(groupNow);
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            nodes.add(new Node("n" + i));
        }
        for (int i = 0; i < steps; i++) {
            now += random.nextInt(200) == 0 ? random.nextLong(SECOND) : random.nextLong(10 * MILLI);
            serve(nodes);
            int dice = random.nextInt(20_000);
            if (dice == 0) {
                change();
                nodes.forEach(node -> node.reloadAt = now + random.nextLong(2 * SECOND));
            }
            Node node = nodes.get(random.nextInt(NODES));
            if (dice < 10) {
                node.pausedUntil = now + random.nextLong(3 * SECOND);
            } else if (dice < 13) {
                node.start();
                restarts++;
            } else if (dice < 18) {
                node.book.voidLeases();
            }
            node.step();
        }
        nodes.forEach(node -> node.lives.forEach(node::write));
        System.out.printf("%d grants, %d refusals, %d restarts%n", grants, refusals, restarts);
        assertThat(grants).isGreaterThan(steps / 100);
        assertThat(refusals).isGreaterThan(steps / 100);
        checkEveryWindow();
    }

    /** The group takes what arrived, in any order, as batches; its time is never early. */
    private void serve(List<Node> nodes) {
        List<Renewal> batch = new ArrayList<>();
        List<Node> from = new ArrayList<>();
        for (Node node : nodes) {
            for (Mail mail : List.copyOf(node.mails)) {
                if (mail.at() <= now && mail.renewal() != null && node.mails.remove(mail) && !from.contains(node)) {
                    batch.add(mail.renewal());
                    from.add(node);
                }
            }
        }
        if (batch.isEmpty()) {
            return;
        }
        // A change of leader loses some time.
        groupNow = Math.max(groupNow, now - lost);
        if (random.nextInt(2000) == 0) {
            lost += random.nextLong(SECOND);
        }
        for (Answer answer : group.apply(groupNow, batch)) {
            for (Node node : nodes) {
                if (node.name.equals(answer.client().node())) {
                    for (int copies = random.nextInt(8) == 0 ? random.nextInt(3) : 1; copies > 0; copies--) {
                        node.mails.add(new Mail(now + delay(), null, answer));
                    }
                }
            }
        }
    }

    private long lost;

    private long delay() {
        return random.nextInt(30) == 0 ? random.nextLong(SECOND) : random.nextLong(20 * MILLI);
    }

    private void change() {
        for (int i = 0; i < ACCOUNTS; i++) {
            change("account:c/" + i, 2 + random.nextInt(40), 1000 + random.nextInt(20_000), random.nextInt(6));
        }
        for (int i = 0; i < KEYS; i++) {
            change("key:" + i, 20 + random.nextInt(60), 10_000 + random.nextInt(50_000), random.nextInt(10));
        }
    }

    private void change(String scope, int requests, int tokens, int concurrency) {
        List<Limit> windows = new ArrayList<>();
        windows.add(new Limit(Dimension.REQUESTS, requests, Duration.ofSeconds(random.nextInt(8) == 0 ? 5 : 10)));
        windows.add(new Limit(Dimension.TOKENS, tokens, Duration.ofSeconds(20)));
        if (random.nextInt(3) == 0) {
            windows.add(new Limit(Dimension.REQUESTS, 1 + requests / 5, Duration.ofSeconds(1)));
        }
        if (random.nextInt(3) == 0) {
            windows.add(new Limit(Dimension.OUTPUT_TOKENS, 1 + tokens / 2, Duration.ofSeconds(60)));
        }
        LimitSet set = new LimitSet(windows, concurrency < 2 ? 0 : concurrency * 3);
        limits.put(scope, set);
        history.computeIfAbsent(scope, k -> new ArrayList<>()).add(new Change(now, set));
    }

    /** Mostly soon, often at the last moment, sometimes never. */
    private long writeInstant(long expiresAt) {
        long last = expiresAt - 1;
        if (now > last) {
            return NEVER;
        }
        return switch (random.nextInt(4)) {
            case 0 -> last;
            case 1 -> Math.min(now + random.nextLong(300 * MILLI), last);
            case 2 -> now;
            default -> random.nextInt(3) == 0 ? NEVER : Math.min(now + random.nextLong(50 * MILLI), last);
        };
    }

    /** Mostly as estimated, else less or, at times, more. */
    private Estimate actual(Estimate estimate) {
        return switch (random.nextInt(6)) {
            case 0 -> Estimate.NONE;
            case 1 -> new Estimate(estimate.inputTokens() / 2, estimate.outputTokens() / 3);
            case 2 -> new Estimate(estimate.inputTokens() + 5, estimate.outputTokens() * 2);
            default -> estimate;
        };
    }

    private void checkEveryWindow() {
        Map<String, List<Write>> byScope = new HashMap<>();
        writes.forEach(
                w -> byScope.computeIfAbsent(w.scope, k -> new ArrayList<>()).add(w));
        byScope.forEach((scope, list) -> {
            list.sort(Comparator.comparingLong(w -> w.arrivedAt));
            history.getOrDefault(scope, List.of()).stream()
                    .flatMap(change -> change.limits().windows().stream())
                    .map(limit -> new Limit(limit.dimension(), 1, limit.window()))
                    .distinct()
                    .forEach(limit -> check(scope, list, limit.dimension(), limit.window()));
        });
    }

    private void check(String scope, List<Write> list, Dimension dimension, Duration window) {
        long length = window.toNanos();
        long sum = 0;
        int first = 0;
        for (Write last : list) {
            sum += last.units.units(dimension);
            while (list.get(first).arrivedAt < last.arrivedAt - length) {
                sum -= list.get(first++).units.units(dimension);
            }
            long most = most(scope, dimension, window, list.get(first).arrivedAt - RELOADING, last.arrivedAt);
            if (sum > most) {
                throw new AssertionError("%s: %d %s in %s until %d, where %d are allowed"
                        .formatted(scope, sum, dimension, window, last.arrivedAt, most));
            }
        }
    }

    /** The largest limit in effect between two instants; no limit when it was absent for a while. */
    private long most(String scope, Dimension dimension, Duration window, long from, long to) {
        long most = 0;
        List<Change> changes = history.getOrDefault(scope, List.of());
        for (int i = 0; i < changes.size(); i++) {
            boolean over = i + 1 < changes.size() && changes.get(i + 1).at() < from;
            if (!over && changes.get(i).at() <= to) {
                most = Math.max(
                        most,
                        changes.get(i).limits().windows().stream()
                                .filter(l ->
                                        l.dimension() == dimension && l.window().equals(window))
                                .mapToLong(Limit::amount)
                                .findFirst()
                                .orElse(Long.MAX_VALUE));
            }
        }
        return most;
    }
}
