package io.sluice.config;

import io.sluice.config.Entries.Policy;
import io.sluice.config.Section.Item;
import io.sluice.domain.pool.AmbiguousFaults;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.pool.Hedge;
import io.sluice.domain.pool.RetryShare;
import io.sluice.domain.pool.RoutePolicy;
import io.sluice.domain.pool.Strategy;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads how requests are tried: {@code routing}, and what a model says of it. */
final class PolicyReader {
    private static final Duration SHORTEST_DEADLINE = Duration.ofMillis(100);
    private static final Duration LONGEST_DEADLINE = Duration.ofHours(1);
    private static final Pattern STATUS = Pattern.compile("[45][0-9]{2}");
    private static final Pattern PERCENT = Pattern.compile("([0-9]{1,2}|100)%");
    private static final Duration SHORTEST_PATIENCE = Duration.ofMillis(1);
    private static final String P95 = "p95";
    private static final String NEVER = "never";
    private static final int MOST_LEAST = 10_000;

    private PolicyReader() {}

    /**
     * Reads a policy.
     *
     * @param outer what counts where nothing is said; null for the defaults
     */
    static Policy policy(Section section, @Nullable String outer) {
        RoutePolicy standard = RoutePolicy.DEFAULT;
        return new Policy(
                section.optionalWord("strategy", Strategy.class, shown(outer, word(standard.strategy()))),
                section.optionalFlag("sticky", shown(outer, Boolean.toString(standard.sticky()))),
                section.optional("attempts", shown(outer, Integer.toString(standard.attempts())), 1, 20),
                section.optionalDuration(
                        "deadline",
                        shown(outer, Scalars.show(standard.deadline())),
                        SHORTEST_DEADLINE,
                        LONGEST_DEADLINE),
                wait(section, "max-wait", shown(outer, Scalars.show(standard.maxWait()))),
                wait(section, "max-wait-stream", shown(outer, Scalars.show(standard.maxWaitStream()))),
                section.optionalDuration(
                        "attempt-timeout", shown(outer, Section.NONE), SHORTEST_DEADLINE, LONGEST_DEADLINE),
                section.optionalWord(
                        "ambiguous",
                        AmbiguousFaults.class,
                        shown(outer, word(standard.failover().ambiguous()))),
                statuses(section, shown(outer, "none")),
                hedge(section.section("hedge"), outer));
    }

    /** Reads {@code hedge}; null when nothing is said. */
    private static @Nullable Optional<Hedge> hedge(Section section, @Nullable String outer) {
        String after = section.value(
                "after",
                new Option(section.path("after"), "p95, duration or never", shown(outer, "never"), "1ms to 1h"),
                PolicyReader::patience);
        Duration least = section.duration("least", Hedge.LEAST, SHORTEST_PATIENCE, LONGEST_DEADLINE);
        Duration most = section.duration("most", Hedge.MOST, SHORTEST_PATIENCE, LONGEST_DEADLINE);
        if (section.isPresent() && !section.has("after")) {
            section.error("after", "is missing; write p95, a duration, or never");
        }
        if (least.compareTo(most) > 0) {
            section.error("least", "is more than most, " + Scalars.show(most));
            return null;
        }
        if (after == null) {
            return null;
        }
        return after.equals(NEVER)
                ? Optional.empty()
                : Optional.of(new Hedge(after.equals(P95) ? null : Scalars.duration(after), least, most));
    }

    private static String patience(String text) {
        if (!text.equals(P95) && !text.equals(NEVER)) {
            Scalars.within(Scalars.duration(text), SHORTEST_PATIENCE, LONGEST_DEADLINE);
        }
        return text;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String shown(@Nullable String outer, String standard) {
        return outer != null ? outer : standard;
    }

    private static @Nullable Duration wait(Section section, String key, String shownDefault) {
        return section.optionalDuration(key, shownDefault, Duration.ZERO, KeyReader.LONGEST_WAIT);
    }

    private static @Nullable Set<Integer> statuses(Section section, String shownDefault) {
        Set<Integer> statuses = new HashSet<>();
        for (Item item : section.texts("retry-statuses", "HTTP statuses", shownDefault)) {
            if (STATUS.matcher(item.text()).matches()) {
                statuses.add(Integer.parseInt(item.text()));
            } else {
                section.findings().error(item.place(), item.shown() + " is not a status of an error; write 400 to 599");
            }
        }
        return section.has("retry-statuses") ? statuses : null;
    }

    /** Reads {@code routing.retry-budget}. */
    static RetryShare retries(Section budget) {
        RetryShare standard = RetryShare.DEFAULT;
        Integer percent = budget.value(
                "share",
                new Option(budget.path("share"), "percent", standard.percent() + "%", "0% to 100%"),
                PolicyReader::percent);
        return new RetryShare(
                percent == null ? standard.percent() : percent,
                budget.integer("least", standard.least(), 0, MOST_LEAST));
    }

    private static Integer percent(String text) {
        if (!PERCENT.matcher(text).matches()) {
            throw new IllegalArgumentException("is not a share; write whole percent, such as 20%");
        }
        return Integer.parseInt(text.substring(0, text.length() - 1));
    }

    /** Reads {@code fallbacks-on} of a model. */
    static Map<FallbackCause, List<Item>> fallbacksOn(Section causes) {
        Map<FallbackCause, List<Item>> models = new EnumMap<>(FallbackCause.class);
        for (FallbackCause cause : FallbackCause.values()) {
            List<Item> items = causes.texts(word(cause), "model names", "none");
            if (!items.isEmpty()) {
                models.put(cause, items);
            }
        }
        return models;
    }
}
