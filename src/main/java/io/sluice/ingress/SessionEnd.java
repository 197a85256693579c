package io.sluice.ingress;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.Forbidden;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.message.UsageRecord.Ending;
import org.jspecify.annotations.Nullable;

/**
 * Why a realtime session is over.
 *
 * @param failure what the client is told before; null when a side wanted the end
 * @param ending for the record
 * @param code close code; one that may not be sent stands for a connection that broke
 * @param reason of the close; null for none
 */
record SessionEnd(
        @Nullable GatewayFailure failure,
        Ending ending,
        int code,
        @Nullable String reason) {
    /** The client has closed it, or has gone. */
    static SessionEnd byClient(int code, @Nullable String reason) {
        return code == CloseCodes.NONE
                ? new SessionEnd(new GatewayFailure.ClientClosed(), Ending.CANCELLED, code, null)
                : new SessionEnd(null, Ending.COMPLETED, code, reason);
    }

    /** The client does not take what it is sent, or gives no sign of life. */
    static SessionEnd clientStuck(String reason) {
        return new SessionEnd(new GatewayFailure.ClientClosed(), Ending.CANCELLED, CloseCodes.POLICY, reason);
    }

    /** The client has sent too much at once. */
    static SessionEnd clientTooLarge(int mostBytes) {
        InvalidRequest failure = new InvalidRequest(
                InvalidRequest.Kind.BODY_TOO_LARGE,
                "A message is larger than " + mostBytes + " bytes, or than what the gateway can hold now.",
                null,
                "message_too_large");
        return new SessionEnd(failure, Ending.CUT, CloseCodes.TOO_BIG, null);
    }

    /** The provider has closed it, or has gone. */
    static SessionEnd byProvider(int code, @Nullable String reason) {
        if (code == CloseCodes.NORMAL) {
            return new SessionEnd(null, Ending.COMPLETED, code, reason);
        }
        UpstreamFailure failure =
                UpstreamFailure.of(Kind.TRUNCATED, "The upstream ended the session with code " + code + ".");
        int allowed = CloseCodes.isAllowed(code) ? code : CloseCodes.INTERNAL_ERROR;
        return new SessionEnd(failure, Ending.CUT, allowed, reason);
    }

    /** The provider does what none does. */
    static SessionEnd providerWrong(Kind kind, String message) {
        return cut(UpstreamFailure.of(kind, message));
    }

    /** It has lasted, or was silent, for too long. */
    static SessionEnd expired(String message, String code) {
        InvalidRequest failure = new InvalidRequest(InvalidRequest.Kind.MALFORMED, message, null, code);
        return new SessionEnd(failure, Ending.CUT, CloseCodes.NORMAL, code);
    }

    /** A response takes too long. */
    static SessionEnd late() {
        return cut(new GatewayFailure.DeadlineExceeded("The response took longer than the gateway allows."));
    }

    /** The key may not be used any more. */
    static SessionEnd revoked() {
        Forbidden failure = new Forbidden("This API key may not be used for the session any more.", "key_revoked");
        return new SessionEnd(failure, Ending.CUT, CloseCodes.POLICY, "key revoked");
    }

    /** The node stops. */
    static SessionEnd stopping() {
        GatewayFailure failure = new GatewayFailure.Unavailable("The gateway is stopping; open the session anew.");
        return new SessionEnd(failure, Ending.CUT, CloseCodes.GOING_AWAY, null);
    }

    /** A defect of Sluice. */
    static SessionEnd defect() {
        return cut(new GatewayFailure.Internal());
    }

    private static SessionEnd cut(GatewayFailure failure) {
        return new SessionEnd(failure, Ending.CUT, CloseCodes.INTERNAL_ERROR, null);
    }

    /** The close code for the client. */
    int clientCode() {
        return CloseCodes.isAllowed(code) ? code : CloseCodes.GOING_AWAY;
    }

    /** The close code for the provider, to whom it is only told what the client wanted. */
    int providerCode() {
        return ending == Ending.CUT ? CloseCodes.GOING_AWAY : clientCode();
    }
}
