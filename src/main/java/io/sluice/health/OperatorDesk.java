package io.sluice.health;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.health.Circuit;
import io.sluice.domain.health.PoolState;
import io.sluice.domain.health.Word;
import io.sluice.domain.health.Word.Author;
import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.HealthPolicy.Probe;
import io.sluice.domain.pool.Model;
import io.sluice.message.PoolAction;
import io.sluice.message.PoolActionResult;
import io.sluice.message.PoolActionResult.AccountResult;
import io.sluice.message.PoolActionResult.Outcome;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what operators want of accounts. Used on the health verticle's event loop. */
final class OperatorDesk {
    /** Most accounts that one action probes. */
    static final int MOST_PROBES = 32;

    private static final Logger LOG = LoggerFactory.getLogger(OperatorDesk.class);

    private final WordBook book;
    private final PoolState state;
    private final SharedHealth shared;
    private final Prober prober;
    private final CircuitBreakers breakers;
    private final LongSupplier clock;
    private final Supplier<GatewayRevision> revision;

    /** Whom an action means. */
    private record Meant(Channel channel, Account account) {}

    /**
     * A desk of one node.
     *
     * @param book what was said
     * @param state what is known
     * @param shared tells the other nodes
     * @param prober asks providers
     * @param breakers what a human closes
     * @param clock monotonic nanoseconds
     * @param revision the live one
     */
    OperatorDesk(
            WordBook book,
            PoolState state,
            SharedHealth shared,
            Prober prober,
            CircuitBreakers breakers,
            LongSupplier clock,
            Supplier<GatewayRevision> revision) {
        this.book = book;
        this.state = state;
        this.shared = shared;
        this.prober = prober;
        this.breakers = breakers;
        this.clock = clock;
        this.revision = revision;
    }

    /** Does it; the future never fails but by a defect. */
    Future<PoolActionResult> act(PoolAction action) {
        List<Meant> meant = meant(action.subject());
        if (meant.isEmpty()) {
            return done(Outcome.UNKNOWN, "There is no channel or account '" + action.subject() + "'.");
        }
        return switch (action.kind()) {
            case ENABLE -> enable(action, meant);
            case DRAIN -> say(action, AccountState.DRAINING, meant);
            case DISABLE -> say(action, AccountState.DISABLED, meant);
            case CLEAR_COOLDOWN -> clear(action, meant);
            case PROBE -> probe(action, meant);
        };
    }

    private List<Meant> meant(String subject) {
        List<Meant> meant = new ArrayList<>();
        for (Channel channel : revision.get().channels()) {
            for (Account account : channel.accounts()) {
                if (account.id().equals(subject) || channel.name().equals(subject)) {
                    meant.add(new Meant(channel, account));
                }
            }
        }
        return meant;
    }

    private Future<PoolActionResult> enable(PoolAction action, List<Meant> meant) {
        if (meant.stream().allMatch(each -> each.account.state() != AccountState.ENABLED)) {
            return done(
                    Outcome.FILES_FORBID,
                    action.subject() + " is " + meant.getFirst().account.state().word()
                            + " in the files; change channels[].state or accounts[].state there.");
        }
        String channel = meant.getFirst().channel.name();
        Word ofChannel = book.word(channel, Author.HUMAN);
        if (!channel.equals(action.subject()) && ofChannel != null && wanted(ofChannel) != AccountState.ENABLED) {
            return done(
                    Outcome.REFUSED,
                    "Its channel is " + wanted(ofChannel).word() + ", and so are all its accounts; enable " + channel
                            + " first.");
        }
        return say(action, AccountState.ENABLED, meant);
    }

    private static AccountState wanted(@Nullable Word word) {
        return word == null ? AccountState.ENABLED : word.state().wanted();
    }

    private Future<PoolActionResult> say(PoolAction action, AccountState wanted, List<Meant> meant) {
        String subject = action.subject();
        if (wanted(book.word(subject, Author.HUMAN)) == wanted) {
            return Future.succeededFuture(
                    new PoolActionResult(Outcome.UNCHANGED, text(subject, wanted, meant), results(meant)));
        }
        LOG.info("{} is {} by {}: {}", subject, wanted.word(), action.by(), action.reason());
        return book.say(subject, "", Word.State.of(wanted), action.reason(), action.by(), Evidence.NONE)
                .map(said -> new PoolActionResult(Outcome.DONE, text(subject, wanted, meant), results(meant)))
                .otherwise(cause -> new PoolActionResult(
                        Outcome.NOT_KEPT,
                        text(subject, wanted, meant) + " This could not be written to data/health.log, so a restart of"
                                + " this node may forget it: " + cause.getMessage(),
                        results(meant)));
    }

    private String text(String subject, AccountState wanted, List<Meant> meant) {
        long others = meant.stream().filter(each -> now(each) != wanted).count();
        String said = "By its operators " + subject + " is " + wanted.word() + " now.";
        return others == 0
                ? said
                : said + " Something else is wanted of " + others + " of its accounts, and stays: see them one by one.";
    }

    /** What humans want of it: by the files and by hand, the stricter of both. */
    private AccountState now(Meant each) {
        return each.account.state().strictest(wanted(book.human(each.account)));
    }

    private List<AccountResult> results(List<Meant> meant) {
        return meant.stream()
                .map(each -> new AccountResult(
                        each.account.id(),
                        now(each) == AccountState.ENABLED,
                        now(each).word() + (each.account.state() == AccountState.ENABLED ? "" : " (files)")))
                .toList();
    }

    private Future<PoolActionResult> clear(PoolAction action, List<Meant> meant) {
        LOG.info("cooldowns of {} are ended by {}: {}", action.subject(), action.by(), action.reason());
        for (Meant each : meant) {
            state.clearCooldowns(each.account.id());
            shared.cleared(each.account);
            breakers.reset(new Circuit.Subject.OfAccount(each.account.id()));
        }
        return Future.succeededFuture(
                new PoolActionResult(Outcome.DONE, "No cooldown of " + action.subject() + " is left.", results(meant)));
    }

    private Future<PoolActionResult> probe(PoolAction action, List<Meant> meant) {
        if (meant.size() > MOST_PROBES) {
            return done(
                    Outcome.REFUSED,
                    "The channel has more than " + MOST_PROBES + " accounts; probe them one by one: CHANNEL/ACCOUNT.");
        }
        List<Future<AccountResult>> probes =
                meant.stream().map(each -> probe(each, action.by())).toList();
        return Future.all(probes).map(all -> {
            List<AccountResult> results = probes.stream().map(Future::result).toList();
            long good = results.stream().filter(AccountResult::good).count();
            return new PoolActionResult(
                    Outcome.DONE, good + " of " + results.size() + " accounts answered well.", results);
        });
    }

    private Future<AccountResult> probe(Meant each, String by) {
        Word word = book.machine(each.account);
        // A list of models is given to those without money too.
        boolean money = word != null && word.state() == Word.State.OUT_OF_MONEY;
        Candidate candidate = candidate(each);
        boolean asks =
                !candidate.model().isEmpty() && (money || each.channel.health().probe() == Probe.REQUEST);
        Probe kind = asks ? Probe.REQUEST : Probe.MODELS;
        return prober.probe(candidate, kind).map(failure -> {
            boolean good = failure == null || Verdict.of(failure) instanceof Verdict.RequestWrong;
            if (good && word != null && word.state() != Word.State.ALIVE && (asks || !money)) {
                revive(each.account, by);
            }
            if (good) {
                state.probeNow(each.account.id(), clock.getAsLong());
            }
            return new AccountResult(each.account.id(), good, answer(kind, failure));
        });
    }

    private void revive(Account account, String by) {
        book.say(
                        account.id(),
                        account.key().fingerprint(),
                        Word.State.ALIVE,
                        "it answered an operator's probe",
                        by,
                        Evidence.NONE)
                .onFailure(cause -> LOG.debug("a word is not kept", cause));
    }

    /** For the first of its models; an account without any is asked for its list. */
    private Candidate candidate(Meant each) {
        for (Model model : revision.get().models().values()) {
            for (Candidate candidate : model.candidates()) {
                if (candidate.accountId().equals(each.account.id())) {
                    return candidate;
                }
            }
        }
        return new Candidate(each.channel, each.account, "", "", List.of(), Candidate.NO_SLOT);
    }

    private static String answer(Probe kind, @Nullable GatewayFailure failure) {
        if (failure == null) {
            return kind == Probe.REQUEST ? "a request was answered" : "its list of models was given";
        }
        if (!(failure instanceof UpstreamFailure upstream)) {
            return failure.message();
        }
        String status = upstream.status() == 0 ? "" : "status " + upstream.status() + ": ";
        return (upstream.verdict() instanceof Verdict.Elsewhere ? "nothing can be said: " : "")
                + status
                + upstream.message();
    }

    private static Future<PoolActionResult> done(Outcome outcome, String text) {
        return Future.succeededFuture(new PoolActionResult(outcome, text, List.of()));
    }
}
