package io.sluice.domain.health;

import io.sluice.domain.health.Circuit.Subject;
import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.HealthPolicy;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known of an account and of its models. Used by one thread. */
final class KnownAccount {
    private final Channel channel;
    private final Account account;
    private final Map<String, ModelState> models = new LinkedHashMap<>();
    final Cooldown cooldown;
    final Circuit circuit;
    final Ramp ramp;
    AccountState human;

    @Nullable
    Death death;

    @Nullable
    Evidence lastError;

    long lastErrorMillis;
    int triesBefore = -1;
    long backNanos;
    int refusals;
    long firstRefusalNanos;
    long lastRefusalNanos;

    /**
     * Why an account is out.
     *
     * @param money whether it is for want of money
     * @param reason in a few words
     * @param evidence what the provider said
     * @param sinceMillis wall clock
     * @param recovery its way back
     */
    record Death(boolean money, String reason, Evidence evidence, long sinceMillis, Recovery recovery) {}

    /** What is known of an account's model. */
    static final class ModelState {
        final Candidate candidate;
        final Cooldown cooldown;
        final Circuit endpoint;

        @Nullable
        Recovery missing;

        int doubts;

        private ModelState(Candidate candidate, @Nullable ModelState before, Circuit endpoint) {
            this.candidate = candidate;
            this.cooldown = before == null ? new Cooldown() : before.cooldown;
            this.endpoint = endpoint;
            boolean sameChannel = before != null
                    && before.candidate
                            .channel()
                            .withoutAccounts()
                            .equals(candidate.channel().withoutAccounts());
            this.missing = before != null && sameChannel ? before.missing : null;
        }

        int slot() {
            return candidate.slot();
        }
    }

    /** An account of a revision, with what was known of it if its credential is the same. */
    KnownAccount(Channel channel, Account account, @Nullable KnownAccount before) {
        this.channel = channel;
        this.account = account;
        boolean same = before != null && before.account.key().equals(account.key());
        if (before != null && same) {
            cooldown = before.cooldown;
            circuit = before.circuit;
            ramp = before.ramp;
            death = before.death;
            lastError = before.lastError;
            lastErrorMillis = before.lastErrorMillis;
            triesBefore = before.triesBefore;
            backNanos = before.backNanos;
            circuit.anew();
            refusals = before.refusals;
            firstRefusalNanos = before.firstRefusalNanos;
            lastRefusalNanos = before.lastRefusalNanos;
        } else {
            cooldown = new Cooldown();
            circuit = new Circuit(new Subject.OfAccount(account.id()));
            ramp = new Ramp();
        }
        // A human's word is of the account, whatever its credential.
        human = before == null ? AccountState.ENABLED : before.human;
    }

    /** Adds one of its models. */
    void add(Candidate candidate, @Nullable KnownAccount before, Circuit endpoint) {
        boolean same = before != null && before.account.key().equals(account.key());
        ModelState old = before == null || !same ? null : before.models.get(candidate.upstreamModel());
        models.putIfAbsent(candidate.upstreamModel(), new ModelState(candidate, old, endpoint));
    }

    Account account() {
        return account;
    }

    Channel channel() {
        return channel;
    }

    HealthPolicy policy() {
        return channel.health();
    }

    Iterable<ModelState> models() {
        return models.values();
    }

    /** @return null for a model that it does not have, or none */
    @Nullable
    ModelState model(String upstreamModel) {
        return models.get(upstreamModel);
    }

    /** Whether an attempt was made with this credential. */
    boolean isSame(Candidate candidate) {
        return candidate.account().key().equals(account.key());
    }

    /** Whether every model of it was found missing, and there are several. */
    boolean isBare() {
        return models.size() > 1 && models.values().stream().allMatch(model -> model.missing != null);
    }

    /**
     * How it stands with a model: one of the constants of {@link PoolSnapshot}, the one that lasts longest.
     */
    byte standing(ModelState model, long now) {
        if (human != AccountState.ENABLED) {
            return human == AccountState.DISABLED ? PoolSnapshot.DISABLED : PoolSnapshot.DRAINING;
        }
        if (death != null || model.missing != null) {
            return PoolSnapshot.DEAD;
        }
        if (circuit.state() != Circuit.State.CLOSED || model.endpoint.state() != Circuit.State.CLOSED) {
            return PoolSnapshot.BROKEN;
        }
        return isCooling(model, now) ? PoolSnapshot.COOLING : PoolSnapshot.UP;
    }

    private boolean isCooling(ModelState model, long now) {
        return cooldown.isOn(now) || model.cooldown.isOn(now);
    }

    /** Whether nothing but circuits keeps requests for a model away. */
    boolean isWell(ModelState model, long now) {
        return human == AccountState.ENABLED && death == null && model.missing == null && !isCooling(model, now);
    }

    /** When what cools comes back. */
    long until(ModelState model, long now) {
        if (!cooldown.isOn(now)) {
            return model.cooldown.until();
        }
        if (!model.cooldown.isOn(now)) {
            return cooldown.until();
        }
        return cooldown.until() - model.cooldown.until() > 0 ? cooldown.until() : model.cooldown.until();
    }
}
