package io.sluice.domain.key;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.quota.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A credential that Sluice issues to an application, known by its hash only.
 *
 * @param name unique among keys; safe to show and log
 * @param credentials what it is known by, the newest first; one or more
 * @param team its team; null for none
 * @param parentTeam the team that its team belongs to; null for none
 * @param rights what it may do
 * @param quota what its requests are charged to
 * @param handling how its requests are handled
 */
public record VirtualKey(
        String name,
        List<KeyCredential> credentials,
        @Nullable String team,
        @Nullable String parentTeam,
        KeyRights rights,
        KeyQuota quota,
        KeyHandling handling) {
    /** Copies the list. */
    public VirtualKey {
        credentials = List.copyOf(credentials);
    }

    /** A key of nobody that may do everything. */
    public VirtualKey(String name, KeyHash hash) {
        this(name, List.of(new KeyCredential(hash)), null, null, KeyRights.ALL, KeyQuota.NONE, KeyHandling.USUAL);
    }

    /** The same key with other rights. */
    public VirtualKey with(KeyRights other) {
        return new VirtualKey(name, credentials, team, parentTeam, other, quota, handling);
    }

    /** The same key, charged otherwise. */
    public VirtualKey with(KeyQuota other) {
        return new VirtualKey(name, credentials, team, parentTeam, rights, other, handling);
    }

    /** The same key, handled otherwise. */
    public VirtualKey with(KeyHandling other) {
        return new VirtualKey(name, credentials, team, parentTeam, rights, quota, other);
    }

    /** The same key of another team; null for none. */
    public VirtualKey ofTeam(@Nullable String other) {
        return new VirtualKey(name, credentials, other, null, rights, quota, handling);
    }

    /** The same key as a member of its team. */
    VirtualKey in(@Nullable String parent, KeyQuota shared) {
        return new VirtualKey(name, credentials, team, parent, rights, shared, handling);
    }

    /** The same key, refused. */
    public VirtualKey switchedOff() {
        return with(rights.switchedOff());
    }

    /** Hash of its newest credential. */
    public KeyHash hash() {
        return credentials.getFirst().hash();
    }

    /**
     * Whether a credential opens it now: it is the key's and not over, and the key is neither over nor switched off.
     *
     * @param hash the credential's
     * @param now wall clock
     */
    public boolean opens(KeyHash hash, Instant now) {
        if (rights.isOff(now)) {
            return false;
        }
        for (int i = 0; i < credentials.size(); i++) {
            KeyCredential credential = credentials.get(i);
            if (credential.hash().equals(hash)) {
                return !credential.isOver(now);
            }
        }
        return false;
    }

    /**
     * Whether the key may use a model.
     *
     * @param model public model name
     */
    public boolean allows(String model) {
        return rights.allows(model);
    }

    /** Whether the key may ask an endpoint. */
    public boolean allows(Endpoint endpoint) {
        return rights.allows(endpoint);
    }

    /**
     * What a request for a model is charged to.
     *
     * @param model public name that was asked for
     */
    public List<Scope> scopes(String model) {
        return quota.scopes(model);
    }

    /** What it may spend: its own, its team's and its team's team's. */
    public List<Budget> budgets() {
        return quota.budgets();
    }

    /** Class of its requests while they wait for room; larger goes first, 0 is usual. */
    public int priority() {
        return handling.priority();
    }

    /** How long its requests may wait for room; null for the usual time. */
    public @Nullable Duration maxWait() {
        return handling.maxWait();
    }

    /** Whether its answers say how they came about. */
    public boolean diagnostics() {
        return handling.diagnostics();
    }
}
