package io.sluice.ingress;

import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.BilledAttempt;
import io.sluice.message.OpenRequests;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Asked;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.message.UsageRecord.Outcome;
import io.sluice.message.UsageRecord.Served;
import io.sluice.message.UsageRecord.Timing;
import io.sluice.message.UsageRecord.Used;
import java.util.List;

/**
 * How a request stands while a provider is asked: what its usage record would be if the process were killed now. Used on the
 * lane's event loop.
 */
final class Standing {
    /** The error of a request that was open when the process was killed; what its client saw nobody knows. */
    private static final String KILLED = "gateway_killed";

    private static final int STATUS = 500;

    private final ExchangeServices services;
    private final Incoming incoming;
    private final RequestScan scan;
    private final String model;
    private int place = OpenRequests.NOWHERE;
    private boolean over;

    /**
     * Nobody is asked yet.
     *
     * @param scan the request's body, without the text
     * @param model public name of the model it asks for
     */
    Standing(ExchangeServices services, Incoming incoming, RequestScan scan, String model) {
        this.services = services;
        this.incoming = incoming;
        this.scan = scan;
        this.model = model;
    }

    /**
     * What is used, or may be used.
     *
     * @param asked whom of
     * @param tokens as far as known, else expected
     * @param images pictures
     * @param charge what that costs
     * @param estimated whether the tokens are expected only
     */
    record Use(Candidate asked, TokenUsage tokens, long images, Charge charge, boolean estimated) {}

    /** It stands like this; nothing any more when it is over. */
    void is(Use use, List<BilledAttempt> others, int attempts, long queueNanos) {
        if (over) {
            return;
        }
        Candidate asked = use.asked();
        UsageRecord asItStands = new UsageRecord(
                incoming.id(),
                incoming.recordedCaller(),
                new Asked(scan.endpoint(), model, scan.stream()),
                new Served(
                        asked.model(),
                        asked.upstreamModel(),
                        asked.channel().name(),
                        asked.accountId(),
                        attempts,
                        others),
                new Used(use.tokens(), use.images(), use.estimated(), use.charge(), null),
                new Timing(
                        incoming.startMillis(), queueNanos, -1, services.clock().getAsLong() - incoming.startNanos()),
                new Outcome(STATUS, Ending.CUT, KILLED));
        place = services.openRequests().keep(place, asItStands);
    }

    /** It is over, and recorded. */
    void over() {
        over = true;
        services.openRequests().forget(place);
        place = OpenRequests.NOWHERE;
    }
}
