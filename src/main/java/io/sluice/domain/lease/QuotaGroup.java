package io.sluice.domain.lease;

import io.sluice.domain.quota.DayWindow;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Journal;
import io.sluice.domain.quota.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All limit windows, and who holds which part of them. A deterministic state machine: the same operations give the same
 * answers, the same bytes and the same hash on every replica, also from a snapshot. Confined to one thread; knows no clock.
 *
 * <p>A batch is taken in steps: who speaks, and which limits they define; then what they say became of their leases; then
 * each scope that was spoken of is granted anew, over all clients. So what one returns, another can have in the same batch.
 */
public final class QuotaGroup {
    /** How long after its last renewal a client counts as living, nanoseconds. */
    private static final long LIVING_NANOS = 60_000_000_000L;

    private static final int LOOKED_AT_PER_BATCH = 64;
    private static final int MOST_LIMITS = 32;

    /** Later than any time that is ever reached, and far from overflow. */
    private static final long END_OF_TIME = 1L << 62;

    final GroupTerms terms;
    final TreeMap<String, GroupScope> scopes = new TreeMap<>();

    /** Living clients by name of their node. */
    final TreeMap<String, GroupClient> clients = new TreeMap<>();

    /** The scope that was looked at last when idle ones were sought. */
    String lookedAt = "";

    private final GrantRound round;
    private final List<GroupScope> touched = new ArrayList<>();

    /** A replica of a group that was not founded yet: it answers nothing before {@link GroupOperation.Found} was applied. */
    public QuotaGroup() {
        this(new GroupTerms(Journal.NONE));
    }

    QuotaGroup(GroupTerms terms) {
        this.terms = terms;
        this.round = new GrantRound(terms);
    }

    /**
     * The group of a node that is alone, founded at once. What a journal holds may be repeated before its first operation.
     *
     * @param journal where every change of a window is written first
     * @param time the group's time to begin with: the machine's monotonic clock, nanoseconds
     * @param unknownUntil instant up to which nothing is known of what was charged: every window starts full with it; {@link
     *     Long#MIN_VALUE} when everything is known
     */
    public static QuotaGroup alone(Journal journal, long time, long unknownUntil) {
        GroupTerms terms = new GroupTerms(journal);
        terms.time = time;
        terms.founded = true;
        terms.fullAt = unknownUntil;
        return new QuotaGroup(terms);
    }

    /**
     * The group of a snapshot.
     *
     * @param snapshot what {@link #snapshot} gave, on this or another replica
     */
    public static QuotaGroup restore(byte[] snapshot) throws GroupFormatException {
        return GroupSnapshot.read(snapshot);
    }

    /**
     * Repeats what a journal holds of a sliding window.
     *
     * @param scope id of the scope
     * @param dimension what was counted
     * @param windowNanos length of the window
     * @param instant of the charge, nanoseconds
     * @param units negative for what was given back
     */
    public void replay(String scope, Dimension dimension, long windowNanos, long instant, long units) {
        replay(scope, new Limit(dimension, 0, Duration.ofNanos(windowNanos)), DayWindow.UNKNOWN, instant, units);
    }

    /**
     * Repeats what a journal holds of a calendar day. Of several days only the last counts.
     *
     * @param scope id of the scope
     * @param dimension what was counted
     * @param zone id of the time zone
     * @param day days since 1970-01-01
     * @param instant of the charge, nanoseconds
     * @param units negative for what was given back
     */
    public void replayDay(String scope, Dimension dimension, String zone, long day, long instant, long units) {
        replay(scope, new Limit(dimension, 0, Duration.ofDays(1), zone), day, instant, units);
    }

    private void replay(String id, Limit kind, long day, long instant, long units) {
        if (!GroupScope.isKept(kind)) {
            return;
        }
        GroupScope scope = scope(id);
        GroupLimit limit = scope.find(kind);
        if (limit == null) {
            limit = scope.add(kind);
            limit.filledTo = GroupLimit.ALL; // The journal tells of that too.
        }
        limit.repeat(day, instant, units);
    }

    /** Shows everything that counts, so that a journal can begin anew. */
    public void writeTo(Journal sink) {
        for (GroupScope scope : scopes.values()) {
            for (GroupLimit limit : scope.limits) {
                if (limit.window != null) {
                    limit.window.forEach(terms.time, (instant, units) -> sink.add(terms.time, limit, instant, units));
                }
            }
        }
    }

    /**
     * Applies the next operation of the log.
     *
     * @return the answers to the renewals of a batch, in their order; a renewal that comes out of turn and was answered
     *     before has none. Empty for other operations
     */
    public List<Answer> apply(GroupOperation operation) {
        return switch (operation) {
            case GroupOperation.Batch batch -> terms.founded ? batch(batch) : List.of();
            case GroupOperation.Found found -> {
                found(found);
                yield List.of();
            }
            case GroupOperation.Close close -> {
                terms.closed = terms.founded;
                yield List.of();
            }
            case GroupOperation.NewTerm term -> List.of();
        };
    }

    private void found(GroupOperation.Found found) {
        if (terms.founded) {
            return;
        }
        terms.founded = true;
        terms.share = Math.clamp(found.share(), 1, 2);
        terms.roundUp = found.roundUp();
        boolean unknown = found.unknown();
        try {
            KnownCharges.read(found.known(), this);
        } catch (GroupFormatException e) {
            scopes.clear();
            terms.days.clear();
            unknown = true; // Nothing is known of what cannot be read.
        }
        terms.fullAt = unknown ? terms.time + GroupTerms.HORIZON_NANOS : GroupTerms.ALL_KNOWN;
    }

    private List<Answer> batch(GroupOperation.Batch batch) {
        terms.time = Math.min(END_OF_TIME, terms.time + Math.clamp(batch.elapsedNanos(), 0, END_OF_TIME / 2));
        terms.batch++;
        if (terms.tell(batch.days())) {
            scopes.values().forEach(scope -> scope.limits.forEach(GroupLimit::beginDay));
        }
        List<Renewal> renewals = batch.renewals();
        @Nullable Answer[] answers = new Answer[renewals.size()];
        @Nullable GroupClient[] speakers = new GroupClient[renewals.size()];
        for (int i = 0; i < speakers.length; i++) {
            speakers[i] = admit(renewals.get(i), answers, i);
        }
        for (int i = 0; i < speakers.length; i++) {
            if (speakers[i] != null && isLiving(speakers[i])) {
                settle(speakers[i], renewals.get(i));
            }
        }
        touched.forEach(round::run);
        touched.clear();
        for (int i = 0; i < speakers.length; i++) {
            if (speakers[i] != null) {
                answers[i] = answer(speakers[i], renewals.get(i));
            }
        }
        forget();
        List<Answer> given = new ArrayList<>(answers.length);
        for (Answer answer : answers) {
            if (answer != null) {
                given.add(answer);
            }
        }
        return given;
    }

    private boolean isLiving(GroupClient client) {
        return clients.get(client.id.node()) == client;
    }

    /**
     * Decides whether a renewal is taken, and takes its definitions.
     *
     * @param answers gets the answer at {@code at} when it is not taken and has one
     * @return who speaks; null when it is not taken
     */
    private @Nullable GroupClient admit(Renewal renewal, @Nullable Answer[] answers, int at) {
        GroupClient before = clients.get(renewal.client().node());
        GroupClient client = before != null && before.id.equals(renewal.client()) ? before : null;
        if (client != null && (renewal.sequence() <= client.sequence || client.takenIn == terms.batch)) {
            answers[at] = renewal.sequence() == client.sequence ? client.answer : null;
            return null;
        }
        if (client == null
                && before != null
                && before.earlier.contains(renewal.client().incarnation())) {
            answers[at] = refusal(renewal, Answer.Status.REPLACED);
            return null;
        }
        long expected = client != null ? client.sequence + 1 : 1;
        if (renewal.sequence() != expected || !isSound(renewal, client != null ? client.holdings.size() : 0)) {
            answers[at] = refusal(renewal, Answer.Status.START_OVER);
            return null;
        }
        if (client == null) {
            List<Long> earlier = before == null ? List.of() : before.andEarlier();
            if (before != null) {
                remove(before);
            }
            client = new GroupClient(renewal.client(), terms.time, earlier);
            clients.put(renewal.client().node(), client);
        }
        client.sequence = renewal.sequence();
        client.heardAt = terms.time;
        client.takenIn = terms.batch;
        client.answer = null;
        for (ScopeDefinition definition : renewal.definitions()) {
            define(client, definition);
        }
        return client;
    }

    private Answer refusal(Renewal renewal, Answer.Status status) {
        return new Answer(renewal.client(), renewal.sequence(), status, terms.time, List.of());
    }

    /** Whether every number is one of this client's, and every window one that can be kept. */
    private static boolean isSound(Renewal renewal, int defined) {
        int size = defined;
        for (ScopeDefinition definition : renewal.definitions()) {
            if (definition.scope() < 0
                    || definition.scope() > size
                    || definition.limits().windows().size() > MOST_LIMITS) {
                return false;
            }
            for (Limit limit : definition.limits().windows()) {
                if (!GroupScope.isKept(limit) || limit.amount() < 0) {
                    return false;
                }
            }
            size += definition.scope() == size ? 1 : 0;
        }
        for (ScopeStatement statement : renewal.statements()) {
            if (statement.scope() < 0 || statement.scope() >= size) {
                return false;
            }
        }
        return true;
    }

    private void define(GroupClient client, ScopeDefinition definition) {
        int number = definition.scope();
        if (number == client.holdings.size()) {
            client.holdings.add(holding(client, scope(definition.id())));
        } else if (!client.holdings.get(number).scope.id.equals(definition.id())) {
            Holding former = client.holdings.set(number, holding(client, scope(definition.id())));
            if (!client.holdings.contains(former)) {
                former.scope.abandon(former);
            }
        }
        Holding holding = client.holdings.get(number);
        holding.scope.define(holding, definition.limits());
    }

    /** What a client holds of a scope; the same under all its numbers. */
    Holding holding(GroupClient client, GroupScope scope) {
        for (Holding holding : scope.holdings) {
            if (holding.client == client) {
                return holding;
            }
        }
        Holding holding = new Holding(client, scope);
        scope.join(holding);
        return holding;
    }

    private void settle(GroupClient client, Renewal renewal) {
        for (ScopeStatement statement : renewal.statements()) {
            Holding holding = client.holdings.get(statement.scope());
            holding.scope.settle(holding, statement);
            holding.statement = statement;
            if (holding.scope.touchedIn != terms.batch) {
                holding.scope.touchedIn = terms.batch;
                touched.add(holding.scope);
            }
        }
    }

    private Answer answer(GroupClient client, Renewal renewal) {
        if (!isLiving(client)) {
            return refusal(renewal, Answer.Status.REPLACED);
        }
        List<ScopeGrant> grants = new ArrayList<>(renewal.statements().size());
        for (ScopeStatement statement : renewal.statements()) {
            Holding holding = client.holdings.get(statement.scope());
            ScopeGrant grant = holding.grant;
            // A second statement of one scope has its answer in the first.
            grants.add(
                    grant != null
                            ? grant
                            : new ScopeGrant(statement.scope(), Units.NONE, 0, 0, Units.NONE, Units.NONE, 0));
            holding.grant = null;
            holding.statement = null;
        }
        client.answer = new Answer(client.id, client.sequence, Answer.Status.TAKEN, terms.time, grants);
        if (renewal.last()) {
            leave(client);
        }
        return client.answer;
    }

    /** What it held is free or ages; it itself is remembered for a while, so that a repeated renewal has its answer. */
    private static void leave(GroupClient client) {
        client.holdings.forEach(holding -> holding.scope.abandon(holding));
        client.holdings.clear();
    }

    /** Ends the lives of clients that were not heard of, and looks at some scopes in turn. */
    private void forget() {
        if (!clients.isEmpty()) {
            List<GroupClient> silent = null;
            for (GroupClient client : clients.values()) {
                if (terms.time - client.heardAt > LIVING_NANOS) {
                    silent = silent == null ? new ArrayList<>() : silent;
                    silent.add(client);
                }
            }
            if (silent != null) {
                silent.forEach(this::remove);
            }
        }
        for (int i = Math.min(LOOKED_AT_PER_BATCH, scopes.size()); i > 0; i--) {
            Map.Entry<String, GroupScope> next = scopes.higherEntry(lookedAt);
            if (next == null) {
                next = scopes.firstEntry();
            }
            lookedAt = next.getKey();
            next.getValue().forgetEmpty();
            if (next.getValue().isForgotten()) {
                scopes.remove(lookedAt);
                if (scopes.isEmpty()) {
                    return;
                }
            }
        }
    }

    private void remove(GroupClient client) {
        leave(client);
        clients.remove(client.id.node());
    }

    /** Everything, as bytes; equal on every replica that applied the same operations. */
    public byte[] snapshot() {
        return GroupSnapshot.write(this);
    }

    /**
     * What a new group may start with: only charges of what was written under finished, settled leases and that will
     * still count after so much time; no leases, no sequence numbers, no fills. For {@link GroupOperation.Found#known}.
     *
     * @param ageNanos how old this copy is at most
     */
    public byte[] known(long ageNanos) {
        return KnownCharges.write(this, Math.clamp(ageNanos, 0, END_OF_TIME));
    }

    /** The newest sequence number that was taken from a client; 0 when it is not known. */
    public long taken(ClientId client) {
        GroupClient known = clients.get(client.node());
        return known != null && known.id.equals(client) ? known.sequence : 0;
    }

    /** The group's time, nanoseconds since it was founded. */
    public long time() {
        return terms.time;
    }

    /** Whether it was closed: it grants nothing any more, and its state is exact. */
    public boolean isClosed() {
        return terms.closed;
    }

    /** A hash of the whole state. */
    public long hash() {
        long hash = 0xCBF29CE484222325L; // FNV-1a, 64 bits
        for (byte one : snapshot()) {
            hash = (hash ^ one & 0xFF) * 0x100000001B3L;
        }
        return hash;
    }

    /** Every scope that holds something, by id. */
    public List<ScopeCounters> counters() {
        List<ScopeCounters> counters = new ArrayList<>();
        for (GroupScope scope : scopes.values()) {
            if (scope.holdsSomething()) {
                counters.add(CountersView.of(scope, terms.time));
            }
        }
        return counters;
    }

    /** The scope of an id, made when there is none. */
    GroupScope scope(String id) {
        return scopes.computeIfAbsent(id, name -> new GroupScope(name, terms));
    }
}
