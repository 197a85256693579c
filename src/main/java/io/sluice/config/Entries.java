package io.sluice.config;

import io.sluice.config.Section.Item;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.Glob;
import io.sluice.domain.Secret;
import io.sluice.domain.key.Team;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.notice.NoticeRules;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.AmbiguousFaults;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.pool.Hedge;
import io.sluice.domain.pool.RetryShare;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pricing.Rates;
import io.sluice.domain.pricing.Tariff;
import io.sluice.domain.pricing.Unpriced;
import io.sluice.domain.quota.AccountLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the gateway's files and store say, entry by entry with places, before anything is looked at together. */
final class Entries {
    final List<ChannelEntry> channels = new ArrayList<>();
    final List<ModelEntry> models = new ArrayList<>();
    final List<KeyEntry> keys = new ArrayList<>();
    final List<TeamEntry> teams = new ArrayList<>();
    final List<Place> clearTextSinks = new ArrayList<>();
    final List<Item> secrets = new ArrayList<>();
    Policy routing = Policy.NONE;
    NoticeRules notices = NoticeRules.NONE;
    RetryShare retries = RetryShare.DEFAULT;
    boolean allowEmpty;
    final List<GlobPrice> prices = new ArrayList<>();
    String currency = "USD";
    Map<String, Worth> exchange = Map.of();
    Unpriced unpriced = Unpriced.RECORD;

    /** The entries of a kind that can also be stored, in their order. */
    List<? extends Entry> of(Kind kind) {
        return switch (kind) {
            case CHANNEL -> channels;
            case TEAM -> teams;
            case MODEL -> models;
            case PRICE -> prices;
        };
    }

    /** Leaves only the first entries of a kind. */
    void keepFirst(Kind kind, int count) {
        List<? extends Entry> list = of(kind);
        list.subList(count, list.size()).clear();
    }

    /** Adds an entry of a kind that can be stored. */
    void add(Entry entry) {
        switch (entry) {
            case ChannelEntry channel -> channels.add(channel);
            case TeamEntry team -> teams.add(team);
            case ModelEntry model -> models.add(model);
            case GlobPrice price -> prices.add(price);
            case AccountEntry account -> throw new IllegalArgumentException("an account is a part of its channel");
            case KeyEntry key -> throw new IllegalArgumentException("keys are stored elsewhere");
        }
    }

    /** Something with a name that must be unique. */
    sealed interface Entry {
        /** Where it stands. */
        Place place();

        /** Its name; empty when that is wrong. */
        String name();
    }

    /**
     * A team.
     *
     * @param place where it stands
     * @param team what it says
     * @param parent where the team is named that it belongs to; null for none
     */
    record TeamEntry(Place place, Team team, @Nullable Place parent) implements Entry {
        @Override
        public String name() {
            return team.name();
        }
    }

    /**
     * A channel.
     *
     * @param place where it stands
     * @param channel what it says, without its accounts
     * @param accounts its accounts
     * @param state what is wanted of it
     * @param prices what its models cost there
     */
    record ChannelEntry(
            Place place, Channel channel, List<AccountEntry> accounts, AccountState state, List<GlobPrice> prices)
            implements Entry {
        /** Whether nothing is sent there, so that it may be unfinished. */
        boolean disabled() {
            return state == AccountState.DISABLED;
        }

        @Override
        public String name() {
            return channel.name();
        }
    }

    /**
     * An account.
     *
     * @param place where it stands: its item, or the line of its key file
     * @param name its name
     * @param key the credential
     * @param limits its limits
     * @param quotaOf who it is counted with
     * @param own what counts in the place of its channel's options; null when nothing does
     * @param clearText whether the credential stands in the file itself
     * @param state what is wanted of it
     */
    record AccountEntry(
            Place place,
            String name,
            @Nullable Secret key,
            AccountLimits limits,
            @Nullable String quotaOf,
            Account.@Nullable Own own,
            boolean clearText,
            AccountState state)
            implements Entry {
        /** Whether nothing is sent there. */
        boolean disabled() {
            return state == AccountState.DISABLED;
        }
    }

    /**
     * A public model.
     *
     * @param place where it stands
     * @param name its name
     * @param fallbacks their names and places
     * @param fallbacksOn the same by cause
     * @param policy what it says about routing
     * @param outputEstimate tokens
     * @param price null for none
     * @param unpriced null when not said
     */
    record ModelEntry(
            Place place,
            String name,
            List<Section.Item> fallbacks,
            Map<FallbackCause, List<Section.Item>> fallbacksOn,
            Policy policy,
            int outputEstimate,
            @Nullable PriceEntry price,
            @Nullable Unpriced unpriced)
            implements Entry {}

    /**
     * What something costs.
     *
     * @param place where it stands
     * @param currency null for the ledger's
     * @param rates what tokens cost
     * @param tiers what they cost in long requests
     * @param imageMicros for each picture
     * @param callMicros for each request
     */
    record PriceEntry(
            Place place,
            @Nullable String currency,
            Rates rates,
            List<Tariff.Tier> tiers,
            long imageMicros,
            long callMicros) {
        /** The price, in its currency or in this one. */
        Tariff in(String ledger) {
            return new Tariff(currency == null ? ledger : currency, rates, tiers, imageMicros, callMicros);
        }

        /** Where it stands, for people. */
        String origin() {
            return place.where() + " " + place.path();
        }
    }

    /**
     * What one unit of a currency is worth.
     *
     * @param place where it stands
     * @param micros millionths of the ledger's currency
     */
    record Worth(Place place, long micros) {}

    /**
     * What models cost.
     *
     * @param glob names of models at their provider
     * @param price what each costs
     */
    record GlobPrice(Glob glob, PriceEntry price) implements Entry {
        @Override
        public Place place() {
            return price.place();
        }

        @Override
        public String name() {
            return glob.pattern();
        }
    }

    /**
     * A virtual key.
     *
     * @param place where it stands
     * @param key the key, not yet charged to its team
     * @param isKnown whether its hash could be read
     * @param team where its team is named; null for none
     * @param clearText where credentials stand in the file itself
     */
    record KeyEntry(
            Place place,
            VirtualKey key,
            boolean isKnown,
            @Nullable Place team,
            List<Place> clearText) implements Entry {
        @Override
        public String name() {
            return key.name();
        }
    }

    /**
     * How requests are tried, as far as it is said.
     *
     * @param strategy null when not said
     * @param sticky null when not said
     * @param attempts null when not said
     * @param deadline null when not said
     * @param maxWait null when not said
     * @param maxWaitStream null when not said
     * @param attemptTimeout null when not said
     * @param ambiguous null when not said
     * @param statuses null when not said
     * @param hedge null when not said; empty for never
     */
    record Policy(
            @Nullable Strategy strategy,
            @Nullable Boolean sticky,
            @Nullable Long attempts,
            @Nullable Duration deadline,
            @Nullable Duration maxWait,
            @Nullable Duration maxWaitStream,
            @Nullable Duration attemptTimeout,
            @Nullable AmbiguousFaults ambiguous,
            @Nullable Set<Integer> statuses,
            @Nullable Optional<Hedge> hedge) {
        static final Policy NONE = new Policy(null, null, null, null, null, null, null, null, null, null);
    }
}
