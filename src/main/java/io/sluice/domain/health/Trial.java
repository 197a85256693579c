package io.sluice.domain.health;

import io.sluice.domain.health.KnownAccount.ModelState;

/** One request that is to show whether what is out works again, offered to one lane after the other until one takes it. */
final class Trial {
    /** How long one lane has it on offer. */
    static final long OFFER_NANOS = 300_000_000L;

    /** How long it may be on its way before another is offered: it may have been refused room, and never been sent. */
    static final long TAKEN_NANOS = 30_000_000_000L;

    private final Target target;
    private final Place place;
    private final Offer offer;
    private final long offeredNanos;
    private boolean taken;
    private long takenNanos;

    /** What is tried. */
    sealed interface Target {
        /** An account that is dead. */
        record OfDeath(KnownAccount account) implements Target {}

        /** A model that was missing. */
        record OfModel(ModelState model) implements Target {}

        /** A circuit that is half open. */
        record OfCircuit(Circuit circuit) implements Target {}
    }

    /**
     * Where it is tried.
     *
     * @param account whose request
     * @param model for which model
     */
    record Place(KnownAccount account, ModelState model) {}

    /**
     * Whom it is offered to.
     *
     * @param number the same only once
     * @param lane which may take it
     * @param sinceNanos when the same was offered first, to whomever: an attempt that began later may be its end
     */
    record Offer(long number, int lane, long sinceNanos) {}

    Trial(Target target, Place place, Offer offer, long now) {
        this.target = target;
        this.place = place;
        this.offer = offer;
        this.offeredNanos = now;
    }

    Target target() {
        return target;
    }

    Place place() {
        return place;
    }

    long number() {
        return offer.number;
    }

    int lane() {
        return offer.lane;
    }

    boolean isTaken() {
        return taken;
    }

    void take(long now) {
        taken = true;
        takenNanos = now;
    }

    /** Whether another lane is to have it. */
    boolean isOver(long now) {
        return taken ? now - takenNanos > TAKEN_NANOS : now - offeredNanos > OFFER_NANOS;
    }

    /** Whether the end of an attempt may be its end. */
    boolean isOf(KnownAccount asked, ModelState askedModel, long startedNanos) {
        boolean fits =
                switch (target) {
                    case Target.OfDeath death -> death.account() == asked;
                    case Target.OfModel missing -> missing.model() == askedModel;
                    case Target.OfCircuit half ->
                        half.circuit() == asked.circuit || half.circuit() == askedModel.endpoint;
                };
        return fits && startedNanos - offer.sinceNanos >= 0;
    }
}
