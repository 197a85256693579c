package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the head of a request for a realtime session says (RFC 6455, section 4.1; the subprotocols are OpenAI's, for
 * browsers, which cannot set headers). {@code Origin} is not looked at: a page of another site gains nothing without a key,
 * for there are no cookies.
 */
final class RealtimeHandshake {
    /** The subprotocol that is agreed on, where the client offers any. */
    static final String PROTOCOL = "realtime";

    private static final String KEY_PROTOCOL = "openai-insecure-api-key.";
    private static final String BETA_PROTOCOL = "openai-beta.realtime-v1";
    private static final String BETA = "realtime=v1";
    private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9+/]{22}==");

    private RealtimeHandshake() {}

    /** Keys among the subprotocols. */
    static List<String> keys(HttpServerRequest request) {
        return protocols(request)
                .filter(protocol -> protocol.startsWith(KEY_PROTOCOL))
                .map(protocol -> protocol.substring(KEY_PROTOCOL.length()))
                .toList();
    }

    /** Whether the client speaks the events of the API's beta. */
    static boolean isBeta(HttpServerRequest request) {
        return protocols(request).anyMatch(BETA_PROTOCOL::equals)
                || request.headers().getAll("openai-beta").contains(BETA);
    }

    /**
     * The model that the query names.
     *
     * @throws GatewayException when this is no handshake, or it names no model
     */
    static String model(HttpServerRequest request) {
        InvalidRequest wrong = wrong(request);
        if (wrong != null) {
            throw new GatewayException(wrong);
        }
        List<String> models = GeminiPath.values(request, "model");
        if (models.size() != 1 || models.getFirst().isEmpty()) {
            throw new GatewayException(new InvalidRequest(
                    Kind.MALFORMED,
                    "Name one model in the query: /v1/realtime?model=...",
                    "model",
                    "missing_required_parameter"));
        }
        return models.getFirst();
    }

    private static @Nullable InvalidRequest wrong(HttpServerRequest request) {
        boolean asks = lists(request, "upgrade", "websocket") && lists(request, "connection", "upgrade");
        if (request.version() != HttpVersion.HTTP_1_1 || !asks) {
            request.response().putHeader("upgrade", "websocket");
            return new InvalidRequest(
                    Kind.UPGRADE_REQUIRED,
                    "This path takes WebSockets: connect to it with ws:// or wss://, over HTTP/1.1.",
                    null,
                    "upgrade_required");
        }
        if (!request.headers().getAll("sec-websocket-version").equals(List.of("13"))) {
            request.response().putHeader("sec-websocket-version", "13");
            return new InvalidRequest(
                    Kind.UPGRADE_REQUIRED, "Version 13 of the WebSocket protocol is served.", null, "upgrade_required");
        }
        List<String> nonces = request.headers().getAll("sec-websocket-key");
        boolean body = request.headers().contains("transfer-encoding")
                || !"0"
                        .equals(
                                request.headers().contains("content-length")
                                        ? request.getHeader("content-length")
                                        : "0");
        if (nonces.size() != 1 || !NONCE.matcher(nonces.getFirst()).matches() || body) {
            return new InvalidRequest(Kind.MALFORMED, "The WebSocket handshake is not valid.", null, "invalid_request");
        }
        return null;
    }

    private static boolean lists(HttpServerRequest request, String header, String word) {
        return values(request, header).anyMatch(word::equalsIgnoreCase);
    }

    private static Stream<String> protocols(HttpServerRequest request) {
        return values(request, "sec-websocket-protocol");
    }

    private static Stream<String> values(HttpServerRequest request, String header) {
        List<String> values = new ArrayList<>();
        for (String line : request.headers().getAll(header)) {
            Arrays.stream(line.split(",", -1)).map(String::strip).forEach(values::add);
        }
        return values.stream();
    }
}
