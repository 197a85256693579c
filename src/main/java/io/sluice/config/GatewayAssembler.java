package io.sluice.config;

import io.sluice.config.Entries.AccountEntry;
import io.sluice.config.Entries.ChannelEntry;
import io.sluice.config.Entries.KeyEntry;
import io.sluice.config.Entries.TeamEntry;
import io.sluice.domain.Secret;
import io.sluice.domain.key.KeyRing;
import io.sluice.domain.key.Teams;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.Origins;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.stored.StoredIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes a revision of entries that have passed every check. */
final class GatewayAssembler {
    private final Entries entries;
    private final NodePorts ports;
    private final Findings findings;
    private final Map<String, AccountLimits> shared = new HashMap<>();

    GatewayAssembler(Entries entries, NodePorts ports, Findings findings) {
        this.entries = entries;
        this.ports = ports;
        this.findings = findings;
    }

    /**
     * Makes the revision.
     *
     * @param id its id
     * @param origins where entries come from
     */
    GatewayRevision assemble(String id, Origins origins) {
        shareLimits();
        List<Channel> channels = channels();
        Pricing pricing = new Pricing(entries, id, findings);
        Map<String, Model> models = new ModelAssembler(entries, pricing, findings).models(channels);
        RevisionAdvice advice = new RevisionAdvice(entries, ports, findings);
        advice.ofModels(models);
        pricing.warn();
        advice.ofEntries(models);
        return new GatewayRevision(
                id,
                channels,
                models,
                keys(),
                storedIds(),
                entries.notices,
                pricing.currencies(),
                findings.warnings(),
                origins);
    }

    /** Limits of what several accounts share stand at one of them, and count for all. */
    private void shareLimits() {
        for (ChannelEntry channel : entries.channels) {
            for (AccountEntry account : channel.accounts()) {
                if (account.quotaOf() != null && !account.limits().equals(AccountLimits.NONE)) {
                    shared.putIfAbsent(
                            account.quotaOf(), channel.channel().type().enforced(account.limits()));
                }
            }
        }
    }

    private @Nullable StoredIds storedIds() {
        List<Secret> secrets =
                entries.secrets.stream().map(item -> Secret.of(item.text())).toList();
        return secrets.isEmpty() ? null : new StoredIds(secrets);
    }

    /** The keys, each charged also to its team. */
    private KeyRing keys() {
        return new KeyRing(
                entries.keys.stream().map(KeyEntry::key).toList(),
                new Teams(entries.teams.stream().map(TeamEntry::team).toList()));
    }

    private List<Channel> channels() {
        List<Channel> channels = new ArrayList<>();
        int index = 0;
        for (ChannelEntry entry : entries.channels) {
            List<Account> accounts = new ArrayList<>();
            for (AccountEntry account : entry.accounts()) {
                if (account.key() != null) {
                    accounts.add(new Account(
                            entry.name() + "/" + account.name(),
                            account.name(),
                            index++,
                            account.key(),
                            limits(entry.channel().type(), account),
                            account.quotaOf(),
                            account.own(),
                            entry.state().strictest(account.state())));
                }
            }
            if (!accounts.isEmpty()) {
                channels.add(entry.channel().withAccounts(accounts));
            }
        }
        return channels;
    }

    private AccountLimits limits(ProviderType type, AccountEntry account) {
        return account.quotaOf() == null
                ? type.enforced(account.limits())
                : shared.getOrDefault(account.quotaOf(), AccountLimits.NONE);
    }
}
