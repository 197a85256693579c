package io.sluice.ingress;

import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Redaction;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.realtime.RealtimeEvent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What of a session's events is said in other words on the other side: the model's name, and what an error tells of the
 * account.
 *
 * @param asked the model's name that the client asked for
 * @param candidate who serves it
 */
record RealtimeNames(String asked, Candidate candidate) {
    /** What a client is told that wants another model. */
    static final InvalidRequest MODEL_STAYS = new InvalidRequest(
            InvalidRequest.Kind.MALFORMED,
            "The model of a session cannot be changed; open another session for it.",
            "session.model",
            "model_not_allowed");

    /** Whether a {@code session.update} keeps the session's model, by whatever name. */
    boolean keepsModel(RealtimeEvent event, byte[] text) {
        String named = event.model(text);
        return named == null
                || event.models() == 1
                        && (named.equals(asked)
                                || named.equals(candidate.model())
                                || named.equals(candidate.upstreamModel()));
    }

    /** The client's event for the provider; null when it passes as it came. */
    @Nullable
    String forProvider(RealtimeEvent event, byte[] text) {
        return renamed(event, text, candidate.upstreamModel());
    }

    /** The provider's event for the client; null when it passes as it came. */
    @Nullable
    String forClient(RealtimeEvent event, byte[] text) {
        if (event.errorStart() >= 0) {
            UpstreamFailure failure = UpstreamErrors.inAnswer(event.error(text));
            boolean ofAccount = failure.kind() == Kind.ACCOUNT_REFUSED || failure.kind() == Kind.RATE_LIMITED;
            boolean clean =
                    event.message() == null || Redaction.redact(event.message()).equals(event.message());
            if (ofAccount || !clean) {
                String error = RealtimeWords.errorObject(failure, event.eventId());
                return new String(event.withError(text, error), StandardCharsets.UTF_8);
            }
        }
        return renamed(event, text, candidate.model());
    }

    private static @Nullable String renamed(RealtimeEvent event, byte[] text, String name) {
        String named = event.model(text);
        return named == null || named.equals(name)
                ? null
                : new String(event.withModel(text, name), StandardCharsets.UTF_8);
    }
}
