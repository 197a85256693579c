package io.sluice.ingress;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.Accepted;
import io.sluice.message.Address;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.metrics.QuotaMetrics;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Counts one request: what is reserved for it, what its attempts cost, what its usage record says. */
final class UsageMeter {
    private static final TokenUsage NOTHING = new TokenUsage(0, 0, 0, 0);

    private final ExchangeServices services;
    private final Incoming incoming;
    private final RequestScan scan;
    private final Model model;
    private final Estimate estimate;
    private final long readNanos;
    private int attempts;
    private long queueNanos = -1;
    private @Nullable Candidate candidate;

    /**
     * A meter of one request.
     *
     * @param services what the lane's exchanges share
     * @param incoming the request
     * @param scan its body, without the text
     * @param model the model it asks for
     * @param readNanos when its body had been read, monotonic
     */
    UsageMeter(ExchangeServices services, Incoming incoming, RequestScan scan, Model model, long readNanos) {
        this.services = services;
        this.incoming = incoming;
        this.scan = scan;
        this.model = model;
        this.readNanos = readNanos;
        this.estimate = expected();
    }

    /** Estimated tokens of what a provider reads: what the client wrote, behind the operator's system prompt in chats. */
    private long inputTokens() {
        return scan.endpoint().kind() == Endpoint.Kind.CHAT
                ? scan.inputTokens() + model.systemTokens()
                : scan.inputTokens();
    }

    private Estimate expected() {
        long input = services.estimates().correctInput(model.name(), inputTokens());
        long guessedInput = Math.max(0, input - inputTokens());
        if (isCount()) {
            return Estimate.NONE;
        }
        if (scan.endpoint().kind() == Endpoint.Kind.EMBEDDINGS) {
            return new Estimate(input, 0, guessedInput, 0);
        }
        boolean declared = scan.maxOutputTokens() >= 0;
        long each = declared
                ? scan.maxOutputTokens()
                : services.estimates().estimate(incoming.key().name(), model.name(), model.outputEstimate());
        long output = Math.min(each, TokenUsage.MAX) * scan.choices();
        return new Estimate(input, output, guessedInput, declared ? 0 : output);
    }

    /** Counting tokens is a request, and takes none. */
    private boolean isCount() {
        return scan.endpoint().kind() == Endpoint.Kind.COUNT_TOKENS;
    }

    /** What each attempt reserves. */
    Estimate estimate() {
        return estimate;
    }

    /**
     * A candidate was chosen.
     *
     * @param next who
     * @param now monotonic nanoseconds
     */
    void attempting(Candidate next, long now) {
        if (attempts == 0) {
            queueNanos = now - readNanos;
        }
        candidate = next;
    }

    /** An attempt was made: it has an answer, or a failure. */
    void attempted() {
        attempts++;
    }

    /** An attempt failed, and another one follows. */
    void attemptFailed(Attempt attempt, GatewayFailure failure) {
        attempt.keep(services.bus(), failure, services.clock().getAsLong());
    }

    /**
     * Settles the last attempt.
     *
     * @param attempt null when none is open
     * @param answer null when no answer was begun
     * @param outcome null for a whole answer
     * @return the request's usage
     */
    TokenUsage settle(@Nullable Attempt attempt, @Nullable Answer answer, @Nullable GatewayFailure outcome) {
        if (attempt == null) {
            return NOTHING;
        }
        TokenUsage reported = answer == null || isCount() ? null : answer.tap().usage();
        TokenUsage usage = isCount() ? NOTHING : reported;
        if (usage == null && answer != null) {
            usage = new TokenUsage(estimate.inputTokens(), 0, answer.tap().estimatedOutputTokens(), 0);
        }
        Estimate charge = usage != null
                ? new Estimate(usage.input(), usage.output())
                : attempt.chargeOf(outcome == null ? new GatewayFailure.Internal() : outcome);
        attempt.finish(services.bus(), charge, outcome, services.clock().getAsLong());
        if (reported != null && outcome == null) {
            compare(reported);
            services.estimates().learnInput(model.name(), inputTokens(), reported.input());
            services.estimates().learn(incoming.key().name(), model.name(), reported.output() / scan.choices());
        }
        return usage != null ? usage : new TokenUsage(charge.inputTokens(), 0, 0, 0);
    }

    private void compare(TokenUsage reported) {
        QuotaMetrics quota = services.metrics().quota();
        quota.estimated(model.name(), "input", estimate.inputTokens(), reported.input());
        quota.estimated(model.name(), "output", estimate.outputTokens(), reported.output());
    }

    /** Hands the usage record over. */
    Future<Accepted> record(
            TokenUsage usage, boolean estimated, Ending ending, @Nullable GatewayFailure failure, long firstByteNanos) {
        ErrorAnswer error = failure == null ? null : ErrorAnswer.of(failure);
        long now = services.clock().getAsLong();
        boolean served = ending == Ending.COMPLETED || ending == Ending.CUT;
        UsageRecord usageRecord = new UsageRecord(
                incoming.id(),
                incoming.clientRequestId(),
                incoming.key().name(),
                incoming.key().team(),
                scan.endpoint(),
                model.name(),
                served && candidate != null ? candidate.model() : null,
                candidate == null ? null : candidate.channel().name(),
                candidate == null ? null : candidate.accountId(),
                scan.stream(),
                usage,
                estimated,
                attempts,
                incoming.startMillis(),
                queueNanos < 0 ? now - readNanos : queueNanos,
                firstByteNanos < 0 ? -1 : firstByteNanos - incoming.startNanos(),
                now - incoming.startNanos(),
                error == null || ending == Ending.CUT ? 200 : incoming.dialect().status(error),
                ending,
                error == null ? null : error.code(),
                incoming.clientAddress());
        return services.bus().request(Address.USAGE_RECORDED, usageRecord);
    }
}
