package io.sluice.domain.key;

import io.sluice.domain.Glob;
import io.sluice.domain.budget.Budget;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A credential that Sluice issues to an application, known by its hash only.
 *
 * @param name unique among keys; safe to show and log
 * @param hash SHA-256 of the key's text
 * @param models which models it may use; empty allows all
 * @param limits its own limits
 * @param scopes what its requests are charged to: itself and its team, as far as they have limits
 * @param allowFrom networks it may be used from; empty allows all
 * @param expires instant from which it is refused; null for never
 * @param team its team; null for none
 * @param priority class of its requests while they wait for room; larger goes first, 0 is usual
 * @param maxWait how long its requests may wait for room; null for the usual time
 * @param disabled whether an operator switched it off
 * @param parentTeam the team that its team belongs to; null for none
 * @param budgets what it may spend: its own, its team's and its team's team's
 * @param diagnostics whether its answers say how they came about: attempts, account, upstream model
 */
public record VirtualKey(
        String name,
        KeyHash hash,
        List<Glob> models,
        LimitSet limits,
        List<Scope> scopes,
        List<Cidr> allowFrom,
        @Nullable Instant expires,
        @Nullable String team,
        int priority,
        @Nullable Duration maxWait,
        boolean disabled,
        @Nullable String parentTeam,
        List<Budget> budgets,
        boolean diagnostics) {
    /** Without diagnostics and budgets. */
    public VirtualKey(
            String name,
            KeyHash hash,
            List<Glob> models,
            LimitSet limits,
            List<Scope> scopes,
            List<Cidr> allowFrom,
            @Nullable Instant expires,
            @Nullable String team,
            int priority,
            @Nullable Duration maxWait,
            boolean disabled) {
        this(
                name, hash, models, limits, scopes, allowFrom, expires, team, priority, maxWait, disabled, null,
                List.of(), false);
    }

    /** Copies the lists. */
    public VirtualKey {
        models = List.copyOf(models);
        scopes = List.copyOf(scopes);
        allowFrom = List.copyOf(allowFrom);
        budgets = List.copyOf(budgets);
    }

    /**
     * The same key, charged also to a scope.
     *
     * @param scope its team's
     */
    public VirtualKey alsoChargedTo(Scope scope) {
        List<Scope> both = new ArrayList<>(scopes);
        both.add(scope);
        return new VirtualKey(
                name,
                hash,
                models,
                limits,
                both,
                allowFrom,
                expires,
                team,
                priority,
                maxWait,
                disabled,
                parentTeam,
                budgets,
                diagnostics);
    }

    /**
     * The same key, spending also of other budgets.
     *
     * @param shared its team's
     */
    public VirtualKey alsoSpending(List<Budget> shared) {
        if (shared.isEmpty()) {
            return this;
        }
        List<Budget> both = new ArrayList<>(budgets);
        both.addAll(shared);
        return new VirtualKey(
                name,
                hash,
                models,
                limits,
                scopes,
                allowFrom,
                expires,
                team,
                priority,
                maxWait,
                disabled,
                parentTeam,
                both,
                diagnostics);
    }

    /**
     * Whether the key may use a model.
     *
     * @param model public model name
     */
    public boolean allows(String model) {
        if (models.isEmpty()) {
            return true;
        }
        for (Glob glob : models) {
            if (glob.matches(model)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the key may be used from an address.
     *
     * @param address 4 or 16 bytes
     */
    public boolean allowsFrom(byte[] address) {
        if (allowFrom.isEmpty()) {
            return true;
        }
        for (Cidr network : allowFrom) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
