package io.sluice.ingress;

import io.sluice.domain.chat.ChatText;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.PromptText;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.json.KeptText;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.TokenEstimate;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.SystemPrompt;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.tokens.PromptTokens;
import io.sluice.tokens.Vocabulary;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts what a provider did not report, where the model is one whose vocabulary is known: on a worker, of a bounded part of
 * what was asked and answered, and for a bounded time, for the end of the answer waits for it. What is not counted is
 * estimated. One for each request; used on the lane's event loop.
 */
final class MissingUsage {
    /** What is kept of an answer, in bytes, and how long a request may be to be kept until the answer's end. */
    static final int MOST_BYTES = 64 * 1024;

    private static final long MOST_MILLIS = 1_000;

    private final Vertx vertx;
    private @Nullable Vocabulary vocabulary;
    private @Nullable RequestScan request;
    private @Nullable KeptText answer;
    /** Tokens of the operator's system prompt, which the client's request does not have. */
    private long promptTokens;

    MissingUsage(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * An answer begins.
     *
     * @param candidate whose
     * @param scan the request, its body among it
     * @param tap reads the answer
     */
    void watch(Candidate candidate, RequestScan scan, ResponseTap tap) {
        Vocabulary known = Vocabulary.of(candidate.upstreamModel());
        // On Azure the upstream name is a deployment's.
        vocabulary = known != null ? known : Vocabulary.of(candidate.model());
        if (vocabulary != null) {
            request = scan.body().length <= MOST_BYTES ? scan : null;
            SystemPrompt prompt = candidate.outbound().systemPrompt();
            promptTokens = prompt == null || scan.endpoint().kind() != Endpoint.Kind.CHAT ? 0 : prompt.tokens();
            answer = new KeptText(MOST_BYTES);
            tap.keep(answer);
        }
    }

    /** Whether it holds the request's body. */
    boolean holdsBody() {
        return request != null;
    }

    /**
     * Counts.
     *
     * @param input estimated input tokens
     * @param output estimated output tokens
     * @return never fails; the estimates where nothing can be counted in time
     */
    Future<TokenUsage> count(long input, long output) {
        TokenUsage estimated = new TokenUsage(input, 0, output, 0);
        Vocabulary known = vocabulary;
        KeptText text = answer;
        if (known == null || text == null) {
            return Future.succeededFuture(estimated);
        }
        RequestScan asked = request;
        long added = promptTokens;
        Promise<TokenUsage> told = Promise.promise();
        long timer = vertx.setTimer(MOST_MILLIS, t -> told.tryComplete(estimated));
        // In order: a lane counts one at a time. One that comes too late is not begun.
        vertx.executeBlocking(() -> told.future().isComplete()
                        ? estimated
                        : new TokenUsage(input(asked, known, input, added), 0, output(text, known, output), 0))
                .otherwise(estimated)
                .onComplete(done -> {
                    vertx.cancelTimer(timer);
                    told.tryComplete(done.result());
                });
        return told.future();
    }

    private static long input(@Nullable RequestScan asked, Vocabulary vocabulary, long estimate, long added) {
        if (asked == null) {
            return estimate;
        }
        try {
            ChatText text = PromptText.of(asked);
            if (text == null) {
                return estimate;
            }
            return added
                    + (text.messages() == 0 ? vocabulary.count(text.texts()) : PromptTokens.count(text, vocabulary));
        } catch (GatewayException e) {
            // The provider took what is malformed here.
            return estimate;
        }
    }

    /** What is not kept has as many tokens for each one estimated as what is; rounded up. */
    private static long output(KeptText kept, Vocabulary vocabulary, long estimate) {
        String text = kept.text();
        if (text.isEmpty()) {
            return estimate;
        }
        long counted = vocabulary.count(List.of(text));
        if (!kept.isCut()) {
            return counted;
        }
        TokenEstimate ofKept = new TokenEstimate();
        ofKept.addText(text);
        return Math.max(counted, Math.ceilDiv(counted * estimate, ofKept.tokens()));
    }
}
