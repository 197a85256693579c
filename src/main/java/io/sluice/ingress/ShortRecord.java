package io.sluice.ingress;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.message.Accepted;
import io.sluice.message.Address;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Asked;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.message.UsageRecord.Outcome;
import io.sluice.message.UsageRecord.Served;
import io.sluice.message.UsageRecord.Timing;
import io.sluice.message.UsageRecord.Used;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * The usage record of a request that never became an exchange: refused before it could, or answered by the gateway itself. It
 * used nothing, and nobody was asked.
 */
final class ShortRecord {
    private ShortRecord() {}

    /**
     * Hands it over; done when it is safe.
     *
     * @param incoming the request, of a known key and with an endpoint
     * @param endpoint what it asks for
     * @param failure why it is refused; null when it was answered
     */
    static Future<Accepted> hand(
            ExchangeServices services, Incoming incoming, Endpoint endpoint, @Nullable GatewayFailure failure) {
        ErrorAnswer error = failure == null ? null : ErrorAnswer.of(failure);
        long nanos = services.clock().getAsLong() - incoming.startNanos();
        boolean gone = incoming.response().closed() || failure instanceof GatewayFailure.ClientClosed;
        UsageRecord usage = new UsageRecord(
                incoming.id(),
                incoming.recordedCaller(),
                new Asked(endpoint, incoming.model(), false),
                Served.BY_NOBODY,
                Used.NOTHING,
                new Timing(incoming.startMillis(), 0, -1, nanos),
                new Outcome(
                        error == null ? 200 : incoming.dialect().status(error),
                        gone ? Ending.CANCELLED : error == null ? Ending.COMPLETED : Ending.FAILED,
                        error == null ? null : error.code()));
        return hand(services, incoming, usage);
    }

    /** Hands any record over; what is not safe in bounded time is counted, and nobody waits for it longer. */
    static Future<Accepted> hand(ExchangeServices services, Incoming incoming, UsageRecord usage) {
        incoming.recorded();
        return services.bus().request(Address.USAGE_RECORDED, usage).onComplete(taken -> {
            if (taken.failed() || !taken.result().isSafe()) {
                services.metrics().journal().unconfirmed();
            }
        });
    }
}
