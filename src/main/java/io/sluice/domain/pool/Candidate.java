package io.sluice.domain.pool;

import io.sluice.domain.pricing.Price;
import io.sluice.domain.quota.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An account that can serve a model, and what counts when it does.
 *
 * @param channel its channel
 * @param account its account
 * @param model public model name
 * @param upstreamModel the provider's name for it; on Azure the deployment
 * @param scopes every scope a request through it is charged to: the account, and where limits say so the account ×
 *     model or model group
 * @param slot position among all pairs of account and upstream model of the revision, from 0: the index of what is known
 *     of the pair
 * @param price what requests to it cost; null when nobody knows
 */
public record Candidate(
        Channel channel,
        Account account,
        String model,
        String upstreamModel,
        List<Scope> scopes,
        int slot,
        @Nullable Price price) {
    /** Slot of a candidate that names no model. */
    public static final int NO_SLOT = -1;

    /** Copies the list. */
    public Candidate {
        scopes = List.copyOf(scopes);
    }

    /** One of which nobody knows the price. */
    public Candidate(
            Channel channel, Account account, String model, String upstreamModel, List<Scope> scopes, int slot) {
        this(channel, account, model, upstreamModel, scopes, slot, null);
    }

    /** The same with the account in another form. */
    public Candidate withAccount(Account other) {
        return new Candidate(channel, other, model, upstreamModel, scopes, slot, price);
    }

    /** How long an attempt may take. */
    public Timeouts timeouts() {
        return channel.timeoutsOf(account);
    }

    /** What is added to the request. */
    public Outbound outbound() {
        return channel.outboundOf(account);
    }

    /** What chats begin with; null for nothing. */
    public @Nullable String systemPrompt() {
        SystemPrompt prompt = outbound().systemPrompt();
        return prompt == null ? null : prompt.text().reveal();
    }

    /** What is changed in the fields of the request, for this model. */
    public ParameterRules parameters() {
        ParameterRules rules = channel.parameters().forModel(upstreamModel);
        Account.Own own = account.own();
        return own == null ? rules : own.parameters().forModel(upstreamModel).over(rules);
    }

    /** {@code channel/account}. */
    public String accountId() {
        return account.id();
    }
}
