package io.sluice.domain.routing;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Orders candidates: larger priority first; inside a tier those with room, those without, those that do worse than the
 * others, each of them by {@link TierOrder}. Who cools, is dead, broken, draining or disabled is left out, but for the one
 * request that a trial is made with. The whole is told in {@code docs/routing.md}.
 *
 * <p>What follows from the files is worked out once for a revision, what follows from the pool's state once for each change of
 * it; a request costs a few draws and a copy of the list. Used by one thread.
 */
public final class RoutePlanner {
    private static final int[] UNKNOWN = {};

    private final int lane;
    private final TierOrder order = new TierOrder();
    /** Number of the trial that was given away, by slot. */
    private final Map<Integer, Long> tried = new HashMap<>();

    private final Map<Endpoint, Map<Model, Tier[]>> tiers = new EnumMap<>(Endpoint.class);
    private PoolSnapshot snapshot = PoolSnapshot.UNKNOWN;
    private String headroomOf = "";
    private int[] headroom = UNKNOWN;
    private @Nullable GatewayRevision revision;
    private PoolView view = new PoolView(PoolSnapshot.UNKNOWN, UNKNOWN);

    /**
     * Nothing is known of the pool.
     *
     * @param lane whose trials are made here
     */
    public RoutePlanner(int lane) {
        this.lane = lane;
    }

    /**
     * What is asked.
     *
     * @param revision the revision that the model is of
     * @param endpoint what the model is asked for; channels without it are no candidates
     * @param account {@code channel/account}, the only one that can serve; null for any
     * @param mayFallBack whether another account may be asked when the first one fails: who may not gets no trial, unless
     *     nobody else can serve
     * @param stickyHash what the conversation sticks to; 0 for nothing
     * @param seed a random number
     * @param now nanoseconds
     */
    public record Question(
            GatewayRevision revision,
            Endpoint endpoint,
            @Nullable String account,
            boolean mayFallBack,
            long stickyHash,
            long seed,
            long now) {}

    /** The pool stands like this from now on. */
    public void learn(PoolSnapshot latest) {
        snapshot = latest;
        tried.entrySet().removeIf(each -> latest.trial(each.getKey(), lane) != each.getValue());
        look();
    }

    /**
     * The accounts have so much room from now on.
     *
     * @param id the revision whose account indexes are used
     * @param permille by account index
     */
    public void learn(String id, int[] permille) {
        headroomOf = id;
        headroom = permille;
        look();
    }

    private void look() {
        if (revision != null) {
            boolean known = headroomOf.equals(revision.id());
            view = new PoolView(snapshot.of(revision), known ? headroom : UNKNOWN);
        }
    }

    /** Requests of an old revision may come between those of a new one; they are few. */
    private void turnTo(GatewayRevision other) {
        if (revision != other) {
            revision = other;
            tiers.clear();
            look();
        }
    }

    /**
     * Appends a model's usable candidates, best first.
     *
     * @param model of the revision that is asked about
     * @param plan takes the candidates
     */
    public void plan(Question question, Model model, Plan plan) {
        turnTo(question.revision);
        order.begin(model.policy().strategy(), model.policy().sticky() ? question.stickyHash : 0, question.seed);
        Tier[] all = tiersOf(question, model);
        List<Tier> spared = List.of();
        for (int i = 0; i < all.length; i++) {
            Tier tier = all[i];
            tier.look(view, lane, question.now);
            if (question.mayFallBack) {
                addTrial(tier, plan);
            }
            if (i < all.length - 1 && order.spares(tier)) {
                spared = Stream.concat(spared.stream(), Stream.of(tier)).toList();
            } else {
                order.append(tier, plan);
            }
        }
        for (Tier tier : spared) {
            order.append(tier, plan);
        }
    }

    /**
     * Gives a request that could not fall back its trial: for a plan that is empty, of all its models, so that it has nothing
     * to lose.
     *
     * @param model of the revision that is asked about, planned before
     * @param plan takes the candidate
     */
    public void planTrial(Question question, Model model, Plan plan) {
        turnTo(question.revision);
        for (Tier tier : tiersOf(question, model)) {
            tier.look(view, lane, question.now);
            addTrial(tier, plan);
        }
    }

    /** Only where the request is likely to be sent there: a trial is given away once. */
    private void addTrial(Tier tier, Plan plan) {
        for (int i = 0; i < tier.trials() && !plan.hasRoom() && plan.trial() == 0; i++) {
            int position = tier.trial(i);
            int slot = tier.slot(position);
            long number = view.snapshot().trial(slot, lane);
            if (tier.headroom(position) > 0 && !Objects.equals(tried.put(slot, number), number)) {
                plan.addTrial(tier.candidate(position), number);
            }
        }
    }

    /**
     * Counts who cannot serve a model.
     *
     * @param absence takes them
     */
    public void explain(Question question, Model model, Absence absence) {
        turnTo(question.revision);
        for (Candidate candidate : serving(question, model)) {
            absence.add(candidate, view.snapshot(), question.now);
        }
    }

    private Tier[] tiersOf(Question question, Model model) {
        if (question.account != null) {
            return Tier.divide(serving(question, model), true);
        }
        Endpoint endpoint = question.endpoint.isCommon() ? Endpoint.CHAT_COMPLETIONS : question.endpoint;
        Map<Model, Tier[]> known = tiers.computeIfAbsent(endpoint, e -> new IdentityHashMap<>());
        Tier[] found = known.get(model);
        if (found == null) {
            found = Tier.divide(serving(question, model), false);
            known.put(model, found);
        }
        return found;
    }

    private static List<Candidate> serving(Question question, Model model) {
        List<Candidate> all = question.account == null
                ? model.candidates()
                : model.onlyAt(question.account).candidates();
        return question.endpoint.isCommon()
                ? all
                : all.stream()
                        .filter(candidate -> candidate.channel().offers(question.endpoint))
                        .toList();
    }
}
