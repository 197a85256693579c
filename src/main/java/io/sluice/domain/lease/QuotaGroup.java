package io.sluice.domain.lease;

import io.sluice.domain.quota.DayWindow;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Journal;
import io.sluice.domain.quota.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * All limit windows, and who holds which part of them. A deterministic state machine: the same operations give the same
 * answers, the same bytes and the same hash on every replica, also from a snapshot. Confined to one thread; knows no clock.
 *
 * <p>A batch is taken in steps: who speaks, and which limits they define; then what they say became of their leases; then
 * each scope that was spoken of is granted anew, over all clients. So what one returns, another can have in the same batch.
 */
public final class QuotaGroup {
    /** No lease lives longer, and no charge lies further ahead of the group's time; nanoseconds. */
    public static final long LONGEST_LEASE_NANOS = GroupTerms.HORIZON_NANOS;

    /** Later than any time that is ever reached, and far from overflow. */
    private static final long END_OF_TIME = 1L << 62;

    final GroupTerms terms;
    final GroupScopes scopes;
    final GroupClients clients;

    private final GrantRound round;
    private final List<GroupScope> touched = new ArrayList<>();

    /** A replica of a group that was not founded yet: it answers nothing before {@link GroupOperation.Found} was applied. */
    public QuotaGroup() {
        this(new GroupTerms(Journal.NONE));
    }

    QuotaGroup(GroupTerms terms) {
        this.terms = terms;
        this.scopes = new GroupScopes(terms);
        this.clients = new GroupClients(terms, scopes);
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
        GroupScope scope = scopes.of(id);
        GroupLimit limit = scope.find(kind);
        if (limit == null) {
            limit = scope.add(kind);
            limit.charges.filledTo = GroupCharges.ALL; // The journal tells of that too.
        }
        limit.charges.repeat(day, instant, units);
    }

    /** Shows everything that counts, so that a journal can begin anew. */
    public void writeTo(Journal sink) {
        scopes.all().forEach(scope -> scope.limits.forEach(limit -> limit.charges.writeTo(sink)));
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
            scopes.beginDays();
        }
        List<GroupClients.Admission> admissions =
                new ArrayList<>(batch.renewals().size());
        for (Renewal renewal : batch.renewals()) {
            admissions.add(clients.admit(renewal));
        }
        for (int i = 0; i < admissions.size(); i++) {
            GroupClient speaker = admissions.get(i).speaker();
            if (speaker != null && clients.isLiving(speaker)) {
                settle(speaker, batch.renewals().get(i));
            }
        }
        touched.forEach(round::run);
        touched.clear();
        List<Answer> answers = new ArrayList<>(admissions.size());
        for (int i = 0; i < admissions.size(); i++) {
            GroupClient speaker = admissions.get(i).speaker();
            Answer answer = speaker == null
                    ? admissions.get(i).answer()
                    : answer(speaker, batch.renewals().get(i));
            if (answer != null) {
                answers.add(answer);
            }
        }
        clients.forgetSilent();
        scopes.forgetIdle();
        return answers;
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
        if (!clients.isLiving(client)) {
            return clients.refusal(renewal, Answer.Status.REPLACED);
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
            GroupClients.leave(client);
        }
        return client.answer;
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
        GroupClient known = clients.find(client);
        return known == null ? 0 : known.sequence;
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
        for (GroupScope scope : scopes.all()) {
            if (scope.holdsSomething()) {
                counters.add(CountersView.of(scope, terms.time));
            }
        }
        return counters;
    }
}
