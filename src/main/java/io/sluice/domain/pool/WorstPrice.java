package io.sluice.domain.pool;

import io.sluice.domain.pricing.Price;
import io.sluice.domain.quota.Estimate;
import java.util.List;

/** The most that a request may cost its key, before anybody is asked: what a budget reserves. */
public final class WorstPrice {
    private WorstPrice() {}

    /**
     * The most that one request costs at the dearest of its candidates. The key pays for one answer alone, however many are
     * asked. A candidate of which nobody knows the price adds nothing, as its requests then add nothing to what is spent.
     *
     * @param candidates who may be asked
     * @param estimate what is expected, all its choices together
     * @return millionths of the ledger's currency, rounded up, 0 to {@link io.sluice.domain.pricing.Charge#MOST}
     */
    public static long of(List<Candidate> candidates, Estimate estimate) {
        long most = 0;
        Price last = null;
        for (Candidate candidate : candidates) {
            Price price = candidate.price();
            // The accounts of a channel share one.
            if (price != null && price != last) {
                most = Math.max(most, price.atMost(estimate));
                last = price;
            }
        }
        return most;
    }
}
