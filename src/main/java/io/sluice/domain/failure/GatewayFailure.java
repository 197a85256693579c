package io.sluice.domain.failure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a request did not get its answer. Every message in here may be shown to a client: no account, key or internal
 * host is in it. HTTP status and body are chosen by the ingress alone.
 */
public sealed interface GatewayFailure {
    /** One sentence for the client. */
    String message();

    /** Whether another candidate may still serve the request. */
    default boolean mayFallBack() {
        return false;
    }

    /**
     * No key, an unknown, expired or disabled one, or two different ones.
     *
     * @param message for the client
     */
    record Unauthenticated(String message) implements GatewayFailure {}

    /**
     * A known key without the right.
     *
     * @param message for the client
     * @param code machine-readable reason, for example {@code model_not_allowed}
     */
    record Forbidden(String message, String code) implements GatewayFailure {}

    /**
     * The client's mistake.
     *
     * @param kind which mistake
     * @param message for the client
     * @param param the field that is wrong; null when it is not one field
     * @param code machine-readable reason; null when there is none
     */
    record InvalidRequest(
            Kind kind,
            String message,
            @Nullable String param,
            @Nullable String code) implements GatewayFailure {
        /** Which mistake. */
        public enum Kind {
            /** The bytes or the fields are wrong. */
            MALFORMED,
            /** No such path. */
            UNKNOWN_PATH,
            /** What was at the path is served by nobody any more. */
            GONE,
            /** The path exists, the method does not. */
            METHOD_NOT_ALLOWED,
            /** No such model. */
            UNKNOWN_MODEL,
            /** No such stored object, or another key's. */
            UNKNOWN_OBJECT,
            /** The body is over its bound. */
            BODY_TOO_LARGE,
            /** The body did not arrive in time. */
            BODY_TOO_SLOW,
            /** The request target is over its bound. */
            TARGET_TOO_LONG,
            /** The header block is over its bounds. */
            HEADERS_TOO_LARGE,
            /** The content type or content coding cannot be read. */
            UNSUPPORTED_MEDIA_TYPE,
            /** The {@code Expect} header asks for something unknown. */
            EXPECTATION_FAILED,
            /** The method or the transfer coding is not implemented. */
            NOT_IMPLEMENTED,
            /** The path serves WebSockets alone. */
            UPGRADE_REQUIRED
        }
    }

    /**
     * A limit is reached.
     *
     * @param cause whose limit
     * @param message for the client
     * @param retryAfter when room is expected; zero when unknown or never
     */
    record QuotaExceeded(Cause cause, String message, Duration retryAfter) implements GatewayFailure {
        /** Whose limit. */
        public enum Cause {
            /** The virtual key's own. */
            KEY,
            /** Every account that could serve is full. */
            POOL,
            /** The request is larger than the whole limit of any account or of its key. */
            REQUEST_TOO_LARGE,
            /** What the key or its team may spend is spent, or kept for requests under way. */
            BUDGET
        }
    }

    /**
     * No candidate exists, or all of them are out of service.
     *
     * @param message for the client
     * @param retryAfter when to try again; zero when unknown
     */
    record NoRoute(String message, Duration retryAfter) implements GatewayFailure {}

    /**
     * The provider failed, or refused.
     *
     * @param kind what happened
     * @param status the provider's HTTP status; 0 when there was none
     * @param message safe to show
     * @param type the provider's error type; null when unknown
     * @param param the provider's error parameter; null when unknown
     * @param code the provider's error code; null when unknown
     * @param retryAfter what the provider asked for, or what is usual; zero when nothing is known
     * @param verdict what it says about whom was asked
     */
    record UpstreamFailure(
            Kind kind,
            int status,
            String message,
            @Nullable String type,
            @Nullable String param,
            @Nullable String code,
            Duration retryAfter,
            Verdict verdict)
            implements GatewayFailure {
        /** A failure whose verdict follows from its kind. */
        public UpstreamFailure(
                Kind kind,
                int status,
                String message,
                @Nullable String type,
                @Nullable String param,
                @Nullable String code,
                Duration retryAfter) {
            this(kind, status, message, type, param, code, retryAfter, verdict(kind, retryAfter));
        }

        private static Verdict verdict(Kind kind, Duration retryAfter) {
            return switch (kind) {
                case RATE_LIMITED -> new Verdict.SlowDown(Verdict.Reach.MODEL, retryAfter, retryAfter.isPositive());
                case ACCOUNT_REFUSED -> new Verdict.Dead(false);
                case MODEL_MISSING -> new Verdict.ModelMissing(false);
                case CONNECT, SERVER_ERROR, BAD_RESPONSE, TRUNCATED -> new Verdict.EndpointSick(retryAfter, false);
                case RESET, HEAD_TIMEOUT -> new Verdict.Ambiguous();
                case BUSY, TOO_LARGE_HERE, INEXPRESSIBLE -> new Verdict.Elsewhere();
                case REQUEST_REJECTED -> new Verdict.RequestWrong();
            };
        }

        /** What happened. */
        public enum Kind {
            /** Every connection that the gateway allows itself is in use; nothing was sent, and nobody failed. */
            BUSY,
            /** No connection; nothing was sent. */
            CONNECT,
            /** The connection broke before a response head. */
            RESET,
            /** No response head in time; the provider may have acted. */
            HEAD_TIMEOUT,
            /** The answer is not HTTP, or not what the dialect says. */
            BAD_RESPONSE,
            /** The answer ended or fell silent before its end. */
            TRUNCATED,
            /** 5xx, 408 and the like: the endpoint's fault. 409 and the like are here too, and nobody's by their verdict. */
            SERVER_ERROR,
            /** The account must slow down. */
            RATE_LIMITED,
            /** The account's credential or money is gone. */
            ACCOUNT_REFUSED,
            /** The account does not have the model. */
            MODEL_MISSING,
            /** The request is larger than the account's whole limit: it never fits here, others do. */
            TOO_LARGE_HERE,
            /**
             * The provider's dialect cannot carry a field of the request, or the provider has no such endpoint; nothing was
             * done, others may do it.
             */
            INEXPRESSIBLE,
            /** The request itself is wrong: the client's fault. */
            REQUEST_REJECTED
        }

        @Override
        public boolean mayFallBack() {
            return kind != Kind.REQUEST_REJECTED;
        }

        /** The same failure, by which something else is true of whom was asked. */
        public UpstreamFailure as(Kind other, Verdict said) {
            return new UpstreamFailure(other, status, message, type, param, code, said.pause(), said);
        }

        /**
         * The failure that an error of the provider's is, by its verdict.
         *
         * @param kind what happened
         * @param status HTTP status; 0 when there was none
         */
        public static UpstreamFailure of(Kind kind, int status, ParsedError error, Verdict verdict) {
            return new UpstreamFailure(
                    kind, status, error.message(), error.type(), error.param(), error.code(), verdict.pause(), verdict);
        }

        /** A failure without an answer of the provider. */
        public static UpstreamFailure of(Kind kind, String message) {
            return new UpstreamFailure(kind, 0, message, null, null, null, Duration.ZERO);
        }
    }

    /**
     * The request's total time is over.
     *
     * @param message for the client
     */
    record DeadlineExceeded(String message) implements GatewayFailure {}

    /** The client left before the answer's end. Nobody reads the message. */
    record ClientClosed() implements GatewayFailure {
        @Override
        public String message() {
            return "The client closed the connection.";
        }
    }

    /**
     * The node has no room for another request.
     *
     * @param message for the client
     */
    record Overloaded(String message) implements GatewayFailure {}

    /**
     * The node cannot serve requests now: it starts or drains, or nobody can grant room.
     *
     * @param message for the client
     * @param retryAfter when to try again
     */
    record Unavailable(String message, Duration retryAfter) implements GatewayFailure {
        /** Gone soon: another node, or this one in a second, may serve. */
        public Unavailable(String message) {
            this(message, Duration.ofSeconds(1));
        }
    }

    /** A defect of Sluice. The cause is logged, never shown. */
    record Internal() implements GatewayFailure {
        @Override
        public String message() {
            return "The gateway had an internal error. The request id names it in the gateway's log.";
        }
    }
}
