package io.sluice.domain.pool;

import io.sluice.domain.pricing.Unpriced;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A public model name.
 *
 * @param name what clients ask for
 * @param candidates every (account, upstream model) that serves it, larger priority first, then file order
 * @param fallbacks models tried, in order, when no candidate of this one can serve
 * @param fallbacksOn models tried, in order, when a request fails for a cause; no entry for those that have none
 * @param policy how requests for it are tried
 * @param outputEstimate tokens reserved for the answer when the client names no maximum and nothing was learned yet
 * @param unpriced what happens to requests that nobody can price
 */
public record Model(
        String name,
        List<Candidate> candidates,
        List<String> fallbacks,
        Map<FallbackCause, List<String>> fallbacksOn,
        RoutePolicy policy,
        int outputEstimate,
        Unpriced unpriced) {
    /** Copies the lists. */
    public Model {
        candidates = List.copyOf(candidates);
        fallbacks = List.copyOf(fallbacks);
        Map<FallbackCause, List<String>> copies = new EnumMap<>(FallbackCause.class);
        fallbacksOn.forEach((cause, models) -> copies.put(cause, List.copyOf(models)));
        fallbacksOn = Collections.unmodifiableMap(copies);
    }

    /** Without fallbacks by cause. */
    public Model(
            String name,
            List<Candidate> candidates,
            List<String> fallbacks,
            RoutePolicy policy,
            int outputEstimate,
            Unpriced unpriced) {
        this(name, candidates, fallbacks, Map.of(), policy, outputEstimate, unpriced);
    }

    /** Models that go on for a cause, in order. */
    public List<String> fallbacksOn(FallbackCause cause) {
        return fallbacksOn.getOrDefault(cause, List.of());
    }

    /** Every model that a request for this one may come to besides. */
    public Stream<String> everyFallback() {
        return Stream.concat(fallbacks.stream(), fallbacksOn.values().stream().flatMap(List::stream))
                .distinct();
    }

    /** Estimated tokens of the longest system prompt that one of the candidates begins chats with; 0 for none. */
    public long systemTokens() {
        long most = 0;
        for (Candidate candidate : candidates) {
            SystemPrompt prompt = candidate.outbound().systemPrompt();
            most = prompt == null ? most : Math.max(most, prompt.tokens());
        }
        return most;
    }

    /**
     * The model at one account alone, without fallbacks.
     *
     * @param accountId {@code channel/account}
     */
    public Model onlyAt(String accountId) {
        return new Model(
                name,
                candidates.stream()
                        .filter(candidate -> candidate.accountId().equals(accountId))
                        .toList(),
                List.of(),
                policy,
                outputEstimate,
                unpriced);
    }
}
