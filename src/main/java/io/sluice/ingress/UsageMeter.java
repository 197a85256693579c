package io.sluice.ingress;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.Accepted;
import io.sluice.message.LeaseUse;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Asked;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.message.UsageRecord.Outcome;
import io.sluice.message.UsageRecord.Served;
import io.sluice.message.UsageRecord.Timing;
import io.sluice.message.UsageRecord.Used;
import io.sluice.metrics.QuotaMetrics;
import io.sluice.trace.RequestTrace;
import io.vertx.core.Future;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counts one request: what is reserved for it, what its attempts cost, what its usage record says. */
final class UsageMeter {
    private final ExchangeServices services;
    private final Incoming incoming;
    private final RequestScan scan;
    private final Model model;
    private final Estimate estimate;
    private long images;
    private long inputTokens;
    private final long readNanos;
    private final Map<ResponseTap, MissingUsage> watches = new IdentityHashMap<>(2);
    private MissingUsage missing;
    private final boolean later;
    private final @Nullable Allowance allowance;
    private final Standing standing;
    private final OtherAttempts others = new OtherAttempts();
    private boolean used;
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
     * @param later whether the provider works on after its answer, so that the estimate is all that will be known
     */
    UsageMeter(
            ExchangeServices services,
            Incoming incoming,
            RequestScan scan,
            Model model,
            long readNanos,
            boolean later) {
        this.services = services;
        this.incoming = incoming;
        this.scan = scan;
        this.model = model;
        this.readNanos = readNanos;
        this.standing = new Standing(services, incoming, scan, model.name());
        this.later = later;
        this.images = scan.endpoint().kind() == Endpoint.Kind.IMAGES ? scan.choices() : 0;
        this.estimate = expected();
        this.inputTokens = estimate.inputTokens();
        this.missing = new MissingUsage(services.vertx());
        this.allowance = isFree() ? null : Allowance.of(services, incoming);
    }

    /** What the request may cost; null when it costs nothing, or may cost what it likes. */
    @Nullable
    Allowance allowance() {
        return allowance;
    }

    /** Ends what was begun, where no usage record has. */
    void abandon() {
        standing.over();
        if (allowance != null) {
            allowance.settle(0);
        }
    }

    /** Estimated tokens of what a provider reads: what the client wrote, behind the operator's system prompt in chats. */
    private long readTokens() {
        return scan.endpoint().kind() == Endpoint.Kind.CHAT
                ? scan.inputTokens() + model.systemTokens()
                : scan.inputTokens();
    }

    private Estimate expected() {
        long input = services.estimates().correctInput(model.name(), readTokens());
        long guessedInput = Math.max(0, input - readTokens());
        if (isFree()) {
            return Estimate.NONE;
        }
        if (!scan.endpoint().isText()) {
            // Tokens of pictures and sound are known from experience, or not at all.
            long output = makesMedia()
                    ? services.estimates().estimate(incoming.key().name(), model.name(), 0) * scan.choices()
                    : 0;
            return new Estimate(input, output, scan.endpoint().isForm() ? input : guessedInput, output, images);
        }
        boolean declared = scan.maxOutputTokens() >= 0;
        long each = declared
                ? scan.maxOutputTokens()
                : services.estimates().estimate(incoming.key().name(), model.name(), model.outputEstimate());
        long output = Math.min(each, TokenUsage.MAX) * scan.choices();
        return new Estimate(input, output, guessedInput, declared ? 0 : output);
    }

    /** Counting tokens is a request, and takes none; nor does what is asked of a stored response. */
    boolean isFree() {
        return scan.endpoint().kind() == Endpoint.Kind.COUNT_TOKENS
                || scan.endpoint().kind() == Endpoint.Kind.STORED
                || scan.endpoint().kind() == Endpoint.Kind.SESSION;
    }

    private boolean makesMedia() {
        return switch (scan.endpoint().kind()) {
            case IMAGES, SPEECH, TRANSCRIPTION -> true;
            default -> false;
        };
    }

    /** A form has come: what it really asks for, and how large it is. */
    void uploaded(ClientUpload upload) {
        if (images > 0) {
            images = Math.max(images, upload.form().choices());
        }
        long sent = FormEndpoint.inputTokens(
                scan.endpoint(), upload.size(), upload.form().textTokens());
        inputTokens = Math.max(inputTokens, services.estimates().correctInput(model.name(), sent));
    }

    /** A session's responses are counted by themselves. */
    private boolean isSession() {
        return scan.endpoint().kind() == Endpoint.Kind.SESSION;
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

    /**
     * An answer begins, and with it the watch over what its provider may not report.
     *
     * @param from who answers
     * @param whole the request, its body among it
     * @param tap reads the answer
     */
    void answering(Candidate from, RequestScan whole, ResponseTap tap) {
        MissingUsage watch = new MissingUsage(services.vertx());
        watch.watch(from, whole, tap);
        watches.put(tap, watch);
    }

    /**
     * It is this answer that the client gets.
     *
     * @param from who answers
     * @param tap reads the answer
     */
    void chosen(Candidate from, ResponseTap tap) {
        candidate = from;
        missing = Objects.requireNonNull(watches.get(tap));
        watches.clear();
    }

    /** The request's last failure was this one's. */
    void lastAsked(Candidate failed) {
        candidate = failed;
    }

    /** Whether the request's body is needed until the end. */
    boolean holdsBody() {
        return missing.holdsBody();
    }

    /**
     * An attempt is about to be made: should the process be killed, the request is in the ledger as this expects it.
     *
     * @param attempt the attempt
     */
    void opens(Attempt attempt) {
        TokenUsage usage = isFree()
                ? TokenUsage.NONE
                : new TokenUsage(Math.max(inputTokens, estimate.inputTokens()), 0, estimate.outputTokens(), 0);
        Candidate asked = attempt.candidate();
        Price price = asked.price();
        Charge charge = isFree() ? Charge.NOTHING : price == null ? Charge.UNPRICED : price.charge(usage, images);
        standing.is(new Standing.Use(asked, usage, images, charge, !isFree()), others.all(), attempts + 1, queueNanos);
    }

    /** A session has used so much by now. */
    void stands(SessionUsage usage) {
        if (candidate != null) {
            standing.is(
                    new Standing.Use(candidate, usage.tokens(), 0, usage.charge(), usage.isEstimated()),
                    others.all(),
                    attempts,
                    queueNanos);
        }
    }

    /** An attempt was made: it has an answer, or a failure. */
    void attempted() {
        attempts++;
    }

    /** How many attempts were made. */
    int attempts() {
        return attempts;
    }

    /**
     * An attempt gives the client no answer.
     *
     * @param failure how it ended
     * @param outrun whether another one had the first byte
     */
    void lost(Attempt attempt, GatewayFailure failure, boolean outrun) {
        if (!isFree()) {
            others.lost(attempt, failure, outrun);
        }
    }

    /** An attempt failed, and another one follows. */
    void attemptFailed(Attempt attempt, GatewayFailure failure) {
        lost(attempt, failure, false);
        attempt.keep(services.bus(), failure, services.clock().getAsLong());
    }

    /**
     * Settles the last attempt.
     *
     * @param attempt null when none is open
     * @param answer null when no answer was begun
     * @param outcome null for a whole answer
     * @param ending how the request ended; of one that failed nothing was used by its key
     * @return the request's usage; done at once where the provider reported it, and in bounded time
     */
    Future<TokenUsage> settle(
            @Nullable Attempt attempt, @Nullable Answer answer, @Nullable GatewayFailure outcome, Ending ending) {
        if (attempt == null) {
            return Future.succeededFuture(TokenUsage.NONE);
        }
        if (ending == Ending.FAILED && outcome != null) {
            lost(attempt, outcome, false);
            settle(attempt, null, null, outcome);
            return Future.succeededFuture(TokenUsage.NONE);
        }
        used = attempt.isSent() && !attempt.isKept();
        TokenUsage reported = answer == null || isFree() ? null : answer.tap().usage();
        if (reported == null && answer != null && !isFree()) {
            if (later) {
                TokenUsage expected = new TokenUsage(estimate.inputTokens(), 0, estimate.outputTokens(), 0);
                return Future.succeededFuture(settle(attempt, null, expected, outcome));
            }
            // Of an answer whose client left before its first byte.
            MissingUsage watch = watches.getOrDefault(answer.tap(), missing);
            return watch.count(inputTokens, answer.tap().estimatedOutputTokens())
                    .map(counted -> settle(attempt, null, counted, outcome));
        }
        return Future.succeededFuture(settle(attempt, reported, isFree() ? TokenUsage.NONE : reported, outcome));
    }

    private TokenUsage settle(
            Attempt attempt,
            @Nullable TokenUsage reported,
            @Nullable TokenUsage usage,
            @Nullable GatewayFailure outcome) {
        Estimate charge = usage != null
                ? new Estimate(usage.input(), usage.output()).withImages(images)
                : attempt.chargeOf(outcome == null ? new GatewayFailure.Internal() : outcome);
        attempt.finish(services.bus(), charge, outcome, services.clock().getAsLong());
        if (reported != null && outcome == null) {
            compare(reported);
            services.estimates().learnInput(model.name(), readTokens(), reported.input());
            services.estimates().learn(incoming.key().name(), model.name(), reported.output() / scan.choices());
        }
        return usage != null ? usage : used ? new TokenUsage(charge.inputTokens(), 0, 0, 0) : TokenUsage.NONE;
    }

    private void compare(TokenUsage reported) {
        QuotaMetrics quota = services.metrics().quota();
        quota.estimated(model.name(), "input", estimate.inputTokens(), reported.input());
        quota.estimated(model.name(), "output", estimate.outputTokens(), reported.output());
    }

    /** Hands over the usage record of an answer that the gateway makes itself, and that takes nothing. */
    Future<Accepted> recordOwnAnswer() {
        return record(TokenUsage.NONE, false, Ending.COMPLETED, null, -1);
    }

    /** Hands the usage record over, with what the usage costs. */
    Future<Accepted> record(
            TokenUsage usage, boolean estimated, Ending ending, @Nullable GatewayFailure failure, long firstByteNanos) {
        Charge charge = chargeOf(usage);
        LeaseUse leases = allowance == null ? null : allowance.settle(charge.micros());
        return record(usage, charge, leases, estimated, ending, failure, firstByteNanos);
    }

    /** Hands the usage record of a session over. */
    Future<Accepted> record(SessionUsage usage, Ending ending, @Nullable GatewayFailure failure, long firstByteNanos) {
        return record(
                usage.tokens(), usage.charge(), usage.leases(), usage.isEstimated(), ending, failure, firstByteNanos);
    }

    private Charge chargeOf(TokenUsage usage) {
        if (isFree() || !used || candidate == null) {
            return Charge.NOTHING;
        }
        Price price = candidate.price();
        return price == null ? Charge.UNPRICED : price.charge(usage, images);
    }

    private Future<Accepted> record(
            TokenUsage usage,
            Charge charge,
            @Nullable LeaseUse leases,
            boolean estimated,
            Ending ending,
            @Nullable GatewayFailure failure,
            long firstByteNanos) {
        ErrorAnswer error = failure == null ? null : ErrorAnswer.of(failure);
        long now = services.clock().getAsLong();
        boolean isServed = ending == Ending.COMPLETED || ending == Ending.CUT;
        UsageRecord usageRecord = new UsageRecord(
                incoming.id(),
                incoming.recordedCaller(),
                new Asked(scan.endpoint(), model.name(), scan.stream()),
                served(isServed),
                new Used(usage, used ? images : 0, estimated, charge, leases),
                new Timing(
                        incoming.startMillis(),
                        queueNanos < 0 ? now - readNanos : queueNanos,
                        firstByteNanos < 0 ? -1 : firstByteNanos - incoming.startNanos(),
                        now - incoming.startNanos()),
                new Outcome(
                        error == null || ending == Ending.CUT
                                ? (isSession() ? 101 : 200)
                                : incoming.dialect().status(error),
                        ending,
                        error == null ? null : error.code()));
        RequestTrace trace = incoming.trace();
        if (trace != null) {
            trace.over(usageRecord, now);
        }
        return ShortRecord.hand(services, incoming, usageRecord).onComplete(done -> standing.over());
    }

    private Served served(boolean isServed) {
        Candidate last = candidate;
        return last == null
                ? new Served(null, null, null, null, attempts, others.all())
                : new Served(
                        isServed ? last.model() : null,
                        last.upstreamModel(),
                        last.channel().name(),
                        last.accountId(),
                        attempts,
                        others.all());
    }
}
