package io.sluice.provider;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Timeouts;
import io.sluice.message.ProbeAccount;
import io.sluice.message.ProbeResult;
import io.sluice.provider.UpstreamClients.Way;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks providers whether accounts are well, for whoever looks after the pool. Used on the lane's event loop. At most
 * {@value #MOST} probes run at a time.
 */
final class ProbeDesk {
    /** Most probes at a time. */
    static final int MOST = 64;

    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final GatewayFailure FULL =
            new GatewayFailure.Overloaded("Too many accounts are probed at the moment.");

    /** The answer did not come, or not to its end. */
    static final UpstreamFailure LATE = UpstreamFailure.of(Kind.HEAD_TIMEOUT, "The upstream did not answer in time.");

    private static final Logger LOG = LoggerFactory.getLogger(ProbeDesk.class);

    private final Vertx vertx;
    private final UpstreamClients clients;
    private final CallServices services;
    private final ModelsQuestion question;
    private final Map<Way, Integer> ways = new HashMap<>();
    private int running;

    /**
     * No probe yet.
     *
     * @param vertx for time limits
     * @param clients the lane's
     * @param services what the lane's calls share
     */
    ProbeDesk(Vertx vertx, UpstreamClients clients, CallServices services) {
        this.vertx = vertx;
        this.clients = clients;
        this.services = services;
        this.question = new ModelsQuestion(clients, services.wallClock());
    }

    /** How probes that run connect, as of the revision they began with. */
    Set<Way> ways() {
        return ways.keySet();
    }

    /**
     * Probes an account.
     *
     * @return how it answered; never fails
     */
    Future<ProbeResult> probe(ProbeAccount message) {
        if (running >= MOST) {
            return Future.succeededFuture(new ProbeResult(FULL, false, 0, 0, null));
        }
        Way way = Way.of(message.candidate());
        running++;
        ways.merge(way, 1, Integer::sum);
        Future<ProbeResult> answer;
        try {
            answer = ask(message);
        } catch (RuntimeException defect) {
            LOG.error("the probe of {} failed by a defect", message.candidate().accountId(), defect);
            answer = Future.succeededFuture(new ProbeResult(new GatewayFailure.Internal(), false, 0, 0, null));
        }
        return answer.andThen(over -> {
            running--;
            ways.computeIfPresent(way, (key, count) -> count == 1 ? null : count - 1);
        });
    }

    private Future<ProbeResult> ask(ProbeAccount message) {
        return switch (message.kind()) {
            case MODELS -> new Listing(message.candidate()).run();
            case REQUEST -> new ProbeRequest(vertx, message, services, clients).run();
        };
    }

    /** Nothing was sent, because the gateway itself had no room for it: that says nothing, not even that it cannot be asked. */
    static GatewayFailure told(UpstreamFailure failure) {
        return failure.kind() == Kind.BUSY ? new GatewayFailure.Overloaded(failure.message()) : failure;
    }

    /** How long an account is given. */
    static Duration patience(Timeouts timeouts) {
        Duration named = timeouts.untilHead(false, false);
        return named.compareTo(LONGEST) < 0 ? named.plusMillis(1) : LONGEST;
    }

    /** The question for the first page of the list of models. */
    private final class Listing implements ModelsQuestion.Progress {
        private final Candidate candidate;
        private long writtenAtNanos;
        private long answeredAtNanos;
        private boolean late;
        private @Nullable HttpClientRequest sent;

        Listing(Candidate candidate) {
            this.candidate = candidate;
        }

        Future<ProbeResult> run() {
            ProviderAdapter adapter = ProviderAdapters.of(candidate.channel());
            long patience = patience(candidate.timeouts()).toMillis();
            long timer = vertx.setTimer(patience, fired -> {
                late = true;
                if (sent != null) {
                    sent.reset();
                }
            });
            return services.credentials()
                    .authorized(candidate, adapter.grant(candidate))
                    .compose(authorized -> question.ask(adapter, authorized, "", patience, this))
                    .map(page -> result(null))
                    .otherwise(cause -> result(failure(cause)))
                    .andThen(over -> vertx.cancelTimer(timer));
        }

        private ProbeResult result(@Nullable UpstreamFailure failure) {
            if (failure != null && failure.kind() == Kind.ACCOUNT_REFUSED) {
                services.credentials().refused(candidate.account());
            }
            long firstByte = answeredAtNanos == 0 ? 0 : Math.max(1, answeredAtNanos - writtenAtNanos);
            return new ProbeResult(
                    failure == null ? null : told(failure), sent != null, writtenAtNanos, firstByte, null);
        }

        /** A list that is not there says nothing about the account. */
        private UpstreamFailure failure(Throwable cause) {
            UpstreamFailure failure = late ? LATE : upstream(cause);
            boolean noList = failure.kind() == Kind.MODEL_MISSING || failure.kind() == Kind.REQUEST_REJECTED;
            return noList
                    ? new UpstreamFailure(
                            Kind.INEXPRESSIBLE,
                            failure.status(),
                            "The upstream has no list of models.",
                            failure.type(),
                            null,
                            failure.code(),
                            Duration.ZERO)
                    : failure;
        }

        @Override
        public void written(HttpClientRequest request) {
            sent = request;
            writtenAtNanos = services.clock().getAsLong();
        }

        @Override
        public void answered() {
            answeredAtNanos = services.clock().getAsLong();
        }
    }

    /** Every failure of an attempt as one of the provider; what is the gateway's own punishes nobody. */
    static UpstreamFailure upstream(Throwable cause) {
        return cause instanceof GatewayException expected
                ? upstream(expected.failure())
                : UpstreamFailure.of(Kind.INEXPRESSIBLE, "The probe failed inside the gateway.");
    }

    static UpstreamFailure upstream(GatewayFailure failure) {
        return switch (failure) {
            case UpstreamFailure upstream -> upstream;
            case GatewayFailure.DeadlineExceeded late -> LATE;
            default -> UpstreamFailure.of(Kind.INEXPRESSIBLE, failure.message());
        };
    }
}
