package io.sluice.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * The fullest window of any account, as a share of its limit: above 1 is an overshoot.
 *
 * @param requests of requests; 0 when no account limits them
 * @param tokens of tokens; 0 when no account limits them
 * @param refused how often the provider refused for it
 */
record Largest(double requests, double tokens, long refused) {
    /** Of some accounts, by what the oracle says. */
    static Largest of(List<Pool.Account> accounts, JsonNode oracle) {
        double requests = 0;
        double tokens = 0;
        long refused = 0;
        for (Pool.Account account : accounts) {
            JsonNode seen = oracle.path(account.credential());
            requests = Math.max(requests, share(seen.path("maxRequests").asLong(), account.requests()));
            tokens = Math.max(tokens, share(seen.path("maxTokens").asLong(), account.tokens()));
            refused += seen.path("refused").asLong();
        }
        return new Largest(requests, tokens, refused);
    }

    private static double share(long most, long limit) {
        return limit == 0 ? 0 : (double) most / limit;
    }

    /** Whether a window held more than its limit, if only by one. */
    boolean isOver() {
        return requests > 1 || tokens > 1 || refused > 0;
    }
}
