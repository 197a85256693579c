package io.sluice.health;

import io.sluice.domain.health.AccountView;
import io.sluice.domain.health.Word;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.Channel;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.Notice;
import io.sluice.message.Notice.Detail;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What operators are told of accounts and channels: what was found out, who cools for long, which channel has nobody left.
 * Used on the health verticle's event loop.
 */
final class HealthNotices {
    /** How long a channel must be without a usable account. */
    private static final long UNUSABLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** An account that cools no longer than this is as good as one that serves. */
    private static final long SOON_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Bus bus;
    private final InstantSource wallClock;
    private final Set<String> cooling = new HashSet<>();
    private final Map<String, Long> unusableSince = new HashMap<>();
    private final Set<String> unusable = new HashSet<>();

    HealthNotices(Bus bus, InstantSource wallClock) {
        this.bus = bus;
        this.wallClock = wallClock;
    }

    /** The gateway found something out, here or on another node. */
    void said(Word word) {
        boolean back = word.state() == Word.State.ALIVE;
        NoticeEvent event = back ? NoticeEvent.ACCOUNT_RECOVERED : NoticeEvent.ACCOUNT_DISABLED;
        String text = back
                ? "The account " + word.subject() + " works again."
                : "The account " + word.subject() + " is out of service: " + word.reason() + ".";
        List<Detail> details = new ArrayList<>();
        if (!back) {
            details.add(new Detail("reason", word.reason()));
            details.add(new Detail("provider", word.evidence().text()));
        }
        raise(event, word.subject(), false, text, details);
    }

    /** Looks at how all accounts stand. */
    void look(Collection<Channel> channels, List<AccountView> views, long now) {
        Map<String, AccountView> byId =
                views.stream().collect(Collectors.toMap(view -> view.account().id(), Function.identity()));
        for (Channel channel : channels) {
            boolean usable = false;
            boolean wanted = false;
            for (Account account : channel.accounts()) {
                AccountView view = byId.get(account.id());
                if (view != null) {
                    usable |= view.isUsable(SOON_NANOS);
                    wanted |= view.human() == AccountState.ENABLED;
                    look(view, channel.health().coolingNotice());
                }
            }
            // Where humans stopped them all, they know.
            look(channel.name(), usable || !wanted, now);
        }
        Set<String> names = channels.stream().map(Channel::name).collect(Collectors.toSet());
        Set.copyOf(cooling).stream().filter(id -> !byId.containsKey(id)).forEach(this::coolsNoLonger);
        Set.copyOf(unusable).stream().filter(name -> !names.contains(name)).forEach(this::usable);
        unusableSince.keySet().retainAll(names);
    }

    /** What was found out of an account holds no longer: it has another credential, or is gone. */
    void gone(String accountId) {
        raise(
                NoticeEvent.ACCOUNT_DISABLED,
                accountId,
                true,
                "The account " + accountId + " has another credential, or was taken out of the files.",
                List.of());
    }

    private void look(AccountView view, Duration patience) {
        String id = view.account().id();
        long since = view.coolsSinceNanos();
        if (since >= patience.toNanos() && cooling.add(id)) {
            String provider = view.lastError() == null ? "" : view.lastError().text();
            raise(
                    NoticeEvent.ACCOUNT_COOLING,
                    id,
                    false,
                    "The account " + id + " has been asked to slow down for " + patience.toMinutes() + " minutes.",
                    List.of(new Detail("provider", provider)));
        } else if (since == 0 && cooling.contains(id)) {
            coolsNoLonger(id);
        }
    }

    private void coolsNoLonger(String id) {
        cooling.remove(id);
        raise(NoticeEvent.ACCOUNT_COOLING, id, true, "The account " + id + " cools no longer.", List.of());
    }

    private void usable(String channel) {
        unusable.remove(channel);
        raise(
                NoticeEvent.CHANNEL_UNUSABLE,
                channel,
                true,
                "The channel " + channel + " has usable accounts again, or is no longer in the files.",
                List.of());
    }

    private void look(String channel, boolean usable, long now) {
        if (usable) {
            unusableSince.remove(channel);
            if (unusable.contains(channel)) {
                usable(channel);
            }
            return;
        }
        long since = unusableSince.computeIfAbsent(channel, c -> now);
        if (now - since >= UNUSABLE_NANOS && unusable.add(channel)) {
            raise(
                    NoticeEvent.CHANNEL_UNUSABLE,
                    channel,
                    false,
                    "No account of the channel " + channel + " can serve.",
                    List.of());
        }
    }

    private void raise(NoticeEvent event, String subject, boolean over, String text, List<Detail> details) {
        bus.publish(Address.NOTICE_RAISED, new Notice(event, subject, over, text, details, wallClock.millis()));
    }
}
