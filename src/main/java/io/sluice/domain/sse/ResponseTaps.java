package io.sluice.domain.sse;

import io.sluice.domain.dialect.Endpoint;
import java.util.Locale;

/** Chooses the tap for an answer. */
public final class ResponseTaps {
    private ResponseTaps() {}

    /**
     * A new tap for an answer of status 200.
     *
     * @param endpoint what was asked for
     * @param stream whether a stream was asked for
     * @param contentType the answer's {@code Content-Type}; empty when it has none
     * @param publicModel the name that the client asked for
     * @param upstreamModel the name that was sent upstream; when both are equal, the answer's names are left as they are
     * @param hideUsageChunk whether the usage chunk of a stream is kept from the client, who did not ask for it
     */
    public static ResponseTap of(
            Endpoint endpoint,
            boolean stream,
            String contentType,
            String publicModel,
            String upstreamModel,
            boolean hideUsageChunk) {
        String rename = publicModel.equals(upstreamModel) ? null : publicModel;
        boolean events = isEvents(stream, contentType);
        if (endpoint == Endpoint.STORED_RESPONSES) {
            return events ? new ResponsesTap(null) : JsonTap.ofStored();
        }
        if (endpoint == Endpoint.RESPONSES) {
            return events ? new ResponsesTap(rename) : JsonTap.ofResponse(rename);
        }
        return events ? new SseTap(rename, hideUsageChunk) : new JsonTap(rename, endpoint.isText());
    }

    /**
     * A new tap for an answer of status 200 at an endpoint that is not common.
     *
     * @param endpoint what was asked for
     * @param choices how many answers were asked for, at least 1
     * @param contentType the answer's {@code Content-Type}
     * @param publicModel the name that the client asked for
     * @param upstreamModel the name that was sent upstream
     */
    public static ResponseTap ofMedia(
            Endpoint endpoint, int choices, String contentType, String publicModel, String upstreamModel) {
        String type = contentType.strip().toLowerCase(Locale.ROOT);
        String rename = publicModel.equals(upstreamModel) ? null : publicModel;
        if (type.startsWith("text/event-stream")) {
            return new MediaTap(endpoint.kind() != Endpoint.Kind.IMAGES || choices == 1);
        }
        if (!type.startsWith("application/json")) {
            return new OpaqueTap(endpoint.kind() == Endpoint.Kind.TRANSCRIPTION);
        }
        return switch (endpoint.kind()) {
            case RANKING -> JsonTap.ofRanking(rename);
            case TRANSCRIPTION -> JsonTap.ofTranscript();
            default -> new JsonTap(rename, false);
        };
    }

    /**
     * Whether an answer of status 200 is read as an event stream.
     *
     * @param stream whether a stream was asked for
     * @param contentType the answer's {@code Content-Type}; empty when it has none
     */
    public static boolean isEvents(boolean stream, String contentType) {
        String type = contentType.strip().toLowerCase(Locale.ROOT);
        return type.startsWith("text/event-stream") || stream && !type.startsWith("application/json");
    }
}
