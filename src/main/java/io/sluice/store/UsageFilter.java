package io.sluice.store;

import java.time.Instant;
import java.util.List;

/**
 * Whose usage is asked for, and of which time. An empty list asks for all; names are compared as they are, nothing in them
 * is a pattern.
 *
 * @param from first instant, by the start of requests
 * @param to first instant that does not belong to it any more
 * @param keys names of virtual keys
 * @param teams names of teams; the keys of their teams are not meant
 * @param models public model names that were asked for
 * @param channels names of channels
 * @param accounts {@code channel/account}
 * @param endings {@code completed}, {@code failed}, {@code cut}, {@code cancelled}
 * @param statuses HTTP statuses
 */
public record UsageFilter(
        Instant from,
        Instant to,
        List<String> keys,
        List<String> teams,
        List<String> models,
        List<String> channels,
        List<String> accounts,
        List<String> endings,
        List<Integer> statuses) {
    /** Copies the lists. */
    public UsageFilter {
        keys = List.copyOf(keys);
        teams = List.copyOf(teams);
        models = List.copyOf(models);
        channels = List.copyOf(channels);
        accounts = List.copyOf(accounts);
        endings = List.copyOf(endings);
        statuses = List.copyOf(statuses);
    }

    /** Everything of a time. */
    public static UsageFilter between(Instant from, Instant to) {
        return new UsageFilter(from, to, List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /** The same for one key. */
    public UsageFilter ofKey(String key) {
        return new UsageFilter(from, to, List.of(key), teams, models, channels, accounts, endings, statuses);
    }

    /** The same for some teams. */
    public UsageFilter ofTeams(List<String> some) {
        return new UsageFilter(from, to, keys, some, models, channels, accounts, endings, statuses);
    }

    /** Whether sums do not know the answer. */
    boolean needsRecords() {
        return !endings.isEmpty() || !statuses.isEmpty();
    }
}
