package io.sluice.config;

import io.sluice.config.Entries.AccountEntry;
import io.sluice.domain.Secret;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.pool.ProviderType.Credential;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads one item of {@code accounts}: an account, or a key file of which each line is one ({@code key[,name[,rpm[,tpm]]]};
 * {@code #} begins a comment).
 */
final class AccountReader {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Section item;
    private final AccountLimits limits;
    private final @Nullable String quotaOf;
    private final AccountState state;
    private final List<AccountEntry> accounts;
    private final boolean takesJson;
    private final Account.@Nullable Own own;

    private AccountReader(Section item, Channel channel, List<AccountEntry> accounts) {
        Preset preset = channel.preset();
        this.item = item;
        this.takesJson = channel.type().credentials().contains(Credential.SERVICE_ACCOUNT);
        this.accounts = accounts;
        AccountLimits stated = LimitsReader.read(item);
        this.limits = preset == null || item.has("limits") ? stated : LimitsReader.of(preset);
        this.quotaOf = item.text("quota-of", "name", Section.NONE, Names::name);
        this.own = OutboundReader.ofAccount(item, channel);
        this.state = item.word("state", AccountState.ENABLED);
        item.replaced("disabled", "state: disabled");
    }

    /**
     * Adds the account, or all accounts of the key file.
     *
     * @param channel its channel, complete but for the accounts: what it says counts where the item says nothing
     */
    static void read(Section item, Channel channel, List<AccountEntry> accounts) {
        new AccountReader(item, channel, accounts).read();
    }

    private void read() {
        String name = item.text("name", "name", "required without keys-file", Names::name);
        Secret key = item.secret(
                "key", "required without keys-file", takesJson ? Names::credentialOrJson : Names::credential);
        String keysFile = item.text("keys-file", "file", Section.NONE, text -> text);
        if (item.has("keys-file")) {
            for (String other : List.of("name", "key")) {
                if (item.has(other)) {
                    item.error(other, "does not go with keys-file, whose lines are accounts of their own");
                }
            }
            if (keysFile != null) {
                keysFile(keysFile);
            }
            return;
        }
        for (String needed : List.of("name", "key")) {
            if (!item.has(needed)) {
                item.error(needed, "is missing");
            }
        }
        accounts.add(new AccountEntry(
                item.place(), name == null ? "" : name, key, limits, quotaOf, own, item.isClearText("key"), state));
    }

    private void keysFile(String file) {
        String text = item.reading().substitution().text(file, Substitution.MAX_KEYS_FILE, item.place("keys-file"));
        if (text == null) {
            return;
        }
        int before = accounts.size();
        int errors = item.findings().errorCount();
        String[] lines = text.split("\r\n|\n|\r", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                line(new Place(file, i + 1, 0, item.place("keys-file").path()), line.split(",", -1));
            }
        }
        if (accounts.size() == before && item.findings().errorCount() == errors) {
            item.error("keys-file", "the file " + file + " holds no key");
        }
    }

    private void line(Place place, String[] fields) {
        if (fields.length > 4) {
            item.findings().error(place, "has more than the four fields key,name,rpm,tpm");
            return;
        }
        try {
            Secret key = Secret.of(checked("the key", fields[0].strip(), Names::credential));
            String name = field(fields, 1);
            accounts.add(new AccountEntry(
                    place,
                    name == null ? "k-" + key.fingerprint() : checked("the name", name, Names::name),
                    key,
                    overridden(amount("rpm", field(fields, 2)), amount("tpm", field(fields, 3))),
                    quotaOf,
                    own,
                    false,
                    state));
        } catch (IllegalArgumentException e) {
            item.findings().error(place, e.getMessage() + "; a line is key,name,rpm,tpm");
        }
    }

    private static <T> T checked(String what, String text, Function<String, T> check) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException(what + " is empty");
        }
        try {
            return check.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(what + " " + e.getMessage(), e);
        }
    }

    private static @Nullable String field(String[] fields, int index) {
        return index < fields.length && !fields[index].isBlank() ? fields[index].strip() : null;
    }

    private static @Nullable Long amount(String what, @Nullable String text) {
        return text == null ? null : checked(what, text, t -> Scalars.within(Scalars.integer(t), 1, LimitsReader.MOST));
    }

    /** The limits of the entry, with a line's own requests and tokens a minute in their place. */
    private AccountLimits overridden(@Nullable Long rpm, @Nullable Long tpm) {
        if (rpm == null && tpm == null) {
            return limits;
        }
        List<Limit> windows = new ArrayList<>();
        replace(windows, Dimension.REQUESTS, rpm);
        replace(windows, Dimension.TOKENS, tpm);
        for (Limit limit : limits.all().windows()) {
            if (windows.stream()
                    .noneMatch(w ->
                            w.dimension() == limit.dimension() && w.window().equals(limit.window()))) {
                windows.add(limit);
            }
        }
        return new AccountLimits(new LimitSet(windows, limits.all().concurrency()), limits.perModel(), limits.groups());
    }

    private static void replace(List<Limit> windows, Dimension dimension, @Nullable Long amount) {
        if (amount != null) {
            windows.add(new Limit(dimension, amount, MINUTE));
        }
    }
}
