package io.sluice.health;

import io.sluice.domain.health.Circuit;
import io.sluice.domain.health.Circuit.Subject;
import io.sluice.domain.health.Outcome;
import io.sluice.domain.health.PoolState;
import io.sluice.domain.health.Word;
import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.HealthPolicy.Breaker;
import io.sluice.domain.pool.HealthPolicy.Probe;
import io.sluice.message.AttemptFinished;
import io.sluice.message.Bus;
import io.sluice.message.ClusterView;
import io.sluice.message.PoolAction;
import io.sluice.message.PoolActionResult;
import io.sluice.message.PoolReport;
import io.sluice.message.TrialTaken;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what happens to the state of the pool, and what follows from it to those whom it concerns. Used on the health
 * verticle's event loop.
 */
final class HealthDesk implements PoolState.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(HealthDesk.class);

    private static final long TELL_MILLIS = 1_000;
    private static final int LOOK_EVERY = 10;

    private final Vertx vertx;
    private final WordBook book;
    private final HealthNotices notices;
    private final Company company = new Company();
    private final LongSupplier clock;
    private final InstantSource wallClock;
    private final PoolState state;
    private final SnapshotPublisher publisher;
    private final CircuitBreakers breakers;
    private final SharedHealth shared;
    private final Leadership leadership;
    private final Prober prober;
    private final OperatorDesk operators;
    private GatewayRevision revision;
    private int ticks;

    /** To be made on the event loop that uses it. */
    HealthDesk(Vertx vertx, Context context, Bus bus, HealthSetup setup, WordBook book) {
        this.vertx = vertx;
        this.book = book;
        this.revision = setup.initial();
        this.notices = new HealthNotices(bus, setup.wallClock());
        this.clock = setup.clock();
        this.wallClock = setup.wallClock();
        this.state = new PoolState(revision, this, setup.lanes(), setup.random()::nextLong);
        this.publisher = new SnapshotPublisher(vertx, context, bus, clock, state);
        this.breakers = new CircuitBreakers(vertx, this::moved);
        this.shared = new SharedHealth(bus, setup.origin(), clock, state);
        this.leadership = new Leadership(setup.node(), setup.wallClock());
        this.prober = new Prober(bus, clock, setup.lanes());
        this.operators = new OperatorDesk(book, state, shared, prober, breakers, clock, () -> revision);
        shared.accounts(revision);
        recall();
        book.onChange(this::said);
        publisher.changed();
    }

    /** Takes the accounts there are. */
    void revision(GatewayRevision next) {
        Set<String> out = out();
        revision = next;
        shared.accounts(next);
        book.revision(next);
        state.revision(next);
        recall();
        out.removeAll(out());
        out.forEach(notices::gone);
        breakers.retain(subject -> state.circuit(subject) != Circuit.State.CLOSED);
    }

    /** The accounts that were found dead. */
    private Set<String> out() {
        Set<String> out = new HashSet<>();
        for (Account account : revision.accounts()) {
            Word word = book.machine(account);
            if (word != null && word.state() != Word.State.ALIVE) {
                out.add(account.id());
            }
        }
        return out;
    }

    /** What was said before holds. */
    private void recall() {
        for (Account account : revision.accounts()) {
            human(account);
            Word machine = book.machine(account);
            if (machine != null) {
                machine(account, machine);
            }
        }
    }

    private void human(Account account) {
        Word word = book.human(account);
        AccountState byHand = word == null ? AccountState.ENABLED : word.state().wanted();
        state.human(account.id(), account.state().strictest(byHand));
    }

    private void machine(Account account, Word word) {
        if (word.state() == Word.State.ALIVE) {
            state.toldAlive(account.id(), clock.getAsLong());
        } else {
            boolean money = word.state() == Word.State.OUT_OF_MONEY;
            state.toldDead(account.id(), money, word.reason(), word.evidence(), word.atMillis(), clock.getAsLong());
        }
    }

    /** Somebody said something, here or on another node. */
    private void said(Word word) {
        for (Account account : revision.accounts()) {
            boolean meant = account.id().equals(word.subject()) || account.id().startsWith(word.subject() + "/");
            if (meant && word.author() == Word.Author.HUMAN) {
                human(account);
            } else if (meant && word.equals(book.machine(account))) {
                machine(account, word);
                notices.said(word);
            }
        }
    }

    /** An attempt of this node is over. */
    void finished(AttemptFinished attempt) {
        long now = clock.getAsLong();
        Outcome outcome = new Outcome(
                attempt.candidate(),
                attempt.failure(),
                attempt.sent(),
                now - attempt.totalNanos(),
                attempt.firstNanos());
        state.finished(outcome, now, wallClock.millis());
    }

    /** A router gave a trial a request. */
    void taken(TrialTaken trial) {
        state.trialTaken(trial.number(), clock.getAsLong());
    }

    /** These nodes are there. */
    void members(ClusterView view) {
        leadership.members(view);
        if (company.mustTell(view)) {
            // A little later, for who is new may not listen yet.
            vertx.setTimer(TELL_MILLIS, timer -> {
                shared.forget();
                state.tellCooling(clock.getAsLong());
            });
        }
    }

    SharedHealth shared() {
        return shared;
    }

    /** Does what its time has come for. */
    void tick() {
        long now = clock.getAsLong();
        state.tick(leadership::leads, now);
        if (++ticks % LOOK_EVERY == 0) {
            notices.look(revision.channels(), state.views(now), now);
            // For lanes that came after the last change, and because a message may be lost.
            publisher.changed();
        }
    }

    /** Somebody came who knows nothing yet. */
    void tellNow() {
        publisher.publish();
    }

    /** The pool as it stands, for operators. */
    Future<PoolReport> show() {
        return Future.succeededFuture(
                new PoolReports(book, wallClock.millis()).of(revision, state.views(clock.getAsLong())));
    }

    /** An operator wants something. */
    Future<PoolActionResult> act(PoolAction action) {
        return operators.act(action);
    }

    /** Ends all timers. */
    void close() {
        breakers.close();
    }

    @Override
    public void changed() {
        publisher.changed();
    }

    @Override
    public void cooled(Account account, @Nullable String model, long untilNanos, boolean exact) {
        shared.cooled(account, model, untilNanos, exact);
    }

    @Override
    public void missing(Account account, String model) {
        LOG.warn("account {} does not have the model {}", account.id(), model);
        shared.missing(account, model);
    }

    @Override
    public void died(Account account, boolean money, String reason, Evidence evidence) {
        LOG.warn("account {} is out: {} ({})", account.id(), reason, evidence.text());
        say(account, money ? Word.State.OUT_OF_MONEY : Word.State.DEAD, reason, evidence);
    }

    @Override
    public void revived(Account account) {
        LOG.info("account {} is back", account.id());
        say(account, Word.State.ALIVE, "it works again", Evidence.NONE);
    }

    private void say(Account account, Word.State word, String reason, Evidence evidence) {
        // The book says by itself when it cannot be written.
        book.say(account.id(), account.key().fingerprint(), word, reason, "", evidence)
                .onFailure(cause -> LOG.debug("a word is not kept", cause));
    }

    @Override
    public void trip(Subject subject, Breaker policy) {
        breakers.trip(subject, policy);
    }

    @Override
    public void tried(Subject subject, boolean success) {
        breakers.tried(subject, success);
    }

    @Override
    public void probe(Candidate candidate, Probe kind) {
        prober.probe(candidate, kind)
                .onSuccess(failure -> state.probed(candidate.accountId(), kind, failure, clock.getAsLong()));
    }

    private void moved(Subject subject, Circuit.State next) {
        switch (next) {
            case OPEN -> LOG.warn("{} is left alone: too much fails there", subject);
            case HALF_OPEN -> LOG.info("{} is tried", subject);
            case CLOSED -> LOG.info("{} is back", subject);
        }
        state.circuit(subject, next);
        if (next != Circuit.State.HALF_OPEN) {
            shared.circuit(subject, next == Circuit.State.OPEN);
        }
    }
}
