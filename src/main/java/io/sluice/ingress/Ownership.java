package io.sluice.ingress;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.sse.ResponseIdTap;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.sse.ResponseTaps;
import io.sluice.domain.stored.StoredId;
import io.sluice.domain.stored.StoredIds;
import io.sluice.message.UpstreamExchange;
import org.jspecify.annotations.Nullable;

/**
 * Whose the stored responses are that a request speaks of or makes, and what its client calls them. For one request, on the
 * lane's event loop.
 */
final class Ownership {
    private static final int MOST_SHOWN = 100;

    private final StoredIds ids;
    private final String key;
    private final @Nullable StoredId known;
    private final String told;
    private final @Nullable Candidate only;
    private String lastUpstream = "";
    private @Nullable String lastTold;

    /**
     * What is known of one request.
     *
     * @param ids how ids are made
     * @param key name of the caller's key
     * @param known the response that the request names; null when it names none
     * @param told what the client calls that one; empty when it names none
     * @param only who alone is asked, without a plan, because the request names no model; null when a model is planned for
     */
    Ownership(StoredIds ids, String key, @Nullable StoredId known, String told, @Nullable Candidate only) {
        this.ids = ids;
        this.key = key;
        this.known = known;
        this.told = told;
        this.only = only;
    }

    /** The only account that can serve; null for any. */
    @Nullable
    String account() {
        return known == null ? null : known.account();
    }

    /** Who is asked without a plan; null when there is to be one. */
    @Nullable
    Candidate only() {
        return only;
    }

    /**
     * Reads an answer so that its client's ids are in it.
     *
     * @param exchange the answer
     * @param candidate who gave it
     * @param stream whether a stream was asked for
     */
    ResponseTap over(UpstreamExchange exchange, Candidate candidate, boolean stream) {
        if (candidate.channel().responses() != Channel.Responses.NATIVE) {
            return exchange.tap();
        }
        boolean events = ResponseTaps.isEvents(stream, exchange.headers().getOrDefault("content-type", ""));
        return new ResponseIdTap(exchange.tap(), events, upstream -> name(candidate.accountId(), upstream));
    }

    /** What the client calls a response of an account; null for what is no id that it could ask for. */
    private @Nullable String name(String account, String upstream) {
        if (known != null && known.account().equals(account) && known.upstream().equals(upstream)) {
            // As it was sent: after a change of the secret the same response has two ids.
            return told;
        }
        if (!upstream.equals(lastUpstream)) {
            lastUpstream = upstream;
            lastTold = StoredId.isFit(upstream) ? ids.seal(key, new StoredId(account, upstream)) : null;
        }
        return lastTold;
    }

    /**
     * What a client is told of a failure: that a provider does not know a response any more is told as of any unknown id, and
     * no id of the provider's is named.
     */
    GatewayFailure asTold(GatewayFailure failure) {
        if (known == null || !(failure instanceof UpstreamFailure upstream)) {
            return failure;
        }
        boolean rejected = upstream.kind() == Kind.REQUEST_REJECTED;
        boolean missing = only != null
                ? upstream.kind() == Kind.MODEL_MISSING || rejected && upstream.status() == 404
                : rejected
                        && ("previous_response_not_found".equals(upstream.code())
                                || upstream.status() == 404 && "previous_response_id".equals(upstream.param()));
        if (missing) {
            return only != null ? unknown(told) : unknownPrevious(told);
        }
        return new UpstreamFailure(
                upstream.kind(),
                upstream.status(),
                upstream.message().replace(known.upstream(), told),
                upstream.type(),
                upstream.param(),
                upstream.code(),
                upstream.retryAfter(),
                upstream.verdict());
    }

    /** There is no such response, as far as the caller may know. */
    static InvalidRequest unknown(String id) {
        return new InvalidRequest(
                InvalidRequest.Kind.UNKNOWN_OBJECT, "Response with id '" + shown(id) + "' not found.", null, null);
    }

    /** There is no such response to go on from, as far as the caller may know. */
    static InvalidRequest unknownPrevious(String id) {
        return new InvalidRequest(
                InvalidRequest.Kind.MALFORMED,
                "Previous response with id '" + shown(id) + "' not found.",
                "previous_response_id",
                "previous_response_not_found");
    }

    /** An id of ours is shown whole. */
    private static String shown(String id) {
        return id.length() > MOST_SHOWN && !id.startsWith(StoredIds.PREFIX) || id.length() > StoredIds.LONGEST
                ? id.substring(0, MOST_SHOWN) + "…"
                : id;
    }
}
